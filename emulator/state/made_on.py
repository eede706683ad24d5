"""Which cloud process each stack's state was made against.

The emulated cloud lives as long as its process. State that was made against a process that is gone
points at nothing any more; this record, in the home and not in the checkpoint, is how that shows.
"""

from __future__ import annotations

from pathlib import Path

from emulator.home import Home
from emulator.state.atomic_file import write_atomically
from emulator.state.stack_name import StackName


def cloud_id_of(home: Home, name: StackName) -> str | None:
    """Id of the cloud process that the stack was last deployed to, None where none is recorded."""
    try:
        return _path(home, name).read_text().strip()
    except FileNotFoundError:
        return None


def record_cloud_id(home: Home, name: StackName, cloud_id: str) -> None:
    """Say which cloud process the stack is deployed to from now on."""
    write_atomically(_path(home, name), cloud_id.encode(), 0o644)


def is_stale(home: Home, name: StackName, cloud_id: str | None) -> bool:
    """Whether the stack's state was made against another cloud process than the one that runs.

    Without a record (the state was made by the pulumi CLI) nothing can be told: not stale.
    """
    made_on = cloud_id_of(home, name)
    return made_on is not None and made_on != cloud_id


def _path(home: Home, name: StackName) -> Path:
    return home.made_on / name.project / name.stack
