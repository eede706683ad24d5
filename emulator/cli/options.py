"""Options that several commands share, and those of the CLI that the emulator does not have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])

UNSUPPORTED: Final = frozenset(
    {
        "--attach-debugger",
        "--client",
        "--config",
        "--config-path",
        "--continue-on-error",
        "--copilot",
        "--debug",
        "--event-log",
        "--exec-kind",
        "--import-file",
        "--import-pending-creates",
        "--neo",
        "--path",
        "--plan",
        "--profiling",
        "--refresh-provider",
        "--remote",
        "--remove",
        "--run-program",
        "--save-plan",
        "--secrets-provider",
        "--shell",
        "--show-config",
        "--show-reads",
        "--strict",
        "--suppress-permalink",
        "--tracing",
        "-c",
        "-d",
    }
)
"""Options that `pulumi` has and the emulator refuses by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentOptions:
    """What was asked of `up`, `preview`, `refresh` or `destroy`."""

    stack: str | None = None
    cwd: str | None = None
    config_file: str | None = None
    yes: bool = False
    skip_preview: bool = False
    preview_only: bool = False
    refresh: bool = False
    expect_no_changes: bool = False
    parallel: int = 16
    policy_packs: tuple[str, ...] = ()
    policy_pack_configs: tuple[str, ...] = ()
    message: str = ""
    diff: bool = False
    json: bool = False
    target: tuple[str, ...] = ()
    target_dependents: bool = False
    exclude: tuple[str, ...] = ()
    exclude_dependents: bool = False
    exclude_protected: bool = False
    replace: tuple[str, ...] = ()
    target_replace: tuple[str, ...] = ()
    show_sames: bool = False
    show_replacement_steps: bool = False
    suppress_outputs: bool = False
    non_interactive: bool = False
    color: str = "auto"


def deployment_options(values: dict[str, Any]) -> DeploymentOptions:
    """Options as click hands them over; those of another command are their defaults."""
    known = {field.name for field in fields(DeploymentOptions)}
    return DeploymentOptions(**{key: value for key, value in values.items() if key in known})


def common_options(function: Function) -> Function:
    """Options that every command takes."""
    return _apply(
        function,
        click.option("-C", "--cwd", metavar="FOLDER", help="Run as if in another folder."),
        click.option(
            "--color",
            type=click.Choice(["always", "never", "raw", "auto"]),
            default="auto",
            show_default=True,
            help="Colour the output.",
        ),
        click.option("--non-interactive", is_flag=True, help="Ask nothing."),
        click.option("--disable-integrity-checking", is_flag=True, hidden=True, expose_value=False),
    )


def stack_option(function: Function) -> Function:
    """The stack to work on."""
    return _apply(
        function,
        click.option(
            "-s", "--stack", metavar="NAME", help="The stack to work on (else PULUMI_STACK)."
        ),
    )


def run_options(function: Function) -> Function:
    """Options of whatever runs a deployment or previews one."""
    path = click.Path(exists=False)
    return _apply(
        stack_option(common_options(function)),
        click.option("--config-file", type=path, help="Use this stack file."),
        click.option("--diff", is_flag=True, help="Show each property, before and after."),
        click.option("--expect-no-changes", is_flag=True, help="Fail where something changes."),
        click.option("-m", "--message", default="", help="A message for the history."),
        click.option(
            "-p",
            "--parallel",
            type=click.IntRange(min=1),
            default=16,
            show_default=True,
            help="Resource operations at once.",
        ),
        click.option("--show-sames", is_flag=True, help="Show what stays the same, too."),
        click.option(
            "--show-replacement-steps", is_flag=True, help="Show how replacements are made."
        ),
        click.option("--suppress-outputs", is_flag=True, help="Do not show the stack's outputs."),
        click.option("--suppress-progress", is_flag=True, hidden=True, expose_value=False),
    )


def confirm_options(function: Function) -> Function:
    """Options of what asks before it acts."""
    return _apply(
        function,
        click.option("-y", "--yes", is_flag=True, help="Go on without asking."),
        click.option("-f", "--skip-preview", is_flag=True, help="Do not preview first."),
    )


def target_options(function: Function) -> Function:
    """What may be touched."""
    return _apply(
        function,
        click.option(
            "-t",
            "--target",
            multiple=True,
            metavar="URN",
            help="Touch this resource only; may be given several times, `*` and `**` match.",
        ),
        click.option(
            "--target-dependents", is_flag=True, help="Touch what depends on a target, too."
        ),
        click.option(
            "-x",
            "--exclude",
            multiple=True,
            metavar="URN",
            help="Do not touch this resource; may be given several times.",
        ),
        click.option(
            "--exclude-dependents",
            is_flag=True,
            help="Do not touch what depends on an excluded resource, either.",
        ),
    )


def replace_options(function: Function) -> Function:
    """What must be replaced."""
    return _apply(
        function,
        click.option("--replace", multiple=True, metavar="URN", help="Replace this resource."),
        click.option(
            "--target-replace",
            multiple=True,
            metavar="URN",
            help="Replace this resource and touch no other.",
        ),
    )


def policy_options(function: Function) -> Function:
    """Policy packs to run."""
    return _apply(
        function,
        click.option(
            "--policy-pack",
            "policy_packs",
            multiple=True,
            metavar="PATH",
            help="Run a policy pack; may be given several times.",
        ),
        click.option(
            "--policy-pack-config",
            "policy_pack_configs",
            multiple=True,
            metavar="FILE",
            help="JSON configuration of the policy pack named before, in the same order.",
        ),
    )


def _apply(function: Function, *decorators: Callable[[Function], Function]) -> Function:
    for decorator in reversed(decorators):
        function = decorator(function)
    return function
