"""Whose a database role is, and as whom a resource of the postgresql package is made."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Any

from policies.facts.belonging import hosted
from policies.stage_map import Stages
from policies.subjects import Resource, is_unknown
from stages.names import Names

ROLE = "postgresql:index/role:Role"
GRANT_ROLE = "postgresql:index/grantRole:GrantRole"
GRANT = "postgresql:index/grant:Grant"
DEFAULTS = (
    "postgresql:index/defaultPrivileges:DefaultPrivileges",
    "postgresql:index/defaultPrivileg:DefaultPrivileg",
)
DATABASE = "postgresql:index/database:Database"
SCHEMA = "postgresql:index/schema:Schema"
EXTENSION = "postgresql:index/extension:Extension"
FUNCTION = "postgresql:index/function:Function"
IN_A_DATABASE = (GRANT, *DEFAULTS, SCHEMA, EXTENSION, FUNCTION)
"""Types that lie in the database that they name."""

PUBLIC = "public"
UNKNOWN = "(not known before the up)"


def said(props: Mapping[str, Any], key: str) -> str:
    """The text where it is known, `UNKNOWN` where it is not yet, empty where it is absent."""
    return UNKNOWN if is_unknown(props, key) else str(props.get(key) or "")


def states(props: Mapping[str, Any], key: str) -> bool:
    """Whether something stands there, known or not; providers fill in what is empty."""
    if is_unknown(props, key):
        return True
    value = props.get(key)
    return value is not None and not (isinstance(value, Sized) and len(value) == 0)


def listed(props: Mapping[str, Any], key: str) -> list[str]:
    """The texts of a list, `UNKNOWN` for what is not known yet; empty where it is absent."""
    if is_unknown(props, key):
        return [UNKNOWN]
    value = props.get(key)
    if value is None:
        return []
    return [
        UNKNOWN if is_unknown(value, index) else str(value[index]) for index in range(len(value))
    ]


def acts_as(resource: Resource) -> str:
    """The role as which its provider signs in."""
    return said(resource.provider, "username")


def stage_of(role: str) -> str:
    """The stage that a role's name begins with; stages' names have no underscore."""
    return role.partition("_")[0] if "_" in role else ""


def host_logins(names: Names) -> tuple[str, ...]:
    """The roles of the host itself, which the bootstrap makes."""
    return (names.master, names.host_admin, names.host_roles)


def is_own_role(role: str, stages: Stages) -> bool:
    """Whether it is one of the stage's own, as a tenant."""
    own = stages.current.names
    return stage_of(role) == own.stage and role not in host_logins(own)


def is_hosted_role(role: str, stages: Stages) -> bool:
    """Whether it belongs to a stage that this stack hosts, as a tenant."""
    return stage_of(role) in hosted(stages) and role not in host_logins(stages.current.names)


def is_connect_grant(resource: Resource, stages: Stages) -> bool:
    """Whether it is the host's grant by which a tenant's admin reaches the server at all.

    The provider of the tenant's admin begins in the database `postgres`.
    """
    props = resource.props
    role = said(props, "role")
    return (
        acts_as(resource) == stages.current.names.host_admin
        and role in {stages.current.names.of(stage).admin for stage in hosted(stages)}
        and said(props, "database") == "postgres"
        and said(props, "objectType") == "database"
        and listed(props, "privileges") == ["CONNECT"]
    )
