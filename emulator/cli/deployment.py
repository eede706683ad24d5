"""The way of a command that deploys: configuration, lock, state, cloud, preview, question, run."""

from __future__ import annotations

import contextlib
import shlex
import sys
import time
from typing import TYPE_CHECKING

from emulator.cli import exit_codes
from emulator.cli.cloud_session import open_session
from emulator.cli.console import ask, is_interactive, note, say, write
from emulator.cli.options import DeploymentOptions
from emulator.cli.policy_packs import policy_pack_requests
from emulator.cli.services import Services
from emulator.cli.stack_outputs import OutputsOfStacks, root_outputs
from emulator.cli.workspace import Workspace, open_workspace
from emulator.display.display import Display, make_display
from emulator.display.record import Heading, Outcome
from emulator.engine.events import StepKind
from emulator.engine.journal import Journal, JournalEntry
from emulator.engine.request import DeploymentKind, DeploymentRequest, DeploymentResult
from emulator.engine.resource_state import Snapshot
from emulator.engine.targets import Selection
from emulator.errors import UserError
from emulator.state.history import HistoryRecord, add_to_history
from emulator.state.lock import locked
from emulator.state.made_on import is_stale, record_cloud_id
from emulator.state.stack_name import ORGANIZATION
from emulator.state.stack_store import LoadedStack

if TYPE_CHECKING:
    from emulator.cloud.client import Cloud, Session

NO_CHANGE = frozenset(
    {StepKind.SAME, StepKind.READ, StepKind.READ_REPLACEMENT, StepKind.DISCARD, StepKind.REFRESH}
)
"""Steps that `--expect-no-changes` does not count, those of the CLI's HasChanges:
https://github.com/pulumi/pulumi/blob/master/pkg/display/operations.go"""


class _NoJournal:
    """The journal of a preview."""

    def record(self, entry: JournalEntry) -> None:
        msg = f"a preview recorded {entry}"
        raise AssertionError(msg)

    async def durable(self) -> None:
        """Nothing is recorded, so nothing is waited for."""


