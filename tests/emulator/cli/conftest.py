"""A project, an engine that does what it is told, and a cloud that can be gone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from emulator.cli.main import main
from emulator.cli.services import Services
from emulator.cloud.client import Cloud, Session
from emulator.engine.events import Step, StepKind, StepOutputs, StepStarted
from emulator.engine.journal import JournalEntry
from emulator.engine.request import DeploymentKind, DeploymentRequest, DeploymentResult
from emulator.engine.resource_state import ResourceState, Snapshot
from emulator.errors import UserError
from emulator.home import Home
from emulator.state import passphrase
from emulator.values import Properties, Secret


@dataclass(frozen=True, kw_only=True)
class FakeCloud(Cloud):
    """A cloud that knows one key."""

    def session(
        self,
        account_id: str,
        region: str,
        credentials: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> Session:
        if credentials and credentials["AWS_ACCESS_KEY_ID"] != "KNOWN":
            msg = "no emulated account knows this key"
            raise UserError(msg)
        who = "given" if credentials else "administrator"
        return Session(
            account_id=account_id,
            principal_arn=who,
            region=region,
            provider_ports={},
            provider_versions={},
            environment={},
        )


def _cloud(id_: str) -> FakeCloud:
    return FakeCloud(
        id=id_, pid=1, control_url="", endpoint_url="http://here", ca_file="", log_file="log"
    )


@dataclass
class Machine:
    """The machine that the commands run on."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    cloud: FakeCloud | None = None
    requests: list[DeploymentRequest] = field(default_factory=list)
    outputs: Properties = field(default_factory=lambda: {"endpoint": "db", "t": Secret("s3cr3t")})
    succeeds: bool = True
    cut: Callable[[], None] | None = None
    """Called in the middle of a real run."""
    clouds: int = 0

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command in the project's folder: exit code, stdout, stderr."""
        services = Services(
            run=self._run,
            running=lambda home: self.cloud,
            start=self._start,
            stop=self._stop,
            describe=lambda home: ["database server"],
        )
        self.capture.readouterr()
        code = main(arguments, services)
        captured = self.capture.readouterr()
        return code, captured.out, captured.err

    def lose_cloud(self) -> None:
        """What a reboot does."""
        self.cloud = None

    @property
    def home(self) -> Home:
        return Home(self.folder / ".emulator")

    def files(self) -> list[Path]:
        """Every file of the home."""
        return sorted(path for path in self.home.root.rglob("*") if path.is_file())

    def _start(self, home: Home, progress: Callable[[str], None]) -> Cloud:
        if self.cloud is None:
            self.clouds += 1
            self.cloud = _cloud(f"cloud-{self.clouds}")
            progress("starting")
        return self.cloud

    def _stop(self, home: Home) -> bool:
        ran, self.cloud = self.cloud is not None, None
        return ran

    def _run(self, request: DeploymentRequest) -> DeploymentResult:
        self.requests.append(request)
        urn = f"urn:pulumi:{request.stack}::demo::pulumi:pulumi:Stack::demo-{request.stack}"
        old = next((state for state in request.base.resources if state.urn == urn), None)
        new = ResourceState(
            urn=urn,
            type="pulumi:pulumi:Stack",
            custom=False,
            outputs=copy.deepcopy(self.outputs),
            protect=True,
        )
        same = old is not None and old.outputs == new.outputs
        kind = StepKind.SAME if same else StepKind.UPDATE if old else StepKind.CREATE
        step = Step(kind=kind, urn=urn, type=new.type, old=old, new=new)
        request.sink.emit(StepStarted(step=step))
        real = request.kind is not DeploymentKind.PREVIEW and not request.preview_only
        if real:
            request.journal.record(
                JournalEntry(
                    put=[(len(request.base.resources), new)],
                    drop=list(range(len(request.base.resources))),
                )
            )
            if self.cut is not None:
                self.cut()
        request.sink.emit(StepOutputs(step=step))
        return DeploymentResult(
            succeeded=self.succeeds, changes={kind: 1}, snapshot=Snapshot([new])
        )


@pytest.fixture
def machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Machine:
    """A machine in the folder of a project with stacks dev and test."""
    for name in (
        "PULUMI_CONFIG_PASSPHRASE",
        "PULUMI_CONFIG_PASSPHRASE_FILE",
        "PULUMI_BACKEND_URL",
        "PULUMI_STACK",
        "EMULATOR_HOME",
        "AWS_ACCESS_KEY_ID",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(passphrase, "ITERATIONS", 2)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: demo\nruntime: python\n")
    accounts = 'config:\n  aws:allowedAccountIds: ["222222222222"]\n'
    (tmp_path / "Pulumi.dev.yaml").write_text(accounts)
    (tmp_path / "Pulumi.test.yaml").write_text("config: {}\n")
    return Machine(tmp_path, capsys)
