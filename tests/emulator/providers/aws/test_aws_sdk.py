"""The SDK read type by type says what it says as a whole."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final

from emulator.providers.aws import sdk
from emulator.providers.aws_sdk_modules import module_files

TYPES: Final = (
    "aws:ec2/vpc:Vpc",
    "aws:ec2/instance:Instance",
    "aws:s3/bucket:Bucket",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:rds/instance:Instance",
    "aws:lambda/function:Function",
)
ALONE: Final = """
import json, sys
from emulator.providers.aws import sdk
if sys.argv[1] == "alone":
    sdk_modules = sys.modules["emulator.providers.aws_sdk_modules"]
    sdk_modules.import_types_alone()
said = [[sorted(repr(item) for item in schema.inputs.properties.items()),
         sorted(schema.inputs.required), sorted(schema.outputs), sorted(schema.secret_outputs)]
        for schema in map(sdk.resource, sys.argv[2:])]
print(json.dumps([said, "pulumi_aws.ec2.ami" in sys.modules]))
"""


def test_every_type_of_the_sdk_is_found_in_a_module_of_its_service() -> None:
    missing = [
        token
        for token, (package, name, _) in sdk.resource_modules().items()
        if name.lower().replace("_", "") not in module_files(package.partition(".")[2])
    ]
    assert len(sdk.resource_modules()) > 1000
    assert not missing


def test_a_type_imported_alone_has_the_schema_that_its_whole_service_gives_it() -> None:
    alone, imported_others = _said("alone")
    whole, imported_all = _said("whole")
    assert alone == whole
    assert (imported_others, imported_all) == (False, True)


def _said(how: str) -> tuple[object, bool]:
    output = subprocess.check_output([sys.executable, "-c", ALONE, how, *TYPES], text=True)
    said, imported = json.loads(output)
    return said, imported
