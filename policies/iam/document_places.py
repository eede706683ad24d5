"""Where resources keep policy documents, by type and property, after the SDK's own argument types.

Left out: documents that grant nothing (lifecycle, scaling, data protection, redrive, filters).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What a document speaks of."""

    IDENTITY = "identity"
    """What its holder may do."""

    TRUST = "trust"
    """Who may take on a role."""

    RESOURCE = "resource"
    """Who may use a resource."""

    KEY = "key"
    """Who may use a KMS key: a resource, but the account's own IAM counts only if it says so."""

    ENDPOINT = "endpoint"
    """What may pass a VPC endpoint: it narrows what other documents grant."""


_POLICY_OF: Mapping[Kind, str] = {
    Kind.IDENTITY: """
        eks/podIdentityAssociation iam/groupPolicy iam/policy iam/rolePolicy iam/userPolicy
        iot/policy transfer/access transfer/user""",
    Kind.RESOURCE: """
        acmpca/policy apigateway/domainName apigateway/restApi apigateway/restApiPolicy
        backup/vaultPolicy bedrock/agentcoreResourcePolicy cloudwatch/eventBusPolicy
        codebuild/resourcePolicy dsql/clusterPolicy dynamodb/resourcePolicy ecr/registryPolicy
        ecr/repositoryPolicy ecrpublic/repositoryPolicy efs/fileSystemPolicy glacier/vaultLock
        glue/resourcePolicy kinesis/resourcePolicy lambda/resourcePolicy
        mediastore/containerPolicy msk/clusterPolicy networkfirewall/resourcePolicy oam/sinkPolicy
        opensearchingest/resourcePolicy pinpoint/smsvoicev2ResourcePolicy redshift/resourcePolicy
        redshiftserverless/resourcePolicy s3/accessPoint s3/bucket s3/bucketPolicy s3/bucketV2
        s3/filesFileSystemPolicy s3/vectorsVectorBucketPolicy
        s3control/accessGrantsInstanceResourcePolicy s3control/accessPointPolicy
        s3control/bucketPolicy s3control/objectLambdaAccessPointPolicy schemas/registryPolicy
        secretsmanager/secret secretsmanager/secretPolicy ses/identityPolicy
        sesv2/emailIdentityPolicy sns/topic sns/topicPolicy sqs/queue sqs/queuePolicy
        vpclattice/authPolicy vpclattice/resourcePolicy""",
    Kind.KEY: "kms/externalKey kms/key kms/keyPolicy kms/replicaExternalKey kms/replicaKey",
    Kind.ENDPOINT: "ec2/vpcEndpoint ec2/vpcEndpointPolicy",
}
"""Types whose property `policy` is a document of that kind."""

_OTHERWISE: Mapping[str, Mapping[str, Kind]] = {
    "amp/resourcePolicy": {"policyDocument": Kind.RESOURCE},
    "cloudsearch/domainServiceAccessPolicy": {"accessPolicy": Kind.RESOURCE},
    "cloudwatch/logDeliveryDestinationPolicy": {"deliveryDestinationPolicy": Kind.RESOURCE},
    "cloudwatch/logDestinationPolicy": {"accessPolicy": Kind.RESOURCE},
    "cloudwatch/logResourcePolicy": {"policyDocument": Kind.RESOURCE},
    "codeartifact/domainPermissions": {"policyDocument": Kind.RESOURCE},
    "codeartifact/repositoryPermissionsPolicy": {"policyDocument": Kind.RESOURCE},
    "ecr/repositoryCreationTemplate": {"repositoryPolicy": Kind.RESOURCE},
    "elasticsearch/domain": {"accessPolicies": Kind.RESOURCE},
    "elasticsearch/domainPolicy": {"accessPolicies": Kind.RESOURCE},
    "glacier/vault": {"accessPolicy": Kind.RESOURCE},
    "iam/role": {"assumeRolePolicy": Kind.TRUST, "inlinePolicies[].policy": Kind.IDENTITY},
    "opensearch/domain": {"accessPolicies": Kind.RESOURCE},
    "opensearch/domainPolicy": {"accessPolicies": Kind.RESOURCE},
    "s3control/multiRegionAccessPointPolicy": {"details.policy": Kind.RESOURCE},
    "s3tables/tableBucketPolicy": {"resourcePolicy": Kind.RESOURCE},
    "s3tables/tablePolicy": {"resourcePolicy": Kind.RESOURCE},
    "sagemaker/modelPackageGroupPolicy": {"resourcePolicy": Kind.RESOURCE},
    "ssoadmin/permissionSetInlinePolicy": {"inlinePolicy": Kind.IDENTITY},
    "xray/resourcePolicy": {"policyDocument": Kind.RESOURCE},
}

PERMISSIONS = (
    "aws:lambda/layerVersionPermission:LayerVersionPermission",
    "aws:lambda/permission:Permission",
)
"""Types that are one statement, spread over their properties."""


def _full(short: str) -> str:
    """`aws:iam/role:Role` of `iam/role`."""
    name = short.split("/", 1)[1]
    return f"aws:{short}:{name[0].upper()}{name[1:]}"


PLACES: Mapping[str, Mapping[str, Kind]] = {
    **{
        _full(short): {"policy": kind}
        for kind, types in _POLICY_OF.items()
        for short in types.split()
    },
    **{_full(short): places for short, places in _OTHERWISE.items()},
}
"""By type: property, with `[]` for each of a list and `.` for a part, and the document's kind."""


def types_with(*kinds: Kind) -> tuple[str, ...]:
    """Types that hold documents of one of these kinds."""
    found = [type_ for type_, places in PLACES.items() if set(places.values()) & set(kinds)]
    return (*found, *(PERMISSIONS if Kind.RESOURCE in kinds else ()))