class DeploymentCommand:
    """One run of `up`, `preview`, `refresh` or `destroy`."""

    def __init__(
        self, kind: DeploymentKind, options: DeploymentOptions, services: Services
    ) -> None:
        self._kind = kind
        self._options = options
        self._services = services
        self._interactive = is_interactive(non_interactive=options.non_interactive)
        self._refuse_without_confirmation()
        self._workspace: Workspace = open_workspace(options.cwd)
        self._name = self._workspace.stack_name(options.stack)
        self._refuse_unknown_stack()
        self._packs = policy_pack_requests(options)
        self._config = self._workspace.config(self._name, options.config_file)
        self._store = self._workspace.store(self._name, self._config.encryption_salt)

    def execute(self) -> int:
        """Run the command; its exit code."""
        note(f"this is the emulator; no cloud account is touched (stack {self._name.stack})")
        if self._config.secrets_provider:
            note(
                f"{self._config.file.name} names secrets provider "
                f"{self._config.secrets_provider!r}; the emulator encrypts by a passphrase instead"
            )
        if self._options.preview_only:
            loaded = self._store.load()
            cloud = self._services.start(self._workspace.home, note)
            if self._is_stale(loaded, cloud):
                self._say_stale("a real run would set its state aside and begin with nothing")
                loaded.snapshot = Snapshot()
            return self._preview(loaded, self._open_session(cloud))
        command = shlex.join(["python -m emulator", *sys.argv[1:]]).replace("'", "")
        with locked(self._store.files, command, note):
            return self._execute_locked(command)

    def _execute_locked(self, command: str) -> int:
        if not self._store.exists:
            self._store.initialise()
            note(f"stack {self._name.stack} did not exist: initialised")
        loaded = self._store.load()
        if loaded.recovered:
            note("an earlier run was cut off: what it had done is taken into the state")
        self._store.settle(loaded)
        cloud = self._services.start(self._workspace.home, note)
        if self._is_stale(loaded, cloud):
            backup = self._store.set_aside()
            self._store.initialise()
            loaded = self._store.load()
            self._say_stale(f"its state is set aside as {backup}, and this run begins with nothing")
        session = self._open_session(cloud)
        if not self._options.skip_preview:
            code = self._preview(loaded, session)
            if code not in (exit_codes.SUCCESS, exit_codes.CHANGES_NOT_EXPECTED):
                return code
            if not self._options.yes and not self._confirmed():
                say("error: confirmation declined, not proceeding")
                return exit_codes.CANCELLED
        record_cloud_id(self._workspace.home, self._name, cloud.id)
        return self._deploy(loaded, session, command)

    def _preview(self, loaded: LoadedStack, session: Session) -> int:
        result = self._run(loaded, session, _NoJournal(), preview=True)
        expected = self._options.preview_only
        return self._code(result, "preview") if expected else _success_code(result)

    def _deploy(self, loaded: LoadedStack, session: Session, command: str) -> int:
        began = int(time.time())
        journal = self._store.begin(loaded, command)
        try:
            result = self._run(loaded, session, journal, preview=False)
            self._store.end(loaded, journal, result.snapshot)
        except UserError:
            self._store.give_up(journal)
            raise
        add_to_history(
            self._store.files,
            HistoryRecord(
                kind=self._kind.value,
                start_seconds=began,
                end_seconds=int(time.time()),
                message=self._options.message,
                config=self._config.history(),
                succeeded=result.succeeded,
                changes={kind.value: count for kind, count in result.changes.items() if count},
            ),
        )
        if self._kind is DeploymentKind.DESTROY and result.succeeded:
            write(
                "The resources in the stack have been deleted, but the history and configuration "
                "associated with the stack are still maintained."
            )
        return self._code(result, self._kind.value)

    def _run(
        self, loaded: LoadedStack, session: Session, journal: Journal, *, preview: bool
    ) -> DeploymentResult:
        before = root_outputs(loaded.snapshot)
        display = self._display(preview=preview)
        began = time.monotonic()
        outcome: Outcome | None = None
        display.start()
        try:
            result = self._services.run(
                self._request(loaded, session, journal, display, preview=preview)
            )
            outcome = Outcome(
                result=result,
                old_outputs=before,
                new_outputs=root_outputs(result.snapshot),
                seconds=time.monotonic() - began,
            )
        finally:
            display.finish(outcome)
        return result

    def _request(
        self,
        loaded: LoadedStack,
        session: Session,
        journal: Journal,
        display: Display,
        *,
        preview: bool,
    ) -> DeploymentRequest:
        project = self._workspace.project
        as_preview = preview and self._kind is DeploymentKind.UPDATE
        return DeploymentRequest(
            kind=DeploymentKind.PREVIEW if as_preview else self._kind,
            project=project.name,
            stack=self._name.stack,
            organization=ORGANIZATION,
            project_folder=project.folder,
            program=project.program,
            python=project.python,
            config=self._config.values,
            config_secret_keys=self._config.secret_keys,
            base=loaded.snapshot,
            journal=journal,
            sink=display,
            session=session,
            read_stack_outputs=OutputsOfStacks(self._workspace, self._cloud_id),
            policy_packs=self._packs,
            parallel=self._options.parallel,
            refresh=self._options.refresh,
            selection=self._selection(loaded.snapshot),
            preview_only=preview,
        )

    def _selection(self, snapshot: Snapshot) -> Selection:
        options = self._options
        excludes = options.exclude
        if options.exclude_protected:
            excludes += tuple(state.urn for state in snapshot.resources if state.protect)
        return Selection(
            targets=options.target + options.target_replace,
            target_dependents=options.target_dependents,
            excludes=excludes,
            exclude_dependents=options.exclude_dependents,
            replaces=options.replace + options.target_replace,
        )

    def _display(self, *, preview: bool) -> Display:
        options = self._options
        heading = Heading(
            kind=self._kind,
            stack=self._name.stack,
            preview=preview,
            config=self._config.shown(),
            show_sames=options.show_sames,
            show_replacement_steps=options.show_replacement_steps,
            suppress_outputs=options.suppress_outputs,
        )
        return make_display(
            heading,
            sys.stdout,
            color=options.color,
            diff=options.diff,
            json=options.json,
            interactive=self._interactive,
        )

    def _open_session(self, cloud: Cloud) -> Session:
        self._cloud_id = cloud.id
        return open_session(cloud, self._config, self._workspace.project.folder, note)

    def _is_stale(self, loaded: LoadedStack, cloud: Cloud) -> bool:
        something = loaded.snapshot.resources or loaded.snapshot.pending_operations
        return bool(something) and is_stale(self._workspace.home, self._name, cloud.id)

    def _say_stale(self, consequence: str) -> None:
        note(
            f"the cloud process that stack {self._name.stack} was made on is gone (a reboot, or "
            f"`stop`), and with it all that the stack had made; {consequence}"
        )

    def _code(self, result: DeploymentResult, what: str) -> int:
        if not result.succeeded:
            return exit_codes.FAILURE
        changed = any(count for kind, count in result.changes.items() if kind not in NO_CHANGE)
        if self._options.expect_no_changes and changed:
            say(f"error: no changes were expected for {what} but changes were proposed")
            return exit_codes.CHANGES_NOT_EXPECTED
        return exit_codes.SUCCESS

    def _confirmed(self) -> bool:
        question = f"Do you want to perform this {self._kind.value}?"
        with contextlib.suppress(KeyboardInterrupt):
            return ask(question, ("yes", "no")) == "yes"
        return False

    def _refuse_without_confirmation(self) -> None:
        options = self._options
        if options.yes or options.skip_preview or options.preview_only or self._interactive:
            return
        msg = (
            "--yes or --skip-preview or --preview-only must be passed in to proceed when running "
            "in non-interactive mode"
        )
        raise UserError(msg, exit_codes.CONFIGURATION)

    def _refuse_unknown_stack(self) -> None:
        name, workspace = self._name, self._workspace
        if name.project != workspace.project.name:
            msg = f"stack {name.full!r} is not of this project ({workspace.project.name})"
            raise UserError(msg, exit_codes.FAILURE)
        if workspace.store(name).exists:
            return
        deploys = self._kind is DeploymentKind.UPDATE
        file = self._options.config_file or workspace.project.stack_file(name.stack).is_file()
        if not (deploys and file):
            raise workspace.not_there(name, deployable=deploys)


def _success_code(result: DeploymentResult) -> int:
    return exit_codes.SUCCESS if result.succeeded else exit_codes.FAILURE
