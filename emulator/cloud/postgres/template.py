"""A prepared data directory that every new server starts from: making one takes half a second.

It holds what RDS puts into a new server before the master user exists: the superuser `rdsadmin`,
the database of the same name, and the roles of the managed service. Source for the roles:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from emulator.cloud.postgres.programs import Programs
from emulator.cloud.postgres.spawner import Spawner

SUPERUSER: Final = "rdsadmin"
IAM_ROLE: Final = "rds_iam"
OWN_ROLES: Final = ("rds_superuser", IAM_ROLE, "rds_password", "rds_replication", "rds_ad")
GRANTED_TO_SUPERUSERS: Final = (
    "pg_monitor",
    "pg_signal_backend",
    "pg_checkpoint",
    "pg_read_all_data",
    "pg_write_all_data",
    "pg_use_reserved_connections",
    "pg_create_subscription",
    "rds_password",
    "rds_replication",
)
BUILTIN_LOCALES_SINCE: Final = 17
"""Major version from which on a locale need not depend on the machine's."""
IO_METHODS_SINCE: Final = 18
CONFIGURATION: Final = """
# Nothing here survives a crash, on purpose: the data lives no longer than the emulator.
fsync = off
synchronous_commit = off
full_page_writes = off
listen_addresses = ''
unix_socket_permissions = 0700
shared_buffers = 32MB
max_connections = 200
max_wal_size = 128MB
huge_pages = off
timezone = 'UTC'
log_timezone = 'UTC'
password_encryption = 'scram-sha-256'
rds.force_ssl = 'on'
"""


def make_template(programs: Programs, spawner: Spawner, folder: Path, front_user: str) -> None:
    """Make the data directory `folder`; `front_user` is the one that may come in as any role."""
    log = folder.with_suffix(".log")
    data = folder.with_suffix(".new")
    initdb = [programs.path("initdb"), "-D", str(data), "-U", SUPERUSER, "-E", "UTF8"]
    initdb += ["--no-sync", "--no-instructions", "--wal-segsize=4", "--auth=reject"]
    if programs.major >= BUILTIN_LOCALES_SINCE:
        initdb += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    else:
        initdb += ["--locale=C.UTF-8"]
    log.touch()
    spawner.run(programs, initdb, log)
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write(CONFIGURATION)
        if programs.major >= IO_METHODS_SINCE:  # saves three processes per server
            configuration.write("io_method = sync\n")
    (data / "pg_hba.conf").write_text(
        f"local replication {SUPERUSER} peer map=replica\nlocal all all peer map=front\n"
    )
    (data / "pg_ident.conf").write_text(
        f'front "{front_user}" all\nreplica "{programs.user.name}" {SUPERUSER}\n'
    )
    single = [programs.path("postgres"), "--single", "-j", "-D", str(data), "postgres"]
    spawner.run(programs, single, log, stdin=_statements())
    data.rename(folder)


def _statements() -> str:
    """SQL for single-user mode, where an empty line ends a statement."""
    statements = [f"CREATE ROLE {role} NOLOGIN" for role in OWN_ROLES]
    statements += [
        f"GRANT {', '.join(GRANTED_TO_SUPERUSERS)} TO rds_superuser WITH ADMIN OPTION",
        # May hand rds_iam on without being subject to it: the front passes over this one grant.
        f"GRANT {IAM_ROLE} TO rds_superuser WITH ADMIN TRUE, INHERIT FALSE, SET FALSE",
        f"CREATE DATABASE {SUPERUSER} STRATEGY file_copy",
        f"REVOKE ALL ON DATABASE {SUPERUSER} FROM PUBLIC",
    ]
    return "".join(f"{statement};\n\n" for statement in statements)


def copy_template(template: Path, data: Path, programs: Programs) -> None:
    """Copy the data directory for a server, owned by the user that runs PostgreSQL."""
    shutil.copytree(template, data)
    own(data, programs)


def own(folder: Path, programs: Programs) -> None:
    """Hand a folder with all that is in it to the user that runs PostgreSQL."""
    user = programs.user
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user.uid, user.gid)
    folder.chmod(0o700)
