"""The commands behave as those of `pulumi`, and say what to do next."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.errors import UserError
from emulator.state.backend import FileBackend
from emulator.state.lock import locked
from emulator.state.stack_name import StackName
from tests.emulator.cli.conftest import Machine


def test_without_a_terminal_up_needs_yes(machine: Machine) -> None:
    code, _, error = machine.run("up", "-s", "dev")
    assert code == 2
    assert error == (
        "error: --yes or --skip-preview or --preview-only must be passed in to proceed when "
        "running in non-interactive mode\n"
    )
    assert machine.requests == []


def test_up_previews_initialises_and_records(machine: Machine) -> None:
    code, out, error = machine.run("up", "-s", "dev", "-y", "-m", "first")
    assert code == 0
    assert [request.kind.value for request in machine.requests] == ["preview", "update"]
    assert "this is the emulator" in error
    assert "stack dev did not exist: initialised" in error
    assert "Previewing update (dev):" in out
    assert "    + 1 created" in out
    (history,) = machine.home.state.glob(".pulumi/history/demo/dev/*.history.json")
    record = json.loads(history.read_text())
    assert (record["result"], record["message"]) == ("succeeded", "first")
    assert record["config"] == {"aws:allowedAccountIds": '["222222222222"]'}
    assert machine.run("stack", "output", "endpoint", "-s", "dev")[1] == "db\n"


def test_skip_preview_runs_once(machine: Machine) -> None:
    assert machine.run("up", "-s", "dev", "-f")[0] == 0
    assert [request.kind.value for request in machine.requests] == ["update"]


def test_a_second_up_changes_nothing_in_the_state_but_its_time(machine: Machine) -> None:
    machine.run("up", "-s", "dev", "-f")
    before = json.loads(machine.run("stack", "export", "-s", "dev")[1])
    machine.run("up", "-s", "dev", "-f")
    after = json.loads(machine.run("stack", "export", "-s", "dev")[1])
    del before["deployment"]["manifest"], after["deployment"]["manifest"]
    assert after == before


def test_a_run_that_fails_exits_with_1_and_keeps_what_was_done(machine: Machine) -> None:
    machine.succeeds = False
    assert machine.run("up", "-s", "dev", "-f")[0] == 1
    assert machine.run("stack", "output", "endpoint", "-s", "dev")[0] == 0
    (history,) = machine.home.state.glob(".pulumi/history/demo/dev/*.history.json")
    assert json.loads(history.read_text())["result"] == "failed"


def test_a_preview_that_fails_is_not_followed_by_an_update(machine: Machine) -> None:
    machine.succeeds = False
    assert machine.run("up", "-s", "dev", "-y")[0] == 1
    assert [request.kind.value for request in machine.requests] == ["preview"]


def test_a_preview_writes_nothing(machine: Machine) -> None:
    assert machine.run("preview", "-s", "dev")[0] == 0
    assert [path for path in machine.files() if "state" in path.parts] == []


def test_changes_that_were_not_expected_exit_with_7(machine: Machine) -> None:
    code, _, error = machine.run("preview", "-s", "dev", "--expect-no-changes")
    assert code == 7
    assert "error: no changes were expected for preview but changes were proposed" in error
    machine.run("up", "-s", "dev", "-f")
    assert machine.run("preview", "-s", "dev", "--expect-no-changes")[0] == 0


def test_a_json_preview_is_nothing_but_json_on_stdout(machine: Machine) -> None:
    _, out, _ = machine.run("preview", "-s", "dev", "--json")
    assert json.loads(out)["changeSummary"] == {"create": 1}


def test_an_unknown_stack_exits_with_6_and_lists_the_known(machine: Machine) -> None:
    code, _, error = machine.run("up", "-s", "prod", "-y")
    assert code == 6
    assert error == "error: no stack named 'prod' found. Known stacks: dev, test.\n"
    assert machine.run("preview")[0] == 6


@pytest.mark.parametrize(
    "command",
    [
        ["refresh", "-y"],
        ["destroy", "-y"],
        ["stack", "output"],
        ["stack", "export"],
        ["state", "unprotect", "--all", "-y"],
    ],
    ids=" ".join,
)
def test_a_stack_without_state_is_answered_with_the_next_step(
    machine: Machine, command: list[str]
) -> None:
    code, _, error = machine.run(*command, "-s", "dev")
    assert code == 6
    assert "Run `python -m emulator up -s dev` first." in error


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("--plan", "error: --plan is an option of pulumi that the emulator does not support\n"),
        ("--nope", "error: No such option '--nope'.\n"),
    ],
)
def test_an_option_that_is_not_there_is_refused_by_name(
    machine: Machine, flag: str, message: str
) -> None:
    code, _, error = machine.run("up", "-s", "dev", flag, "x")
    assert (code, error) == (1, message)


def test_an_unknown_command_is_refused(machine: Machine) -> None:
    code, _, error = machine.run("login")
    assert code == 1
    assert "login" in error


def test_a_second_run_says_who_holds_the_lock(machine: Machine) -> None:
    machine.run("up", "-s", "dev", "-f")
    files = FileBackend(machine.home.state).files(StackName("demo", "dev"))
    with locked(files, "python -m emulator destroy", pytest.fail):
        code, _, error = machine.run("up", "-s", "dev", "-y")
        assert code == 1
        assert f"process {os.getpid()} " in error
        assert socket.gethostname() in error
        assert "`python -m emulator destroy`" in error
        assert machine.run("preview", "-s", "dev")[0] == 0


def test_a_cut_run_is_taken_over_by_the_next_command(machine: Machine) -> None:
    def cut() -> None:
        raise KeyboardInterrupt

    machine.cut = cut
    assert machine.run("up", "-s", "dev", "-f")[0] == 8
    machine.cut = None
    assert machine.run("stack", "output", "endpoint", "-s", "dev")[1] == "db\n"
    code, _, error = machine.run("up", "-s", "dev", "-f")
    assert code == 0
    assert "an earlier run was cut off" in error
    assert [state.type for state in machine.requests[-1].base.resources] == ["pulumi:pulumi:Stack"]


def test_a_cloud_that_is_gone_is_said_and_the_state_set_aside(machine: Machine) -> None:
    machine.run("up", "-s", "dev", "-f")
    machine.lose_cloud()
    _, _, error = machine.run("stack", "output", "-s", "dev")
    assert "the cloud process that stack dev was made on is gone" in error
    _, _, error = machine.run("preview", "-s", "dev")
    assert "a real run would set its state aside" in error
    assert machine.requests[-1].base.resources == []
    code, _, error = machine.run("up", "-s", "dev", "-f")
    assert code == 0
    (backup,) = [word for word in error.split() if ".pulumi/backups/demo/dev/" in word]
    assert json.loads(Path(backup.rstrip(",")).read_text())["checkpoint"]["latest"]["resources"]
    assert machine.requests[-1].base.resources == []
    assert "is gone" not in machine.run("up", "-s", "dev", "-f")[2]


def test_outputs_of_another_stack_are_read_where_it_is_up(machine: Machine) -> None:
    machine.run("up", "-s", "test", "-f")
    read = machine.requests[-1].read_stack_outputs
    with pytest.raises(UserError, match=r"dev is not up .*Bring it up first: .* up -s dev"):
        read("organization/demo/dev")
    machine.run("up", "-s", "dev", "-f")
    assert read("organization/demo/dev")["endpoint"] == "db"
    machine.lose_cloud()
    machine.run("up", "-s", "test", "-f")
    with pytest.raises(UserError, match="cloud process that is gone"):
        machine.requests[-1].read_stack_outputs("organization/demo/dev")


def test_the_stack_file_names_the_account(machine: Machine) -> None:
    machine.run("preview", "-s", "dev")
    assert machine.requests[-1].session.account_id == "222222222222"
    machine.run("preview", "-s", "test")
    assert machine.requests[-1].session.account_id == "123456789012"


def test_credentials_that_no_account_knows_are_left_alone_and_that_is_said(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "REAL")
    _, _, error = machine.run("preview", "-s", "dev")
    assert "no emulated account knows" in error
    assert machine.requests[-1].session.principal_arn == "administrator"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "KNOWN")
    machine.run("preview", "-s", "dev")
    assert machine.requests[-1].session.principal_arn == "given"


def test_policy_packs_go_to_the_engine_with_their_configuration(machine: Machine) -> None:
    pack = machine.folder / "pack"
    code, _, error = machine.run("preview", "-s", "dev", "--policy-pack", str(pack))
    assert code == 1
    assert f"{pack}, which is no policy pack: it has no PulumiPolicy.yaml" in error
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").touch()
    (machine.folder / "config.json").write_text('{"all": "advisory"}')
    arguments = ["--policy-pack", "pack", "--policy-pack-config", "config.json"]
    assert machine.run("preview", "-s", "dev", *arguments)[0] == 0
    (request,) = machine.requests[-1].policy_packs
    assert (request.path, request.config) == (pack.resolve(), {"all": "advisory"})
    assert request.version == ""
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 1.2.3\n")
    machine.run("preview", "-s", "dev", *arguments)
    assert machine.requests[-1].policy_packs[0].version == "1.2.3"
    (machine.folder / "config.json").write_text("{")
    assert "config.json" in machine.run("preview", "-s", "dev", *arguments)[2]


def test_unprotect_takes_the_protection_away(machine: Machine) -> None:
    machine.run("up", "-s", "dev", "-f")
    code, _, error = machine.run("state", "unprotect", "urn:x", "-s", "dev", "-y")
    assert code == 1
    assert "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev" in error
    assert machine.run("state", "unprotect", "--all", "-s", "dev", "-y")[:2] == (
        0,
        "All resources unprotected\n",
    )
    assert "protect" not in machine.run("stack", "export", "-s", "dev")[1]


def test_secrets_are_shown_only_where_asked_and_are_in_no_file(machine: Machine) -> None:
    machine.run("up", "-s", "dev", "-y")
    assert machine.run("stack", "output", "-s", "dev")[1] == (
        "Current stack outputs (2):\n"
        "    OUTPUT    VALUE\n    endpoint  db\n    t         [secret]\n"
    )
    shown = machine.run("stack", "output", "-s", "dev", "--json", "--show-secrets")[1]
    assert json.loads(shown) == {"endpoint": "db", "t": "s3cr3t"}
    assert "s3cr3t" not in machine.run("stack", "export", "-s", "dev")[1]
    assert "s3cr3t" in machine.run("stack", "export", "-s", "dev", "--show-secrets")[1]
    for path in machine.files():
        assert b"s3cr3t" not in path.read_bytes(), path


def test_stacks_are_listed_as_the_cli_does(machine: Machine) -> None:
    machine.run("up", "-s", "dev", "-f")
    _, out, error = machine.run("stack", "ls")
    assert out.splitlines()[0].split() == ["NAME", "LAST", "UPDATE", "RESOURCE", "COUNT"]
    assert out.splitlines()[1].split()[0] == "dev"
    assert "not up: test" in error
    assert [
        row["resourceCount"] for row in json.loads(machine.run("stack", "ls", "--json")[1])
    ] == [1]


def test_a_defect_leaves_a_log_and_no_traceback(machine: Machine) -> None:
    def defect() -> None:
        raise ZeroDivisionError

    machine.cut = defect
    code, _, error = machine.run("up", "-s", "dev", "-f")
    assert code == 255
    assert "Traceback" not in error
    assert "ZeroDivisionError" in machine.home.error_log.read_text()


def test_status_and_reset_know_every_stack(machine: Machine) -> None:
    machine.run("up", "-s", "dev", "-f")
    _, out, _ = machine.run("status")
    assert "http://here" in out
    assert "stack    dev: 1 resources\n" in out
    assert "stack    test: not up" in out
    assert machine.run("reset")[0] == 2
    assert machine.run("reset", "--yes")[0] == 0
    assert machine.cloud is None
    assert machine.files() == []


@pytest.mark.parametrize("arguments", [["--help"], ["stack", "ls"], ["up", "--help"]], ids=" ".join)
def test_what_needs_no_engine_does_not_wait_for_one(machine: Machine, arguments: list[str]) -> None:
    code = (
        "import sys; from emulator.cli.main import main; main(sys.argv[1:]); "
        "heavy = {'grpc', 'rich', 'boto3', 'cryptography'} & set(sys.modules); "
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, env=environment)
