"""A host whose `up` is killed stands once, and goes only when it is told twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tests.whole.conftest import REGION, Project, copy_program

KILL_AFTER_LINES = 110
"""Lines of progress after which the run is killed; `make kill` tries every boundary."""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A copy of the program on an emulator of its own, with nothing up."""
    base = tmp_path_factory.mktemp("alone")
    project = Project(base / "project", base / "home")
    copy_program(project.folder)
    try:
        yield project
    finally:
        project.run("reset", "--yes", check=False)


def up_until_killed(project: Project, lines: int) -> bool:
    """Kill -9 an `up` after some lines of progress; False where it ended before."""
    command = ["up", "--stack", "preprod", "--yes", "--skip-preview"]
    process = subprocess.Popen(
        [sys.executable, "-m", "emulator", *command],
        env=project.variables,
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    with process:
        for number, _ in enumerate(process.stdout, start=1):
            if number == lines:
                os.kill(process.pid, signal.SIGKILL)
                break
    return process.returncode == -signal.SIGKILL


def named(project: Project) -> Counter[str]:
    """What stands in the account, by name or tag, each as often as it is there."""

    def client(service: str) -> Any:
        session = project.environment_of("preprod")
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=session["AWS_ENDPOINT_URL"],
            aws_access_key_id=session["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=session["AWS_SECRET_ACCESS_KEY"],
        )

    ec2, rds, s3, iam, kms = map(client, ("ec2", "rds", "s3", "iam", "kms"))
    found: Counter[str] = Counter()
    managed = [{"Name": "tag-key", "Values": ["stage"]}]
    found.update(vpc["CidrBlock"] for vpc in ec2.describe_vpcs(Filters=managed)["Vpcs"])
    found.update(net["CidrBlock"] for net in ec2.describe_subnets(Filters=managed)["Subnets"])
    gateways = ec2.describe_nat_gateways(Filters=managed)["NatGateways"]
    found.update("nat" for gateway in gateways if gateway["State"] != "deleted")
    found.update("eip" for _ in ec2.describe_addresses(Filters=managed)["Addresses"])
    groups = ec2.describe_security_groups(Filters=managed)["SecurityGroups"]
    found.update(group["GroupName"] for group in groups if group["GroupName"] != "default")
    instances = rds.describe_db_instances()["DBInstances"]
    found.update(instance["DBInstanceIdentifier"] for instance in instances)
    found.update(bucket["Name"] for bucket in s3.list_buckets()["Buckets"])
    found.update(role["RoleName"] for role in iam.list_roles()["Roles"])
    # A key that AWS makes for a disk stays, as it does on AWS; moto says that it is a customer's.
    aliases = kms.list_aliases()["Aliases"]
    aws = {a.get("TargetKeyId") for a in aliases if a["AliasName"].startswith("alias/aws/")}
    for key in kms.list_keys()["Keys"]:
        if key["KeyId"] in aws:
            continue
        description = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if description["KeyManager"] == "CUSTOMER" and description["Enabled"]:
            found[description["Description"]] += 1
    return found


def test_an_up_that_is_killed_converges_and_makes_nothing_twice(alone: Project) -> None:
    killed = up_until_killed(alone, KILL_AFTER_LINES)
    alone.up("preprod")

    assert killed, "the run was cut in the middle"
    assert {name: count for name, count in named(alone).items() if count > 1} == {}
    alone.run("preview", "--stack", "preprod", "--refresh", "--expect-no-changes")


def test_a_protected_stage_goes_only_when_settings_and_state_let_it(alone: Project) -> None:
    alone.up("preprod")
    before = named(alone)

    refused = alone.run("destroy", "--stack", "preprod", "--yes", check=False)
    assert refused.returncode == 1
    assert "because it is protected" in refused.stdout
    assert named(alone) == before, "nothing was deleted"

    alone.run("state", "unprotect", "--all", "--yes", "--stack", "preprod")
    refused = alone.run("destroy", "--stack", "preprod", "--yes", "--skip-preview", check=False)
    assert refused.returncode == 1
    assert "DeletionProtection" in refused.stdout + refused.stderr or (
        "deletion protection" in (refused.stdout + refused.stderr).lower()
    ), "AWS's own protection of the server still stands"

    alone.edit("preprod", "    repository:", "    protected: false\n    repository:")
    alone.up("preprod")
    alone.run("destroy", "--stack", "preprod", "--yes", "--skip-preview")
    assert named(alone) == Counter(), "nothing is left"
