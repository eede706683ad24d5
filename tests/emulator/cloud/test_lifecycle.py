"""Starting, finding, stopping and killing the cloud process."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from emulator.cloud import client, record
from emulator.cloud.client import Cloud
from emulator.cloud.postgres import programs
from emulator.errors import UserError
from emulator.home import Home
from tests.emulator.cloud.doors import (
    ACCOUNT_ID,
    MASTER,
    REGION,
    Instance,
    client_of,
    create_instance,
    listening,
)

ROOT = Path(__file__).parents[3]


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[Home]:
    """A home of the test's own, with nothing running in it afterwards."""
    home = Home(tmp_path / "home")
    yield home
    client.stop(home)


def new_instance(cloud: Cloud) -> Instance:
    rds = client_of(cloud.session(ACCOUNT_ID, REGION), "rds")
    return create_instance(rds, "instance", cloud.ca_file)


def server_pids(home: Home) -> list[int]:
    """Process numbers of the PostgreSQL servers of a home."""
    files = record.temporary_folder(home).glob("servers/*/data/postmaster.pid")
    return [int(file.read_text().split("\n")[0]) for file in files]


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that waits to be reaped does not."""
    answer = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return bool(answer.strip()) and not answer.startswith("Z")


def wait_for_end(pids: list[int]) -> None:
    deadline = time.monotonic() + 10
    while any(map(is_alive, pids)):
        assert time.monotonic() < deadline, "servers outlive their cloud process"


def kill(cloud: Cloud, home: Home) -> None:
    os.kill(cloud.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while record.is_process_alive(home):
        assert time.monotonic() < deadline


def test_nothing_runs_in_a_new_home(own_home: Home) -> None:
    assert client.running(own_home) is None
    assert client.status(own_home) is None
    assert client.stop(own_home) is False


def test_two_starts_at_once_give_one_process(
    started_twice: tuple[Cloud, Cloud], home: Home
) -> None:
    first, second = started_twice
    assert first == second == client.running(home) == client.start(home)


def test_kill_9_ends_the_servers_and_the_next_start_begins_anew_and_stop_leaves_nothing(
    own_home: Home,
) -> None:
    killed = client.start(own_home)
    before = new_instance(killed)
    pids = server_pids(own_home)
    assert len(pids) == 1
    kill(killed, own_home)
    wait_for_end(pids)
    asked_at = time.monotonic()
    assert client.running(own_home) is None
    assert time.monotonic() - asked_at < 1
    with pytest.raises(UserError, match="does not answer"):
        killed.session(ACCOUNT_ID, REGION)

    cloud = client.start(own_home)

    assert cloud.id != killed.id
    assert client.status(own_home).databases == ()  # type: ignore[union-attr]
    instance = new_instance(cloud)
    assert instance.ca_file == before.ca_file
    instance.connect(MASTER).close()
    (database,) = client.status(own_home).databases  # type: ignore[union-attr]
    assert (database.address, database.port) == (instance.host, instance.port)
    ports = [*cloud.session(ACCOUNT_ID, REGION).provider_ports.values()]
    ports += [urlsplit(url).port or 0 for url in (cloud.endpoint_url, cloud.control_url)]
    doors = [("127.0.0.1", port) for port in ports] + [(instance.host, instance.port)]
    pids = [cloud.pid, *server_pids(own_home)]
    assert set(doors) <= listening(pids)

    assert client.stop(own_home) is True

    # The lock that `stop` waits for ends a moment before its process; and a port that was
    # freed may already be another program's, so the doors' owners are asked for, not the doors.
    wait_for_end(pids)
    assert not record.temporary_folder(own_home).exists()
    assert sorted(path.name for path in own_home.cloud.iterdir()) == [
        "ca.key",
        "ca.pem",
        "cloud.log",
        "process.lock",
        "start.lock",
    ]


def test_a_process_whose_starter_was_killed_is_waited_for_and_taken(own_home: Home) -> None:
    own_home.cloud.mkdir(parents=True)
    reading, writing = os.pipe()
    orphan = subprocess.Popen(
        [sys.executable, "-P", "-m", "emulator.cloud", str(own_home.root), str(writing)],
        cwd="/",
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        pass_fds=(writing,),
        start_new_session=True,
    )
    os.close(writing)
    os.close(reading)  # as the kernel does for who is killed
    assert orphan.wait() == 0
    deadline = time.monotonic() + 30
    while not record.is_process_alive(own_home):
        assert time.monotonic() < deadline
    said: list[str] = []

    cloud = client.start(own_home, said.append)

    assert os.getsid(cloud.pid) == orphan.pid, "another one was started beside it"
    assert said == ["waiting for the emulated AWS, which starts or ends"]


def test_emulators_of_two_homes_do_not_meet_and_a_signal_ends_one_cleanly(
    own_home: Home, cloud: Cloud, instance: Instance
) -> None:
    other = client.start(own_home)
    assert other.endpoint_url != cloud.endpoint_url
    mine = new_instance(other)
    assert (mine.host, mine.port) != (instance.host, instance.port)
    pids = [other.pid, *server_pids(own_home)]

    os.kill(other.pid, signal.SIGTERM)

    wait_for_end(pids)
    assert client.running(own_home) is None
    assert not record.temporary_folder(own_home).exists()
    instance.connect("password_user").close()


def test_a_process_whose_home_was_deleted_ends_by_itself(own_home: Home) -> None:
    cloud = client.start(own_home)
    folder = record.temporary_folder(own_home)
    assert folder.exists()
    shutil.rmtree(own_home.root)
    wait_for_end([cloud.pid])
    assert not folder.exists()
    assert not own_home.root.exists()


def test_a_process_whose_home_is_half_deleted_leaves_nothing_all_the_same(own_home: Home) -> None:
    cloud = client.start(own_home)
    record.remove(own_home)
    wait_for_end([cloud.pid])
    assert not record.temporary_folder(own_home).exists()


def test_stopping_what_was_killed_removes_its_files(own_home: Home) -> None:
    kill(client.start(own_home), own_home)
    assert record.temporary_folder(own_home).exists()
    assert client.stop(own_home) is False
    assert not record.temporary_folder(own_home).exists()


def test_a_server_that_outlived_its_cloud_process_is_ended(own_home: Home) -> None:
    own_home.cloud.mkdir(parents=True)
    data = record.make_temporary_folder(own_home) / "servers" / ("x" * 80) / "data"
    data.mkdir(parents=True)
    # What a shell starts in the background ignores the signal, and so do its children.
    program = (
        "import signal, sys; signal.signal(signal.SIGQUIT, signal.SIG_DFL);"
        "print(flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, "-D", str(data)]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server,
        subprocess.Popen(command[:3], stdin=subprocess.PIPE) as bystander,
    ):
        assert server.stdout is not None
        server.stdout.readline()
        (data / "postmaster.pid").write_text(f"{bystander.pid}\n")
        assert client.stop(own_home) is False
        assert bystander.poll() is None
        data.mkdir(parents=True)
        (data / "postmaster.pid").write_text(f"{server.pid}\n")
        assert client.stop(own_home) is False
        assert server.wait(10) == -signal.SIGQUIT
        assert bystander.poll() is None
        assert bystander.stdin is not None
        bystander.stdin.close()


def test_only_who_reads_the_record_is_answered(home: Home, cloud: Cloud) -> None:
    file = home.cloud / "cloud.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for headers in ({}, {"Authorization": "Bearer guessed"}):
        request = urllib.request.Request(  # noqa: S310 - http on loopback
            f"{cloud.control_url}/stop", b"{}", headers
        )
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(request)  # noqa: S310
    assert client.running(home) == cloud


def test_a_start_that_fails_says_why(own_home: Home) -> None:
    folder = record.temporary_folder(own_home)
    folder.write_text("in the way")
    try:
        with pytest.raises(UserError, match="is in the way"):
            client.start(own_home)
    finally:
        folder.unlink()


def test_a_home_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be made"):
        client.start(Home(tmp_path / "file" / "home"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's programs need to be copied")
def test_programs_in_a_closed_home_are_copied_for_the_unprivileged_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = programs._candidates()[0].parent
    closed = tmp_path / "package" / source.name
    shutil.copytree(source, closed, symlinks=True)
    monkeypatch.setattr(programs, "_candidates", lambda: [closed / "bin"])
    with tempfile.TemporaryDirectory() as copies:
        Path(copies).chmod(0o711)
        found = programs.find_programs(Path(copies))
        assert found.folder.is_relative_to(copies)
        assert found.user.uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests are run by an ordinary user then")
def test_an_ordinary_user_needs_nothing_else() -> None:
    program = (
        "import sys; from pathlib import Path; from emulator.cloud import client;"
        "from emulator.home import Home; home = Home(Path(sys.argv[1]));"
        "from tests.emulator.cloud.test_lifecycle import new_instance;"
        "cloud = client.start(home); new_instance(cloud).connect('master').close();"
        "client.stop(home)"
    )
    nobody = programs._server_user()
    if programs._version(Path(sys.executable), nobody) is None:
        pytest.skip(f"the user {nobody.name} cannot reach this Python")
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, nobody.uid, nobody.gid)
        run = subprocess.run(
            [sys.executable, "-c", program, folder],
            cwd=ROOT,
            user=nobody.uid,
            group=nobody.gid,
            extra_groups=[],
            env={"PATH": os.environ["PATH"], "HOME": folder, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 0, run.stderr
