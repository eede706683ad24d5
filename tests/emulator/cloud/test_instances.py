"""Servers follow what any client asks of the RDS API."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError

from emulator.cloud.client import Cloud, Session
from tests.emulator.cloud.doors import (
    MASTER,
    PASSWORD,
    Instance,
    client_of,
    create_instance,
    described,
    listening,
)

NewInstance = Callable[..., Instance]


def value(connection: Any, query: str) -> Any:
    return connection.execute(query).fetchone()[0]


@pytest.fixture(scope="module")
def changeable(cloud: Cloud, rds: Any) -> Instance:
    """An instance that tests change, and change back."""
    return create_instance(rds, "changeable", cloud.ca_file)


def test_an_instance_is_made_again_in_the_minute_in_which_it_was_deleted(
    cloud: Cloud, rds: Any, new_instance: NewInstance
) -> None:
    create_instance(rds, "again", cloud.ca_file, BackupRetentionPeriod=1)
    rds.delete_db_instance(
        DBInstanceIdentifier="again", SkipFinalSnapshot=True, DeleteAutomatedBackups=False
    )
    new_instance("again", BackupRetentionPeriod=1).connect(MASTER).close()


def test_the_master_is_as_on_rds(new_instance: NewInstance) -> None:
    instance = new_instance("master-user", DBName="application")
    with instance.connect(MASTER, dbname="application") as connection:
        attributes = connection.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert attributes == (False, True, True, False, False)
        owners = dict(
            connection.execute("SELECT datname, pg_get_userbyid(datdba) FROM pg_database")
        )
        assert owners == {
            "application": MASTER,
            "postgres": MASTER,
            "template1": MASTER,
            "template0": "rdsadmin",
            "rdsadmin": "rdsadmin",
        }
        assert value(connection, "SHOW rds.force_ssl") == "on"
        assert value(connection, "SELECT pg_has_role('rds_superuser', 'member')")
        connection.execute("CREATE ROLE watcher IN ROLE pg_monitor")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER ROLE rdsadmin NOLOGIN")


def test_the_answer_names_the_version_that_runs(instance: Instance, rds: Any) -> None:
    (answer,) = rds.describe_db_instances(DBInstanceIdentifier="shared")["DBInstances"]
    with instance.connect("password_user") as connection:
        assert value(connection, "SHOW server_version") == answer["EngineVersion"]
    assert answer["EngineVersion"].startswith("18.")
    assert answer["Endpoint"]["Address"] == instance.host


def test_instances_have_addresses_and_ids_of_their_own(
    changeable: Instance, instance: Instance
) -> None:
    assert changeable.port == instance.port == 5432
    assert changeable.host != instance.host
    assert changeable.resource_id != instance.resource_id


def test_a_new_master_password_counts_at_once(changeable: Instance, rds: Any) -> None:
    rds.modify_db_instance(DBInstanceIdentifier="changeable", MasterUserPassword="another-one-1")
    changeable.connect(MASTER, "another-one-1").close()
    assert "password authentication failed" in changeable.refusal(MASTER)
    rds.modify_db_instance(DBInstanceIdentifier="changeable", MasterUserPassword=PASSWORD)
    changeable.connect(MASTER).close()


def test_a_password_that_rds_manages_is_the_one_in_its_secret(
    cloud: Cloud, administrator: Session, rds: Any
) -> None:
    created = rds.create_db_instance(
        DBInstanceIdentifier="managed",
        DBInstanceClass="db.t4g.small",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername=MASTER,
        ManageMasterUserPassword=True,
    )["DBInstance"]
    instance = described(created, cloud.ca_file)
    arn = created["MasterUserSecret"]["SecretArn"]
    secret = client_of(administrator, "secretsmanager").get_secret_value(SecretId=arn)
    login = json.loads(secret["SecretString"])
    instance.connect(login["username"], login["password"]).close()
    with pytest.raises(ClientError, match="read replica cannot be made"):
        rds.create_db_instance_read_replica(
            DBInstanceIdentifier="no-replica", SourceDBInstanceIdentifier="managed"
        )
    rds.delete_db_instance(DBInstanceIdentifier="managed", SkipFinalSnapshot=True)


def test_a_read_replica_follows_and_only_reads(new_instance: NewInstance, rds: Any) -> None:
    source = new_instance("source")
    answer = rds.create_db_instance_read_replica(
        DBInstanceIdentifier="replica", SourceDBInstanceIdentifier="source"
    )["DBInstance"]
    replica = described(answer, source.ca_file)
    with source.connect(MASTER) as writer, replica.connect(MASTER) as reader:
        writer.execute("CREATE TABLE numbers AS SELECT 7 AS number")
        position = value(writer, "SELECT pg_current_wal_insert_lsn()")
        while value(reader, f"SELECT pg_last_wal_replay_lsn() < '{position}'"):
            pass  # the standby is milliseconds behind
        assert value(reader, "SELECT number FROM numbers") == 7
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            reader.execute("INSERT INTO numbers VALUES (8)")
    rds.promote_read_replica(DBInstanceIdentifier="replica")
    with replica.connect(MASTER) as writer:
        writer.execute("INSERT INTO numbers VALUES (8)")
    rds.delete_db_instance(DBInstanceIdentifier="replica", SkipFinalSnapshot=True)


def test_a_deleted_instance_answers_no_more(cloud: Cloud, rds: Any) -> None:
    instance = create_instance(rds, "short-lived", cloud.ca_file, DeletionProtection=True)
    delete = {"DBInstanceIdentifier": "short-lived", "SkipFinalSnapshot": True}
    with pytest.raises(ClientError, match="deletion protection"):
        rds.delete_db_instance(**delete)
    instance.connect(MASTER).close()
    door = (instance.host, instance.port)
    assert door in listening([cloud.pid])
    rds.modify_db_instance(DBInstanceIdentifier="short-lived", DeletionProtection=False)
    rds.delete_db_instance(**delete)
    # The address is free at once, and may be another emulator's by now.
    assert door not in listening([cloud.pid])


def test_a_parameter_group_reaches_the_server(new_instance: NewInstance, rds: Any) -> None:
    def set_parameters(method: str, **values: str) -> None:
        rds.modify_db_parameter_group(
            DBParameterGroupName="tuned",
            Parameters=[
                {"ParameterName": name, "ParameterValue": text, "ApplyMethod": method}
                for name, text in values.items()
            ],
        )

    rds.create_db_parameter_group(
        DBParameterGroupName="tuned", DBParameterGroupFamily="postgres18", Description="tuned"
    )
    set_parameters("pending-reboot", max_connections="77", log_min_duration_statement="1000")
    instance = new_instance("tuned", DBParameterGroupName="tuned")
    with instance.connect(MASTER) as connection:
        assert value(connection, "SHOW max_connections") == "77"
        assert value(connection, "SHOW log_min_duration_statement") == "1s"
    set_parameters("immediate", **{"rds.force_ssl": "0", "max_connections": "88"})
    with instance.connect(MASTER, sslmode="disable") as connection:
        assert value(connection, "SHOW max_connections") == "77"
    rds.reboot_db_instance(DBInstanceIdentifier="tuned")
    with instance.connect(MASTER) as connection:
        assert value(connection, "SHOW max_connections") == "88"


def test_iam_authentication_has_to_be_enabled(changeable: Instance, rds: Any) -> None:
    with changeable.connect(MASTER) as connection:
        connection.execute("CREATE ROLE by_token LOGIN IN ROLE rds_iam")
    token = rds.generate_db_auth_token(changeable.host, changeable.port, "by_token")
    changeable.connect("by_token", token).close()

    def enable(wanted: bool) -> None:
        rds.modify_db_instance(
            DBInstanceIdentifier="changeable", EnableIAMDatabaseAuthentication=wanted
        )

    enable(False)
    assert "PAM authentication failed" in changeable.refusal("by_token", token)
    enable(True)
    token = rds.generate_db_auth_token(changeable.host, changeable.port, MASTER)
    with changeable.connect(MASTER, token) as connection:
        connection.execute("DROP ROLE by_token")


def test_a_stopped_instance_keeps_its_data(changeable: Instance, rds: Any) -> None:
    with changeable.connect(MASTER) as connection:
        connection.execute("CREATE TABLE kept ()")
    rds.stop_db_instance(DBInstanceIdentifier="changeable")
    assert "the database system is shut down" in changeable.refusal(MASTER)
    rds.start_db_instance(DBInstanceIdentifier="changeable")
    with changeable.connect(MASTER) as connection:
        connection.execute("DROP TABLE kept")


def test_another_port_is_answered_at_the_same_address(
    cloud: Cloud, changeable: Instance, rds: Any
) -> None:
    answer = rds.modify_db_instance(DBInstanceIdentifier="changeable", DBPortNumber=6543)
    endpoint = answer["DBInstance"]["Endpoint"]
    assert (endpoint["Address"], endpoint["Port"]) == (changeable.host, 6543)
    changeable.connect(MASTER, port=6543).close()
    assert (changeable.host, changeable.port) not in listening([cloud.pid])
    rds.modify_db_instance(DBInstanceIdentifier="changeable", DBPortNumber=changeable.port)
    changeable.connect(MASTER).close()


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"Engine": "mysql"}, "the engine 'mysql' is not emulated"),
        ({"EngineVersion": "17.2"}, "PostgreSQL 17.2 is not available here"),
        ({"Port": 80}, "port 80 is outside of 1150 to 65535"),
    ],
)
def test_what_cannot_be_served_is_refused_by_name(
    cloud: Cloud, rds: Any, settings: dict[str, Any], text: str
) -> None:
    with pytest.raises(ClientError, match=text):
        create_instance(rds, "refused", cloud.ca_file, **settings)
    with pytest.raises(ClientError, match="not found"):
        rds.describe_db_instances(DBInstanceIdentifier="refused")


def test_what_fails_inside_is_an_error_that_clients_can_read(rds: Any) -> None:
    with pytest.raises(ClientError, match="the emulated AWS failed: KeyError: 'nobody'"):
        rds.promote_read_replica(DBInstanceIdentifier="nobody")


def test_a_port_that_is_taken_everywhere_is_a_clear_error(cloud: Cloud, rds: Any) -> None:
    with socket.socket() as everywhere:
        everywhere.bind(("0.0.0.0", 0))
        everywhere.listen()
        port = everywhere.getsockname()[1]
        with pytest.raises(ClientError, match=f"port {port} is taken on every loopback address"):
            create_instance(rds, "no-port", cloud.ca_file, Port=port)
    instance = create_instance(rds, "no-port", cloud.ca_file, Port=port)
    assert instance.port == port
    rds.delete_db_instance(DBInstanceIdentifier="no-port", SkipFinalSnapshot=True)


def test_no_password_is_in_the_log(cloud: Cloud, instance: Instance) -> None:
    instance.connect("password_user").close()
    assert PASSWORD not in Path(cloud.log_file).read_text()
