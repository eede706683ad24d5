"""Cases of policies/rules/safety_protection.py."""

from __future__ import annotations

from tests.policies.cases import Fixture, Outcome, passing, violating
from tests.policies.edited_stages import edited
from tests.policies.states import states

INSTANCE = "aws:rds/instance:Instance"
BUCKET = "aws:s3/bucket:Bucket"
DATABASE = "postgresql:index/database:Database"
STACK = Fixture(type="pulumi:pulumi:Stack", name="development-stages-preprod")


def ignoring(kind: str, *paths: str) -> Fixture:
    return Fixture(type=kind, ignore_changes=paths)


CASES = (
    passing("host-protected", STACK),
    violating(
        "host-protected", STACK, stages=edited("preprod", {"preprod.stage.protected": False})
    ),
    passing("host-protected", STACK, stack="test", title="a guest that may break"),
    *(
        case
        for kind in (INSTANCE, BUCKET, DATABASE, "aws:mwaa/environment:Environment")
        for case in (
            passing("stateful-protected", Fixture(type=kind, protect=True), title=kind),
            violating("stateful-protected", Fixture(type=kind), title=kind),
            passing(
                "stateful-protected", Fixture(type=kind), stack="test", title=f"{kind} of test"
            ),
        )
    ),
    *states(
        "server-deletion-protected",
        Fixture(type=INSTANCE),
        "deletionProtection",
        right=[True],
        wrong=[False],
        absent=Outcome.VIOLATES,
    ),
    passing("server-deletion-protected", Fixture(type=INSTANCE), stack="test", title="of test"),
    *states(
        "stateful-not-emptied",
        Fixture(type=BUCKET),
        "forceDestroy",
        right=[False],
        wrong=[True],
        absent=Outcome.PASSES,
    ),
    *states(
        "stateful-not-emptied",
        Fixture(type="postgresql:index/schema:Schema"),
        "dropCascade",
        right=[False],
        wrong=[True],
        absent=Outcome.PASSES,
    ),
    passing(
        "stateful-not-emptied",
        Fixture(type=BUCKET, props={"forceDestroy": True}),
        stack="test",
        title="of test",
    ),
    *(
        passing("ignored-changes-harmless", ignoring(kind, *paths), title=f"{kind} {paths}")
        for kind, paths in (
            (BUCKET, ()),
            (INSTANCE, ("engineVersion", "password")),
            ("aws:ec2/vpc:Vpc", ("tags",)),
        )
    ),
    *(
        violating("ignored-changes-harmless", ignoring(kind, path), title=f"{kind} {path}")
        for kind, path in (
            (INSTANCE, "storageEncrypted"),
            (INSTANCE, "publiclyAccessible"),
            (INSTANCE, "*"),
            ("aws:s3/bucketPolicy:BucketPolicy", "policy"),
            ("aws:ec2/securityGroup:SecurityGroup", "ingress[0].cidrBlocks"),
            ("aws:mwaa/environment:Environment", "engineVersion"),
            (DATABASE, "connectionLimit"),
            ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "fromPort"),
            ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "ipProtocol"),
            ("aws:mwaa/environment:Environment", "networkConfiguration"),
            ("aws:ec2/flowLog:FlowLog", "trafficType"),
            (INSTANCE, "caCertIdentifier"),
        )
    ),
)
