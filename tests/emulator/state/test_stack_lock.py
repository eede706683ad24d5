"""One run per stack, and a lock says who holds it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from emulator.errors import UserError
from emulator.state.lock import locked
from emulator.state.stack_store import StackStore


def _hold(store: StackStore, pid: int, host: str, since: str) -> None:
    path = store.files.locks / "0b9e.json"
    path.parent.mkdir(parents=True)
    holder = {"pid": pid, "username": "ada", "hostname": host, "timestamp": since}
    path.write_text(json.dumps(holder))


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def test_the_lock_is_where_the_cli_looks_with_what_it_writes(store: StackStore) -> None:
    with locked(store.files, "up", pytest.fail):
        (path,) = (store.files.root / ".pulumi/locks/organization/demo/dev").iterdir()
        content = json.loads(path.read_text())
    assert list(content)[:4] == ["pid", "username", "hostname", "timestamp"]
    assert content["pid"] == os.getpid()
    assert not path.exists()


def test_a_second_run_is_told_who_holds_the_lock(store: StackStore) -> None:
    with (
        locked(store.files, "python -m emulator up -s dev", pytest.fail),
        pytest.raises(UserError, match=f"process {os.getpid()} ") as error,
        locked(store.files, "destroy", pytest.fail),
    ):
        pass
    assert "`python -m emulator up -s dev`" in str(error.value)
    assert socket.gethostname() in str(error.value)
    assert error.value.exit_code == 1


def test_the_lock_of_a_dead_process_is_taken_over_with_a_note(store: StackStore) -> None:
    process = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                             capture_output=True, text=True, check=True)  # fmt: skip
    _hold(store, int(process.stdout), socket.gethostname(), _now())
    notes: list[str] = []
    with locked(store.files, "up", notes.append):
        pass
    assert "took over the lock" in notes[0]


def test_a_number_that_another_process_got_since_does_not_keep_a_lock(store: StackStore) -> None:
    _hold(store, os.getpid(), socket.gethostname(), "2020-01-01T00:00:00Z")
    notes: list[str] = []
    with locked(store.files, "up", notes.append):
        pass
    assert len(notes) == 1


@pytest.mark.parametrize("pid", [1, 2**22 + 1], ids=["alive", "dead"])
def test_the_lock_of_another_host_is_never_taken_over(store: StackStore, pid: int) -> None:
    _hold(store, pid, "elsewhere", _now())
    with (
        pytest.raises(UserError, match="ada on elsewhere"),
        locked(store.files, "up", pytest.fail),
    ):
        pass


def test_a_lock_file_that_cannot_be_read_is_respected(store: StackStore) -> None:
    _hold(store, 1, "elsewhere", _now())
    (store.files.locks / "0b9e.json").write_text("{")
    with pytest.raises(UserError, match="unknown"), locked(store.files, "up", pytest.fail):
        pass
