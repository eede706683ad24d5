"""RDS: every resource that a call names has to be allowed.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from moto.rds.models import rds_backends

from emulator.cloud.authorization.calls import Call
from emulator.cloud.authorization.needs import ANYTHING, Need

TYPES: Final = {
    "DBInstanceIdentifier": "db",
    "SourceDBInstanceIdentifier": "db",
    "TargetDBInstanceIdentifier": "db",
    "DBClusterIdentifier": "cluster",
    "DBSnapshotIdentifier": "snapshot",
    "FinalDBSnapshotIdentifier": "snapshot",
    "SourceDBSnapshotIdentifier": "snapshot",
    "TargetDBSnapshotIdentifier": "snapshot",
    "DBClusterSnapshotIdentifier": "cluster-snapshot",
    "DBParameterGroupName": "pg",
    "DBClusterParameterGroupName": "cluster-pg",
    "DBSubnetGroupName": "subgrp",
    "OptionGroupName": "og",
    "SubscriptionName": "es",
    "BlueGreenDeploymentIdentifier": "deployment",
    "DBSecurityGroupName": "secgrp",
    "SourceDBClusterParameterGroupIdentifier": "cluster-pg",
    "TargetDBClusterParameterGroupIdentifier": "cluster-pg",
    "SourceDBClusterSnapshotIdentifier": "cluster-snapshot",
    "TargetDBClusterSnapshotIdentifier": "cluster-snapshot",
    "SourceDBParameterGroupIdentifier": "pg",
    "TargetDBParameterGroupIdentifier": "pg",
    "GlobalClusterIdentifier": "global-cluster",
}
"""Parameter to the type of resource that it names."""
OF_LISTS: Final = {
    "DescribeDBInstances": "db",
    "DescribeDBSnapshots": "snapshot",
    "DescribeDBParameterGroups": "pg",
    "DescribeDBSubnetGroups": "subgrp",
    "DescribeOptionGroups": "og",
    "DescribeDBClusters": "cluster",
    "DescribeEventSubscriptions": "es",
}
NOT_NAMED_AGAIN: Final = frozenset({"FinalDBSnapshotIdentifier"})


def needs(call: Call) -> Iterable[Need]:
    """What a call of RDS needs."""
    action = f"rds:{call.operation}"
    arns = []
    for parameter, type_ in TYPES.items():
        name = call.text(parameter)
        if name and parameter not in NOT_NAMED_AGAIN:
            # identifiers are kept in lower case
            arns.append(name if name.startswith("arn:") else call.arn(f"{type_}:{name.lower()}"))
    if call.text("ResourceName"):
        arns.append(call.text("ResourceName"))
    if not arns and call.operation in OF_LISTS:
        arns.append(call.arn(f"{OF_LISTS[call.operation]}:*"))
    for arn in arns or [ANYTHING]:
        yield Need(action=action, resource=arn, context=_tags(call, arn))


def _tags(call: Call, arn: str) -> dict[str, str]:
    """Tags of a standing instance."""
    type_, _, name = arn.partition(f":{call.account_id}:")[2].partition(":")
    if type_ != "db":
        return {}
    try:
        instance = rds_backends[call.account_id][call.region].databases.get(name)
    except KeyError:  # no such region
        return {}
    tags = getattr(instance, "tags", None) or []
    return {
        f"{prefix}{tag['Key'].lower()}": tag["Value"]
        for prefix in ("aws:resourcetag/", "rds:db-tag/")
        for tag in tags
    }
