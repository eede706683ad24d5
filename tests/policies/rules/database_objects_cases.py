"""Cases of policies/rules/database_objects.py."""

from __future__ import annotations

from typing import Any

from stages.settings import DatabaseSettings
from tests.policies.cases import UNKNOWN, Case, Fixture, passing, violating
from tests.policies.edited_stages import edited, without

P = "postgresql:index/"
DATABASE = f"{P}database:Database"
SCHEMA = f"{P}schema:Schema"
EXTENSION = f"{P}extension:Extension"
FUNCTION = f"{P}function:Function"
GRANT = f"{P}grant:Grant"
ROLE = f"{P}role:Role"

ADMIN = "database-object-by-own-admin"
KNOWN = "database-object-known"
IN_OWN = "database-object-in-own"
OWNED = "database-owned-by-stage"
COPY = "database-no-copy"
CONNECTIONS = "database-connections"
OF_STAGE = "database-schema-of-stage"
REACHES = "database-extension-reaches-out"
CALLER = "database-function-as-caller"


def made(type_: str, maker: Any = "preprod_admin", **props: Any) -> Fixture:
    """A resource of a provider that signs in as `maker`."""
    return Fixture(type=type_, props=props, provider={"username": maker})


def connect(maker: str, database: str = "postgres") -> Fixture:
    """The host's grant by which a tenant's admin reaches the server."""
    return made(
        GRANT,
        maker,
        role="test_admin",
        database=database,
        objectType="database",
        privileges=["CONNECT"],
    )


def extension(**props: Any) -> Case:
    """One that reaches out."""
    return violating(REACHES, made(EXTENSION, **props), title=str(props))


