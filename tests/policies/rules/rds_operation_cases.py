"""Cases of policies/rules/rds_operation.py."""

from __future__ import annotations

import dataclasses

from tests.policies.cases import UNKNOWN, Fixture, Outcome, passing, violating
from tests.policies.states import states, with_props

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
BARE = Fixture(type=INSTANCE)
REPLICA = Fixture(type=INSTANCE, props={"replicateSourceDb": UNKNOWN})
MONITORED = Fixture(type=INSTANCE, props={"monitoringInterval": 60, "monitoringRoleArn": "arn"})
EVENTS = Fixture(
    type="aws:rds/eventSubscription:EventSubscription", props={"sourceType": "db-instance"}
)

CASES = (
    *states(
        "server-multi-az",
        BARE,
        "multiAz",
        right=[True],
        wrong=[False],
        absent=Outcome.VIOLATES,
    ),
    passing("server-multi-az", REPLICA, title="a replica"),
    passing("server-multi-az", BARE, stack="test", title="nothing worth keeping"),
    *states(
        "server-storage-grows",
        Fixture(type=INSTANCE, props={"allocatedStorage": 100}),
        "maxAllocatedStorage",
        right=[110, 1000],
        wrong=[0, 109],
        absent=Outcome.VIOLATES,
    ),
    violating("server-storage-grows", REPLICA, title="a replica, whose size its source decides"),
    *states(
        "server-minor-upgrades",
        BARE,
        "autoMinorVersionUpgrade",
        right=[True],
        wrong=[False],
        absent=Outcome.PASSES,
    ),
    *states(
        "server-minor-upgrades",
        BARE,
        "engineVersion",
        right=["18"],
        wrong=["18.1"],
        absent=Outcome.PASSES,
        unknown=Outcome.PASSES,
    ),
    passing(
        "server-minor-upgrades",
        dataclasses.replace(
            with_props(BARE, {"engineVersion": "18.1"}), ignore_changes=("engineVersion",)
        ),
        title="changes of the version ignored",
    ),
    *states(
        "server-engine-supported",
        BARE,
        "engine",
        right=["postgres", "aurora-postgresql"],
        wrong=["mysql"],
        absent=Outcome.PASSES,
    ),
    *states(
        "server-engine-supported",
        with_props(BARE, {"engine": "postgres"}),
        "engineVersion",
        right=["18", "15.4"],
        wrong=["14.9", "9.6.1"],
        absent=Outcome.PASSES,
        unknown=Outcome.PASSES,
    ),
    *states(
        "server-changes-in-window",
        BARE,
        "applyImmediately",
        right=[False],
        wrong=[True],
        absent=Outcome.PASSES,
    ),
    passing(
        "server-changes-in-window",
        with_props(BARE, {"applyImmediately": True}),
        stack="test",
        title="nothing worth keeping",
    ),
    *states(
        "server-logs-exported",
        BARE,
        "enabledCloudwatchLogsExports",
        right=[["postgresql", "upgrade"]],
        wrong=[[], ["postgresql"], ["upgrade", UNKNOWN]],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "server-logs-exported",
        Fixture(type=CLUSTER),
        "enabledCloudwatchLogsExports",
        right=[["postgresql"]],
        wrong=[[]],
        absent=Outcome.VIOLATES,
        title="a cluster",
    ),
    *states(
        "server-monitored",
        MONITORED,
        "monitoringInterval",
        right=[60, 1],
        wrong=[0],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "server-monitored",
        MONITORED,
        "monitoringRoleArn",
        right=["arn"],
        wrong=[],
        absent=Outcome.VIOLATES,
        unknown=Outcome.PASSES,
    ),
    *states(
        "server-events-complete",
        EVENTS,
        "eventCategories",
        right=[[], ["configuration change", "failure", "maintenance", "backup"]],
        wrong=[["failure"]],
        absent=Outcome.PASSES,
        unknown=Outcome.PASSES,
    ),
    *states(
        "server-events-complete",
        EVENTS,
        "enabled",
        right=[True],
        wrong=[False],
        absent=Outcome.PASSES,
        unknown=Outcome.PASSES,
    ),
    passing(
        "server-events-complete",
        Fixture(
            type=EVENTS.type, props={"sourceType": "db-snapshot", "eventCategories": ["creation"]}
        ),
        title="of another kind",
    ),
)
