"""Where the emulator keeps its files: one folder per project, EMULATOR_HOME or `.emulator`.

state/    a Pulumi file backend (PULUMI_BACKEND_URL overrides it)
cloud/    what the running cloud process needs to be found: address, certificate authority, log
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The folder that holds everything the emulator keeps for one project."""

    root: Path

    @property
    def state(self) -> Path:
        """Root of the file backend (the folder that holds `.pulumi`)."""
        return self.root / "state"

    @property
    def cloud(self) -> Path:
        """What the running cloud process needs to be found."""
        return self.root / "cloud"

    @property
    def passphrase_file(self) -> Path:
        """Passphrase of the secrets provider, used where PULUMI_CONFIG_PASSPHRASE is not set."""
        return self.root / "passphrase"


def find_home(project_folder: Path) -> Home:
    """Home of a project: `EMULATOR_HOME` where set, `.emulator` in the project's folder else."""
    configured = os.environ.get("EMULATOR_HOME")
    return Home(Path(configured).resolve() if configured else project_folder / ".emulator")
