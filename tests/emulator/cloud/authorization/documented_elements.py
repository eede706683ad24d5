"""The cases that AWS's user guides decide about actions, resources and policy variables."""

from __future__ import annotations

from typing import Final

from tests.emulator.cloud.authorization.documented import GUIDE, S3_GUIDE, A, Case, allow, deny

OPERATORS: Final = f"{GUIDE}reference_policies_elements_condition_operators.html"
SETS: Final = f"{GUIDE}reference_policies_condition-single-vs-multi-valued-context-keys.html"
VARIABLES: Final = f"{GUIDE}reference_policies_variables.html"
TAGS: Final = f"{GUIDE}access_tags.html"
RESOURCE: Final = f"{GUIDE}reference_policies_elements_resource.html"
BUCKET: Final = "arn:aws:s3:::amzn-s3-demo-bucket"
FACTOR: Final = "aws:multifactorauthpresent"


CASES: Final = (
    Case(
        says="NotAction allows all but what it names",
        url=f"{GUIDE}reference_policies_elements_notaction.html",
        action="s3:DeleteObject",
        identity=[
            {"Effect": "Allow", "NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"}
        ],
        allowed=True,
    ),
    Case(
        says="NotAction with Deny denies all but what it names",
        url=f"{GUIDE}reference_policies_elements_notaction.html",
        action="ec2:RunInstances",
        resource="*",
        context={FACTOR: "false"},
        identity=[
            allow("*"),
            {
                "Effect": "Deny",
                "NotAction": "iam:*",
                "Resource": "*",
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
            },
        ],
        allowed=False,
    ),
    Case(
        says="NotResource with Deny spares the bucket that it names",
        url=f"{GUIDE}reference_policies_elements_notresource.html",
        resource="arn:aws:s3:::HRBucket/Payroll/x",
        identity=[
            allow("s3:*"),
            {
                "Effect": "Deny",
                "Action": "s3:*",
                "NotResource": ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"],
            },
        ],
        allowed=True,
    ),
    Case(
        says="NotResource with Deny denies every other bucket",
        url=f"{GUIDE}reference_policies_elements_notresource.html",
        identity=[
            allow("s3:*"),
            {
                "Effect": "Deny",
                "Action": "s3:*",
                "NotResource": ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"],
            },
        ],
        allowed=False,
    ),
    Case(
        says="a wildcard in the last part reaches over slashes and colons",
        url=RESOURCE,
        action="iam:GetUser",
        resource=f"arn:aws:iam::{A}:user/Development/product_1234/x",
        identity=[allow("iam:*", f"arn:aws:iam::{A}:user/Development/product_1234/*")],
        allowed=True,
    ),
    Case(
        says="a wildcard in another part stays in it",
        url=RESOURCE,
        action="sqs:SendMessage",
        resource=f"arn:aws:sqs:us-east-1:{A}:queue",
        identity=[allow("sqs:*", "arn:aws:sqs:*:queue")],
        allowed=False,
    ),
    Case(
        says="everybody has a folder of their own name",
        url=VARIABLES,
        resource=f"{BUCKET}/home/JohnDoe/x",
        context={"aws:username": "JohnDoe"},
        identity=[allow("s3:*", f"{BUCKET}/home/${{aws:username}}/*")],
        allowed=True,
    ),
    Case(
        says="and nobody somebody else's",
        url=VARIABLES,
        resource=f"{BUCKET}/home/Mary/x",
        context={"aws:username": "JohnDoe"},
        identity=[allow("s3:*", f"{BUCKET}/home/${{aws:username}}/*")],
        allowed=False,
    ),
    Case(
        says="a variable without a value takes its default",
        url=VARIABLES,
        resource=f"{BUCKET}/company-wide/x",
        identity=[allow("s3:*", f"{BUCKET}/${{aws:PrincipalTag/team, 'company-wide'}}/*")],
        allowed=True,
    ),
    Case(
        says="a variable without a value and a default matches nothing",
        url=VARIABLES,
        identity=[allow("s3:*", f"{BUCKET}/${{aws:PrincipalTag/team}}*")],
        allowed=False,
    ),
    Case(
        says="${*} is a star, no wildcard",
        url=VARIABLES,
        identity=[allow("s3:*", f"{BUCKET}/${{*}}")],
        allowed=False,
    ),
    Case(
        says="a value with a star in it is no wildcard either",
        url=VARIABLES,
        context={"aws:principaltag/team": "*"},
        identity=[allow("s3:*", f"{BUCKET}/${{aws:PrincipalTag/team}}")],
        allowed=False,
    ),
    Case(
        says="a list under a prefix, and no other",
        url=f"{S3_GUIDE}amazon-s3-policy-keys.html",
        action="s3:ListBucket",
        resource=BUCKET,
        context={"s3:prefix": "finance"},
        identity=[
            allow("s3:ListBucket", BUCKET, Condition={"StringEquals": {"s3:prefix": "projects"}})
        ],
        allowed=False,
    ),
    Case(
        says="the deny that demands TLS leaves TLS alone",
        url=f"{S3_GUIDE}example-bucket-policies.html",
        context={"aws:securetransport": "true"},
        identity=[allow("s3:*")],
        at_resource=[
            deny("s3:*", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})
        ],
        allowed=True,
    ),
    Case(
        says="and denies what comes without",
        url=f"{S3_GUIDE}example-bucket-policies.html",
        context={"aws:securetransport": "false"},
        identity=[allow("s3:*")],
        at_resource=[
            deny("s3:*", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})
        ],
        allowed=False,
    ),
)
