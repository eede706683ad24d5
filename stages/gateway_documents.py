"""Documents of a host's gateway: what its agent may, and what passes the endpoints.

https://docs.aws.amazon.com/systems-manager/latest/userguide/
getting-started-create-iam-instance-profile.html lists what sessions need; AWS's own managed policy
for instances also reads every parameter and document of the account.
"""

from __future__ import annotations

from stages.documents import Statement, document
from stages.names import Names

SERVICES = ("ssm", "ssmmessages")
"""Not `ec2messages`: agents from 3.3.40.0 on, which every current image of Amazon Linux 2023 has,
do without (https://docs.aws.amazon.com/systems-manager/latest/userguide/
systems-manager-setting-up-messageAPIs.html)."""


def gateway_trust() -> str:
    """EC2, which does not say on whose behalf: who starts the instance needs iam:PassRole."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def gateway_role_policy(names: Names) -> str:
    """The agent reports the instance and holds the channels that sessions come through."""
    return document(*(_needed(names, service) for service in SERVICES))


def endpoint_policy(names: Names, service: str) -> str:
    """The same for the gateway's role alone: nobody else's credentials pass the endpoint."""
    return document(
        {
            **_needed(names, service),
            "Principal": "*",
            "Condition": {"ArnEquals": {"aws:PrincipalArn": names.role_arn("gateway")}},
        }
    )


def _needed(names: Names, service: str) -> Statement:
    if service == "ssm":
        return {
            "Sid": "ReportInstance",
            "Effect": "Allow",
            "Action": "ssm:UpdateInstanceInformation",
            "Resource": names.arn("ec2", "instance/*"),
        }
    return {
        "Sid": "HoldChannels",
        "Effect": "Allow",
        "Action": [
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ],
        # AWS limits these to no resource.
        "Resource": "*",
    }
