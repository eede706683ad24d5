"""Who may open a connection to whom inside a host's VPC."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.security_group import SecurityGroups
from stages.names import Names

POSTGRES_PORT = 5432
HTTPS_PORT = 443
ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class FirewallArgs:
    """Arguments of a Firewall."""

    names: Names
    """The host's names."""

    vpc_id: pulumi.Input[str]
    """The VPC."""

    client_cidrs: tuple[str, ...]
    """Networks, beside Airflow, that may open the server's port."""


class Firewall(pulumi.ComponentResource):
    """The security groups of the server and of Airflow, each rule a resource of its own."""

    server_group_id: pulumi.Output[str]
    """Security group of the server: Airflow and the clients come in, nothing goes out."""

    airflow_group_id: pulumi.Output[str]
    """Security group of Airflow: its own members come in; HTTPS and the server go out."""

    rules: list[pulumi.Resource]
    """The rules, which have to stand before Airflow starts."""

    def __init__(
        self, name: str, args: FirewallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("development-stages:components:Firewall", name, None, opts)
        groups = SecurityGroups(name=name, names=args.names, vpc_id=args.vpc_id, parent=self)
        self.server_group_id = groups.create("server", "PostgreSQL server")
        self.airflow_group_id = groups.create("airflow", "Airflow environment")
        self.rules = [
            self._allow_in(f"{name}-airflow-to-server", "Airflow", group=self.airflow_group_id),
            *(
                self._allow_in(
                    f"{name}-{cidr.replace('/', '-')}-to-server", f"Clients in {cidr}", cidr=cidr
                )
                for cidr in args.client_cidrs
            ),
            *self._create_airflow_rules(name),
        ]
        self.register_outputs(
            {
                "server_group_id": self.server_group_id,
                "airflow_group_id": self.airflow_group_id,
            }
        )

    def _allow_in(
        self,
        name: str,
        description: str,
        *,
        group: pulumi.Input[str] | None = None,
        cidr: str | None = None,
    ) -> pulumi.Resource:
        return aws.vpc.SecurityGroupIngressRule(
            name,
            security_group_id=self.server_group_id,
            description=f"{description} to PostgreSQL",
            ip_protocol="tcp",
            from_port=POSTGRES_PORT,
            to_port=POSTGRES_PORT,
            referenced_security_group_id=group,
            cidr_ipv4=cidr,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _create_airflow_rules(self, name: str) -> list[pulumi.Resource]:
        """See https://docs.aws.amazon.com/mwaa/latest/userguide/vpc-security.html ."""
        child = pulumi.ResourceOptions(parent=self)
        group_id = self.airflow_group_id
        return [
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-airflow-from-itself",
                security_group_id=group_id,
                description="Airflow's parts and the endpoints that MWAA makes for them",
                ip_protocol="-1",
                referenced_security_group_id=group_id,
                opts=child,
            ),
            aws.vpc.SecurityGroupEgressRule(
                f"{name}-airflow-to-itself",
                security_group_id=group_id,
                description="Airflow's parts and the endpoints that MWAA makes for them",
                ip_protocol="-1",
                referenced_security_group_id=group_id,
                opts=child,
            ),
            aws.vpc.SecurityGroupEgressRule(
                f"{name}-airflow-to-https",
                security_group_id=group_id,
                description="AWS, package indexes and data sources",
                ip_protocol="tcp",
                from_port=HTTPS_PORT,
                to_port=HTTPS_PORT,
                cidr_ipv4=ANYWHERE,
                opts=child,
            ),
            aws.vpc.SecurityGroupEgressRule(
                f"{name}-airflow-out-to-server",
                security_group_id=group_id,
                description="Tasks to PostgreSQL",
                ip_protocol="tcp",
                from_port=POSTGRES_PORT,
                to_port=POSTGRES_PORT,
                referenced_security_group_id=self.server_group_id,
                opts=child,
            ),
        ]
