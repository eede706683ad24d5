"""The resource types: properties, defaults, and which of them force a replacement.

Source of every row is the `Schema` map in `postgresql/resource_postgresql_<type>.go` of
https://github.com/cyrilgdn/terraform-provider-postgresql/tree/ff936b9548c1076f498523a2bd116915ff977142
(`ForceNew` is `replaces`), with the property names of the SDK's Args classes
(`search_path` is `searchPaths`, `policy` is `policies` there).
"""

from __future__ import annotations

from typing import Final

from emulator.providers.postgresql.attributes import Attribute, Kind, ResourceType

GRANT_OBJECT_TYPES: Final = (
    "database",
    "function",
    "procedure",
    "routine",
    "schema",
    "sequence",
    "table",
    "foreign_data_wrapper",
    "foreign_server",
    "column",
)
DEFAULT_PRIVILEGES_OBJECT_TYPES: Final = (
    "table",
    "sequence",
    "function",
    "routine",
    "type",
    "schema",
)
FLAG: Final = Attribute(kind=Kind.BOOLEAN, default=False)
TEXT: Final = Attribute()

ROLE: Final = ResourceType(
    name="Role",
    read_texts=frozenset({"assumeRole"}),
    read_lists=frozenset({"roles", "searchPaths"}),
    attributes={
        "name": TEXT,
        "password": Attribute(secret=True, conflicts_with=("passwordWo", "passwordWoVersion")),
        "passwordWo": Attribute(
            secret=True,
            write_only=True,
            conflicts_with=("password",),
            required_with="passwordWoVersion",
        ),
        "passwordWoVersion": Attribute(conflicts_with=("password",), required_with="passwordWo"),
        "encrypted": TEXT,
        "roles": Attribute(kind=Kind.SET),
        "searchPaths": Attribute(kind=Kind.LIST),
        "encryptedPassword": Attribute(kind=Kind.BOOLEAN, default=True),
        "validUntil": Attribute(default="infinity"),
        "connectionLimit": Attribute(kind=Kind.INTEGER, default=-1, minimum=-1),
        "superuser": FLAG,
        "createDatabase": FLAG,
        "createRole": FLAG,
        "idleInTransactionSessionTimeout": Attribute(kind=Kind.INTEGER, minimum=0),
        "inherit": Attribute(kind=Kind.BOOLEAN, default=True),
        "login": FLAG,
        "replication": FLAG,
        "bypassRowLevelSecurity": FLAG,
        "skipDropRole": FLAG,
        "skipReassignOwned": FLAG,
        "statementTimeout": Attribute(kind=Kind.INTEGER, minimum=0),
        "assumeRole": TEXT,
    },
)
DATABASE: Final = ResourceType(
    name="Database",
    attributes={
        "name": TEXT,
        "owner": Attribute(computed=True),
        "template": Attribute(computed=True, replaces=True),
        "encoding": Attribute(computed=True, replaces=True),
        "lcCollate": Attribute(computed=True, replaces=True),
        "lcCtype": Attribute(computed=True, replaces=True),
        "tablespaceName": Attribute(computed=True),
        "connectionLimit": Attribute(kind=Kind.INTEGER, default=-1, minimum=-1),
        "allowConnections": Attribute(kind=Kind.BOOLEAN, default=True),
        "isTemplate": Attribute(kind=Kind.BOOLEAN, computed=True),
        "alterObjectOwnership": FLAG,
    },
)
GRANT: Final = ResourceType(
    name="Grant",
    delete_before_replace=True,
    importable=False,
    attributes={
        "role": Attribute(required=True, replaces=True),
        "database": Attribute(required=True, replaces=True),
        "schema": Attribute(replaces=True),
        "objectType": Attribute(required=True, replaces=True, allowed=GRANT_OBJECT_TYPES),
        "objects": Attribute(kind=Kind.SET, replaces=True),
        "columns": Attribute(kind=Kind.SET, replaces=True),
        "privileges": Attribute(kind=Kind.SET, required=True),
        "withGrantOption": Attribute(kind=Kind.BOOLEAN, default=False, replaces=True),
    },
)
DEFAULT_PRIVILEGES: Final = ResourceType(
    name="DefaultPrivileges",
    importable=False,
    attributes={
        "role": Attribute(required=True, replaces=True),
        "database": Attribute(required=True, replaces=True),
        "owner": Attribute(required=True, replaces=True),
        "schema": Attribute(replaces=True),
        "objectType": Attribute(
            required=True, replaces=True, allowed=DEFAULT_PRIVILEGES_OBJECT_TYPES
        ),
        "privileges": Attribute(kind=Kind.SET, required=True),
        "withGrantOption": Attribute(kind=Kind.BOOLEAN, default=False, replaces=True),
    },
)
GRANT_ROLE: Final = ResourceType(
    name="GrantRole",
    importable=False,
    attributes={
        "role": Attribute(required=True, replaces=True),
        "grantRole": Attribute(required=True, replaces=True),
        "withAdminOption": Attribute(kind=Kind.BOOLEAN, default=False, replaces=True),
    },
)
SCHEMA: Final = ResourceType(
    name="Schema",
    attributes={
        "name": TEXT,
        "database": Attribute(computed=True, replaces=True),
        "owner": Attribute(computed=True),
        "ifNotExists": Attribute(kind=Kind.BOOLEAN, default=True),
        "dropCascade": FLAG,
        "policies": Attribute(kind=Kind.POLICIES, computed=True),
    },
)
EXTENSION: Final = ResourceType(
    name="Extension",
    attributes={
        "name": Attribute(replaces=True),
        "schema": Attribute(computed=True),
        "version": Attribute(computed=True),
        "database": Attribute(computed=True, replaces=True),
        "dropCascade": FLAG,
        "createCascade": FLAG,
    },
)
