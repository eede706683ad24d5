"""PostgreSQL servers at rest and on the wire."""

from __future__ import annotations

from collections.abc import Iterator

from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource, has

INSTANCE = "aws:rds/instance:Instance"


@for_resource(
    INSTANCE,
    id="server-storage-encrypted",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="A server's storage is encrypted.",
    why="Snapshots and disks are readable by whoever gets hold of them otherwise.",
    remedy="Set storage_encrypted=True and kms_key_id; a replica takes both from its source.",
    frameworks=("CKV_AWS_16", "FSBP RDS.3", "cdk-nag RDS2"),
)
def storage_encrypted(server: Resource, context: Context) -> Iterator[Finding]:
    """A replica in the same region is encrypted as its source is."""
    is_replica = has(server.props, "replicateSourceDb")
    if not is_replica and server.props.get("storageEncrypted") is not True:
        found = server.props.get("storageEncrypted", "absent")
        yield Finding(found=f"storageEncrypted is {found}", allowed="true")
