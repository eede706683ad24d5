"""Backups of PostgreSQL servers, and copies of what is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.facts.stateful import CLUSTER, INSTANCE, keeps_data
from policies.facts.values import may_be_true, number, shown, text, texts
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.subjects import Resource, has, known

SNAPSHOTS = (
    "aws:rds/clusterSnapshot:ClusterSnapshot",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
    "aws:rds/snapshot:Snapshot",
    "aws:rds/snapshotCopy:SnapshotCopy",
)
COPIES = ("aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy", "aws:rds/snapshotCopy:SnapshotCopy")
SOURCES = (
    "replicateSourceDb",
    "replicationSourceIdentifier",
    "snapshotIdentifier",
    "sourceDbClusterSnapshotIdentifier",
    "sourceDbSnapshotIdentifier",
)
RESTORED_FROM = ("sourceClusterIdentifier", "sourceDbInstanceIdentifier")


@for_resource(
    INSTANCE,
    CLUSTER,
    id="server-backups-kept",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="A server's automatic backups are on and reach back far enough.",
    why="What is deleted by mistake is often missed days later; no setting at all keeps one day.",
    remedy="Set backup_retention_period from host.server.backup_retention_days.",
    frameworks=(
        "CKV_AWS_133",
        "FSBP RDS.11",
        "cdk-nag RDS13",
        "AWSGuard rds-instance-backup-enabled",
        "pulumi aws-rds-instance-configure-backup-retention",
        "pulumi aws-rds-instance-enable-backup-retention",
    ),
)
def backups_kept(server: Resource, context: Context) -> Iterator[Finding]:
    """A replica has no data but its source's. Absent means no backups, or one day's."""
    days = context.parameters["minimum_backup_days"]
    kept = number(server.props, "backupRetentionPeriod") or 0
    if not has(server.props, "replicateSourceDb") and kept < days:
        found = shown(server.props, "backupRetentionPeriod")
        yield Finding(found=found, allowed=f"{days} days at least")


@for_resource(
    INSTANCE,
    CLUSTER,
    id="server-backups-outlive-it",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="Backups of a server that is deleted stay until their own time is over.",
    why="By default RDS deletes them in the same moment, so that one mistake takes all copies.",
    remedy="Set delete_automated_backups=False.",
)
def backups_outlive(server: Resource, context: Context) -> Iterator[Finding]:
    """The default is to delete them."""
    replica = has(server.props, "replicateSourceDb")
    stays = known(server.props, "deleteAutomatedBackups") in (False, "false")
    if keeps_data(context) and not replica and not stays:
        yield Finding(found=shown(server.props, "deleteAutomatedBackups"), allowed="false")


@for_resource(
    INSTANCE,
    CLUSTER,
    id="server-final-snapshot",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="A server leaves a snapshot behind when it is deleted.",
    why="It is the last copy of what was written since the last backup, of a teardown too.",
    remedy="Remove skip_final_snapshot and set final_snapshot_identifier.",
)
def final_snapshot(server: Resource, context: Context) -> Iterator[Finding]:
    """RDS refuses one of a replica."""
    if has(server.props, "replicateSourceDb"):
        return
    if may_be_true(server.props, "skipFinalSnapshot"):
        yield Finding(found=shown(server.props, "skipFinalSnapshot"), allowed="false")
    if not has(server.props, "finalSnapshotIdentifier"):
        yield Finding(found=shown(server.props, "finalSnapshotIdentifier"), allowed="a name")


@for_resource(
    INSTANCE,
    CLUSTER,
    id="server-tags-snapshots",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="A server's snapshots carry its tags.",
    why="Nobody knows later whose data a snapshot without tags holds, and nobody pays for it.",
    remedy="Set copy_tags_to_snapshot=True.",
    frameworks=("CKV2_AWS_60", "FSBP RDS.17"),
)
def tags_snapshots(server: Resource, context: Context) -> Iterator[Finding]:
    """The default is not to."""
    if known(server.props, "copyTagsToSnapshot") not in (True, "true"):
        yield Finding(found=shown(server.props, "copyTagsToSnapshot"), allowed="true")


@for_resource(
    *SNAPSHOTS,
    id="snapshot-not-shared",
    group=Group.ACCESS,
    severity=Severity.CRITICAL,
    what="A snapshot is shared with no other account.",
    why="Who restores it has the whole data without a trace in ours; `all` means everybody.",
    remedy="Remove shared_accounts.",
)
def snapshot_not_shared(snapshot: Resource, context: Context) -> Iterator[Finding]:
    """No account but the stage's own."""
    for account in texts(snapshot.props, "sharedAccounts"):
        if account != context.stages.current.account_id:
            yield Finding(found=f"sharedAccounts holds {account}", allowed="nothing")


@for_resource(
    INSTANCE,
    CLUSTER,
    *COPIES,
    id="server-no-copy-of-another-stage",
    group=Group.ISOLATION,
    severity=Severity.CRITICAL,
    what="No server and no snapshot is made from another stage's server or snapshot.",
    why="All of that stage's data would lie where other people may read and change it.",
    remedy="Fill the stage with data made for it; readers of another stage use its read-only door.",
)
def no_copy_of_another_stage(server: Resource, context: Context) -> Iterator[Finding]:
    """Sources are names and ARNs that carry a stage or an account."""
    origin = known(server.props, "restoreToPointInTime") or {}
    named = {key: text(server.props, key) for key in SOURCES}
    named |= {key: text(origin, key) for key in RESTORED_FROM}
    own = context.stages.current
    for key, source in named.items():
        foreign = context.stages.named_in(source) - {own.name}
        accounts = set(re.findall(r"\b\d{12}\b", source)) - {own.account_id}
        if foreign or accounts:
            yield Finding(found=f"{key} is {source}", allowed=f"a server or snapshot of {own.name}")
