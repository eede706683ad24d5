"""Cases of policies/rules/network_endpoints.py."""

from __future__ import annotations

from typing import Any

from tests.policies.cases import UNKNOWN, Fixture, passing, violating
from tests.policies.document_fixtures import ENDPOINT, OTHER, OWN, text

EVERYBODY = "endpoint-for-everybody"
STRANGERS = "endpoint-for-strangers"
ROLE = f"arn:aws:iam::{OWN}:role/devstages-preprod-gateway"


def policy(key: str = "aws:PrincipalArn", value: str = ROLE) -> str:
    condition = {"StringEquals": {key: value}}
    return text(
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "ssm:*",
            "Resource": "*",
            "Condition": condition,
        }
    )


def endpoint(kind: str | None = "Interface", **props: Any) -> Fixture:
    found = {"vpcEndpointType": kind} if kind else {}
    return Fixture(type=ENDPOINT, props=found | props)


CASES = (
    passing(EVERYBODY, endpoint(policy=policy())),
    passing(EVERYBODY, endpoint("Gateway"), title="a gateway endpoint"),
    passing(EVERYBODY, endpoint(None), title="a gateway endpoint by default"),
    violating(EVERYBODY, endpoint()),
    violating(EVERYBODY, endpoint(policy=""), title="empty"),
    violating(EVERYBODY, endpoint(UNKNOWN), title="of a kind that is not known"),
    passing(STRANGERS, endpoint(policy=policy())),
    passing(STRANGERS, endpoint(policy=policy("aws:PrincipalAccount", OWN)), title="an account"),
    passing(STRANGERS, endpoint(), title="none"),
    violating(STRANGERS, endpoint(policy=policy("aws:PrincipalAccount", OTHER)), title="another's"),
    violating(STRANGERS, endpoint(policy=policy("aws:SourceVpc", "vpc-1")), title="a network"),
    violating(
        STRANGERS,
        Fixture(
            type="aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy",
            props={"policy": policy("aws:PrincipalTag/team", "data")},
        ),
        title="apart",
    ),
)
