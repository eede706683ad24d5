"""What a program registers, run against nothing: no engine, no provider, no account, no state.

    python -m operations.registering STACK FILE

runs the project in this folder as that stack, as in a preview, and writes what it registered as
JSON into FILE. Secrets are not written. A process of its own for each stack: Pulumi's SDK and the
program keep what they know in modules.
"""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pulumi
from google.protobuf import json_format
from pulumi.runtime import mocks
from pulumi.runtime import settings as runtime_settings
from pulumi.runtime.stack import Stack

from stages.stack_files import config_of, project_name, stack_files

PROGRAM = "__main__.py"
STACK_TYPE = "pulumi:pulumi:Stack"
SECRET = "[secret]"  # noqa: S105  (what stands for one)
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  (how the protocol marks one)
"""https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/runtime/rpc.py"""

COMPUTED: dict[str, tuple[str, ...]] = {
    "aws:cloudwatch/logGroup:LogGroup": ("arn",),
    "aws:iam/role:Role": ("arn",),
    "aws:kms/key:Key": ("arn", "keyId"),
    "aws:mwaa/environment:Environment": ("webserverUrl",),
    "aws:rds/instance:Instance": ("address", "resourceId"),
    "aws:s3/bucketObjectv2:BucketObjectv2": ("versionId",),
}
"""Outputs that AWS makes up, by type: no other output is known."""

PLUMBING = (
    *("object", "type", "name", "acceptSecrets", "acceptResources", "sourcePosition"),
    *("stackTrace", "hooks", "supportsPartialValues", "supportsResultReporting"),
)
"""Members of a registration that are no option of the program's."""


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

    project: str
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
            resource.type
            for resource in self.resources
            if not resource.type.startswith(self.project)
        )


class _Mocks(mocks.Mocks):
    def __init__(self, references: Mapping[str, Any], *, answers_calls: bool) -> None:
        self._references = dict(references)
        self._answers_calls = answers_calls

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if args.typ == "pulumi:pulumi:StackReference":
            return args.name, {"name": args.name, "outputs": self._references}
        made_up = {key: f"{args.name}.{key}" for key in COMPUTED.get(args.typ, ())}
        return f"{args.name}-id", {**args.inputs, **made_up}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        if self._answers_calls:
            return dict(args.args), None
        msg = f"nobody mocked the call {args.token}"
        raise AssertionError(msg)


class _Monitor(mocks.MockMonitor):
    def __init__(self, made_up: _Mocks, recording: Recording) -> None:
        super().__init__(made_up)
        self.recording = recording

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  (the protocol's name)
        """Take note, then do what every mock does."""
        inputs = json_format.MessageToDict(request.object)
        if request.type != STACK_TYPE:
            registered = Registered(request.type, request.name, inputs, request)
            self.recording.resources.append(registered)
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def record(
    program: Callable[[], object],
    *,
    project: str,
    stage: str,
    config: Mapping[str, str],
    references: Mapping[str, Any] | None = None,
    preview: bool = False,
    answers_calls: bool = False,
) -> Recording:
    """Run `program` as the stack `stage` and return what it registered and exported.

    `references` are the outputs of every stack that it refers to. In a preview, outputs that
    nobody makes up are not known. Raises AssertionError for a call to a provider, unless the mocks
    answer it with its own arguments.
    """
    recording = Recording(project)
    made_up = _Mocks(references or {}, answers_calls=answers_calls)
    pulumi.runtime.set_all_config(dict(config))
    _have_event_loop()
    mocks.set_mocks(
        made_up,
        project=project,
        stack=stage,
        preview=preview,
        monitor=_Monitor(made_up, recording),
    )
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


def _have_event_loop() -> None:
    """The SDK takes the thread's event loop, and who ran another has left it without one."""
    try:
        asyncio.get_event_loop()
    except RuntimeError:
        asyncio.set_event_loop(asyncio.new_event_loop())


def without_secrets(value: Any) -> Any:
    """The same with `[secret]` wherever the protocol marks one."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET_SIGNATURE:
            return SECRET
        return {key: without_secrets(inner) for key, inner in value.items()}
    return [without_secrets(inner) for inner in value] if isinstance(value, list) else value


def as_document(recording: Recording) -> list[dict[str, Any]]:
    """What was registered, as JSON has it: type, name, inputs and options of each resource."""
    return [
        {
            "type": resource.type,
            "name": resource.name,
            "inputs": without_secrets(resource.inputs),
            "options": {
                key: value for key, value in resource.options.items() if key not in PLUMBING
            },
        }
        for resource in recording.resources
    ]


def main(stage: str, file: str) -> int:
    """Exit code 1, and the reason on standard error, where the program does not run."""
    folder = Path()

    def program() -> None:
        runpy.run_path(PROGRAM, run_name="__main__")

    try:
        recording = record(
            program,
            project=project_name(folder),
            stage=stage,
            config=config_of(stack_files(folder)[stage]),
            preview=True,
            answers_calls=True,
        )
    except pulumi.RunError as error:
        print(error, file=sys.stderr)  # noqa: T201  (this is a command)
        return 1
    Path(file).write_text(json.dumps(as_document(recording)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
