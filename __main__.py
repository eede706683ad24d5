"""One stage's stack: settings, then a host and its tenant or a tenant alone, then outputs."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws

from components.host import Host, HostArgs
from components.host_outputs import read_host_outputs
from components.tenant import Tenant, TenantArgs
from stages.loading import load
from stages.tags import tags

settings = load()
stage = pulumi.get_stack()
names = settings.names(stage)
account = aws.Provider(
    "account",
    region=settings.aws.region,
    allowed_account_ids=list(settings.aws.allowed_account_ids),
    default_tags=aws.ProviderDefaultTagsArgs(tags=tags(stage, settings.stage)),
)
in_account = pulumi.ResourceOptions(providers=[account])

outputs: dict[str, Any] = {}
after: list[pulumi.Resource] = []
if settings.host is not None:
    host = Host(
        "host",
        HostArgs(names=names, settings=settings.host, protect=settings.stage.protected),
        in_account,
    )
    host_outputs, after = host.outputs_for(stage), host.ready_for(stage)
    outputs |= host.exports()
else:
    host_outputs = read_host_outputs(names.of(str(settings.tenant.host)), stage)

tenant = Tenant(
    "tenant",
    TenantArgs(
        names=names,
        settings=settings.tenant,
        host=host_outputs,
        protect=settings.stage.protected,
        after=after,
    ),
    in_account,
)
outputs |= tenant.exports()

for key, value in outputs.items():
    pulumi.export(key, value)
