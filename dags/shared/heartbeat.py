"""Writes the time into the stage's database every hour: shows that tasks reach their own stage."""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import dag, task
from stage_connection import Stage

stage = Stage.beside(__file__)


@dag(
    dag_id=f"{stage.name}_heartbeat",
    schedule="@hourly",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=[stage.name],
)
def heartbeat() -> None:
    """One task, which makes its table when it is missing."""

    @task(retries=2)
    def beat() -> None:
        connection = stage.connect("im_data_db", purpose="heartbeat")
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(
                    "CREATE TABLE IF NOT EXISTS heartbeat (beat_at timestamptz PRIMARY KEY)"
                )
                cursor.execute("INSERT INTO heartbeat (beat_at) VALUES (now())")
        finally:
            connection.close()

    beat()


heartbeat()
