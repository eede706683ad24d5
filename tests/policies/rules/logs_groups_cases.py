"""Cases of policies/rules/logs_groups.py."""

from __future__ import annotations

from tests.policies.cases import UNKNOWN, Fixture, Outcome, passing, violating
from tests.policies.states import states

GROUP = Fixture(type="aws:cloudwatch/logGroup:LogGroup")
FILTER = Fixture(type="aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter")
ALARM = Fixture(
    type="aws:cloudwatch/metricAlarm:MetricAlarm", props={"alarmActions": ["arn:aws:sns:::topic"]}
)
SERVER = Fixture(
    type="aws:rds/instance:Instance",
    props={
        "identifier": "server",
        "enabledCloudwatchLogsExports": ["postgresql", "upgrade"],
    },
)


def of_server(log: str, server: str = "server") -> Fixture:
    return Fixture(type=GROUP.type, name=log, props={"name": f"/aws/rds/instance/{server}/{log}"})


CASES = (
    *states(
        "log-group-kept",
        GROUP,
        "retentionInDays",
        right=[365, 400.0],
        wrong=[0, 30, 364],
        absent=Outcome.VIOLATES,
    ),
    violating(
        "log-group-kept",
        Fixture(type=GROUP.type, props={"retentionInDays": 365}),
        parameters={"minimum_log_days": 400},
        title="more days are asked for",
    ),
    *states(
        "log-group-own-key",
        GROUP,
        "kmsKeyId",
        right=["arn:aws:kms:::key/1"],
        wrong=["arn:aws:kms:eu-west-1:111111111111:alias/aws/logs"],
        absent=Outcome.VIOLATES,
        unknown=Outcome.PASSES,
    ),
    *states(
        "logs-stay-in-the-stage",
        FILTER,
        "destinationArn",
        right=["arn:aws:lambda:eu-west-1:111111111111:function:devstages-preprod-notifier"],
        wrong=[
            "arn:aws:lambda:eu-west-1:111111111111:function:devstages-test-notifier",
            "arn:aws:logs:eu-west-1:222222222222:destination:all",
        ],
        absent=Outcome.PASSES,
        unknown=Outcome.PASSES,
    ),
    *states(
        "alarm-acts",
        ALARM,
        "actionsEnabled",
        right=[True],
        wrong=[False],
        absent=Outcome.PASSES,
    ),
    *states(
        "alarm-acts",
        ALARM,
        "alarmActions",
        right=[["arn:aws:sns:::topic"], [UNKNOWN]],
        wrong=[[]],
        absent=Outcome.VIOLATES,
        unknown=Outcome.PASSES,
    ),
    *(
        passing("log-group-made-for-server", *fixtures, title=title)
        for title, fixtures in {
            "made": [SERVER, of_server("upgrade"), of_server("postgresql")],
            "none is exported": [Fixture(type=SERVER.type, props={"identifier": "server"})],
        }.items()
    ),
    *(
        violating("log-group-made-for-server", *fixtures, title=title)
        for title, fixtures in {
            "none": [SERVER],
            "one is missing": [SERVER, of_server("upgrade")],
            "of another server": [SERVER, of_server("upgrade"), of_server("postgresql", "old")],
            "a cluster": [
                Fixture(
                    type="aws:rds/cluster:Cluster",
                    props={
                        "clusterIdentifier": "server",
                        "enabledCloudwatchLogsExports": ["postgresql"],
                    },
                ),
                of_server("postgresql"),
            ],
        }.items()
    ),
)
