"""Parsing of policy documents, where resources keep them, and what a statement says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest

from policies.iam.bounds import is_bound_value
from policies.iam.document_places import PLACES, Kind, types_with
from policies.iam.documents import (
    Condition,
    NotAPolicyError,
    Principal,
    Statement,
    denies_plaintext,
    parse_document,
)
from policies.iam.narrowing import is_wide
from policies.iam.placed_documents import placed_documents
from stages.documents import tls_only
from tests.policies.cases import UNKNOWN, Fixture, built
from tests.policies.document_fixtures import PERMISSION, text

BUCKET = "arn:aws:s3:::bucket"
PLAINTEXT = {"Bool": {"aws:SecureTransport": "false"}}
REFUSAL: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [BUCKET, f"{BUCKET}/*"],
    "Condition": PLAINTEXT,
}


def one(kind: Kind, **elements: Any) -> Statement:
    (statement,) = parse_document(text(elements), kind).statements
    return statement


def identity(**elements: Any) -> Statement:
    return one(Kind.IDENTITY, **{"Effect": "Allow", "Action": "s3:*", "Resource": "*"} | elements)


def condition(operators: dict[str, Any]) -> Condition:
    (found,) = identity(Condition=operators).conditions
    return found


def test_elements_are_lists_whatever_they_were() -> None:
    statement = identity(Sid="Read", Action=["S3:Get*", "s3:List*"], Resource=BUCKET)
    assert statement.actions == ("s3:get*", "s3:list*")
    assert statement.resources == (BUCKET,)
    assert str(statement) == "statement Read (s3:get*, s3:list*)"
    assert str(identity()) == "statement (s3:*)"


def test_a_resource_policy_without_a_resource_means_its_own() -> None:
    statement = one(Kind.RESOURCE, Effect="Allow", Action="ecr:*", Principal="*")
    assert statement.resources == ("*",)
    inverted = one(Kind.RESOURCE, Effect="Allow", Action="s3:*", Principal="*", NotResource=BUCKET)
    assert (inverted.resources, inverted.not_resources) == ((), (BUCKET,))


def test_principals_are_seen_in_every_spelling() -> None:
    def principals(raw: Any) -> list[tuple[str, str]]:
        statement = one(Kind.TRUST, Effect="Allow", Action="sts:AssumeRole", Principal=raw)
        return [(found.kind, found.value) for found in statement.principals]

    assert principals("*") == [("AWS", "*")]
    assert principals({"AWS": "111111111111"}) == [("AWS", "111111111111")]
    assert principals({"Service": ["a", "b"], "Federated": "c"}) == [
        ("Service", "a"),
        ("Service", "b"),
        ("Federated", "c"),
    ]


@pytest.mark.parametrize(
    ("kind", "value", "account", "is_account", "is_wide"),
    [
        ("AWS", "111111111111", "111111111111", True, False),
        ("AWS", "arn:aws:iam::111111111111:root", "111111111111", True, False),
        ("AWS", "arn:aws:iam::111111111111:role/x", "111111111111", False, False),
        ("AWS", "arn:aws:iam::*:root", "", True, True),
        ("AWS", "AROAEXAMPLE", "", False, False),
        ("AWS", "*", "", False, True),
        ("AWS", "arn:aws:iam::111111111111:role/?", "111111111111", False, True),
        ("Federated", "arn:aws:iam::111111111111:saml-provider/x", "", False, False),
        ("Service", "s3.amazonaws.com", "", False, False),
    ],
)
def test_a_principal_says_its_account(
    kind: str, value: str, account: str, is_account: bool, is_wide: bool
) -> None:
    found = Principal(kind=kind, value=value)
    assert (found.account_id, found.is_account, found.is_wide) == (account, is_account, is_wide)


@pytest.mark.parametrize(
    ("operator", "demands"),
    [
        ("StringEquals", True),
        ("stringlike", True),
        ("ArnLike", True),
        ("ForAnyValue:StringEquals", True),
        ("ForAllValues:StringEquals", False),
        ("StringEqualsIfExists", False),
        ("StringNotEquals", False),
        ("Null", False),
        ("Bool", False),
        ("IpAddress", False),
    ],
)
def test_a_condition_demands_its_key_or_does_not(operator: str, demands: bool) -> None:
    assert condition({operator: {"AWS:SourceArn": "x"}}).demands is demands


def test_a_condition_is_read_whole() -> None:
    found = condition({"ForAllValues:StringEqualsIfExists": {"AWS:TagKeys": ["a", True, 1]}})
    assert found == Condition(
        operator="stringequals",
        qualifier="forallvalues",
        if_exists=True,
        key="aws:tagkeys",
        values=("a", "true", "1"),
    )


def test_an_inverted_statement_grants_what_it_does_not_name() -> None:
    statement = one(Kind.IDENTITY, Effect="Allow", NotAction=["s3:*", "kms:*"], Resource="*")
    assert statement.grants("iam:passrole")
    assert not statement.grants("s3:getobject")
    assert str(statement) == "statement (s3:*, kms:*)"


def test_a_key_is_demanded_by_one_condition_whose_values_are_all_good() -> None:
    statement = identity(
        Condition={
            "StringLike": {"aws:PrincipalArn": ["good", "bad"]},
            "StringEquals": {"aws:SourceArn": ["good"], "aws:SourceAccount": []},
        }
    )

    def demands(key: str) -> bool:
        return statement.demands(key, lambda value: value == "good")

    assert demands("aws:sourcearn")
    assert not demands("aws:principalarn")
    assert not demands("aws:sourceaccount")
    assert not demands("aws:userid")


def test_the_program_refuses_plaintext() -> None:
    assert denies_plaintext(parse_document(tls_only(BUCKET), Kind.RESOURCE))


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Allow"},
        {"Principal": {"AWS": "111111111111"}},
        {"Action": "s3:GetObject"},
        {"Resource": BUCKET},
        {"Resource": f"{BUCKET}/*"},
        {"Resource": [BUCKET, "arn:aws:s3:::another/*"]},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}},
        {"Condition": {"ForAllValues:Bool": {"aws:SecureTransport": "false"}}},
        {"Condition": {**PLAINTEXT, "StringEquals": {"s3:prefix": "x"}}},
        {"Condition": {}},
    ],
    ids=json.dumps,
)
def test_less_than_a_refusal_of_plaintext_is_none(change: dict[str, Any]) -> None:
    assert denies_plaintext(parse_document(text(REFUSAL), Kind.RESOURCE))
    assert not denies_plaintext(parse_document(text({**REFUSAL, **change}), Kind.RESOURCE))


def test_a_refusal_on_every_resource_means_bucket_and_objects() -> None:
    whole = {**REFUSAL, "Resource": "*", "Action": "*", "Principal": {"AWS": ["*"]}}
    assert denies_plaintext(parse_document(text(whole), Kind.RESOURCE))


def test_what_is_wrong_with_a_document_is_said() -> None:
    with pytest.raises(NotAPolicyError, match="stands there twice"):
        parse_document('{"Version": 1, "Version": 2}', Kind.IDENTITY)
    with pytest.raises(NotAPolicyError, match="no JSON"):
        parse_document("{", Kind.IDENTITY)
    with pytest.raises(NotAPolicyError, match="without Action"):
        identity(Action=[])


@pytest.mark.parametrize(
    ("resource", "wide"),
    [
        ("*", True),
        ("arn:aws:s3:::*", True),
        ("arn:aws:s3:::*/*", True),
        ("arn:aws:s3:::bucket/*", False),
        ("arn:aws:s3:::key/*", False),
        ("arn:aws:kms:eu-west-1:1:key/*", True),
        ("arn:aws:kms:eu-west-1:1:key/1234", False),
        ("arn:aws:dynamodb:*:*:table/*/index/*", True),
        ("arn:aws:iam::1:role/${aws:username}", True),
        ("arn:aws:iam::1:role/x-*", False),
        ("arn:aws:rds-db:r:1:dbuser:*/preprod_app", False),
        ("arn:aws:iam*", True),
        ("arn:aws:iam::1:root", False),
        ("arn:aws:kms:eu-west-1:1:key", False),
    ],
)
def test_a_resource_says_something_or_is_wide(resource: str, wide: bool) -> None:
    assert is_wide(resource) is wide


def places(type_: str, **props: Any) -> list[tuple[str, bool, str]]:
    resource = built(Fixture(type=type_, props=props), "preprod")
    return [
        (found.place, found.document is not None, found.problem)
        for found in placed_documents(resource)
    ]


def test_documents_are_found_in_lists_and_parts() -> None:
    good = text({"Effect": "Allow", "Action": "s3:GetObject", "Resource": BUCKET})
    unknown = "is not known before the update"
    inline = [{"policy": good}, {"policy": UNKNOWN}, UNKNOWN, {"name": "none"}, "text"]
    assert places("aws:iam/role:Role", inlinePolicies=inline) == [
        ("inlinePolicies[0].policy", True, ""),
        ("inlinePolicies[1].policy", False, unknown),
        ("inlinePolicies[2]", False, unknown),
    ]
    points = "aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy"
    assert places(points, details={"policy": "{"})[0][:2] == ("details.policy", False)
    assert places("aws:s3/bucket:Bucket", policy=None) == []
    assert places("aws:sns/subscription:Subscription", policy="x") == []


def test_a_permission_is_a_statement() -> None:
    props = {
        "principal": "s3.amazonaws.com",
        "action": "lambda:InvokeFunction",
        "sourceAccount": "111111111111",
        "statementId": "FromS3",
    }
    (placed,) = placed_documents(built(Fixture(type=PERMISSION, props=props), "preprod"))
    assert placed.document is not None
    (statement,) = placed.document.statements
    assert statement.principals == (Principal(kind="Service", value="s3.amazonaws.com"),)
    assert [(c.operator, c.key, c.values) for c in statement.conditions] == [
        ("stringequals", "aws:sourceaccount", ("111111111111",))
    ]
    assert (statement.sid, statement.actions) == ("FromS3", ("lambda:invokefunction",))
    assert places(PERMISSION, action=UNKNOWN) == [
        ("principal", False, "or the action is not known before the update")
    ]


SDK = Path(aws.__file__).parent
GRANT_NOTHING = frozenset(
    {
        "cloudwatch/logAccountPolicy",
        "cloudwatch/logDataProtectionPolicy",
        "cloudwatch/logIndexPolicy",
        "ecr/lifecyclePolicy",
        "iot/policyAttachment",
        "networkmanager/coreNetworkPolicyAttachment",
        "opensearch/serverlessAccessPolicy",
        "opensearch/serverlessLifecyclePolicy",
        "opensearch/serverlessSecurityPolicy",
        "organizations/policy",
        "organizations/resourcePolicy",
        "resiliencehub/resiliencyPolicy",
        "sns/dataProtectionPolicy",
    }
)
"""In other languages, of the organisation, which no stage touches, or a name alone."""


def snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


@pytest.mark.parametrize("type_", sorted(PLACES))
def test_the_sdk_has_every_place(type_: str) -> None:
    """A type or property that was renamed would never be looked at."""
    module, name = type_.split(":")[1].split("/")
    folder = SDK / {"lambda": "lambda_"}.get(module, module)
    source = (folder / f"{snake(name)}.py").read_text(encoding="utf-8")
    assert f"'{type_}'" in source
    for path in PLACES[type_]:
        first = re.split(r"\[|\.", path)[0]
        assert f'pulumi.set(__self__, "{snake(first)}", ' in source


def test_no_policy_of_the_sdk_is_forgotten() -> None:
    """Of the types that are called policies, those that hold a document as text."""
    holding_text = re.compile(
        r"def (policy|(resource_|access_|inline_)?policy(_document)?)\(self\)"
        r" -> pulumi.Input\[(Optional\[|Union\[)?_builtins.str"
    )
    found = set()
    for file in SDK.glob("*/*policy*.py"):
        source = file.read_text(encoding="utf-8")
        type_ = re.search(r"__init__\(\s+'(aws:[^']+)'", source)
        if type_ and holding_text.search(source):
            found.add(type_.group(1))
    left_out = {type_ for type_ in found if type_.split(":")[1] in GRANT_NOTHING}
    assert found - set(PLACES) - left_out == set()


def test_types_are_chosen_by_kind() -> None:
    assert types_with(Kind.TRUST) == ("aws:iam/role:Role",)
    assert PERMISSION in types_with(Kind.RESOURCE)
    assert PERMISSION not in types_with(Kind.IDENTITY)


@pytest.mark.parametrize(
    ("value", "bound"),
    [
        ("111111111111", True),
        ("333333333333", False),
        ("*", False),
        ("o-1", False),
        ("not-known-yet", True),
        ("arn:aws:iam::111111111111:role/x", True),
        ("arn:aws:iam::111111111111:role/*", True),
        ("arn:aws:iam::111111111111:*", False),
        ("arn:aws:iam::333333333333:role/x", False),
        ("arn:aws:iam::*:role/x", False),
        ("arn:aws:*:eu-west-1:111111111111:x", False),
        ("arn:aws:iam::111111111111", False),
        ("arn:aws:s3:::x-111111111111-y", True),
        ("arn:aws:s3:::x-111111111111-y/*", True),
        ("arn:aws:s3:::x/111111111111", False),
        ("arn:aws:s3:eu-west-1:333333333333:accesspoint/x-111111111111", False),
        ("arn:aws:s3:eu-west-1:111111111111:accesspoint/x", True),
        ("arn:aws:iot:::x-111111111111-y", False),
    ],
)
def test_a_value_means_an_account_or_does_not(value: str, bound: bool) -> None:
    assert is_bound_value(value, ["111111111111"]) is bound
