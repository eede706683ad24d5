"""One database of a stage, and who may do what in it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_postgresql as postgresql

from stages.names import Names
from stages.settings import DatabaseSettings

PUBLIC_SCHEMA = "public"
"""Every database has it from the start, owned by the database's owner."""

TABLE_PRIVILEGES = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]


@dataclass(frozen=True, kw_only=True)
class StageDatabaseArgs:
    """Arguments of a StageDatabase."""

    names: Names
    """The stage's names."""

    database: str
    """The database's name, without the stage."""

    settings: DatabaseSettings
    """Schemas, connections and generation."""

    protect: bool
    """Whether Pulumi refuses to drop it."""

    after: list[pulumi.Resource]
    """The database before this one: the provider's few connections serve one at a time."""


class StageDatabase(pulumi.ComponentResource):
    """A database owned by the stage's admin, shut to PUBLIC, open to the stage's own roles.

    Every grant names the database by its output, and is replaced with it: when the database is
    dropped, grants on it are gone in fact, although their text stays the same.
    """

    database: pulumi.Output[str]
    """The database's full name."""

    last: pulumi.Resource
    """The last of the grants, which are made one after the other: two at a time collide."""

    def __init__(
        self, name: str, args: StageDatabaseArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:StageDatabase", name, None, opts)
        self._generation = args.settings.generation
        self._database = postgresql.Database(
            f"{name}-database",
            name=args.names.database(args.database),
            owner=args.names.admin,
            connection_limit=args.settings.connections,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                depends_on=args.after,
                # Two databases cannot bear one name, not even for a moment.
                delete_before_replace=True,
                replacement_trigger=self._generation,
            ),
        )
        self.database = self._database.name
        self.last = self._database
        self._grant(f"{name}-public", "public", "database", [])
        self._grant(f"{name}-app", args.names.app, "database", ["CONNECT", "TEMPORARY"])
        self._grant(f"{name}-readonly", args.names.readonly, "database", ["CONNECT"])
        for schema in args.settings.schemas:
            self._open_schema(f"{name}-{schema}", schema, args.names)
        self._share_what_comes_later(name, args.names)
        self.register_outputs({"database": self.database})

    def _next(self) -> pulumi.ResourceOptions:
        """Options of the next resource in the chain.

        It is replaced with the database. What is dropped with it needs no revoking, which would
        fail where somebody has dropped a schema.
        """
        return pulumi.ResourceOptions(
            parent=self,
            depends_on=[self.last],
            deleted_with=self._database,
            replacement_trigger=self._generation,
        )

    def _grant(
        self,
        name: str,
        role: str,
        object_type: str,
        privileges: list[str],
        schema: pulumi.Input[str] | None = None,
    ) -> None:
        self.last = postgresql.Grant(
            f"{name}-{object_type}-grant",
            database=self.database,
            role=role,
            object_type=object_type,
            schema=schema,
            privileges=privileges,
            opts=self._next(),
        )

    def _open_schema(self, name: str, schema: str, names: Names) -> None:
        schema_name: pulumi.Input[str] = schema
        if schema != PUBLIC_SCHEMA:
            made = postgresql.Schema(
                f"{name}-schema",
                name=schema,
                database=self.database,
                owner=names.admin,
                opts=self._next(),
            )
            schema_name, self.last = made.name, made
        self._grant(f"{name}-app", names.app, "schema", ["CREATE", "USAGE"], schema_name)
        self._grant(f"{name}-readonly", names.readonly, "schema", ["USAGE"], schema_name)

    def _share_what_comes_later(self, name: str, names: Names) -> None:
        """Default privileges count only for what their owner makes: name all who make tables."""
        for maker, owner in (("admin", names.admin), ("app", names.app)):
            for kind in ("table", "sequence"):
                self._default(f"{name}-{maker}-readonly", owner, names.readonly, kind, ["SELECT"])
        self._default(f"{name}-admin-app", names.admin, names.app, "table", TABLE_PRIVILEGES)
        self._default(
            f"{name}-admin-app", names.admin, names.app, "sequence", ["SELECT", "UPDATE", "USAGE"]
        )

    def _default(
        self, name: str, owner: str, role: str, object_type: str, privileges: list[str]
    ) -> None:
        self.last = postgresql.DefaultPrivileges(
            f"{name}-{object_type}-default",
            database=self.database,
            owner=owner,
            role=role,
            object_type=object_type,
            privileges=privileges,
            opts=self._next(),
        )
