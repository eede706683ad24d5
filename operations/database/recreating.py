"""Makes a disposable stage's database anew, through the program.

A drop cannot be rolled back, so a run that was cut short is completed by the next one. What is left
to do is seen in the stack file, the plan and the database itself; nothing else remembers it:

- the plan of the stack file as it is makes the database anew: a run before raised the generation;
- the database is as new, with migrations pending: a run before made it, and went no further.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from operations.database import recreation_plan, sitting
from operations.database.checking import check_database
from operations.database.declared import Schema
from operations.database.differences import Violation
from operations.database.disposable import refuse_unless_disposable
from operations.database.engine import Engine
from operations.database.errors import FailedError
from operations.database.generations import raise_generation
from operations.database.migrating import migrate
from operations.database.newness import is_as_new
from operations.plan import Plan
from operations.server_sessions import DatabaseServer
from operations.stage_files import StageFile

APPLICATION: Final = "database recreate"

Say = Callable[[str], None]
Confirm = Callable[[str], None]
"""Raises RefusedError for a no."""


@dataclass(frozen=True, kw_only=True)
class Recreation:
    """One database that is to be made anew."""

    stage: StageFile
    schema: Schema
    server: DatabaseServer
    engine: Engine
    grace_seconds: float
    """How long sessions may go on with a transaction."""

    say: Say
    confirm: Confirm

    @property
    def database(self) -> str:
        """Its full name."""
        return self.stage.names.database(self.schema.database)

    def run(self) -> list[Violation]:
        """Make it anew and apply the migrations; what then still differs from the declared schema.

        Raises RefusedError, FailedError and NoSessionError.
        """
        refuse_unless_disposable(self.stage, "recreate")
        self.schema.snapshot()  # refuses a stale one before anything is dropped
        plan = self.engine.preview(self.stage.stage, self.stage.file)
        recreation_plan.refuse_a_stack_that_is_not_up(plan)
        if recreation_plan.makes_anew(plan, self.database):
            self.say(f"{self.database}: a run before this one was cut short; going on with it")
            self._replace(plan, None)
        elif is_as_new(self.server, self.stage, self.schema):
            self.say(f"{self.database} is as new: there is nothing to drop")
        else:
            self._replace(*self._raised())
        done = migrate(self.server, self.stage.names.admin, self.database, self.schema)
        self.say(f"{self.database}: applied {', '.join(done) or 'nothing: it is up to date'}")
        return check_database(self.server, self.stage, self.schema)

    def _raised(self) -> tuple[Plan, str]:
        """Plan and text of the stack file with the next generation, neither in effect yet."""
        settings = self.stage.settings.tenant.databases[self.schema.database]
        generation = settings.generation + 1
        text = raise_generation(self.stage.file, self.schema.database, generation)
        with tempfile.TemporaryDirectory(prefix="recreate-") as folder:
            file = Path(folder) / self.stage.file.name
            file.write_text(text, encoding="utf-8")
            plan = self.engine.preview(self.stage.stage, file)
        if not recreation_plan.makes_anew(plan, self.database):
            msg = (
                f"Generation {generation} would not make {self.database} anew: the plan leaves it "
                "as it is; nothing was changed."
            )
            raise FailedError(msg)
        self.say(f"{self.stage.file.name}: generation of {self.schema.database}: {generation}")
        return plan, text

    def _replace(self, plan: Plan, text: str | None) -> None:
        recreation_plan.refuse_other_losses(plan, self.database)
        for line in recreation_plan.changes(plan):
            self.say(f"  {line}")
        admin = self.stage.names.admin
        with self.server.connect(admin, "postgres", application=APPLICATION) as connection:
            sessions = sitting.sessions_in(connection, self.database)
            for session in sessions:
                self.say(f"  ends {session}")
            sitting.refuse_untouchable(sessions)
            count = f"; {len(sessions)} sessions end" if sessions else ""
            self.confirm(f"Drop {self.database} with all that it holds{count}?")
            if text is not None:
                _write(self.stage.file, text)
            if sitting.exists(connection, self.database):
                ended = sitting.send_away(connection, self.database, self.grace_seconds)
                self.say(f"{self.database}: closed; {len(ended)} sessions were ended")
        self.engine.up(self.stage.stage)


def _write(file: Path, text: str) -> None:
    """All or nothing: a stack file that was cut off is read by nobody."""
    beside = file.with_name(f".{file.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)
