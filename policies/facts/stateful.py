"""What holds data: the types of resource whose deletion loses something for good."""

from __future__ import annotations

from policies.rule import Context

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
BUCKET_TYPES = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105  (a type of resource)
DATABASE = "postgresql:index/database:Database"
ENVIRONMENT = "aws:mwaa/environment:Environment"

STATEFUL_TYPES = (
    INSTANCE,
    CLUSTER,
    *BUCKET_TYPES,
    SECRET,
    DATABASE,
    ENVIRONMENT,
    "aws:backup/vault:Vault",
    "aws:docdb/cluster:Cluster",
    "aws:dynamodb/table:Table",
    "aws:ebs/volume:Volume",
    "aws:ecr/repository:Repository",
    "aws:efs/fileSystem:FileSystem",
    "aws:kms/externalKey:ExternalKey",
    "aws:kms/key:Key",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:neptune/cluster:Cluster",
    "aws:rds/clusterInstance:ClusterInstance",
    "aws:rds/clusterSnapshot:ClusterSnapshot",
    "aws:rds/globalCluster:GlobalCluster",
    "aws:rds/snapshot:Snapshot",
    "aws:rds/snapshotCopy:SnapshotCopy",
    "aws:redshift/cluster:Cluster",
)


def keeps_data(context: Context) -> bool:
    """Whether the stage that runs protects its data, as its stack file says.

    Not so where a host is being taken down, which is_lasting all the same.
    """
    return context.stages.current.settings.stage.protected
