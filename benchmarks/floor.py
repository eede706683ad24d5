"""The floor under every engine: the program alone, and importing the SDK alone.

The program alone is the same program, started as the emulator starts it, against a monitor that
gives recorded answers. Importing the SDK alone is an interpreter that imports the modules of
Pulumi's packages that the program was seen to import, and ends.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pulumi.runtime.proto import resource_pb2

from benchmarks.measuring import Cost, measure
from emulator.engine.children import LAUNCHER

ROOT: Final = Path(__file__).parents[1]
IMPORTED: Final = re.compile(r"^import time:.*\| +(pulumi[\w.]*)$", re.MULTILINE)
IMPORT: Final = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
LIMIT_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Program:
    """A program with the answers that it gets."""

    folder: Path
    answers: Path
    log: Path
    environment: Mapping[str, str]

    def alone(self, repeat: Callable[[Callable[[], Cost]], Cost]) -> Cost:
        """Cost of the program against the null monitor; its own process counts as the program."""
        with serving("benchmarks.null_monitor", str(self.answers)) as port:
            environment = self._environment(port)
            command = [sys.executable, "-u", str(LAUNCHER), "program", str(self.folder)]
            return repeat(lambda: self._measure(command, environment))

    def imports(self, repeat: Callable[[Callable[[], Cost]], Cost]) -> Cost:
        """Cost of importing what the program imports of Pulumi's packages."""
        with serving("benchmarks.null_monitor", str(self.answers)) as port:
            environment = self._environment(port) | {"PYTHONPROFILEIMPORTTIME": "1"}
            self._measure([sys.executable, str(LAUNCHER), "program", str(self.folder)], environment)
        modules = IMPORTED.findall(self.log.read_text())
        command = [sys.executable, "-c", IMPORT, *modules]
        return repeat(lambda: self._measure(command, self.environment))

    def _measure(self, command: Sequence[str], environment: Mapping[str, str]) -> Cost:
        return measure(command, self.folder, environment, self.log, LIMIT_SECONDS)

    def _environment(self, port: int) -> dict[str, str]:
        recorded = json.loads(self.answers.read_text())["GetDeploymentInfo"]
        info = resource_pb2.DeploymentInfo.FromString(base64.b64decode(recorded))
        return dict(self.environment) | {
            "PULUMI_MONITOR": f"127.0.0.1:{port}",
            "PULUMI_ENGINE": f"127.0.0.1:{port}",
            "PULUMI_PROJECT": info.project,
            "PULUMI_STACK": info.stack,
            "PULUMI_ORGANIZATION": info.organization,
            "PULUMI_ROOT_DIRECTORY": str(self.folder),
            "PULUMI_DRY_RUN": "true" if info.dryRun else "false",
            "PULUMI_PARALLEL": str(info.parallel),
            "PULUMI_CONFIG": json.dumps(dict(info.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(info.configSecretKeys)),
            "GRPC_VERBOSITY": "ERROR",
        }


@contextlib.contextmanager
def serving(module: str, *arguments: str) -> Iterator[int]:
    """Run a server of the benchmark's; its port."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=dict(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        yield int(process.stdout.readline())
        process.communicate("")