CASES = (
    passing(ADMIN, made(DATABASE)),
    passing(ADMIN, made(DATABASE, "test_admin"), stack="test"),
    passing(ADMIN, made(ROLE, "preprod_host_roles"), title="a role"),
    passing(ADMIN, connect("preprod_host_admin"), title="the host's grant"),
    passing(ADMIN, Fixture(type="aws:s3/bucket:Bucket"), title="something else"),
    violating(ADMIN, made(DATABASE, "preprod_host_admin")),
    violating(ADMIN, made(SCHEMA, "test_admin"), title="another stage's"),
    violating(ADMIN, made(GRANT, "preprod_host_admin"), title="another grant of the host's"),
    violating(
        ADMIN,
        made(SCHEMA, "preprod_host_admin", **dict(connect("preprod_host_admin").props)),
        title="a schema in the same words",
    ),
    violating(ADMIN, made(DATABASE, UNKNOWN), title="unknown"),
    violating(ADMIN, Fixture(type=DATABASE), title="no provider"),
    passing(KNOWN, made(DATABASE)),
    passing(KNOWN, Fixture(type="aws:s3/bucket:Bucket"), title="something else"),
    *(
        violating(KNOWN, made(f"{P}{type_}"), title=type_)
        for type_ in (
            "publication:Publication",
            "subscription:Subscription",
            "server:Server",
            "userMapping:UserMapping",
            "securityLabel:SecurityLabel",
            "replicationSlot:ReplicationSlot",
        )
    ),
    passing(IN_OWN, made(GRANT, database="preprod.im_data_db")),
    passing(IN_OWN, made(SCHEMA, database=UNKNOWN), title="computed"),
    passing(IN_OWN, connect("preprod_host_admin"), title="the host's grant"),
    violating(IN_OWN, made(GRANT, database="preprod.im_data_db"), stack="test"),
    violating(IN_OWN, made(GRANT, database="preprodim_data_db"), title="a name without the dot"),
    violating(IN_OWN, made(EXTENSION), title="absent"),
    violating(IN_OWN, connect("preprod_admin"), title="not by the host"),
    violating(
        IN_OWN,
        made(SCHEMA, "preprod_host_admin", **dict(connect("preprod_host_admin").props)),
        title="a schema in the same words",
    ),
    passing(OWNED, made(DATABASE, name="preprod.a", owner="preprod_admin")),
    violating(OWNED, made(DATABASE, name="test.a", owner="preprod_admin"), title="name"),
    violating(OWNED, made(DATABASE, name="a", owner="preprod_admin"), title="nobody's name"),
    violating(OWNED, made(DATABASE, name=UNKNOWN, owner="preprod_admin"), title="unknown name"),
    violating(OWNED, made(DATABASE, name="preprod.a", owner="preprod_readonly"), title="readers"),
    violating(OWNED, made(DATABASE, name="preprod.a", owner="preprod_host_admin"), title="host"),
    violating(OWNED, made(DATABASE, name="preprod.a"), title="no owner"),
    violating(OWNED, made(DATABASE, name="preprod.a", owner=UNKNOWN), title="unknown owner"),
    passing(COPY, made(DATABASE)),
    passing(COPY, made(DATABASE, template="template0", isTemplate=False)),
    violating(COPY, made(DATABASE, template="preprod.im_data_db")),
    violating(COPY, made(DATABASE, template=UNKNOWN), title="unknown"),
    violating(COPY, made(DATABASE, isTemplate=True), title="a template itself"),
    passing(CONNECTIONS, made(DATABASE, connectionLimit=200)),
    passing(CONNECTIONS, made(DATABASE, connectionLimit=50), stack="test"),
    passing(CONNECTIONS, made(DATABASE, connectionLimit=5000), title="a protected stage"),
    passing(
        CONNECTIONS,
        made(DATABASE, connectionLimit=5000),
        stages=without("test", "preprod"),
        title="no host to compare with",
    ),
    violating(CONNECTIONS, made(DATABASE), title="absent"),
    violating(CONNECTIONS, made(DATABASE, connectionLimit=-1), title="unlimited"),
    violating(CONNECTIONS, made(DATABASE, connectionLimit=UNKNOWN), title="unknown"),
    violating(CONNECTIONS, made(DATABASE, connectionLimit=200), stack="test"),
    violating(
        CONNECTIONS,
        made(DATABASE, connectionLimit=50),
        stages=edited("test", {"preprod.tenant.databases.small": DatabaseSettings(connections=50)}),
        title="as many as the host's smallest",
    ),
    passing(OF_STAGE, made(SCHEMA, owner="preprod_admin", policies=[])),
    passing(OF_STAGE, made(SCHEMA), title="the provider's user"),
    violating(OF_STAGE, made(SCHEMA, owner="preprod_readonly"), title="readers"),
    violating(OF_STAGE, made(SCHEMA, owner=UNKNOWN), title="unknown"),
    violating(OF_STAGE, made(SCHEMA, "preprod_host_admin"), title="the host"),
    violating(OF_STAGE, made(SCHEMA, policies=[{"usage": True}]), title="policies"),
    violating(OF_STAGE, made(SCHEMA, policies=UNKNOWN), title="unknown policies"),
    passing(REACHES, made(EXTENSION, name="pgcrypto")),
    passing(REACHES, made(EXTENSION, name="uuid-ossp", createCascade=False)),
    extension(name="dblink"),
    extension(name="DBLink"),
    extension(name="postgres_fdw"),
    extension(name="aws_s3"),
    extension(name="plpython3u"),
    extension(name='x"; DROP TABLE y'),
    extension(name=UNKNOWN),
    extension(),
    extension(name="pgcrypto", createCascade=True),
    passing(CALLER, made(FUNCTION)),
    passing(CALLER, made(FUNCTION, language="SQL", securityDefiner=False)),
    violating(CALLER, made(FUNCTION, securityDefiner=True)),
    violating(CALLER, made(FUNCTION, securityDefiner=UNKNOWN), title="perhaps"),
    violating(CALLER, made(FUNCTION, language="plpython3u")),
    violating(CALLER, made(FUNCTION, language=UNKNOWN), title="unknown language"),
)
