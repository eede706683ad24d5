"""The cases that AWS's user guides decide about the operators and keys of conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.emulator.cloud.authorization.documented import GUIDE, S3_GUIDE, Case, allow

OPERATORS: Final = f"{GUIDE}reference_policies_elements_condition_operators.html"
SETS: Final = f"{GUIDE}reference_policies_condition-single-vs-multi-valued-context-keys.html"
VARIABLES: Final = f"{GUIDE}reference_policies_variables.html"
TAGS: Final = f"{GUIDE}access_tags.html"
RESOURCE: Final = f"{GUIDE}reference_policies_elements_resource.html"
BUCKET: Final = "arn:aws:s3:::amzn-s3-demo-bucket"
FACTOR: Final = "aws:multifactorauthpresent"


def under(
    says: str,
    condition: Mapping[str, Any],
    context: Mapping[str, str | tuple[str, ...]],
    *,
    allowed: bool,
    url: str = OPERATORS,
    effect: str = "Allow",
) -> Case:
    """A statement under a condition: one that allows, or one that denies what is allowed."""
    statement = {**allow("*", Condition=condition), "Effect": effect}
    identity = [statement] if effect == "Allow" else [statement, allow("*")]
    return Case(says=says, url=url, identity=identity, context=context, allowed=allowed)


ATTRIBUTES: Final = {
    "ForAllValues:StringEquals": {"dynamodb:Attributes": ["ID", "Message", "Tags"]}
}
ANY_ATTRIBUTE: Final = {"ForAnyValue:StringEquals": {"dynamodb:Attributes": ["ID", "PostDate"]}}
KEYS: Final = {"ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "cost-center"]}}
IF_EXISTS: Final = {"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}}

CASES: Final = (
    under("StringEquals", {"StringEquals": {"a:k": "v"}}, {"a:k": "v"}, allowed=True),
    under("StringEquals minds case", {"StringEquals": {"a:k": "V"}}, {"a:k": "v"}, allowed=False),
    under("keys do not mind case", {"StringEquals": {"A:K": "v"}}, {"a:k": "v"}, allowed=True),
    under("several values: any", {"StringEquals": {"a:k": ["u", "v"]}}, {"a:k": "v"}, allowed=True),
    under(
        "several values of a negated operator: none",
        {"StringNotEquals": {"a:k": ["u", "v"]}},
        {"a:k": "v"},
        allowed=False,
    ),
    under("a missing key: not equal", {"StringEquals": {"a:k": "v"}}, {}, allowed=False),
    under("a missing key: negated holds", {"StringNotEquals": {"a:k": "v"}}, {}, allowed=True),
    under(
        "several keys: all of them",
        {"StringEquals": {"a:k": "v", "a:l": "w"}},
        {"a:k": "v", "a:l": "x"},
        allowed=False,
    ),
    under("IfExists without the key", IF_EXISTS, {}, allowed=True),
    under("IfExists with it", IF_EXISTS, {"ec2:instancetype": "t2.micro"}, allowed=True),
    under("IfExists with a wrong one", IF_EXISTS, {"ec2:instancetype": "x1.big"}, allowed=False),
    under(
        "Null true: long-term keys carry no token",
        {"Null": {"aws:TokenIssueTime": "true"}},
        {},
        allowed=True,
    ),
    under(
        "Null false wants the key",
        {"Null": {"aws:TokenIssueTime": "false"}},
        {},
        allowed=False,
    ),
    under(
        "Bool",
        {"Bool": {"aws:SecureTransport": "true"}},
        {"aws:securetransport": "true"},
        allowed=True,
    ),
    under(
        "Bool does not hold for long-term keys, which have no such key",
        {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        {},
        allowed=True,
        effect="Deny",
        url=f"{GUIDE}reference_policies_condition-keys.html",
    ),
    under(
        "BoolIfExists holds for long-term keys",
        {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        {},
        allowed=False,
        effect="Deny",
        url=f"{GUIDE}reference_policies_condition-keys.html",
    ),
    under(
        "an address within a range",
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"aws:sourceip": "203.0.113.7"},
        allowed=True,
    ),
    under(
        "an address outside of it",
        {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:DB8:1234:5678::/64"]}},
        {"aws:sourceip": "198.51.100.7"},
        allowed=False,
    ),
    under(
        "a time",
        {"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}},
        {"aws:tokenissuetime": "2019-01-01T00:00:01Z"},
        allowed=False,
    ),
    under(
        "a number",
        {"NumericLessThanEquals": {"s3:max-keys": "10"}},
        {"s3:max-keys": "9"},
        allowed=True,
        url=f"{S3_GUIDE}amazon-s3-policy-keys.html",
    ),
    under(
        "ArnEquals takes wildcards, part by part",
        {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:*:123456789012:*"}},
        {"aws:sourcearn": "arn:aws:sns:us-east-1:123456789012:topic"},
        allowed=True,
    ),
    under(
        "ArnLike: a star stays within its part",
        {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:topic"}},
        {"aws:sourcearn": "arn:aws:sns:us-east-1:123456789012:topic"},
        allowed=False,
    ),
    under(
        "ForAllValues: every value is in the list",
        ATTRIBUTES,
        {"dynamodb:attributes": ("ID", "Tags")},
        allowed=True,
        url=SETS,
    ),
    under(
        "ForAllValues: one is not",
        ATTRIBUTES,
        {"dynamodb:attributes": ("ID", "User")},
        allowed=False,
        url=SETS,
    ),
    under(
        "ForAllValues holds for a request without the key", ATTRIBUTES, {}, allowed=True, url=SETS
    ),
    under(
        "ForAnyValue: one value is in the list",
        ANY_ATTRIBUTE,
        {"dynamodb:attributes": ("User", "ID")},
        allowed=True,
        url=SETS,
    ),
    under(
        "ForAnyValue: none is",
        ANY_ATTRIBUTE,
        {"dynamodb:attributes": ("User",)},
        allowed=False,
        url=SETS,
    ),
    under("ForAnyValue does not hold without the key", ANY_ATTRIBUTE, {}, allowed=False, url=SETS),
    under(
        "a deny under ForAnyValue:StringNotEquals: any other value denies",
        {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["environment"]}},
        {"aws:tagkeys": ("environment", "other")},
        allowed=False,
        effect="Deny",
        url=SETS,
    ),
    under("only these tag keys", KEYS, {"aws:tagkeys": ("environment",)}, allowed=True, url=TAGS),
    under("no other tag key", KEYS, {"aws:tagkeys": ("environment", "x")}, allowed=False, url=TAGS),
    under(
        "the tag of who asks and of what is asked for",
        {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
        {"aws:resourcetag/team": "data", "aws:principaltag/team": "data"},
        allowed=True,
        url=f"{GUIDE}tutorial_attribute-based-access-control.html",
    ),
)
