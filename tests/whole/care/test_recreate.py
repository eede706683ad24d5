"""Test's database is made anew by one command, as often as it is cut short."""

from __future__ import annotations

import json
import shlex
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from operations.plan import read_plan
from operations.plan_checks import findings
from operations.server_sessions import DatabaseServer
from tests.whole.care.conftest import DATABASE, KILLED, Care

CLEAN = "test: 0 violations of the declared schema\n"
PAUSE_SECONDS = 0.002
LOCK_MILLISECONDS = 200
"""How long preprod would wait for a lock that the recreation held, before it is an error."""
UP = "up"

CUT_SHORT = {
    "before anything is dropped": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n",
    "in the middle": """
import os, signal, subprocess, sys
engine = subprocess.Popen(
    [sys.executable, "-m", "emulator", *sys.argv[1:]], stdout=subprocess.PIPE, text=True
)
for line in engine.stdout:
    if "database deleted original" in line or "created replacement" in line:
        os.kill(engine.pid, signal.SIGKILL)
        os.kill(os.getppid(), signal.SIGKILL)
        break
""",
    "before the schema": """
import os, signal, subprocess, sys
subprocess.run([sys.executable, "-m", "emulator", *sys.argv[1:]], check=True)
os.kill(os.getppid(), signal.SIGKILL)
""",
}
"""What an engine does in `up`, and the command is gone: `kill -9`."""


def engine_that(does: str, folder: Path) -> str:
    """An engine that previews, and does something else in `up`."""
    script = folder / "engine.py"
    script.write_text(
        "import subprocess, sys\n"
        f"if sys.argv[1] != {UP!r}:\n"
        "    command = [sys.executable, '-m', 'emulator', *sys.argv[1:]]\n"
        "    sys.exit(subprocess.run(command, check=False).returncode)\n" + does
    )
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}"


def pollute(server: DatabaseServer, care: Care) -> None:
    """Leave a table in test's database that nobody declared, with a row in it."""
    names = care.stage("test").names
    with server.connect(names.app, names.database(DATABASE), application="tests") as app:
        app.execute("CREATE TABLE IF NOT EXISTS polluted AS SELECT 1 AS n")


def test_a_polluted_database_is_made_anew_and_its_sessions_end(care: Care) -> None:
    names, generation = care.stage("test").names, care.generation
    with care.signed_in("test") as server:
        pollute(server, care)
        sitting = server.connect(names.readonly, names.database(DATABASE), application="a notebook")
        answer = care.recreate()

        assert answer.returncode == 0, answer.stdout + answer.stderr
        assert f"ends {names.readonly} (a notebook)" in answer.stdout
        assert "1 sessions were ended" in answer.stdout
        assert answer.stdout.endswith(CLEAN)
        assert care.generation == generation + 1
        with pytest.raises(psycopg.errors.AdminShutdown, match="administrator command"):
            sitting.execute("SELECT 1")
    care.project.run("preview", "--stack", "test", "--refresh", "--expect-no-changes")


def test_a_database_that_is_as_new_is_left(care: Care) -> None:
    assert care.recreate().returncode == 0
    generation = care.generation

    answer = care.recreate()

    assert answer.returncode == 0
    assert "is as new: there is nothing to drop" in answer.stdout
    assert care.generation == generation


@pytest.mark.parametrize("where", CUT_SHORT)
def test_a_run_that_was_cut_short_is_completed_by_the_next(
    care: Care, where: str, tmp_path: Path
) -> None:
    with care.signed_in("test") as server:
        pollute(server, care)
    generation = care.generation

    cut = care.recreate(engine_that(CUT_SHORT[where], tmp_path))
    completed = care.recreate()

    assert cut.returncode == KILLED, cut.stdout + cut.stderr
    assert completed.returncode == 0, completed.stdout + completed.stderr
    assert completed.stdout.endswith(CLEAN)
    assert care.generation == generation + 1, "raised once"
    care.project.run("preview", "--stack", "test", "--refresh", "--expect-no-changes")


def test_a_database_made_anew_by_an_edit_lacks_its_schema_until_it_is_migrated(care: Care) -> None:
    generation = care.generation
    text = care.stage("test").file.read_text()
    line = f"generation: {generation}"
    edited = (
        text.replace(line, f"generation: {generation + 1}")
        if line in text
        else text.replace("connections: 50", "connections: 50\n        generation: 2")
    )
    care.stage("test").file.write_text(edited)
    care.project.up("test")

    found = care.run("check")
    migrated = care.run("migrate")

    assert found.returncode == 1
    assert {line.split(":")[0] for line in found.stdout.splitlines() if line[0] != " "} == {
        "migration-pending",
        "missing",
        "test",
    }
    assert migrated.returncode == 0, migrated.stderr
    assert care.run("check").stdout == CLEAN


