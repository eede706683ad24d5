"""The one step that uses a password of the server's: it makes the host's admins and throws it away.

A dynamic resource, so the class has to be importable from the project's folder, and nothing heavy
is imported before it runs: every preview imports this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

_REPLACING = ("admin", "master", "resource_id", "roles_admin")
_KEYS = ("address", *_REPLACING, "identifier", "port", "region")


class ServerBootstrapProvider(ResourceProvider):
    """Bootstraps a server when it is made, and again when it was replaced or restored."""

    # It captures nothing: as plain text a change of it would be seen.
    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make the host's admins on the server; see server_admin."""
        from components.server_admin import Server, make_host_admins

        server = Server(
            identifier=props["identifier"],
            resource_id=props["resource_id"],
            address=props["address"],
            port=int(props["port"]),
            region=props["region"],
            master=props["master"],
        )
        make_host_admins(server, props["admin"], props["roles_admin"])
        return CreateResult(id_=props["resource_id"], outs={key: props[key] for key in _KEYS})

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Another server, or other roles: bootstrap again. Another address: only take note."""
        changed = [key for key in _KEYS if _olds.get(key) != _news.get(key)]
        return DiffResult(
            changes=bool(changed), replaces=[key for key in changed if key in _REPLACING]
        )

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Take note of what the server is now called."""
        return UpdateResult(outs={key: _news[key] for key in _KEYS})


@dataclass(frozen=True, kw_only=True)
class ServerBootstrapArgs:
    """Arguments of a ServerBootstrap, none of them secret."""

    identifier: pulumi.Input[str]
    """The instance's name in RDS."""

    resource_id: pulumi.Input[str]
    """RDS's own number of the instance: another one is another server."""

    address: pulumi.Input[str]
    """Where the server answers, as its certificate says."""

    port: pulumi.Input[int]
    """The port it answers at."""

    region: pulumi.Input[str]
    """The region, in which tokens are signed."""

    master: pulumi.Input[str]
    """The server's master."""

    admin: pulumi.Input[str]
    """The role that makes the tenants' admins; the bootstrap makes it."""

    roles_admin: pulumi.Input[str]
    """The role that makes the tenants' other roles; the bootstrap makes it."""


class ServerBootstrap(Resource, name="ServerBootstrap"):
    """A server whose roles sign in by IAM alone, and whose host's admins stand."""

    address: pulumi.Output[str]
    """Where the server answers; known only when it is bootstrapped."""

    port: pulumi.Output[int]
    """The port it answers at."""

    admin: pulumi.Output[str]
    """The role that makes the tenants' admins."""

    roles_admin: pulumi.Output[str]
    """The role that makes the tenants' other roles."""

    def __init__(
        self, name: str, args: ServerBootstrapArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(ServerBootstrapProvider(), name, {**vars(args)}, opts)
