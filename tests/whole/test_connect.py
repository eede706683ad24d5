"""A developer reads preprod's database through its door, and the door does nothing else."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest
from botocore.exceptions import ClientError

from tests.whole.conftest import REGION, Project
from tests.whole.developers import (
    DATABASE,
    DEVELOPERS,
    DOCUMENT,
    DOOR,
    LOOKS,
    Developer,
    active_sessions,
    client_of,
    gateway_in_state,
    held_open,
    is_free,
    policy,
    signed_in,
)

SELECT = "import psycopg; print(psycopg.connect().execute('SELECT current_user').fetchone()[0])"
INSERT = "import psycopg; psycopg.connect().execute('INSERT INTO public.door VALUES (1)')"


@pytest.fixture(scope="module")
def administrator(project: Project) -> Mapping[str, str]:
    return project.environment_of("preprod")


@pytest.fixture(scope="module")
def developer(project: Project, administrator: Mapping[str, str]) -> Developer:
    iam = client_of("iam", administrator)
    root = {"AWS": "arn:aws:iam::111111111111:root"}
    trust = policy(Principal=root, Action="sts:AssumeRole")
    iam.create_role(RoleName="developers", AssumeRolePolicyDocument=trust)
    rights = policy(Action=list(LOOKS), Resource="*")
    iam.put_role_policy(RoleName="developers", PolicyName="own", PolicyDocument=rights)
    outputs = project.outputs("preprod")
    server = project.server("preprod")
    with server.connect(outputs["database_roles"]["admin"], DATABASE) as session:
        session.execute("CREATE TABLE IF NOT EXISTS public.door AS SELECT 7 AS n")
    return Developer(project, signed_in(administrator))


@pytest.fixture(scope="module")
def gateway(project: Project) -> str:
    return str(project.outputs("preprod")["gateway_instance_id"])


def test_a_client_reads_through_the_door_and_ends_with_its_own_exit_code(
    developer: Developer,
) -> None:
    answer = developer.python(SELECT)
    assert (answer.returncode, answer.stdout) == (0, "preprod_readonly\n"), answer.stderr
    assert developer.python("raise SystemExit(42)").returncode == 42


def test_a_client_cannot_write_through_the_door(developer: Developer) -> None:
    answer = developer.python(INSERT)
    assert answer.returncode == 1
    assert "permission denied for table door" in answer.stderr


def test_a_client_gets_everything_by_variables_and_no_token_in_any(developer: Developer) -> None:
    program = (
        "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if 'PG' in k}))"
    )
    variables = json.loads(developer.python(program).stdout)
    assert {k: variables[k] for k in ("PGHOSTADDR", "PGUSER", "PGDATABASE", "PGSSLMODE")} == {
        "PGHOSTADDR": "127.0.0.1",
        "PGUSER": "preprod_readonly",
        "PGDATABASE": DATABASE,
        "PGSSLMODE": "verify-full",
    }
    assert "PGPASSWORD" not in variables
    assert not Path(variables["PGPASSFILE"]).exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_a_door_is_held_open_until_a_signal_and_leaves_nothing(
    developer: Developer,
    administrator: Mapping[str, str],
    tmp_path: Path,
    number: int,
    code: int,
) -> None:
    with held_open(developer, tmp_path) as held:
        with psycopg.connect(held.conninfo) as one, psycopg.connect(held.conninfo) as other:
            for session in (one, other):
                assert session.execute("SELECT n FROM public.door").fetchone() == (7,)
        passwords = Path(held.parameters["passfile"])
        assert passwords.stat().st_mode & 0o777 == 0o600
        assert passwords.parent.stat().st_mode & 0o777 == 0o700
        token = passwords.read_text().rpartition("X-Amz-Signature")[2].strip()[:64]
        assert len(token) > 60
        shown = " ".join(
            " ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"])
        )
        assert token not in shown
        assert token not in held.said
        assert [s["DocumentName"] for s in active_sessions(administrator)] == [DOCUMENT]
        plugin = held.plugin
        assert held.end(number)[0] == code
        assert not plugin.is_running()
    assert is_free(int(held.parameters["port"]))
    assert list(tmp_path.iterdir()) == []
    assert active_sessions(administrator) == []


def test_the_url_and_the_cell_that_are_shown_are_whole(
    developer: Developer, tmp_path: Path
) -> None:
    with held_open(developer, tmp_path) as held:
        port = held.parameters["port"]
        assert re.search(
            rf"^postgresql\+psycopg://preprod_readonly@127.*:{port}/preprod", held.said, re.M
        )
        cell = held.said.partition("A notebook:\n")[2]
        compile(cell, "cell", "exec")
        assert DOOR in cell


def test_a_door_closes_when_its_gateway_stops(
    developer: Developer, administrator: Mapping[str, str], gateway: str, tmp_path: Path
) -> None:
    with (
        held_open(developer, tmp_path) as held,
        psycopg.connect(held.conninfo, autocommit=True) as session,
        gateway_in_state(administrator, gateway, "stop_instances", "start_instances"),
    ):
        code, errors = held.end()
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    assert code == 3
    assert "ended by itself" in errors
    assert active_sessions(administrator) == []


def test_a_door_closes_when_its_plugin_is_killed(
    developer: Developer, administrator: Mapping[str, str], tmp_path: Path
) -> None:
    with held_open(developer, tmp_path) as held:
        held.plugin.kill()
        assert held.end()[0] == 3
    assert list(tmp_path.iterdir()) == []
    assert active_sessions(administrator) == []


def test_the_door_leads_to_the_server_and_nowhere_else(developer: Developer, gateway: str) -> None:
    keys = developer.client("sts").assume_role(RoleArn=DOOR, RoleSessionName="jane")["Credentials"]
    ssm = client_of(
        "ssm",
        {
            **developer.variables,
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        },
    )
    for named, refused in (
        ({"DocumentName": DOCUMENT, "Parameters": {"host": ["10.0.0.1"]}}, "InvalidParameters"),
        ({"DocumentName": DOCUMENT, "Parameters": {"portNumber": ["22"]}}, "InvalidParameters"),
        ({"DocumentName": "AWS-StartPortForwardingSession"}, "AccessDeniedException"),
        ({}, "AccessDeniedException"),
    ):
        with pytest.raises(ClientError) as error:
            ssm.start_session(Target=gateway, **named)
        assert error.value.response["Error"]["Code"] == refused
    with pytest.raises(ClientError, match="not authorized"):
        ssm.describe_sessions(State="Active")


def test_a_stopped_gateway_is_named_with_the_command_that_starts_it(
    developer: Developer, administrator: Mapping[str, str], gateway: str
) -> None:
    with gateway_in_state(administrator, gateway, "stop_instances", "start_instances"):
        said = developer.refusal()
    assert "is stopped" in said
    assert f"aws ec2 start-instances --region {REGION} --instance-ids {gateway}" in said


@pytest.mark.parametrize(
    ("port", "words"),
    [
        (5432, "nothing answers behind the gateway"),
        (443, "runs, but Systems Manager has no connection to it"),
    ],
)
def test_a_gateway_whose_way_is_shut_opens_no_door(
    project: Project,
    developer: Developer,
    administrator: Mapping[str, str],
    port: int,
    words: str,
) -> None:
    ec2 = client_of("ec2", administrator)
    named = [{"Name": "group-name", "Values": ["devstages-preprod-gateway"]}]
    (group,) = ec2.describe_security_groups(Filters=named)["SecurityGroups"]
    rules = [rule for rule in group["IpPermissionsEgress"] if rule["FromPort"] == port]
    ec2.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=rules)
    try:
        said = developer.refusal()
    finally:
        # A rule that is made anew bears another id: it has to be the stack's.
        project.run("up", "--stack", "preprod", "--refresh", "--yes", "--skip-preview")
    assert words in said


def test_somebody_with_a_role_that_is_a_reader_connects_by_the_emulators_environment(
    project: Project, developer: Developer
) -> None:
    lines = project.run("env", "--stack", "preprod", "--as", "developers").stdout.splitlines()
    pairs = (line.removeprefix("export ").split("=", 1) for line in lines if "=" in line)
    somebody = Developer(project, {key: value.strip("'") for key, value in pairs})
    assert somebody.python(SELECT).stdout == "preprod_readonly\n"


def test_who_is_no_reader_is_told_who_is(project: Project, developer: Developer) -> None:
    administrator = Developer(project, {})
    said = administrator.refusal()
    assert f"may not take on {DOOR}" in said
    assert DEVELOPERS in said


def test_credentials_that_are_missing_or_refused_are_named(developer: Developer) -> None:
    none = dict.fromkeys(developer.keys, "") | {"AWS_CONFIG_FILE": os.devnull}
    none["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    assert "There are no credentials that work" in developer.refusal(**none)
    assert "are not accepted" in developer.refusal(AWS_ACCESS_KEY_ID="ASIA" + "X" * 16)
    missing = none | {"AWS_PROFILE": "nobody"}
    assert "nobody" in developer.refusal(**missing)


def test_other_accounts_credentials_are_named(developer: Developer) -> None:
    assert "are of account 111111111111" in developer.refusal(stage="prod")


def test_what_is_missing_on_the_machine_is_named(developer: Developer, tmp_path: Path) -> None:
    said = developer.refusal(PATH=str(tmp_path))
    assert "session-manager-plugin is not on PATH" in said
    assert "working-with-install-plugin" in said
    said = developer.refusal(PGSSLROOTCERT="", HOME=str(tmp_path))
    assert "global-bundle.pem" in said
    said = developer.refusal(PGSSLROOTCERT=str(tmp_path / "no.pem"))
    assert "no.pem" in said


def test_a_port_in_use_is_named(developer: Developer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} of 127.0.0.1 cannot be used" in developer.refusal("--port", port)


def test_a_client_that_is_not_there_is_named(developer: Developer) -> None:
    answer = developer.connect("--exec", "--", "no-such-client")
    assert answer.returncode == 127
    assert "no-such-client cannot be run" in answer.stderr


def test_a_stage_without_a_door_is_told_so(developer: Developer) -> None:
    assert "Stage test has no door" in developer.refusal(stage="test")
    assert "no database 'x'" in developer.refusal("--database", "x")
    assert "There is no Pulumi.dev.yaml" in developer.connect(stage="dev").stderr
