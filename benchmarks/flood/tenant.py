"""The hostile tenant as a process: `python -m benchmarks.flood.tenant`.

Its argument is a JSON object; it says what it took, floods until its standard input ends, and goes.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import psycopg

from benchmarks.flood.hostile import flood, make_databases, take_sessions


def main() -> None:
    """Take, tell, flood."""
    asked: dict[str, Any] = json.loads(sys.argv[1])
    admin, app, readonly = asked["roles"]

    def connect(user: str, database: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=asked["folder"], port=5432, user=user, dbname=database, autocommit=True
        )

    databases = make_databases(connect, admin, (app, readonly), asked["database"])
    taken = take_sessions(connect, (admin, app, readonly), databases)
    told = {"sessions": dict(taken.by_role), "refusals": sorted(taken.refusals)}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    flood(taken, asked["kind"], readonly, asked["seconds"])
    sys.stdin.read()
    os._exit(0)  # whoever ends the flood ends its sessions


if __name__ == "__main__":
    main()
