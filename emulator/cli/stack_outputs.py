"""Outputs of stacks: of the one that a command shows, and of those that a program refers to."""

from __future__ import annotations

from emulator.cli import exit_codes
from emulator.cli.workspace import Workspace
from emulator.engine.resource_state import Snapshot
from emulator.errors import UserError
from emulator.state.made_on import is_stale
from emulator.state.stack_name import parse_stack_name
from emulator.values import Properties

ROOT_TYPE = "pulumi:pulumi:Stack"


def root_outputs(snapshot: Snapshot) -> Properties | None:
    """Outputs of the stack, None where it was never brought up, or was destroyed."""
    for state in snapshot.resources:
        if state.type == ROOT_TYPE and not state.parent:
            return state.outputs
    return None


class OutputsOfStacks:
    """Reads the outputs of the stacks that a program refers to."""

    def __init__(self, workspace: Workspace, cloud_id: str) -> None:
        self._workspace = workspace
        self._cloud_id = cloud_id

    def __call__(self, full_name: str) -> Properties:
        """Outputs of a stack. Raises UserError, with the next step, for one that is not up."""
        name = parse_stack_name(full_name, self._workspace.project.name)
        store = self._workspace.store(name)
        step = f"Bring it up first: python -m emulator up -s {name.stack}"
        if not store.exists:
            known = ", ".join(self._workspace.backend.stacks(name.project)) or "none"
            msg = f"stack {name.full} is not up (stacks that are: {known}). {step}"
            raise UserError(msg, exit_codes.FAILURE)
        outputs = root_outputs(store.load().snapshot)
        if outputs is None:
            msg = f"stack {name.full} holds nothing: it was destroyed or never came up. {step}"
            raise UserError(msg, exit_codes.FAILURE)
        if is_stale(self._workspace.home, name, self._cloud_id):
            msg = (
                f"stack {name.full} was made on a cloud process that is gone, and what its outputs "
                f"name with it. {step}"
            )
            raise UserError(msg, exit_codes.FAILURE)
        return outputs
