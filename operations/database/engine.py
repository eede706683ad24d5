"""The deployment engine, as a command: the pulumi CLI, or what takes the same arguments."""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from operations.database.errors import FailedError
from operations.plan import Plan, UnreadablePlanError, read_plan

POLICY_PACK: Final = "policies"
"""Named in every command: a backend of files enforces none by itself."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A command such as `pulumi`, run in the project's folder."""

    command: str
    folder: Path

    def preview(self, stack: str, stack_file: Path) -> Plan:
        """What an `up` would do with that stack file. Raises FailedError."""
        arguments = self._arguments("preview", stack, "--json", "--config-file", str(stack_file))
        answer = self._run(arguments, capture=True)
        try:
            plan = read_plan(answer.stdout)
        except UnreadablePlanError as error:
            said = answer.stderr.strip() or str(error)
            msg = f"`{shlex.join(arguments)}` gave no plan (exit code {answer.returncode}): {said}"
            raise FailedError(msg) from None
        if plan.failures or answer.returncode:
            said = "; ".join(plan.failures) or answer.stderr.strip()
            raise FailedError(f"The preview of {stack} failed: {said}")
        return plan

    def up(self, stack: str) -> None:
        """Bring the stack about; what it says goes to the terminal. Raises FailedError."""
        arguments = self._arguments("up", stack, "--yes", "--skip-preview")
        code = self._run(arguments, capture=False).returncode
        if code:
            msg = (
                f"`{shlex.join(arguments)}` ended with exit code {code}.\n"
                "  next: run this command again; it goes on where that stopped."
            )
            raise FailedError(msg)

    def _arguments(self, verb: str, stack: str, *more: str) -> list[str]:
        common = ["--stack", stack, "--policy-pack", POLICY_PACK, "--non-interactive"]
        return [*shlex.split(self.command), verb, *common, *more]

    def _run(self, arguments: list[str], *, capture: bool) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                arguments,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                capture_output=capture,
                text=True,
                check=False,
            )
        except OSError as error:
            msg = (
                f"{arguments[0]} cannot be run: {error.strerror}.\n  next: name the engine with "
                '--engine, such as --engine "python -m emulator".'
            )
            raise FailedError(msg) from None
