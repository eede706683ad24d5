"""Which kinds of resource hold what nobody can make anew, and which properties hold documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from policies.iam.document_places import PLACES

STATEFUL: Final[Mapping[str, str]] = {
    # PostgreSQL, on RDS or not
    "aws:rds/instance:Instance": "a server and its databases",
    "aws:rds/cluster:Cluster": "a server and its databases",
    "aws:rds/clusterInstance:ClusterInstance": "a server",
    "aws:rds/globalCluster:GlobalCluster": "a server and its databases",
    "aws:rds/snapshot:Snapshot": "a backup",
    "aws:rds/snapshotCopy:SnapshotCopy": "a backup",
    "aws:rds/clusterSnapshot:ClusterSnapshot": "a backup",
    "aws:docdb/cluster:Cluster": "a server and its databases",
    "aws:neptune/cluster:Cluster": "a server and its databases",
    "postgresql:index/database:Database": "a database",
    "postgresql:index/schema:Schema": "a schema and its tables",
    "postgresql:index/extension:Extension": "an extension and the columns of its types",
    "postgresql:index/role:Role": "a database role, what it owns and what it was granted",
    # Files, tables, queues
    "aws:s3/bucket:Bucket": "a bucket and its objects",
    "aws:s3/bucketV2:BucketV2": "a bucket and its objects",
    "aws:s3/directoryBucket:DirectoryBucket": "a bucket and its objects",
    "aws:s3tables/tableBucket:TableBucket": "a bucket and its tables",
    "aws:dynamodb/table:Table": "a table",
    "aws:dynamodb/globalTable:GlobalTable": "a table",
    "aws:ebs/volume:Volume": "a disk",
    "aws:ebs/snapshot:Snapshot": "a backup",
    "aws:efs/fileSystem:FileSystem": "a file system",
    "aws:elasticache/cluster:Cluster": "a cache and what it holds",
    "aws:elasticache/replicationGroup:ReplicationGroup": "a cache and what it holds",
    "aws:opensearch/domain:Domain": "an index",
    "aws:redshift/cluster:Cluster": "a warehouse",
    "aws:kinesis/stream:Stream": "a stream and what it holds",
    "aws:sqs/queue:Queue": "a queue and the messages in it",
    "aws:ecr/repository:Repository": "images",
    "aws:glue/catalogDatabase:CatalogDatabase": "a catalogue",
    # What everything else hangs on
    "aws:kms/key:Key": "a key, and with it all that it encrypted",
    "aws:kms/externalKey:ExternalKey": "a key, and with it all that it encrypted",
    "aws:kms/replicaKey:ReplicaKey": "a key, and with it all that it encrypted",
    "aws:secretsmanager/secret:Secret": "a secret",
    "aws:backup/vault:Vault": "backups",
    "aws:cognito/userPool:UserPool": "users",
    "aws:mwaa/environment:Environment": "an Airflow environment and the history of its runs",
    "aws:cloudwatch/logGroup:LogGroup": "logs",
}
"""What is lost when one of the type is deleted, also to be made anew at once.

Not S3 objects: what the program puts into a bucket it can put there again, and versions stay.
"""

DOCUMENT_NAMES: Final = ("policy", "assumeRolePolicy", "policyDocument")
"""By which AWS's types call a document that says who may do what, where no list names the type."""

OTHER_DOCUMENTS: Final[Mapping[str, str]] = {"aws:ssm/document:Document": "content"}
"""Documents that are no policies, and say all the same what a session may do."""


def document_properties(type_: str) -> tuple[str, ...]:
    """Properties of a type that may hold a document on who may do what."""
    if not type_.startswith("aws:"):
        return ()
    listed = [re.split(r"[.\[]", place)[0] for place in PLACES.get(type_, ())]
    other = [OTHER_DOCUMENTS[type_]] if type_ in OTHER_DOCUMENTS else []
    return tuple(dict.fromkeys((*DOCUMENT_NAMES, *listed, *other)))
