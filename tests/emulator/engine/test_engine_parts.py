"""Pure parts of the engine: paths, durations, differences, the journal, secrecy."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.engine.differences import apply_replace_on_changes, detailed
from emulator.engine.events import DifferenceKind, PropertyDifference
from emulator.engine.goal import parse_duration
from emulator.engine.journal import JournalEntry, fold
from emulator.engine.property_path import MISSING, contains, parse_path, reset
from emulator.engine.provider_answers import Differs
from emulator.engine.references import renamed_states, states_without
from emulator.engine.resource_state import (
    OperationKind,
    PendingOperation,
    ResourceState,
    Snapshot,
)
from emulator.engine.secrecy import Masker, annotate, mark
from emulator.errors import UserError
from emulator.values import Properties, Secret, has_secret, without_secrets

KEYS = st.text("abc.[]\"'*- ", min_size=1, max_size=6)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text("xyz", max_size=6))
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3), inner.map(Secret)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("root", ("root",)),
        ("root.nested", ("root", "nested")),
        ('root["nested"]', ("root", "nested")),
        ("root.double.nest", ("root", "double", "nest")),
        ('root["double"].nest', ("root", "double", "nest")),
        ("root.array[0]", ("root", "array", 0)),
        ("root.array[100].nested", ("root", "array", 100, "nested")),
        ('root["key with a ."]', ("root", "key with a .")),
        ('root["key with \\"escaped\\" quotes"]', ("root", 'key with "escaped" quotes')),
        ('["root key with a ."][100]', ("root key with a .", 100)),
        ("root.array[*].field", ("root", "array", "*", "field")),
        ("*", ("*",)),
    ],
)
def test_paths_read_as_the_documentation_has_them(text: str, path: tuple[str | int, ...]) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize("text", ["", "a[", "a[b]", 'a["b', "a..b", "[-1]"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"path"):
        parse_path(text)


@given(
    st.lists(st.one_of(KEYS.filter(lambda key: "\\" not in key), st.integers(0, 99)), min_size=1)
)
def test_a_quoted_path_reads_back(elements: list[str | int]) -> None:
    quoted = [
        f"[{item}]" if isinstance(item, int) else '["' + item.replace('"', '\\"') + '"]'
        for item in elements
    ]
    assert parse_path("".join(quoted)) == tuple(elements)


@given(OBJECTS, OBJECTS, KEYS.filter(lambda key: key != "*"))
def test_a_reset_property_is_as_it_was_and_the_rest_untouched(
    old: Properties, new: Properties, key: str
) -> None:
    result = copy.deepcopy(new)
    assert reset((key,), old, result)
    assert result.get(key, MISSING) == old.get(key, MISSING)
    assert {k: v for k, v in result.items() if k != key} == {
        k: v for k, v in new.items() if k != key
    }


@given(OBJECTS, OBJECTS)
def test_resetting_everything_gives_the_old_object(old: Properties, new: Properties) -> None:
    result = copy.deepcopy(new)
    assert reset(("*",), old, result)
    assert result == old


@pytest.mark.parametrize(
    ("path", "old", "new", "result"),
    [
        ("a.b", {"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}, {"a": {"b": 1, "c": 3}}),
        ("a.b", {"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
        ("a.b", {"a": {}}, {"a": {"b": 2}}, {"a": {}}),
        ("a.b", {}, {}, {}),
        ("a[*].b", {"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 3}, {}]}, {"a": [{"b": 1}, {"b": 2}]}),
        ("a[1]", {"a": [1, 2]}, {"a": [3, 4]}, {"a": [3, 2]}),
        ("a.b", {"a": Secret({"b": 1})}, {"a": Secret({"b": 2})}, {"a": Secret({"b": 1})}),
    ],
)
def test_nested_paths_are_reset(
    path: str, old: Properties, new: Properties, result: Properties
) -> None:
    assert reset(parse_path(path), old, new)
    assert new == result


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.b", {"a": {"b": 1}}, {}),
        ("a.b", {}, {"a": {"b": 1}}),
        ("a[1]", {"a": [1]}, {"a": [1, 2]}),
    ],
)
def test_a_path_into_what_is_only_on_one_side_cannot_be_reset(
    path: str, old: Properties, new: Properties
) -> None:
    assert not reset(parse_path(path), old, new)


def test_a_selector_covers_what_is_below_it() -> None:
    assert contains(("a",), ("a", "b", 0))
    assert contains(("a", "*", "c"), ("a", 0, "c"))
    assert not contains(("a", "b"), ("a",))
    assert not contains(("b",), ("a",))


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59))
def test_a_duration_is_the_sum_of_its_parts(hours: int, minutes: int, seconds: int) -> None:
    assert parse_duration(f"{hours}h{minutes}m{seconds}s") == hours * 3600 + minutes * 60 + seconds


@pytest.mark.parametrize("text", ["", "5", "5x", "m5", "1h 5m", "-5s", "1h5"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="duration"):
        parse_duration(text)


@given(VALUES, VALUES)
def test_annotating_changes_no_value_and_loses_no_secret(outputs: Any, inputs: Any) -> None:
    annotated = annotate(outputs, inputs)
    assert without_secrets(annotated) == without_secrets(outputs)
    if has_secret(outputs):
        assert has_secret(annotated)
    same = annotate(without_secrets(inputs), inputs)
    assert has_secret(same) == has_secret(inputs)


def test_named_outputs_become_secret_once() -> None:
    assert mark({"a": 1, "b": Secret(2), "c": None}, ["a", "b", "c", "d"]) == {
        "a": Secret(1),
        "b": Secret(2),
        "c": None,
    }


@given(st.lists(st.text("abcdef-", min_size=4, max_size=12), min_size=1, max_size=5), st.data())
def test_a_masked_text_holds_no_secret(hidden: list[str], data: st.DataObject) -> None:
    masker = Masker()
    masker.learn({"deep": [Secret({"texts": [*hidden, 'two\n"lines"']})]})
    assert "lines" not in masker.mask(repr('two\n"lines"') + json.dumps('two\n"lines"'))
    text = " ".join(data.draw(st.lists(st.sampled_from([*hidden, "plain"]), max_size=6)))
    masked = masker.mask(f"error: {text}!")
    assert not any(item in masked for item in hidden)


def test_replace_on_changes_marks_what_it_selects() -> None:
    update = PropertyDifference(kind=DifferenceKind.UPDATE, input_difference=True)
    differs = Differs(some=True, changed=["a", "b"], detailed={"a.x[0]": update, "b": update})
    result = apply_replace_on_changes(differs, ["a.x[*]"])
    assert result.replaces == ["a.x[0]"]
    assert result.detailed["a.x[0]"].kind is DifferenceKind.UPDATE_REPLACE
    assert result.detailed["b"].kind is DifferenceKind.UPDATE
    assert differs.replaces == []
    assert apply_replace_on_changes(Differs(some=False, changed=["a"]), ["a"]).replaces == []


def test_differences_show_values_and_keep_secrets_secret() -> None:
    differs = Differs(some=True, changed=["added", "gone", "kept"], replaces=["kept"])
    shown = detailed(
        differs,
        {"gone": 1, "kept": Secret({"a": 1})},
        {},
        {"added": 2, "kept": Secret({"a": 2})},
    )
    assert shown["added"].kind is DifferenceKind.ADD
    assert shown["gone"].kind is DifferenceKind.DELETE
    assert shown["kept"].kind is DifferenceKind.UPDATE_REPLACE
    assert (shown["gone"].before, shown["gone"].after) == (1, None)
    deep = Differs(
        some=True,
        detailed={"kept.a": PropertyDifference(kind=DifferenceKind.UPDATE, input_difference=True)},
    )
    (difference,) = detailed(
        deep, {"kept": Secret({"a": 1})}, {}, {"kept": Secret({"a": 2})}
    ).values()
    assert difference.before == Secret(1)
    assert difference.after == Secret(2)


def _state(urn: str, **more: Any) -> ResourceState:
    return ResourceState(urn=urn, type="a:b:C", custom=True, id=urn, **more)


def test_folding_puts_new_states_first_and_changes_known_ones_in_place() -> None:
    base = Snapshot([_state("a"), _state("b")])
    new, changed, adopted = _state("c"), _state("a", protect=True), _state("d")
    folded = fold(
        base,
        [
            JournalEntry(put=[(2, new)]),
            JournalEntry(put=[(0, changed), (-1, adopted)], drop=[1]),
        ],
    )
    assert folded.resources == [new, changed, adopted]
    assert base.resources == [_state("a"), _state("b")]


def test_operations_are_pending_from_their_beginning_to_their_end() -> None:
    older = PendingOperation(_state("old"), OperationKind.CREATING)
    begun = PendingOperation(_state("a"), OperationKind.DELETING)
    base = Snapshot([], [older])
    entries = [JournalEntry(operation=1, begins=begun), JournalEntry(operation=0)]
    assert fold(base, []).pending_operations == [older]
    assert fold(base, entries[:1]).pending_operations == [older, begun]
    assert fold(base, entries).pending_operations == [begun]
    assert fold(base, [*entries, JournalEntry(operation=1)]).pending_operations == []


def test_a_renamed_resource_is_renamed_wherever_it_is_named() -> None:
    states = {
        0: _state("x"),
        1: _state("child", parent="x", provider="x::1", deleted_with="x", replace_with=["x"]),
        2: _state("user", dependencies=["w", "x"], property_dependencies={"p": ["x"]}),
        3: _state("stranger", dependencies=["xx"]),
    }
    renamed = renamed_states(states, "x", "y")
    assert set(renamed) == {1, 2}
    assert (renamed[1].parent, renamed[1].provider) == ("y", "y::1")
    assert (renamed[1].deleted_with, renamed[1].replace_with) == ("y", ["y"])
    assert renamed[2].dependencies == ["w", "y"]
    assert renamed[2].property_dependencies == {"p": ["y"]}
    assert states[2].dependencies == ["w", "x"]


def test_what_named_a_resource_that_is_gone_names_it_no_more() -> None:
    gone = _state("x", parent="root")
    states = {1: _state("child", parent="x", dependencies=["x", "w"], deleted_with="x")}
    (left,) = states_without(states, gone).values()
    assert (left.parent, left.dependencies, left.deleted_with) == ("root", ["w"], "")
    assert states_without({**states, 2: _state("x")}, gone) == {}
