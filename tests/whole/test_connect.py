"""A developer reads preprod's database through its door, and the door does nothing else."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psutil  # type: ignore[import-untyped]
import psycopg
import pytest
from botocore.exceptions import ClientError

from tests.whole.conftest import REGION, Project

DEVELOPERS = "arn:aws:iam::111111111111:role/developers"
DOOR = "arn:aws:iam::111111111111:role/devstages-preprod-readonly"
DOCUMENT = "devstages-preprod-readonly-session"
DATABASE = "preprod.im_data_db"
LOOKS = ("sts:AssumeRole", "ec2:DescribeInstances", "rds:DescribeDBInstances")
"""What `operations.connect.access` says that developers need of their own."""

SELECT = "import psycopg; print(psycopg.connect().execute('SELECT current_user').fetchone()[0])"
INSERT = "import psycopg; psycopg.connect().execute('INSERT INTO public.door VALUES (1)')"


def policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


@dataclass
class Developer:
    """Somebody with a laptop, who signed in to the account."""

    project: Project
    keys: Mapping[str, str]

    @property
    def variables(self) -> dict[str, str]:
        session = self.project.environment_of("preprod")
        return {**self.project.variables, **session, **self.keys}

    def client(self, service: str) -> Any:
        return client_of(service, self.variables)

    def command(self, *arguments: str, stage: str = "preprod") -> list[str]:
        return [sys.executable, "-m", "operations", "connect", "--stage", stage, *arguments]

    def connect(
        self, *arguments: str, stage: str = "preprod", **changed: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the command; a variable that is changed to nothing is not there."""
        variables = {k: v for k, v in (self.variables | changed).items() if v}
        return subprocess.run(
            self.command(*arguments, stage=stage),
            env=variables,
            cwd=self.project.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def refusal(self, *arguments: str, stage: str = "preprod", **changed: str) -> str:
        """What is said where no session comes about: what, next step, and no traceback."""
        answer = self.connect(*arguments, stage=stage, **changed)
        assert answer.returncode == 2, answer.stdout + answer.stderr
        assert "Traceback" not in answer.stderr
        assert "\n  next: " in answer.stderr
        assert self.variables["AWS_SECRET_ACCESS_KEY"] not in answer.stderr
        return answer.stderr

    def python(self, program: str) -> subprocess.CompletedProcess[str]:
        """Run a client through the door."""
        return self.connect("--exec", "--", sys.executable, "-c", program)


@dataclass
class Held:
    """A door that is held open."""

    process: subprocess.Popen[str]
    conninfo: str
    """Of the psql line."""
    said: str

    @property
    def parameters(self) -> dict[str, Any]:
        return psycopg.conninfo.conninfo_to_dict(self.conninfo)

    @property
    def plugin(self) -> psutil.Process:
        """The plugin."""
        (plugin,) = psutil.Process(self.process.pid).children(recursive=True)
        return plugin

    def end(self, number: int | None = None) -> tuple[int, str]:
        """Exit code, and what it said at the end."""
        if number is not None:
            self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


def client_of(service: str, variables: Mapping[str, str]) -> Any:
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=variables.get("AWS_SESSION_TOKEN"),
    )


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


def signed_in(administrator: Mapping[str, str]) -> dict[str, str]:
    answer = client_of("sts", administrator).assume_role(
        RoleArn=DEVELOPERS, RoleSessionName="jane@example.com"
    )
    keys = answer["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }


@contextmanager
def held_open(developer: Developer, tmp: Path) -> Iterator[Held]:
    """The command without a client, ended at the latest here."""
    process = subprocess.Popen(
        developer.command(),
        env=developer.variables | {"TMPDIR": str(tmp)},
        cwd=developer.project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said = ""
        for line in process.stdout or ():
            said += line
            if line.startswith("    print("):  # the end of the notebook's cell
                break
        found = re.search(r"^psql (.*)$", said, re.MULTILINE)
        assert found, said + (process.communicate()[1] if process.poll() is not None else "")
        yield Held(process, shlex.split(found[1])[0], said)
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate()


@contextmanager
def gateway_in_state(
    administrator: Mapping[str, str], gateway: str, change: str, back: str
) -> Iterator[None]:
    ec2 = client_of("ec2", administrator)
    getattr(ec2, change)(InstanceIds=[gateway])
    try:
        yield
    finally:
        getattr(ec2, back)(InstanceIds=[gateway])


@pytest.fixture(scope="module")
def gateway(project: Project) -> str:
    return str(project.outputs("preprod")["gateway_instance_id"])


def active_sessions(administrator: Mapping[str, str]) -> list[Any]:
    found: list[Any] = client_of("ssm", administrator).describe_sessions(State="Active")["Sessions"]
    return found


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


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
