"""How PostgreSQL servers run: standby, room to grow, upgrades, and what is seen of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.facts.stateful import CLUSTER, INSTANCE
from policies.facts.values import is_true, items, may_be_true, number, shown, text
from policies.rule import Context, Finding, Group, Severity, for_resource
from policies.rules.rds_encryption import CLUSTER_INSTANCE
from policies.subjects import Resource, has, is_unknown, known

LOGS = {"postgresql", "upgrade"}
OLDEST_MAJOR = 15
"""https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html"""

EVENTS = {
    "db-cluster": {"failure", "maintenance"},
    "db-instance": {"configuration change", "failure", "maintenance"},
    "db-parameter-group": {"configuration change"},
}
"""https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html, RDS.19 to RDS.21"""


@for_resource(
    INSTANCE,
    id="server-multi-az",
    group=Group.DATA_SAFETY,
    severity=Severity.HIGH,
    what="A server of a stage that holds data worth keeping has a standby in another zone.",
    why="Preprod and prod run 24/7: without a standby one zone's failure is an outage of hours.",
    remedy="Set multi_az: true under host.server, which is the default.",
    frameworks=(
        "CKV_AWS_157",
        "FSBP RDS.5",
        "cdk-nag RDS3",
        "AWSGuard rds-instance-multi-az-enabled",
    ),
)
def multi_az(server: Resource, context: Context) -> Iterator[Finding]:
    """A replica is no more than an extra, and loses nothing that its source does not have."""
    replica = has(server.props, "replicateSourceDb")
    if context.stages.current.is_lasting and not replica and not is_true(server.props, "multiAz"):
        yield Finding(found=shown(server.props, "multiAz"), allowed="true")


@for_resource(
    INSTANCE,
    id="server-storage-grows",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="A server's storage grows by itself before it is full.",
    why="A full disk stops every stage on the server.",
    remedy="Set max_allocated_storage, a tenth above allocated_storage at least.",
)
def storage_grows(server: Resource, context: Context) -> Iterator[Finding]:
    """RDS asks for a tenth more than there is at the start."""
    most = number(server.props, "maxAllocatedStorage") or 0
    first = number(server.props, "allocatedStorage") or 0
    if most == 0 or most * 10 < first * 11:
        found = shown(server.props, "maxAllocatedStorage")
        yield Finding(found=found, allowed=f"{max(22, int(first * 1.1 + 0.9))} GiB or more")


@for_resource(
    INSTANCE,
    CLUSTER_INSTANCE,
    id="server-minor-upgrades",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="AWS installs a server's minor versions, and the program leaves them alone.",
    why="They close security holes; a program that names one would undo it at the next up.",
    remedy="Keep auto_minor_version_upgrade on, name the major version alone, ignore its changes.",
    frameworks=("CKV_AWS_226", "FSBP RDS.13"),
)
def minor_upgrades(server: Resource, context: Context) -> Iterator[Finding]:
    """On by default. AWS reports the full version back, which has to be no difference."""
    automatic = known(server.props, "autoMinorVersionUpgrade", True)
    if is_unknown(server.props, "autoMinorVersionUpgrade") or automatic not in (True, "true"):
        yield Finding(found=shown(server.props, "autoMinorVersionUpgrade"), allowed="true")
    if "." in text(server.props, "engineVersion") and "engineVersion" not in server.ignore_changes:
        found = f"{shown(server.props, 'engineVersion')}, and its changes are not ignored"
        yield Finding(found=found, allowed="the major version, or ignore_changes")


@for_resource(
    INSTANCE,
    CLUSTER,
    id="server-engine-supported",
    group=Group.GOOD_PRACTICE,
    severity=Severity.HIGH,
    what="A server is a PostgreSQL that still gets security fixes.",
    why="Old ones carry known holes, such as log_fdw's, which read the host's own files.",
    remedy="Set engine to postgres and engine_version to a current major version.",
    frameworks=("CKV_AWS_250",),
)
def engine_supported(server: Resource, context: Context) -> Iterator[Finding]:
    """A server made from another one takes that one's engine; without a version, AWS's newest."""
    engine = text(server.props, "engine")
    if has(server.props, "engine") and engine not in ("postgres", "aurora-postgresql"):
        yield Finding(found=shown(server.props, "engine"), allowed="postgres")
    major = re.match(r"\d+", text(server.props, "engineVersion"))
    if major and int(major[0]) < OLDEST_MAJOR:
        yield Finding(
            found=shown(server.props, "engineVersion"), allowed=f"{OLDEST_MAJOR} or newer"
        )


@for_resource(
    INSTANCE,
    CLUSTER,
    id="server-changes-in-window",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="Changes of a server that runs 24/7 wait for its maintenance window.",
    why="Another class or a new parameter restarts it, at noon if it is told to be at once.",
    remedy="Remove apply_immediately; for an emergency use an exemption for the day.",
)
def changes_in_window(server: Resource, context: Context) -> Iterator[Finding]:
    """Waiting is the default."""
    if context.stages.current.is_lasting and may_be_true(server.props, "applyImmediately"):
        yield Finding(found=shown(server.props, "applyImmediately"), allowed="false")


@for_resource(
    INSTANCE,
    CLUSTER,
    id="server-logs-exported",
    group=Group.GOOD_PRACTICE,
    severity=Severity.MEDIUM,
    what="A server's logs go to CloudWatch.",
    why="On the server they are gone after days, and with the server.",
    remedy="Set enabled_cloudwatch_logs_exports to iam-db-auth-error, postgresql and upgrade.",
    frameworks=("CKV_AWS_129", "FSBP RDS.9", "FSBP RDS.36"),
)
def logs_exported(server: Resource, context: Context) -> Iterator[Finding]:
    """An Aurora cluster has no log of upgrades."""
    wanted = LOGS if server.type == INSTANCE else LOGS - {"upgrade"}
    missing = wanted - set(items(server.props, "enabledCloudwatchLogsExports"))
    if missing:
        found = f"enabledCloudwatchLogsExports without {', '.join(sorted(missing))}"
        yield Finding(found=found, allowed=", ".join(sorted(wanted)))


@for_resource(
    INSTANCE,
    CLUSTER_INSTANCE,
    id="server-monitored",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="A server's enhanced monitoring is on.",
    why="CloudWatch sees the machine from outside; which process ate it only this one tells.",
    remedy="Set monitoring_interval to 60 or less, and monitoring_role_arn.",
    frameworks=("CKV_AWS_118", "FSBP RDS.6"),
)
def monitored(server: Resource, context: Context) -> Iterator[Finding]:
    """0 is off, and the default."""
    if not number(server.props, "monitoringInterval"):
        yield Finding(found=shown(server.props, "monitoringInterval"), allowed="1 to 60 seconds")
    if not has(server.props, "monitoringRoleArn"):
        yield Finding(found=shown(server.props, "monitoringRoleArn"), allowed="a role for RDS")


@for_resource(
    "aws:rds/eventSubscription:EventSubscription",
    id="server-events-complete",
    group=Group.GOOD_PRACTICE,
    severity=Severity.LOW,
    what="A subscription to RDS's events is on and leaves out none that matter.",
    why="Whoever relies on it would not hear of a failure or of a changed setting.",
    remedy="Remove event_categories, which means all, or add those that are missing.",
    frameworks=("FSBP RDS.20",),
)
def events_complete(subscription: Resource, context: Context) -> Iterator[Finding]:
    """No categories are all categories."""
    if known(subscription.props, "enabled") in (False, "false"):
        yield Finding(found=shown(subscription.props, "enabled"), allowed="true")
    wanted = EVENTS.get(text(subscription.props, "sourceType"), set())
    chosen = items(subscription.props, "eventCategories")
    if chosen and not wanted.issubset(chosen):
        found = f"eventCategories without {', '.join(sorted(wanted.difference(chosen)))}"
        yield Finding(found=found, allowed=", ".join(sorted(wanted)))
