"""What a tenant has to know of its host: ids and endpoints, never a secret.

A stack that hosts itself hands it over; another stack's tenant reads it from the host's outputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi

from stages.names import Names


@dataclass(frozen=True, kw_only=True)
class HostOutputs:
    """What a host hands to one of its tenants."""

    names: Names
    """The host's names."""

    server_address: pulumi.Output[str]
    """Where the server answers."""

    server_port: pulumi.Output[int]
    """The port it answers at."""

    reader_address: pulumi.Output[str]
    """Where the server that readers use answers, at the same port: its replica if it has one."""

    gateway_instance_id: pulumi.Output[str | None] | None
    """Through what readers come; none, or of a host that has none."""

    airflow_bucket: pulumi.Output[str]
    """Where DAGs are read from."""

    data_key_arn: pulumi.Output[str]
    """The KMS key of the tenant's data."""


def read_host_outputs(host: Names, tenant: str) -> HostOutputs:
    """Outputs of the stack `host.stage` of this project, for its tenant `tenant`.

    An output that is missing ends the program with what to run first.
    """
    organization, project = pulumi.get_organization(), pulumi.get_project()
    stack = pulumi.StackReference(f"{organization}/{project}/{host.stage}")

    def output(key: str) -> pulumi.Output[Any]:
        return stack.get_output(key).apply(lambda value: _present(value, key, host.stage))

    return HostOutputs(
        names=host,
        server_address=output("server_address"),
        server_port=output("server_port").apply(int),
        reader_address=pulumi.Output.all(
            stack.get_output("server_replica_address"), output("server_address")
        ).apply(lambda addresses: str(addresses[0] or addresses[1])),
        gateway_instance_id=stack.get_output("gateway_instance_id"),
        airflow_bucket=output("airflow_bucket"),
        data_key_arn=output("data_key_arns").apply(lambda keys: _key_of(keys, tenant, host.stage)),
    )


def _present(value: Any, key: str, host: str) -> Any:
    if value is None:
        msg = f"Stack {host} has no output {key}: it is not up. Run `pulumi up --stack {host}`."
        raise pulumi.RunError(msg)
    return value


def _key_of(keys: dict[str, str], tenant: str, host: str) -> str:
    if tenant not in keys:
        hosted = ", ".join(sorted(keys))
        msg = (
            f"Stack {host} does not host {tenant}, it hosts {hosted}. Add {tenant} to the host's "
            f"tenants in Pulumi.{host}.yaml and run `pulumi up --stack {host}`."
        )
        raise pulumi.RunError(msg)
    return keys[tenant]
