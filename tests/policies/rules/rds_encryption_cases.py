"""Cases of policies/rules/rds_encryption.py."""

from __future__ import annotations

from tests.policies.cases import UNKNOWN, Fixture, Outcome, passing, violating
from tests.policies.states import states

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
FULL = Fixture(type=INSTANCE, props={"storageEncrypted": True, "kmsKeyId": "arn:aws:kms:::key/1"})
INSIGHTS = Fixture(
    type=INSTANCE,
    props={
        "performanceInsightsEnabled": True,
        "performanceInsightsKmsKeyId": "arn:aws:kms:::key/1",
    },
)
ARN = "arn:aws:rds:us-east-1:111111111111:db:server"

CASES = (
    *states(
        "server-storage-encrypted",
        FULL,
        "storageEncrypted",
        right=[True, "true"],
        wrong=[False, "false"],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "server-storage-own-key",
        FULL,
        "kmsKeyId",
        right=["arn:aws:kms:::key/1"],
        wrong=["arn:aws:kms:eu-west-1:111111111111:alias/aws/rds"],
        absent=Outcome.VIOLATES,
        unknown=Outcome.PASSES,
    ),
    *(
        case
        for rule in ("server-storage-encrypted", "server-storage-own-key")
        for case in (
            passing(
                rule,
                Fixture(type=INSTANCE, props={"replicateSourceDb": "server"}),
                title="a replica",
            ),
            passing(
                rule,
                Fixture(type=INSTANCE, props={"replicateSourceDb": UNKNOWN}),
                title="a replica of a server that is still to be made",
            ),
            violating(
                rule,
                Fixture(type=INSTANCE, props={"replicateSourceDb": ARN}),
                title="a replica of a server in another region",
            ),
            violating(rule, Fixture(type=CLUSTER), title="a cluster"),
        )
    ),
    *states(
        "server-insights-own-key",
        INSIGHTS,
        "performanceInsightsEnabled",
        right=[True],
        wrong=[False],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "server-insights-own-key",
        INSIGHTS,
        "performanceInsightsKmsKeyId",
        right=["arn:aws:kms:::key/1"],
        wrong=["alias/aws/rds"],
        absent=Outcome.VIOLATES,
        unknown=Outcome.PASSES,
    ),
)
