"""Instances that sessions go through, and the servers that they reach."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from moto.ec2.exceptions import InvalidInstanceIdError
from moto.ec2.models import ec2_backends

from emulator.cloud.rds.instance import ServedInstance
from emulator.cloud.session_manager.vpc import Peer, lets_out, lets_through, resolve

HTTPS: Final = 443
SERVICES: Final = ("ssm", "ssmmessages")
"""What an agent speaks with: https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An instance of an account, by its number."""

    account_id: str
    region: str
    instance_id: str

    @property
    def instance(self) -> Any | None:
        """The instance as it is now; None where there is none, or it is terminated."""
        try:
            found = ec2_backends[self.account_id][self.region].get_instance(self.instance_id)
        except (InvalidInstanceIdError, KeyError):
            return None
        return None if found.state == "terminated" else found

    def why_not_connected(self) -> str:
        """Why Systems Manager does not have it, empty where it has."""
        instance = self.instance
        if instance is None:
            return "there is no such instance"
        if instance.state != "running":
            return f"it is {instance.state}"
        if not instance.iam_instance_profile:
            return "it has no instance profile"
        for service in SERVICES:
            if not self._reaches(instance, service):
                return f"no endpoint of {service} in its VPC lets it in, and no rule lets it out"
        return ""

    def _reaches(self, instance: Any, service: str) -> bool:
        """Whether its agent has a way to a service: an endpoint, or what leads out of the VPC."""
        backend, peer = ec2_backends[self.account_id][self.region], _peer(instance)
        name = f"com.amazonaws.{self.region}.{service}"
        for endpoint in list(backend.vpc_end_points.values()):
            if (endpoint.vpc_id, endpoint.service_name) != (instance.vpc_id, name):
                continue
            if endpoint.state == "deleted" or not endpoint.private_dns_enabled:
                continue
            networks = tuple(
                ipaddress.IPv4Network(backend.get_subnet(id_).cidr_block)
                for id_ in endpoint.subnet_ids or ()
            )
            there = Peer(group_ids=frozenset(endpoint.security_group_ids), networks=networks)
            # where it is, the service's name leads to it and nowhere else
            return lets_through(self.account_id, self.region, HTTPS, peer, there)
        return lets_out(self.account_id, self.region, HTTPS, peer)

    def way_to(
        self, host: str, port: int, servers: Iterable[ServedInstance]
    ) -> tuple[str, int] | None:
        """Loopback address of what it reaches under a name, None where nothing answers it.

        Only database servers stand in an emulated VPC.
        """
        instance = self.instance
        if instance is None or self.why_not_connected():
            return None
        address = resolve(self.account_id, instance.vpc_id, host)
        for server in servers:
            model = server.model
            if (server.address, server.port) != (address, port):
                continue
            if (model.account_id, model.region) != (self.account_id, self.region):
                continue
            group = model.db_subnet_group
            if group is None or group.vpc_id != instance.vpc_id:
                continue
            if lets_through(self.account_id, self.region, port, _peer(instance), _server(model)):
                return server.address, server.port
        return None


def _peer(instance: Any) -> Peer:
    return Peer(
        group_ids=frozenset(group.id for group in instance.security_groups),
        networks=(ipaddress.IPv4Network(instance.private_ip),),
    )


def _server(model: Any) -> Peer:
    """A server is somewhere in its subnets."""
    return Peer(
        group_ids=frozenset(model.vpc_security_group_ids),
        networks=tuple(
            ipaddress.IPv4Network(subnet.cidr_block) for subnet in model.db_subnet_group._subnets
        ),
    )
