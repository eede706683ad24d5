"""How a DAG of any stage reaches its own stage: as the stage's task role, by token, over TLS.

Airflow puts the plugins' folder on Python's path, so a DAG imports this by name. The stage's facts
lie next to the DAG; Airflow's connections and variables are shared by all stages and hold none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import boto3
    from psycopg2.extensions import connection

SESSION_SECONDS = 3600
"""The most that AWS allows a role that was assumed by a role."""


@dataclass(frozen=True)
class Stage:
    """The stage that a DAG belongs to, as its stage.json says."""

    facts: dict[str, Any]

    @classmethod
    def beside(cls, dag_file: str) -> Stage:
        """The stage of the DAG in `dag_file`; every folder of DAGs holds a stage.json."""
        for folder in Path(dag_file).resolve().parents:
            file = folder / "stage.json"
            if file.is_file():
                return cls(json.loads(file.read_text(encoding="utf-8")))
        msg = f"no stage.json beside {dag_file}: was the DAG uploaded by its stage's stack?"
        raise FileNotFoundError(msg)

    @property
    def name(self) -> str:
        """The stage's name: put it into dag ids, as stages share an Airflow."""
        return str(self.facts["stage"])

    def session(self, purpose: str) -> boto3.Session:
        """AWS as the stage's task role, for an hour."""
        # Imported when a task runs: Airflow parses DAG files all the time.
        import boto3

        assumed = boto3.client("sts").assume_role(
            RoleArn=self.facts["task_role_arn"],
            RoleSessionName=f"{self.name}-{purpose}"[:64],
            DurationSeconds=SESSION_SECONDS,
        )["Credentials"]
        return boto3.Session(
            aws_access_key_id=assumed["AccessKeyId"],
            aws_secret_access_key=assumed["SecretAccessKey"],
            aws_session_token=assumed["SessionToken"],
            region_name=self.facts["region"],
        )

    def connect(self, database: str, purpose: str) -> connection:
        """The stage's `database`, by its name without the stage; the server is verified."""
        import psycopg2

        address, port = self.facts["server_address"], self.facts["server_port"]
        user = self.facts["database_user"]
        token = self.session(purpose).client("rds").generate_db_auth_token(address, port, user)
        return psycopg2.connect(
            host=address,
            port=port,
            user=user,
            password=token,
            dbname=self.facts["databases"][database],
            sslmode="verify-full",
            application_name=purpose,
        )
