"""Cases of policies/rules/rds_backups.py."""

from __future__ import annotations

from tests.policies.cases import UNKNOWN, Fixture, Outcome, passing, violating
from tests.policies.states import states

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
SNAPSHOT = Fixture(type="aws:rds/snapshot:Snapshot")
COPY = Fixture(type="aws:rds/snapshotCopy:SnapshotCopy")
BARE = Fixture(type=INSTANCE)
REPLICA = Fixture(type=INSTANCE, props={"replicateSourceDb": UNKNOWN})
LASTING = Fixture(
    type=INSTANCE, props={"skipFinalSnapshot": False, "finalSnapshotIdentifier": "last"}
)

CASES = (
    *states(
        "server-backups-kept",
        BARE,
        "backupRetentionPeriod",
        right=[7.0, 35, "35"],
        wrong=[0, 6.0, "1"],
        absent=Outcome.VIOLATES,
    ),
    passing("server-backups-kept", REPLICA, title="a replica"),
    violating("server-backups-kept", Fixture(type=CLUSTER), title="a cluster"),
    violating(
        "server-backups-kept",
        Fixture(type=INSTANCE, props={"backupRetentionPeriod": 7}),
        parameters={"minimum_backup_days": 14},
        title="more days are asked for",
    ),
    *states(
        "server-backups-outlive-it",
        BARE,
        "deleteAutomatedBackups",
        right=[False],
        wrong=[True],
        absent=Outcome.VIOLATES,
    ),
    passing("server-backups-outlive-it", REPLICA, title="a replica"),
    passing("server-backups-outlive-it", BARE, stack="test", title="nothing worth keeping"),
    *states(
        "server-final-snapshot",
        LASTING,
        "skipFinalSnapshot",
        right=[False],
        wrong=[True],
        absent=Outcome.PASSES,
    ),
    *states(
        "server-final-snapshot",
        LASTING,
        "finalSnapshotIdentifier",
        right=["last"],
        wrong=[],
        absent=Outcome.VIOLATES,
        unknown=Outcome.PASSES,
    ),
    passing("server-final-snapshot", REPLICA, title="a replica"),
    *states(
        "server-tags-snapshots",
        BARE,
        "copyTagsToSnapshot",
        right=[True],
        wrong=[False],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "snapshot-not-shared",
        SNAPSHOT,
        "sharedAccounts",
        right=[[], ["111111111111"]],
        wrong=[["all"], ["111111111111", "222222222222"], [UNKNOWN]],
        absent=Outcome.PASSES,
    ),
    *states(
        "server-no-copy-of-another-stage",
        COPY,
        "sourceDbSnapshotIdentifier",
        right=["devstages-preprod-server-final"],
        wrong=["devstages-prod-server-final", "arn:aws:rds:eu-west-1:222222222222:snapshot:last"],
        absent=Outcome.PASSES,
        unknown=Outcome.PASSES,
    ),
    *states(
        "server-no-copy-of-another-stage",
        BARE,
        "snapshotIdentifier",
        right=["devstages-preprod-server-final"],
        wrong=["devstages-prod-server-final", "arn:aws:rds:eu-west-1:222222222222:snapshot:last"],
        absent=Outcome.PASSES,
        unknown=Outcome.PASSES,
    ),
    *states(
        "server-no-copy-of-another-stage",
        BARE,
        "restoreToPointInTime",
        right=[{"sourceDbInstanceIdentifier": "devstages-preprod-server"}],
        wrong=[{"sourceDbInstanceIdentifier": "devstages-prod-server"}],
        absent=Outcome.PASSES,
        unknown=Outcome.PASSES,
    ),
)
