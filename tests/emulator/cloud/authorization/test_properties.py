"""What holds for all policies: a deny wins, a limit never opens, order means nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.cloud.authorization.evaluation import Grants, ResourcePolicy, decide
from emulator.cloud.authorization.statements import Identity, Request
from tests.emulator.cloud.authorization.documented import A, B, policy, session, user

WHO = [user("u"), session("r"), user("u", B), session("r", account=B), Identity()]
PRINCIPALS = [
    "*",
    {"AWS": "*"},
    *({"AWS": arn} for who in WHO for arn in (who.arn, who.role_arn) if arn),
    {"AWS": [f"arn:aws:iam::{A}:root"]},
    {"AWS": B},
    {"Service": "s3.amazonaws.com"},
]
CONDITIONS = [
    {"StringEquals": {"k:one": "1"}},
    {"StringNotEqualsIfExists": {"k:one": ["1", "2"]}},
    {"ForAnyValue:StringLike": {"k:many": "a*"}},
    {"ForAllValues:StringEquals": {"k:many": ["a", "b"]}},
    {"Null": {"k:one": "true"}},
    {"Unheard": {"k:one": "1"}},
    {"StringEquals": {"k:many": "a"}},
]
CONTEXTS: list[Mapping[str, str | tuple[str, ...]]] = [
    {},
    {"k:one": "1"},
    {"k:one": "3", "k:many": ("a", "c")},
    {"k:many": ("a", "b")},
]


def statements(*, with_principal: bool) -> st.SearchStrategy[list[dict[str, Any]]]:
    elements = {
        "Effect": st.sampled_from(["Allow", "Allow", "Deny"]),
        "Action": st.sampled_from(["*", "s3:*", "s3:GetObject", "kms:*", ["s3:Get*", "x:y"]]),
        "Resource": st.sampled_from(
            ["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/k", "arn:aws:s3:::c"]
        ),
    }
    if with_principal:
        elements["Principal"] = st.sampled_from(PRINCIPALS)
    condition = st.fixed_dictionaries({}, optional={"Condition": st.sampled_from(CONDITIONS)})
    made = st.tuples(st.fixed_dictionaries(elements), condition).map(lambda two: two[0] | two[1])
    return st.lists(made, max_size=4)


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """A request and policies of every kind."""
    limit = st.none() | statements(with_principal=False)
    return {
        "who": draw(st.sampled_from(WHO)),
        "context": draw(st.sampled_from(CONTEXTS)),
        "identity": draw(statements(with_principal=False)),
        "boundary": draw(limit),
        "session": draw(limit),
        "resource": draw(statements(with_principal=True)),
        "alone": draw(st.booleans()),
    }


def allows(world: Mapping[str, Any], **changes: Any) -> bool:
    now = {**world, **changes}

    def read(items: Sequence[Mapping[str, Any]] | None) -> Any:
        return None if items is None else policy(items)

    grants = Grants(
        identity=now["who"],
        policies=[policy(now["identity"])],
        boundary=read(now["boundary"]),
        session_policies=None if now["session"] is None else [policy(now["session"])],
    )
    resource = ResourcePolicy(
        account_id=A, policy=policy(now["resource"]), decides_alone=now["alone"]
    )
    request = Request("s3:GetObject", "arn:aws:s3:::b/k", now["context"])
    return decide(request, grants, resource).allowed


DENY = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
SLOTS = ("identity", "boundary", "session", "resource")


@settings(max_examples=300, deadline=None)
@given(worlds(), st.sampled_from(SLOTS), st.integers(0, 3))
def test_a_deny_anywhere_wins(world: dict[str, Any], slot: str, place: int) -> None:
    statement = {**DENY, "Principal": "*"} if slot == "resource" else DENY
    held = list(world[slot] or [])
    held.insert(place, statement)
    assert not allows(world, **{slot: held})


@settings(max_examples=300, deadline=None)
@given(worlds(), st.sampled_from(SLOTS), statements(with_principal=True))
def test_a_deny_more_never_opens(
    world: dict[str, Any], slot: str, more: list[dict[str, Any]]
) -> None:
    denies = [{**statement, "Effect": "Deny"} for statement in more]
    if slot != "resource":
        denies = [{k: v for k, v in item.items() if k != "Principal"} for item in denies]
    if world[slot] is not None and allows(world, **{slot: [*world[slot], *denies]}):
        assert allows(world)


@settings(max_examples=300, deadline=None)
@given(worlds(), st.sampled_from(("boundary", "session")), statements(with_principal=False))
def test_a_limit_never_opens(world: dict[str, Any], slot: str, limit: list[dict[str, Any]]) -> None:
    free = {**world, slot: None}
    if allows(free, **{slot: limit}):
        assert allows(free)


@settings(max_examples=300, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_statements_means_nothing(world: dict[str, Any], chance: Any) -> None:
    shuffled = {}
    for slot in SLOTS:
        if world[slot] is not None:
            shuffled[slot] = list(world[slot])
            chance.shuffle(shuffled[slot])
    assert allows(world, **shuffled) == allows(world)


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_nothing_is_allowed_that_no_statement_allows(world: dict[str, Any]) -> None:
    without = {
        slot: [item for item in world[slot] or [] if item["Effect"] == "Deny"]
        for slot in ("identity", "resource")
    }
    assert not allows(world, **without)


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_a_stranger_needs_both_sides(world: dict[str, Any]) -> None:
    foreign = world["who"].account_id == B
    if foreign:
        assert not allows(world, identity=[])
        assert not allows(world, resource=[])


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_what_decides_alone_opens_no_more_than_what_does_not(world: dict[str, Any]) -> None:
    if allows(world, alone=True):
        assert allows(world, alone=False)
