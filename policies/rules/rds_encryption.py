"""PostgreSQL servers at rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.facts.stateful import CLUSTER, INSTANCE
from policies.facts.values import is_true, names_own_key, shown, text
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource, has

CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
OWN_KEY = "the key of the server's own, such as the host's server key"


def is_local_replica(props: Mapping[str, Any]) -> bool:
    """Whether it copies a server of the same region: from that it takes encryption and more.

    A source in another region is named by its ARN.
    """
    return has(props, "replicateSourceDb") and not text(props, "replicateSourceDb").startswith(
        "arn"
    )


@for_resource(
    INSTANCE,
    CLUSTER,
    id="server-storage-encrypted",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="A server's storage is encrypted.",
    why="Snapshots and disks are readable by whoever gets hold of them otherwise.",
    remedy="Set storage_encrypted=True and kms_key_id; a replica takes both from its source.",
    frameworks=(
        "CKV_AWS_16",
        "FSBP RDS.3",
        "cdk-nag RDS2",
        "AWSGuard rds-storage-encrypted",
        "pulumi aws-rds-instance-disallow-unencrypted-storage",
    ),
)
def storage_encrypted(server: Resource, context: Context) -> Iterator[Finding]:
    """A replica in the same region is encrypted as its source is."""
    if not is_local_replica(server.props) and not is_true(server.props, "storageEncrypted"):
        yield Finding(found=shown(server.props, "storageEncrypted"), allowed="true")


@for_resource(
    INSTANCE,
    CLUSTER,
    id="server-storage-own-key",
    group=Group.DATA_SAFETY,
    severity=Severity.MEDIUM,
    what="A server's storage is encrypted with a key of the host's own.",
    why="Nobody but AWS decides who uses AWS's own key, and snapshots under it cannot be shared.",
    remedy="Set kms_key_id to the ARN of the host's server key.",
    frameworks=("pulumi aws-rds-instance-configure-customer-managed-key",),
)
def storage_own_key(server: Resource, context: Context) -> Iterator[Finding]:
    """A replica in the same region uses its source's."""
    if not is_local_replica(server.props) and not names_own_key(server.props, "kmsKeyId"):
        yield Finding(found=shown(server.props, "kmsKeyId"), allowed=OWN_KEY)


@for_resource(
    INSTANCE,
    CLUSTER_INSTANCE,
    id="server-insights-own-key",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="Performance Insights are on, and encrypted with a key of the host's own.",
    why="They hold the text of statements, and without them nobody can say what slowed a server.",
    remedy="Set performance_insights_enabled=True and performance_insights_kms_key_id.",
    frameworks=(
        "CKV_AWS_353",
        "CKV_AWS_354",
        "pulumi aws-rds-instance-enable-performance-insights",
        "pulumi aws-rds-instance-disallow-unencrypted-performance-insights",
    ),
)
def insights_own_key(server: Resource, context: Context) -> Iterator[Finding]:
    """On, and under a key that is named."""
    if not is_true(server.props, "performanceInsightsEnabled"):
        yield Finding(found=shown(server.props, "performanceInsightsEnabled"), allowed="true")
    if not names_own_key(server.props, "performanceInsightsKmsKeyId"):
        found = shown(server.props, "performanceInsightsKmsKeyId")
        yield Finding(found=found, allowed=OWN_KEY)
