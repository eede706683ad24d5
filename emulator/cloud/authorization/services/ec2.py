"""EC2: every resource that a call names or makes has to be allowed.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.ec2.models import ec2_backends

from emulator.cloud.authorization.calls import Call
from emulator.cloud.authorization.needs import ANYTHING, Need, requested_tags, tag_context

TYPES: Final = {
    "acl": "network-acl",
    "ami": "image",
    "dopt": "dhcp-options",
    "eigw": "egress-only-internet-gateway",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "i": "instance",
    "igw": "internet-gateway",
    "lt": "launch-template",
    "nat": "natgateway",
    "pcx": "vpc-peering-connection",
    "pl": "prefix-list",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "snap": "snapshot",
    "subnet": "subnet",
    "tgw": "transit-gateway",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
    "vpce-svc": "vpc-endpoint-service",
}
"""Beginning of an id to the type of resource, as ARNs spell it."""
MADE: Final = {
    "AllocateAddress": "elastic-ip",
    "CreateDhcpOptions": "dhcp-options",
    "CreateFlowLogs": "vpc-flow-log",
    "CreateInternetGateway": "internet-gateway",
    "CreateLaunchTemplate": "launch-template",
    "CreateNatGateway": "natgateway",
    "CreateNetworkAcl": "network-acl",
    "CreateNetworkInterface": "network-interface",
    "CreateRouteTable": "route-table",
    "CreateSecurityGroup": "security-group",
    "CreateSubnet": "subnet",
    "CreateVolume": "volume",
    "CreateVpc": "vpc",
    "CreateVpcEndpoint": "vpc-endpoint",
    "RunInstances": "instance",
}
"""Operation to the type of resource that it makes; its ARN ends in `*` before it has an id."""
MADE_BESIDE: Final = {"RunInstances": ("network-interface", "volume")}
ID: Final = re.compile(r"([a-z]+(?:-svc)?)-[0-9a-f]{8,17}")


def instance_tags(instance_id: str, account_id: str, region: str) -> dict[str, str]:
    """Tags of an instance."""
    return _tags(instance_id, account_id, region)


def needs(call: Call) -> Iterable[Need]:
    """What a call of EC2 needs."""
    action = f"ec2:{call.operation}"
    lists = call.operation.startswith("Describe") and not call.operation.endswith("Attribute")
    if lists or call.operation == "GetSubnetCidrReservations":
        yield Need(action=action, resource=ANYTHING)
        return
    arns: dict[str, str] = {}
    for id_ in sorted(set(_ids(call.parameters))):
        type_ = TYPES.get(id_.rpartition("-")[0])
        if type_ is not None:
            owner = "" if type_ == "image" else call.account_id
            arns[f"arn:aws:ec2:{call.region}:{owner}:{type_}/{id_}"] = id_
    made = [MADE[call.operation]] if call.operation in MADE else []
    for type_ in [*made, *MADE_BESIDE.get(call.operation, ())]:
        arns[call.arn(f"{type_}/*")] = ""
    if call.text("KeyName"):
        arns[call.arn(f"key-pair/{call.text('KeyName')}")] = ""
    for arn, id_ in arns.items() or {ANYTHING: ""}.items():
        tags = _tags(id_, call.account_id, call.region) if id_ else {}
        yield Need(action=action, resource=arn, context=_context(tags, call))
    if made and requested_tags(call.parameters):
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
        yield Need(
            action="ec2:CreateTags",
            resource=call.arn(f"{made[0]}/*"),
            context={"ec2:createaction": call.operation}
            | tag_context(requested_tags(call.parameters)),
        )


def _ids(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        if ID.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            if name not in ("Tags", "UserData", "ClientToken", "Description"):
                yield from _ids(item)
    elif isinstance(value, list):
        for item in value:
            yield from _ids(item)


def _tags(id_: str, account_id: str, region: str) -> dict[str, str]:
    try:
        backend = ec2_backends[account_id][region]
    except KeyError:  # no such region
        return {}
    return {str(key): str(value) for key, value in backend.tags.get(id_, {}).items()}


def _context(tags: Mapping[str, str], call: Call) -> dict[str, str | tuple[str, ...]]:
    context: dict[str, str | tuple[str, ...]] = {"ec2:region": call.region}
    for key, value in tags.items():
        context[f"aws:resourcetag/{key.lower()}"] = value
        context[f"ec2:resourcetag/{key.lower()}"] = value
    return context
