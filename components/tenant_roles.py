"""A tenant's login roles, made by its host: a tenant that makes roles itself is not contained."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_postgresql as postgresql

from stages.names import Names
from stages.server_settings import TenantLimits

IAM_ROLE = "rds_iam"
"""RDS lets members of this role sign in by IAM token only."""


@dataclass(frozen=True, kw_only=True)
class TenantRolesArgs:
    """Arguments of TenantRoles."""

    names: Names
    """The tenant's names."""

    limits: TenantLimits
    """What it may take of the server."""

    roles_provider: postgresql.Provider
    """Signed in as the host's maker of roles; the component's own provider is its admin."""

    after: list[pulumi.Resource]
    """The grant on `postgres` before this tenant's: two at a time would collide."""


class TenantRoles(pulumi.ComponentResource):
    """`<stage>_app`, `<stage>_readonly` and `<stage>_admin`, each with its limits."""

    connect: pulumi.Resource
    """The grant by which the tenant's admin may connect: the last thing that it needs."""

    def __init__(
        self, name: str, args: TenantRolesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:TenantRoles", name, None, opts)
        names, limits = args.names, args.limits
        child = pulumi.ResourceOptions(parent=self)
        by_maker = pulumi.ResourceOptions(parent=self, provider=args.roles_provider)
        app = _role(f"{name}-app", names.app, limits.app_connections, limits, by_maker)
        readonly = _role(
            f"{name}-readonly", names.readonly, limits.readonly_connections, limits, by_maker
        )
        admin = _role(
            f"{name}-admin",
            names.admin,
            limits.admin_connections,
            limits,
            child,
            # Of `app` for its default privileges, of both to end their sessions before a drop.
            member_of=[app.name, readonly.name],
            create_database=True,
        )
        self.connect = postgresql.Grant(
            f"{name}-connect",
            role=admin.name,
            # The provider of the tenant's admin begins here.
            database="postgres",
            object_type="database",
            privileges=["CONNECT"],
            opts=pulumi.ResourceOptions(parent=self, depends_on=args.after),
        )
        self.register_outputs({})


def _role(
    name: str,
    role: str,
    connections: int,
    limits: TenantLimits,
    opts: pulumi.ResourceOptions,
    *,
    member_of: list[pulumi.Output[str]] | None = None,
    create_database: bool = False,
) -> postgresql.Role:
    return postgresql.Role(
        name,
        name=role,
        login=True,
        create_database=create_database,
        roles=[IAM_ROLE, *(member_of or [])],
        connection_limit=connections,
        statement_timeout=limits.statement_timeout_seconds * 1000,
        idle_in_transaction_session_timeout=limits.idle_in_transaction_timeout_seconds * 1000,
        opts=opts,
    )