def test_an_admin_cannot_touch_another_stages_database(care: Care) -> None:
    names, other = care.stage("test").names, care.stage("preprod").names
    database = other.database(DATABASE)
    with (
        care.signed_in("test") as server,
        server.connect(other.app, database, application="tests") as neighbour,
        server.connect(names.admin, "postgres", application="tests") as admin,
    ):
        for statement in (
            f'DROP DATABASE "{database}" WITH (FORCE)',
            f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false',
            f'ALTER DATABASE "{database}" CONNECTION LIMIT 0',
            f'ALTER DATABASE "{database}" RENAME TO x',
            f'CREATE DATABASE x TEMPLATE "{database}"',
            f"SELECT pg_terminate_backend({neighbour.info.backend_pid})",
            f"SELECT pg_cancel_backend({neighbour.info.backend_pid})",
            f"SET ROLE {other.admin}",
            f"GRANT {other.admin} TO {names.admin}",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                admin.execute(statement)
        with pytest.raises(Exception, match=r"permission denied for database|CONNECT"):
            server.connect(names.admin, database, application="tests")
        assert neighbour.execute("SELECT count(*) FROM prices").fetchone() is not None


def test_the_guard_refuses_to_make_a_protected_stages_database_anew(
    care: Care, tmp_path: Path
) -> None:
    file = care.stage("preprod").file
    text = file.read_text().replace("im_data_db: {}", "im_data_db: {generation: 2}")
    (tmp_path / file.name).write_text(text)
    plan = care.project.run(
        *("preview", "--stack", "preprod", "--json", "--config-file", str(tmp_path / file.name)),
        check=False,
    )
    (tmp_path / "plan.json").write_text(plan.stdout)

    found = {finding.kind for finding in findings(read_plan(plan.stdout))}
    assert "stateful-replaced" in found
    assert "protect" in json.dumps(json.loads(plan.stdout)["diagnostics"])


class Neighbour:
    """Preprod's session during what happens in test: one transaction, and short ones beside it."""

    def __init__(self, server: DatabaseServer, care: Care) -> None:
        names = care.stage("preprod").names
        database = names.database(DATABASE)
        self.holding = server.connect(names.app, database, application="tests")
        self.working = server.connect(names.app, database, application="tests")
        self.working.execute(f"SET lock_timeout = {LOCK_MILLISECONDS}")
        self.holding.execute("BEGIN")
        self.holding.execute("INSERT INTO heartbeat VALUES ('2000-01-01')")
        self.seconds: list[float] = []
        self.error: Exception | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def _work(self) -> None:
        try:
            self._work_on()
        except psycopg.Error as error:
            self.error = error

    def _work_on(self) -> None:
        while not self._over.is_set():
            began = time.perf_counter()
            with self.working.transaction():
                self.working.execute(
                    "INSERT INTO instruments (venue, symbol, currency) VALUES ('X', 'n', 'EUR')"
                    " ON CONFLICT (venue, symbol) DO UPDATE SET currency = 'USD'"
                )
                self.working.execute("SELECT count(*) FROM latest_prices")
            self.seconds.append(time.perf_counter() - began)
            time.sleep(PAUSE_SECONDS)

    def __enter__(self) -> Neighbour:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.working.close()
        self.holding.close()


def told(seconds: list[float]) -> str:
    """p50, p99 and the longest, in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100)
    return (
        f"n {len(seconds)}, p50 {cuts[49] * 1e3:.1f} ms, p99 {cuts[98] * 1e3:.1f} ms, "
        f"max {max(seconds) * 1e3:.1f} ms"
    )


def test_preprod_does_not_notice(
    care: Care, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with care.signed_in("test") as server:
        pollute(server, care)
        with Neighbour(server, care) as neighbour:
            while neighbour.error is None and len(neighbour.seconds) < 500:
                time.sleep(0.05)
            before = list(neighbour.seconds)
            answer = care.recreate()
            during = neighbour.seconds[len(before) :]
            emptied = care.run("truncate", "--table", "instruments", "--cascade", "--yes")
            meanwhile = neighbour.seconds[len(before) + len(during) :]
            row = neighbour.holding.execute("SELECT count(*) FROM heartbeat").fetchone()
            neighbour.holding.execute("COMMIT")

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert emptied.returncode == 0, emptied.stdout + emptied.stderr
    assert row == (1,), "its transaction lived through all of it"
    assert neighbour.error is None
    assert during, "and its short ones went on"
    assert meanwhile
    for when, seconds in (
        ("before anything", before),
        ("during test's recreation", during),
        ("during test's truncation", meanwhile),
    ):
        record_property(f"preprod {when}", told(seconds))
        with capsys.disabled():
            sys.stdout.write(f"\npreprod {when}: {told(seconds)}")
