"""Where the emulator keeps its files: one folder per project, EMULATOR_HOME or `.emulator`.

state/            a Pulumi file backend (PULUMI_BACKEND_URL=file://… overrides it)
cloud/            what the running cloud process needs to be found: address, authority, log
programs/         executables that `env` puts on PATH
made-on/          for each stack the cloud process that its state was made against
passphrase        passphrase of the secrets provider, where the environment names none
passphrase-keys   keys derived from that passphrase, so that a command need not derive them anew
error.log         what an unexpected error left behind
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
    def programs(self) -> Path:
        """Executables that `env` puts on PATH."""
        return self.root / "programs"

    @property
    def made_on(self) -> Path:
        """For each stack the cloud process that its state was made against."""
        return self.root / "made-on"

    @property
    def passphrase_file(self) -> Path:
        """Passphrase of the secrets provider, used where PULUMI_CONFIG_PASSPHRASE is not set."""
        return self.root / "passphrase"

    @property
    def key_cache_file(self) -> Path:
        """Keys derived from the passphrase of `passphrase_file`, by salt."""
        return self.root / "passphrase-keys"

    @property
    def error_log(self) -> Path:
        """What an unexpected error left behind."""
        return self.root / "error.log"


def find_home(project_folder: Path) -> Home:
    """Home of a project: `EMULATOR_HOME` where set, `.emulator` in the project's folder else."""
    configured = os.environ.get("EMULATOR_HOME")
    return Home(Path(configured).resolve() if configured else project_folder / ".emulator")
