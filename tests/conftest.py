"""The recorder: the real program or a component, run against nothing, and what it registered."""

from __future__ import annotations

import json
import runpy
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

import pulumi
import pytest
import yaml
from google.protobuf import json_format
from pulumi.runtime import mocks
from pulumi.runtime import settings as runtime_settings
from pulumi.runtime.stack import Stack

with warnings.catch_warnings():
    # The SDKs warn of classes of their own that nobody here uses.
    warnings.simplefilter("ignore", DeprecationWarning)
    import pulumi_aws as aws
    import pulumi_postgresql as postgresql

    SDK: list[type[pulumi.Resource]] = [
        aws.cloudwatch.LogGroup,
        aws.ec2.Vpc,
        aws.iam.Role,
        aws.kms.Key,
        aws.mwaa.Environment,
        aws.rds.Instance,
        aws.s3.Bucket,
        aws.vpc.SecurityGroupEgressRule,
        postgresql.Role,
    ]

PROJECT = "development-stages"
ROOT = Path(__file__).parent.parent
STAGES = ("preprod", "prod", "test")

HOST_OUTPUTS = {
    "server_address": "server.example",
    "server_port": 5432,
    "airflow_bucket": "airflow-bucket",
    "data_key_arns": {"preprod": "arn:aws:kms:::key/preprod", "test": "arn:aws:kms:::key/test"},
}

COMPUTED: dict[str, tuple[str, ...]] = {
    "aws:cloudwatch/logGroup:LogGroup": ("arn",),
    "aws:iam/role:Role": ("arn",),
    "aws:kms/key:Key": ("arn", "keyId"),
    "aws:mwaa/environment:Environment": ("webserverUrl",),
    "aws:rds/instance:Instance": ("address", "resourceId"),
    "aws:s3/bucketObjectv2:BucketObjectv2": ("versionId",),
}
"""Outputs that AWS makes up, by type: no other output is known to a test."""


STARTS_SERVERS = ("tests/whole", "tests/emulator/cloud", "tests/emulator/providers/postgresql")
"""Folders whose tests share something slow to start: each stays on one worker."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep on one worker what shares a server."""
    path = item.path.relative_to(ROOT)
    shares = path.parent.as_posix() in STARTS_SERVERS
    alone = path.name == "test_killed_and_torn_down.py"
    group = path.parent if shares and not alone else path
    item.add_marker(pytest.mark.xdist_group(group.as_posix()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what starts slowly: the rest fills the other cores."""
    items.sort(key=lambda item: item.path.parent != ROOT / "tests" / "whole")


@dataclass(frozen=True)
class Registered:
    """One resource as the program asked for it."""

    type: str
    name: str
    inputs: dict[str, Any]
    request: Any
    """The engine's RegisterResourceRequest, for its options."""

    @property
    def options(self) -> dict[str, Any]:
        """Options that were set, by their names in the engine's protocol."""
        return json_format.MessageToDict(self.request)

    @property
    def depends_on(self) -> list[str]:
        """Names of the resources that come first."""
        return [urn.rsplit("::", 1)[1] for urn in self.request.dependencies]


@dataclass
class Recording:
    """What was registered, in order."""

    resources: list[Registered] = field(default_factory=list)
    exports: dict[str, Any] = field(default_factory=dict)
    secret_exports: set[str] = field(default_factory=set)

    def of(self, type_: str) -> list[Registered]:
        """Resources whose type ends with `type_`, such as `:Role`."""
        return [resource for resource in self.resources if resource.type.endswith(type_)]

    def named(self, name: str) -> Registered:
        """The one resource of that name."""
        (found,) = [resource for resource in self.resources if resource.name == name]
        return found

    def counts(self) -> Counter[str]:
        """How many of each type, without the components' own."""
        return Counter(
            resource.type for resource in self.resources if not resource.type.startswith(PROJECT)
        )


class _Mocks(mocks.Mocks):
    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if args.typ == "pulumi:pulumi:StackReference":
            return args.name, {"name": args.name, "outputs": HOST_OUTPUTS}
        made_up = {key: f"{args.name}.{key}" for key in COMPUTED.get(args.typ, ())}
        return f"{args.name}-id", {**args.inputs, **made_up}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        msg = f"nobody mocked the call {args.token}"
        raise AssertionError(msg)


class _Monitor(mocks.MockMonitor):
    def __init__(self, recording: Recording) -> None:
        super().__init__(_Mocks())
        self.recording = recording

    def RegisterResource(self, request: Any) -> Any:
        """Take note, then do what every mock does."""
        inputs = json_format.MessageToDict(request.object)
        if request.type != "pulumi:pulumi:Stack":
            registered = Registered(request.type, request.name, inputs, request)
            self.recording.resources.append(registered)
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def record(
    program: Callable[[], object], *, stage: str = "preprod", config: dict[str, str] | None = None
) -> Recording:
    """Run `program` as the stack `stage` and return what it registered and exported."""
    recording = Recording()
    pulumi.runtime.set_all_config(config or {})
    mocks.set_mocks(_Mocks(), project=PROJECT, stack=stage, monitor=_Monitor(recording))
    root = cast("Stack", runtime_settings.get_root_resource())
    root.outputs.clear()

    def run() -> pulumi.Output[Any]:
        program()
        exports = {key: pulumi.Output.from_input(value) for key, value in root.outputs.items()}
        secrets: dict[str, Any] = {key: output.is_secret() for key, output in exports.items()}
        return pulumi.Output.all(pulumi.Output.all(**exports), pulumi.Output.all(**secrets)).apply(
            keep
        )

    def keep(values: list[dict[str, Any]]) -> None:
        recording.exports = values[0]
        recording.secret_exports = {key for key, secret in values[1].items() if secret}

    mocks.test(run)()  # type: ignore[no-untyped-call]
    return recording


def stack_config(stage: str) -> dict[str, Any]:
    """The `config` of the stage's stack file, as YAML has it."""
    text = (ROOT / f"Pulumi.{stage}.yaml").read_text(encoding="utf-8")
    return cast("dict[str, Any]", yaml.safe_load(text)["config"])


def as_engine_config(config: dict[str, Any]) -> dict[str, str]:
    """The same as the engine hands it to a program: text, JSON for what is structured."""
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()
    }


@cache
def recorded_stack(stage: str) -> Recording:
    """The whole program, run once per session as this stage's stack."""
    return record(
        lambda: runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__"),
        stage=stage,
        config=as_engine_config(stack_config(stage)),
    )


@pytest.fixture(params=STAGES)
def any_stack(request: pytest.FixtureRequest) -> Recording:
    """Each of the stacks in turn."""
    return recorded_stack(request.param)


@pytest.fixture
def preprod() -> Recording:
    """The stack of a host and its own tenant."""
    return recorded_stack("preprod")


@pytest.fixture
def prod() -> Recording:
    """The stack of another host and its own tenant."""
    return recorded_stack("prod")


@pytest.fixture
def test_stage() -> Recording:
    """The stack of a tenant alone."""
    return recorded_stack("test")


@pytest.fixture(autouse=True)
def _in_project_folder(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The program runs in the project's folder, as the engine runs it."""
    if "emulator" not in request.path.parts:
        monkeypatch.chdir(ROOT)
