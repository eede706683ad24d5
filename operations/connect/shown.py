"""Lines to copy: a client's command, a URL, a notebook's cell."""

from __future__ import annotations

import shlex
from urllib.parse import quote, urlencode

from operations.connect.client_files import PARAMETERS, Client


def psql(client: Client) -> str:
    """A command; it works with pgcli's name as well."""
    return f"psql {shlex.quote(client.connection_string)}"


def url(client: Client, *, with_password_file: bool = True) -> str:
    """SQLAlchemy's URL, whose password is looked up at every connection."""
    variables = client.variables
    names = ["PGHOSTADDR", "PGSSLMODE", "PGSSLROOTCERT"]
    names += ["PGPASSFILE"] if with_password_file else []
    options = urlencode({PARAMETERS[name]: variables[name] for name in names})
    where = f"{client.server.address}:{client.port}/{quote(client.door.database)}"
    return f"postgresql+psycopg://{client.door.user}@{where}?{options}"


def notebook(client: Client) -> str:
    """A cell that makes a fresh token for every connection, with the reader's own credentials."""
    door, server = client.door, client.server
    return f"""\
import boto3, sqlalchemy

def token():
    keys = boto3.client("sts", region_name="{door.region}").assume_role(
        RoleArn="{door.role_arn}", RoleSessionName="notebook")["Credentials"]
    return boto3.client(
        "rds", region_name="{door.region}", aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"],
    ).generate_db_auth_token("{server.address}", {server.port}, "{door.user}")

engine = sqlalchemy.create_engine("{url(client, with_password_file=False)}")

@sqlalchemy.event.listens_for(engine, "do_connect")
def sign_in(dialect, record, arguments, parameters):
    parameters["password"] = token()

with engine.connect() as connection:
    print(connection.exec_driver_sql("SELECT current_user").scalar())"""
