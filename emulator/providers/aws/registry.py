"""Which module holds a type's handler and a function's implementation; loaded when first used."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Final

from emulator.providers.aws import sdk
from emulator.providers.aws.account import Account
from emulator.providers.aws.handler import Handler
from emulator.providers.aws.kept import KeptHandler
from emulator.providers.provider import ProviderError
from emulator.values import Properties

PACKAGE: Final = "emulator.providers.aws"
MODULES: Final[dict[str, tuple[str, ...]]] = {
    "vpc": (
        "aws:ec2/vpc:Vpc",
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
    ),
    "routing": (
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/route:Route",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation",
    ),
    "gateways": (
        "aws:ec2/eip:Eip",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/flowLog:FlowLog",
    ),
    "security_groups": (
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    ),
    "security_group_rules": (
        "aws:ec2/securityGroupRule:SecurityGroupRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    ),
    "rds_groups": ("aws:rds/subnetGroup:SubnetGroup", "aws:rds/parameterGroup:ParameterGroup"),
    "rds_instance": ("aws:rds/instance:Instance",),
    "iam_roles": (
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    ),
    "kms": ("aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy", "aws:kms/alias:Alias"),
    "s3": ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"),
    "s3_configuration": (
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketLogging:BucketLogging",
    ),
    "s3_objects": ("aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2"),
    "mwaa": ("aws:mwaa/environment:Environment",),
    "secrets": (
        "aws:secretsmanager/secret:Secret",
        "aws:secretsmanager/secretVersion:SecretVersion",
        "aws:secretsmanager/secretPolicy:SecretPolicy",
    ),
    "sns": (
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicSubscription:TopicSubscription",
    ),
    "sqs": (
        "aws:sqs/queue:Queue",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:sqs/redrivePolicy:RedrivePolicy",
    ),
    "lambda_functions": ("aws:lambda/function:Function", "aws:lambda/permission:Permission"),
    "events": (
        "aws:cloudwatch/eventRule:EventRule",
        "aws:cloudwatch/eventTarget:EventTarget",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
    ),
    "ssm": ("aws:ssm/parameter:Parameter", "aws:ssm/document:Document"),
    "iam_users": (
        "aws:iam/user:User",
        "aws:iam/userPolicy:UserPolicy",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
        "aws:iam/group:Group",
        "aws:iam/groupPolicy:GroupPolicy",
        "aws:iam/accessKey:AccessKey",
    ),
    "instances": ("aws:ec2/instance:Instance", "aws:ebs/volume:Volume"),
    "network_acls": ("aws:ec2/networkAcl:NetworkAcl",),
    "iam_role_sets": (
        "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
        "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
        "aws:iam/instanceProfile:InstanceProfile",
    ),
    "iam_policies": (
        "aws:iam/policy:Policy",
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    ),
    "subnets": ("aws:ec2/subnet:Subnet",),
    "endpoints": (
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
    ),
    "route53_zones": ("aws:route53/zone:Zone",),
    "route53_records": ("aws:route53/record:Record",),
    "cloudtrail": ("aws:cloudtrail/trail:Trail",),
    "s3_lifecycle": ("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",),
    "s3_notifications": ("aws:s3/bucketNotification:BucketNotification",),
    "s3_acls": ("aws:s3/bucketAcl:BucketAcl",),
    "logs": (
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    ),
}
"""Module in `resources/` to the types that it has; each module maps them in `HANDLERS`."""
FUNCTION_MODULES: Final[dict[str, tuple[str, ...]]] = {
    "identity": (
        "aws:index/getCallerIdentity:getCallerIdentity",
        "aws:index/getRegion:getRegion",
        "aws:index/getPartition:getPartition",
        "aws:index/getAvailabilityZones:getAvailabilityZones",
        "aws:iam/getPolicyDocument:getPolicyDocument",
    ),
    "lookups": (
        "aws:ec2/getAmi:getAmi",
        "aws:ec2/getSecurityGroup:getSecurityGroup",
        "aws:ec2/getSubnet:getSubnet",
        "aws:ec2/getSubnets:getSubnets",
        "aws:ec2/getVpc:getVpc",
        "aws:iam/getRole:getRole",
        "aws:kms/getAlias:getAlias",
        "aws:kms/getKey:getKey",
        "aws:rds/getInstance:getInstance",
        "aws:s3/getBucket:getBucket",
        "aws:secretsmanager/getSecretVersion:getSecretVersion",
        "aws:ssm/getParameter:getParameter",
    ),
}
"""Module in `functions/` to the tokens that it has; each module maps them in `FUNCTIONS`."""


@functools.cache
def _module_of() -> dict[str, str]:
    return {type_: module for module, types in MODULES.items() for type_ in types}


@functools.cache
def _function_module_of() -> dict[str, str]:
    return {token: module for module, tokens in FUNCTION_MODULES.items() for token in tokens}


@functools.cache
def handler_of(type_: str) -> Handler:
    """Handler of a type; one that only keeps it where moto has nothing to make it from."""
    module = _module_of().get(type_)
    if module is None:
        return KeptHandler(type_)
    handlers: dict[str, Handler] = importlib.import_module(f"{PACKAGE}.resources.{module}").HANDLERS
    return handlers[type_]


def backed_types() -> list[str]:
    """Every type that has a handler of its own."""
    return sorted(_module_of())


def run_function(account: Account, token: str, arguments: Properties) -> Properties:
    """Result of a data function; raises ProviderError for one that does not exist."""
    module = _function_module_of().get(token)
    if module is None:
        known = ", ".join(sorted(name.rpartition(":")[2] for name in _function_module_of()))
        if sdk.has_function(token):
            msg = f"{token}: the emulator does not run this function; it runs {known}"
        else:
            msg = f"{token}: pulumi-aws {sdk.version()} has no such function"
        raise ProviderError(msg)
    functions: dict[str, Callable[[Account, Properties], Properties]] = importlib.import_module(
        f"{PACKAGE}.functions.{module}"
    ).FUNCTIONS
    return functions[token](account.in_region(arguments.get("region")), arguments)
