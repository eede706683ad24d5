"""Cases of policies/rules/rds_access.py."""

from __future__ import annotations

from tests.policies.cases import UNKNOWN, Fixture, Outcome, passing, violating
from tests.policies.states import states, with_props

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
BARE = Fixture(type=INSTANCE)
PLACED = Fixture(
    type=INSTANCE, props={"dbSubnetGroupName": "private", "vpcSecurityGroupIds": ["sg-1"]}
)
REPLICA = Fixture(type=INSTANCE, props={"replicateSourceDb": UNKNOWN})
RANDOM = "A4tq0mZbO9s_Xr7yVw2LkJc5uHf1EgNd8iPe-6TQhSo"
PROXY = Fixture(
    type="aws:rds/proxy:Proxy", props={"requireTls": True, "auths": [{"iamAuth": "REQUIRED"}]}
)

CASES = (
    *states(
        "server-not-public",
        BARE,
        "publiclyAccessible",
        right=[False, "false"],
        wrong=[True, "true"],
        absent=Outcome.PASSES,
    ),
    *states(
        "server-in-vpc",
        PLACED,
        "dbSubnetGroupName",
        right=["private"],
        wrong=[],
        absent=Outcome.VIOLATES,
        unknown=Outcome.PASSES,
    ),
    *states(
        "server-in-vpc",
        PLACED,
        "vpcSecurityGroupIds",
        right=[["sg-1"], [UNKNOWN]],
        wrong=[[]],
        absent=Outcome.VIOLATES,
        unknown=Outcome.PASSES,
    ),
    passing(
        "server-in-vpc",
        with_props(REPLICA, {"vpcSecurityGroupIds": ["sg-1"]}),
        title="a replica",
    ),
    *states(
        "server-iam-sign-in",
        BARE,
        "iamDatabaseAuthenticationEnabled",
        right=[True],
        wrong=[False],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "server-certificate-named",
        BARE,
        "caCertIdentifier",
        right=["rds-ca-rsa2048-g1", "rds-ca-ecc384-g1"],
        wrong=["rds-ca-2019"],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "server-master-name",
        BARE,
        "username",
        right=["preprod_master"],
        wrong=["postgres", "Admin"],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "server-master-name",
        Fixture(type=CLUSTER),
        "masterUsername",
        right=["preprod_master"],
        wrong=["postgres"],
        absent=Outcome.VIOLATES,
    ),
    passing("server-master-name", REPLICA, title="a replica"),
    *states(
        "server-password-random",
        BARE,
        "password",
        right=[RANDOM],
        wrong=["postgres", "p" * 32 + "assword", RANDOM[:31]],
        absent=Outcome.PASSES,
        unknown=Outcome.PASSES,
    ),
    violating(
        "server-password-random",
        Fixture(type=CLUSTER, props={"masterPassword": "postgres"}),
        title="a cluster",
    ),
    *states(
        "proxy-iam-over-tls",
        PROXY,
        "requireTls",
        right=[True],
        wrong=[False],
        absent=Outcome.VIOLATES,
    ),
    *states(
        "proxy-iam-over-tls",
        PROXY,
        "debugLogging",
        right=[False],
        wrong=[True],
        absent=Outcome.PASSES,
    ),
    *states(
        "proxy-iam-over-tls",
        PROXY,
        "auths",
        right=[[{"iamAuth": "REQUIRED"}]],
        wrong=[[{"iamAuth": "REQUIRED"}, {"iamAuth": "DISABLED"}], [{}], [{"iamAuth": UNKNOWN}]],
        absent=Outcome.PASSES,
    ),
    violating(
        "server-holds-no-role",
        Fixture(type="aws:rds/roleAssociation:RoleAssociation", props={"roleArn": "arn"}),
    ),
    *states(
        "server-holds-no-role",
        Fixture(type=CLUSTER),
        "iamRoles",
        right=[[]],
        wrong=[["arn"]],
        absent=Outcome.PASSES,
    ),
)
