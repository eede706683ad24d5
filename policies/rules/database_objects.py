"""Databases, and what is in them: owned by the stage, and no way out of it."""

from __future__ import annotations

from collections.abc import Iterator

from policies.facts.belonging import worded
from policies.facts.database_names import (
    DATABASE,
    DEFAULTS,
    EXTENSION,
    FUNCTION,
    GRANT,
    GRANT_ROLE,
    IN_A_DATABASE,
    ROLE,
    SCHEMA,
    acts_as,
    is_connect_grant,
    said,
    states,
)
from policies.facts.values import may_be_true, number, shown
from policies.rule import ANY_TYPE, Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource, is_unknown

POSTGRESQL = "postgresql:"
KNOWN_TYPES = frozenset((ROLE, GRANT_ROLE, GRANT, *DEFAULTS, DATABASE, SCHEMA, EXTENSION, FUNCTION))
TRUSTED_LANGUAGES = frozenset(("sql", "plpgsql"))
TEMPLATES = frozenset(("", "template0", "template1"))

_REACHING = (
    "adminpack aws_commons aws_lambda aws_s3 dblink file_fdw hdfs_fdw log_fdw mongo_fdw mysql_fdw "
    "odbc_fdw oracle_fdw orafce pageinspect pg_buffercache pg_cron pg_tle "
    "pg_transport pg_walinspect pgactive pglogical plperlu plproxy pltclu "
    "plpython2u plpython3u plpythonu plrust postgres_fdw rds_activity_stream rds_tools "
    "sqlite_fdw tds_fdw xml2"
)
REACHING_EXTENSIONS = frozenset(_REACHING.split())
"""They open connections or files, run code outside of SQL, or show what other databases do."""


@for_resource(
    ANY_TYPE,
    id="database-object-by-own-admin",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="What is in a stage's databases is made by the stage's own admin.",
    why="Grants of a role that is not the owner report success and do nothing, and what the host's "
    "admin makes belongs to no stage.",
    remedy="Give it the provider of the stage's admin.",
)
def object_by_own_admin(resource: Resource, context: Context) -> Iterator[Finding]:
    """Roles are made by the host; so is the grant by which a tenant's admin reaches the server."""
    stages = context.stages
    by_host = resource.type in {ROLE, GRANT_ROLE} or (
        resource.type == GRANT and is_connect_grant(resource, stages)
    )
    judged = resource.type.startswith(POSTGRESQL) and not by_host
    if judged and acts_as(resource) != stages.current.names.admin:
        yield Finding(
            found=f"made by {worded(acts_as(resource), 'nobody in particular')}",
            allowed=stages.current.names.admin,
        )


@for_resource(
    ANY_TYPE,
    id="database-object-known",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="A stack makes roles, grants, databases, schemas, extensions and functions, and nothing "
    "that carries data out of a database.",
    why="Publications, subscriptions, replication slots and foreign servers copy data to where no "
    "grant counts, and a forgotten slot fills the server's disk.",
    remedy="Remove it; other stages read through the read-only door.",
)
def object_known(resource: Resource, context: Context) -> Iterator[Finding]:
    """Types that appear later are refused until a rule knows them."""
    del context
    if resource.type.startswith(POSTGRESQL) and resource.type not in KNOWN_TYPES:
        yield Finding(found=resource.type, allowed=", ".join(sorted(KNOWN_TYPES)))


@for_resource(
    *IN_A_DATABASE,
    id="database-object-in-own",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="What a stage makes in a database, it makes in its own.",
    why="In another stage's database it shows that stage's data, or is there at its mercy.",
    remedy="Use database=database.name of a database that this stack makes.",
)
def object_in_own(resource: Resource, context: Context) -> Iterator[Finding]:
    """Absent is the provider's, `postgres`; what is computed is another rule's."""
    stages = context.stages
    allowed = stages.current.names.database("")
    is_own = is_unknown(resource.props, "database") or said(resource.props, "database").startswith(
        allowed
    )
    connects = resource.type == GRANT and is_connect_grant(resource, stages)
    if not is_own and not connects:
        yield Finding(found=shown(resource.props, "database"), allowed=f"{allowed}<name>")


