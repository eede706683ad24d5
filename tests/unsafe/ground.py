"""What edits are tried on: copies of the project, an emulated cloud, and what stands in it."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final

from stages.stack_files import config_of, project_name, stack_files
from tests.unsafe.commands import Commands
from tests.unsafe.edits import Against

ROOT: Final = Path(__file__).parents[2]
ENDINGS: Final = (signal.SIGINT, signal.SIGTERM)


class GroundError(Exception):
    """The ground cannot be prepared: what failed, and what it said."""


class Ground:
    """A folder of the run's own, which goes when the run ends, however it ends.

    One emulated cloud serves all; previews differ by the state that they look at: nothing; the
    hosts alone, before the stages that they host come; everything.
    """

    def __init__(self, project: Path = ROOT) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="unsafe-"))
        self.project = self._folder / "project"
        """The unedited project; compiled modules that runs leave in it go into the copies."""
        self._home = self._folder / "home"
        self._states = {key: self._folder / "states" / key for key in ("empty", "hosts", "base")}
        self._fingerprints: dict[str, str] = {}
        self.commands = Commands(self._home)
        copy_tracked(project, self.project)
        self.hosts = _hosts(self.project)

    def __enter__(self) -> Ground:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with _undisturbed():
            self.commands.stop(self.project)
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def stacks(self) -> tuple[str, ...]:
        """Every stack of the project, hosts first."""
        return tuple(sorted(self.hosts, key=lambda stack: (self.hosts[stack] != stack, stack)))

    def prepare(
        self, trials: Iterable[tuple[Against, str]], progress: Callable[[str], None]
    ) -> None:
        """Deploy what these pairs of ground and stack need, and keep it. Raises GroundError."""
        trials = list(trials)
        standing = {stack for against, stack in trials if against == "base"}
        hosts = {self.hosts.get(stack, stack) for _, stack in trials if self._is_hosted(stack)}
        hosts |= {stack for stack in standing if not self._is_hosted(stack)}
        self._states["empty"].mkdir(parents=True)
        for key, stacks in (("hosts", hosts), ("base", standing - hosts)):
            for stack in sorted(stacks):
                progress(f"deploying {stack}")
                self._up(stack)
            source = self._home / "state"
            if source.exists():
                shutil.copytree(source, self._states[key])
            else:
                self._states[key].mkdir(parents=True)
        self._fingerprints = {key: fingerprint(path) for key, path in self._states.items()}

    def changed(self) -> list[str]:
        """States that previews have changed: none, unless the emulator is broken."""
        return [k for k, path in self._states.items() if fingerprint(path) != self._fingerprints[k]]

    def state(self, against: Against, stack: str) -> Path:
        """The file backend that a preview looks at.

        A hosted stage's host always stands, and so does everything beside a stack that is new.
        """
        if against == "base" or stack not in self.hosts:
            return self._states["base"]
        return self._states["hosts" if self._is_hosted(stack) else "empty"]

    @contextmanager
    def copy(self, name: str) -> Iterator[Path]:
        """A copy of the project, to be edited."""
        folder = self._folder / "edits" / name
        shutil.copytree(self.project, folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _is_hosted(self, stack: str) -> bool:
        return self.hosts.get(stack, stack) != stack

    def _up(self, stack: str) -> None:
        answer = self.commands.run(self.project, "up", "--stack", stack, "--yes", "--skip-preview")
        if answer.returncode:
            end = (answer.stdout + answer.stderr)[-2000:]
            raise GroundError(f"the unedited project does not come up as {stack}:\n{end}")


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C does not end the tidying up."""
    before = {ending: signal.signal(ending, signal.SIG_IGN) for ending in ENDINGS}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


def copy_tracked(project: Path, folder: Path) -> None:
    """Copy the files that git tracks, or would after `git add`, as they are now.

    Raises GroundError outside of git.
    """
    answer = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise GroundError(f"{project} is no git work tree, so nobody knows which files count")
    for name in answer.stdout.split("\0"):
        source = project / name
        if name and source.is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def _hosts(folder: Path) -> dict[str, str]:
    """The stack that hosts each stack, itself perhaps."""
    project = project_name(folder)
    key = f"{project}:host"
    files = stack_files(folder)
    configs = {stack: config_of(file) for stack, file in files.items()}
    return {
        stack: stack if key in config else json.loads(config[f"{project}:tenant"])["host"]
        for stack, config in configs.items()
    }


def fingerprint(folder: Path) -> str:
    """A hash over every file's name and content."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
