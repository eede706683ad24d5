"""Checkpoints are read and written as the CLI does, and refused with what is wrong with them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.engine.resource_state import (
    OperationKind,
    PendingOperation,
    ResourceState,
    Snapshot,
)
from emulator.home import Home
from emulator.state.checkpoint import (
    CheckpointError,
    decode_snapshot,
    encode_checkpoint,
    parse_checkpoint,
)
from emulator.state.property_json import decode, encode, masked
from emulator.state.secrets_provider import SecretsProvider
from emulator.values import (
    SIGNATURE_KEY,
    UNKNOWN,
    Archive,
    Asset,
    ResourceReference,
    Secret,
    has_secret,
)
from tests.emulator.state.samples import BUCKET, PLANTED, PROVIDER, ROOT

STACK = "organization/demo/dev"


def _secrets(home: Home, state: str = "") -> SecretsProvider:
    return SecretsProvider(home, state, "dev.json")


def _edited(home: Home, snapshot: Snapshot, edit: Callable[[Any], None]) -> Snapshot:
    document = json.loads(encode_checkpoint(STACK, snapshot, _secrets(home)))
    edit(document)
    raw = parse_checkpoint(json.dumps(document).encode())
    return decode_snapshot(raw, _secrets(home, raw.salt))


def test_what_was_written_is_what_is_read(home: Home, snapshot: Snapshot) -> None:
    snapshot.pending_operations.append(
        PendingOperation(snapshot.resources[2], OperationKind.UPDATING)
    )
    raw = parse_checkpoint(encode_checkpoint(STACK, snapshot, _secrets(home)))
    assert raw.stack == STACK
    assert raw.resource_count == 3
    assert decode_snapshot(raw, _secrets(home, raw.salt)) == snapshot


def test_a_secret_is_not_in_the_file(home: Home, snapshot: Snapshot) -> None:
    assert PLANTED.encode() not in encode_checkpoint(STACK, snapshot, _secrets(home))


def test_a_snapshot_without_a_change_keeps_every_ciphertext(home: Home, snapshot: Snapshot) -> None:
    content = encode_checkpoint(STACK, snapshot, _secrets(home))
    raw = parse_checkpoint(content)
    secrets = _secrets(home, raw.salt)
    again = json.loads(encode_checkpoint(STACK, decode_snapshot(raw, secrets), secrets))
    before = json.loads(content)
    for document in (again, before):
        del document["checkpoint"]["latest"]["manifest"]["time"]
    assert again == before


def test_fields_have_the_order_of_the_cli(home: Home, snapshot: Snapshot) -> None:
    document = json.loads(encode_checkpoint(STACK, snapshot, _secrets(home)))
    assert list(document) == ["version", "checkpoint"]
    latest = document["checkpoint"]["latest"]
    assert list(latest) == ["manifest", "secrets_providers", "resources", "metadata"]
    bucket = latest["resources"][2]
    assert list(bucket) == [
        "urn",
        "custom",
        "id",
        "type",
        "inputs",
        "outputs",
        "parent",
        "protect",
        "dependencies",
        "provider",
        "propertyDependencies",
        "customTimeouts",
        "created",
    ]
    assert bucket["customTimeouts"] == {"create": 600}
    assert list(bucket["propertyDependencies"]) == ["bucket", "tags"]


def test_replace_with_makes_it_version_4_with_that_feature(home: Home, snapshot: Snapshot) -> None:
    snapshot.resources[2].replace_with = [PROVIDER]
    document = json.loads(encode_checkpoint(STACK, snapshot, _secrets(home)))
    assert (document["version"], document["features"]) == (4, ["replaceWith"])
    raw = parse_checkpoint(json.dumps(document).encode())
    assert decode_snapshot(raw, _secrets(home, raw.salt)).resources[2].replace_with == [PROVIDER]


def test_fields_that_nobody_knows_are_tolerated(home: Home, snapshot: Snapshot) -> None:
    def edit(document: Any) -> None:
        document["checkpoint"]["latest"]["resources"][2]["madeUp"] = 1
        document["checkpoint"]["latest"]["resources"][2]["stackTrace"] = [{}]

    assert _edited(home, snapshot, edit) == snapshot


def _resource(document: Any, index: int) -> Any:
    return document["checkpoint"]["latest"]["resources"][index]


NONSENSE: dict[str, tuple[Callable[[Any], Any], str]] = {
    "newer version": (lambda d: d.update(version=5), "version 5, newer"),
    "older version": (lambda d: d.update(version=2), "version 2, older"),
    "unknown feature": (lambda d: d.update(version=4, features=["hooks"]), "hooks"),
    "no checkpoint": (lambda d: d.pop("checkpoint"), "no checkpoint"),
    "another provider of secrets": (
        lambda d: d["checkpoint"]["latest"]["secrets_providers"].update(type="cloud"),
        "'cloud'",
    ),
    "damaged manifest": (
        lambda d: d["checkpoint"]["latest"]["manifest"].update(magic="00"),
        "magic",
    ),
    "resource without urn": (lambda d: _resource(d, 2).pop("urn"), "no `urn`"),
    "resource without type": (lambda d: _resource(d, 2).pop("type"), "no `type`"),
    "tainted": (lambda d: _resource(d, 2).update(taint=True), "does not support taint"),
    "hooks": (lambda d: _resource(d, 2).update(resourceHooks={"a": ["b"]}), "resourceHooks"),
    "component with an id": (lambda d: _resource(d, 0).update(id="x"), "yet it has an id"),
    "unknown provider": (lambda d: _resource(d, 1).update(id="p2"), "unknown provider"),
    "missing dependency": (
        lambda d: _resource(d, 2).update(dependencies=["urn:gone"]),
        "urn:gone is missing",
    ),
    "parent after its child": (
        lambda d: d["checkpoint"]["latest"]["resources"].reverse(),
        "comes after it",
    ),
    "missing property dependency": (
        lambda d: _resource(d, 2).update(propertyDependencies={"a": ["urn:gone"]}),
        "dependency of property a urn:gone is missing",
    ),
    "missing deletedWith": (
        lambda d: _resource(d, 2).update(deletedWith="urn:gone"),
        "`deletedWith` urn:gone is missing",
    ),
    "duplicate": (
        lambda d: d["checkpoint"]["latest"]["resources"].append(_resource(d, 2)),
        "stands 2 times",
    ),
    "text for a list": (
        lambda d: _resource(d, 2).update(dependencies="x"),
        "dependencies must be list",
    ),
    "resource that is a text": (
        lambda d: d["checkpoint"]["latest"]["resources"].append("x"),
        "must be an object",
    ),
    "pending operation of no kind": (
        lambda d: d["checkpoint"]["latest"].update(pending_operations=[{"type": "dancing"}]),
        "pending operation is malformed",
    ),
    "signature of nothing": (
        lambda d: _resource(d, 2)["inputs"].update(a={SIGNATURE_KEY: "x"}),
        "signature",
    ),
    "secret without content": (
        lambda d: _resource(d, 0)["outputs"]["token"].pop("ciphertext"),
        "exactly one of ciphertext and plaintext",
    ),
    "snippets": (lambda d: d["checkpoint"]["latest"].update(snippets=[{}]), "snippets"),
}


@pytest.mark.parametrize(("edit", "message"), NONSENSE.values(), ids=NONSENSE)
def test_a_checkpoint_edited_into_nonsense_is_refused_with_what_is_wrong(
    home: Home, snapshot: Snapshot, edit: Callable[[Any], None], message: str
) -> None:
    with pytest.raises(CheckpointError, match=message):
        _edited(home, snapshot, edit)


def test_a_duplicate_that_waits_for_deletion_is_no_duplicate(
    home: Home, snapshot: Snapshot
) -> None:
    def edit(document: Any) -> None:
        resources = document["checkpoint"]["latest"]["resources"]
        resources.append(resources[2] | {"delete": True})

    assert len(_edited(home, snapshot, edit).resources) == 4


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text()
    | st.just(UNKNOWN)
    | st.builds(Asset, sha256=st.just("ab"), text=st.text(min_size=1))
    | st.builds(Archive, sha256=st.just("cd"), path=st.just("dags"))
    | st.builds(ResourceReference, urn=st.just(BUCKET), id=st.text()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        | st.builds(Secret, inner.filter(lambda value: not isinstance(value, Secret)))
    ),
    max_leaves=12,
)


@given(VALUES)
def test_every_value_survives_the_file(value: Any) -> None:
    def reverse(text: str, place: object) -> str:
        return text[::-1]

    file = json.loads(json.dumps(encode(value, reverse, (), in_secret=False)))
    assert decode(file, reverse, (), in_secret=False) == value


@given(VALUES)
def test_nothing_secret_is_left_in_what_is_masked(value: Any) -> None:
    planted = {"in": Secret([value, PLANTED])}
    assert masked(planted) == {"in": "[secret]"}
    assert not has_secret(masked(value))


def test_not_a_number_survives_the_file() -> None:
    file = encode(math.nan, lambda text, place: text, (), in_secret=False)
    assert json.loads(json.dumps(file, allow_nan=False))["value"] == "7ff8000000000000"
    assert math.isnan(decode(file, lambda text, place: text, (), in_secret=False))


def test_a_snapshot_of_one_resource_needs_no_key_to_be_read(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = ResourceState(urn=ROOT, type="pulumi:pulumi:Stack", custom=False)
    raw = parse_checkpoint(encode_checkpoint(STACK, Snapshot([state]), _secrets(home)))

    def refuse(*args: object) -> None:
        raise AssertionError

    monkeypatch.setattr("emulator.state.secrets_provider.open_state", refuse)
    assert decode_snapshot(raw, _secrets(home, raw.salt)).resources == [state]