@for_resource(
    DATABASE,
    id="database-owned-by-stage",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="A stage's database bears its name and is owned by its admin.",
    why="With another owner, grants do nothing and PUBLIC, so every other stage, may connect.",
    remedy="Use names.database(...) and owner=names.admin.",
)
def owned_by_stage(database: Resource, context: Context) -> Iterator[Finding]:
    """The readers' role owns nothing, as nobody but the admin does."""
    names = context.stages.current.names
    if not said(database.props, "name").startswith(names.database("")):
        yield Finding(found=shown(database.props, "name"), allowed=f"{names.stage}.<name>")
    if said(database.props, "owner") != names.admin:
        yield Finding(found=shown(database.props, "owner"), allowed=names.admin)


@for_resource(
    DATABASE,
    id="database-no-copy",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="A database is made empty, and nobody makes copies of it.",
    why="A template may be copied by every role that makes databases, another stage's admin too.",
    remedy="Remove template and is_template.",
)
def no_copy(database: Resource, context: Context) -> Iterator[Finding]:
    """PostgreSQL's own templates are empty."""
    del context
    if said(database.props, "template") not in TEMPLATES:
        yield Finding(found=shown(database.props, "template"), allowed="absent")
    if may_be_true(database.props, "isTemplate"):
        yield Finding(found=shown(database.props, "isTemplate"), allowed="absent or false")


@for_resource(
    DATABASE,
    id="database-connections",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="Every database has a connection limit; one of a stage that may break freely a smaller "
    "one than its host's.",
    why="Whatever connects without end to one database takes the server from the others.",
    remedy="Set tenant.databases.<name>.connections.",
)
def connections(database: Resource, context: Context) -> Iterator[Finding]:
    """Absent and -1 mean unlimited."""
    stages = context.stages
    value = number(database.props, "connectionLimit")
    if value is None or value <= 0:
        yield Finding(found=shown(database.props, "connectionLimit"), allowed="more than 0")
        return
    host = stages.all.get(stages.current.host)
    if stages.current.is_lasting or host is None:
        return
    most = min(settings.connections for settings in host.settings.tenant.databases.values())
    if value >= most:
        yield Finding(
            found=shown(database.props, "connectionLimit"),
            allowed=f"fewer than the {most} of {host.name}",
        )


@for_resource(
    SCHEMA,
    id="database-schema-of-stage",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="A schema belongs to the stage's admin, and privileges on it are grants of their own.",
    why="Policies inside a schema grant to any role, and to PUBLIC where none is named.",
    remedy="Set owner=names.admin and use postgresql.Grant.",
)
def schema_of_stage(schema: Resource, context: Context) -> Iterator[Finding]:
    """An owner that is absent is the provider's user."""
    admin = context.stages.current.names.admin
    owner = worded(said(schema.props, "owner"), acts_as(schema))
    if owner != admin:
        yield Finding(found=f"owner is {worded(owner)}", allowed=admin)
    if states(schema.props, "policies"):
        yield Finding(found="policies are set", allowed="absent")


@for_resource(
    EXTENSION,
    id="database-extension-reaches-out",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="No extension reaches other databases, files, AWS or code outside of SQL.",
    why="It works with rights that no grant shows, and carries data to other stages.",
    remedy="Remove it; what has to leave a database leaves it through Airflow.",
)
def extension_reaches_out(extension: Resource, context: Context) -> Iterator[Finding]:
    """create_cascade also makes what an extension asks for."""
    del context
    name = said(extension.props, "name").strip('" ').lower()
    is_known = name.replace("_", "").replace("-", "").isalnum()
    if not is_known or name in REACHING_EXTENSIONS:
        yield Finding(
            found=shown(extension.props, "name"), allowed="extensions that stay in the database"
        )
    if may_be_true(extension.props, "createCascade"):
        yield Finding(found=shown(extension.props, "createCascade"), allowed="absent or false")


@for_resource(
    FUNCTION,
    id="database-function-as-caller",
    group=Group.ISOLATION,
    severity=Severity.HIGH,
    what="Functions run with the rights of who calls them, in SQL or PL/pgSQL.",
    why="PUBLIC may execute every function: one that runs as its owner gives everybody what the "
    "owner may, and an untrusted language the server itself.",
    remedy="Remove security_definer; write it in sql or plpgsql.",
)
def function_as_caller(function: Resource, context: Context) -> Iterator[Finding]:
    """The provider's default language is plpgsql."""
    del context
    if may_be_true(function.props, "securityDefiner"):
        yield Finding(found=shown(function.props, "securityDefiner"), allowed="absent or false")
    language = worded(said(function.props, "language").lower(), "plpgsql")
    if language not in TRUSTED_LANGUAGES:
        yield Finding(
            found=shown(function.props, "language"), allowed=", ".join(sorted(TRUSTED_LANGUAGES))
        )
