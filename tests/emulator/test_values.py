"""Property values keep what they are, on the wire and back."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from emulator.values import (
    OUTPUT_SIGNATURE,
    SIGNATURE_KEY,
    UNKNOWN,
    UNKNOWN_STRINGS,
    Archive,
    Asset,
    ResourceReference,
    Secret,
    from_struct,
    has_secret,
    has_unknown,
    secret,
    to_struct,
    without_secrets,
)

TEXTS = st.text(st.characters(codec="utf-8"), max_size=10).filter(
    lambda text: text not in UNKNOWN_STRINGS
)
KEYS = TEXTS.filter(lambda text: text != SIGNATURE_KEY)
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False)
    | TEXTS
)
ASSETS = st.builds(Asset, sha256=TEXTS, text=TEXTS | st.none(), path=TEXTS, uri=st.none())
MARKERS = (
    st.just(UNKNOWN)
    | ASSETS
    | st.builds(ResourceReference, TEXTS, TEXTS | st.just(UNKNOWN), TEXTS)
    | st.builds(
        Archive,
        sha256=TEXTS,
        assets=st.dictionaries(KEYS, ASSETS, max_size=2).map(
            lambda assets: tuple(sorted(assets.items()))
        ),
    )
)
VALUES = st.recursive(
    PLAIN | MARKERS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3) | inner.map(secret)
    ),
    max_leaves=8,
)
PROPERTIES = st.dictionaries(KEYS, VALUES, max_size=4)


@given(PROPERTIES)
def test_what_goes_onto_the_wire_comes_back(properties: dict[str, Any]) -> None:
    struct = struct_pb2.Struct.FromString(to_struct(properties).SerializeToString())

    assert from_struct(struct) == properties


@given(PROPERTIES)
def test_without_secrets_nothing_is_secret_and_nothing_else_changes(
    properties: dict[str, Any],
) -> None:
    plain = without_secrets(properties)

    assert not has_secret(plain)
    assert has_unknown(plain) == has_unknown(properties)
    assert from_struct(to_struct(properties), keep_secrets=False) == plain
    assert from_struct(to_struct(properties, keep_secrets=False)) == plain


@given(PROPERTIES)
def test_the_wire_form_is_a_struct_that_other_languages_read(properties: dict[str, Any]) -> None:
    finite = without_secrets(properties)
    if "inf" not in repr(finite):
        assert set(json_format.MessageToDict(to_struct(finite))) == set(properties)


@pytest.mark.parametrize("text", sorted(UNKNOWN_STRINGS))
def test_every_kind_of_unknown_is_the_one_unknown(text: str) -> None:
    struct = struct_pb2.Struct()
    struct.fields["it"].string_value = text

    assert from_struct(struct)["it"] is UNKNOWN


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))],  # noqa: S301
    ids=["copy", "deepcopy", "pickle"],
)
def test_a_copy_of_unknown_is_unknown(copied: Any) -> None:
    assert copied({"it": [UNKNOWN]}) == {"it": [UNKNOWN]}


def test_a_whole_number_comes_back_as_an_integer() -> None:
    found = from_struct(to_struct({"port": 5432, "share": 0.5, "flag": True}))

    assert {key: type(value) for key, value in found.items()} == {
        "port": int,
        "share": float,
        "flag": bool,
    }


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"value": "x"}, "x"),
        ({}, UNKNOWN),
        ({"value": "x", "secret": True}, Secret("x")),
        ({"secret": True}, Secret(UNKNOWN)),
        ({"value": "x", "dependencies": ["urn"]}, "x"),
    ],
    ids=["known", "unknown", "secret", "secret unknown", "with dependencies"],
)
def test_an_output_value_brings_its_secrecy(members: dict[str, Any], expected: Any) -> None:
    struct = to_struct({"it": {SIGNATURE_KEY: OUTPUT_SIGNATURE, **members}})

    assert from_struct(struct)["it"] == expected


def test_a_secret_in_a_secret_is_one_secret_and_never_shown() -> None:
    inner = Secret("hunter2")

    assert secret(inner) is inner
    assert "hunter2" not in repr({"password": inner})


def test_an_unknown_signature_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="unknown signature 'abc'"):
        from_struct(to_struct({"it": {SIGNATURE_KEY: "abc"}}))


def test_a_value_of_another_class_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="cannot be a set"):
        to_struct({"it": {1}})
