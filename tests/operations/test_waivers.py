"""Waivers cover one thing in one stack, and end."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from operations.plan_checks import Finding
from operations.waivers import Waiver, WaiverFileError, apply_waivers, read_waivers
from tests.operations.plan_samples import KEY

TODAY = datetime.date(2026, 6, 15)


def waiver(**changed: Any) -> Waiver:
    entry = {
        "kind": "stateful-replaced",
        "resource": f"{KEY}::it",
        "stack": "dev",
        "owner": "data-platform",
        "reason": "It is moved.",
        "expires": "2026-06-15",
    }
    return Waiver.model_validate(entry | changed)


REPLACED = Finding(
    kind="stateful-replaced", urn=f"urn:pulumi:dev::demo::a$b${KEY}::it", found="", remedy=""
)


@pytest.mark.parametrize("resource", [f"{KEY}::it", REPLACED.urn])
def test_a_waiver_covers_one_thing_up_to_its_last_day(resource: str) -> None:
    entry = waiver(resource=resource)
    assert apply_waivers([REPLACED], [entry], "dev", TODAY) == ([], [(REPLACED, entry)])


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({"expires": "2026-06-14"}, ["stateful-replaced", "waiver-expired"]),
        ({"expires": "2026-09-14"}, ["stateful-replaced", "waiver-too-long"]),
        ({"kind": "stateful-deleted"}, ["stateful-replaced", "waiver-unused"]),
        ({"resource": f"{KEY}::t"}, ["stateful-replaced", "waiver-unused"]),
        ({"resource": "aws:kms/replicaKey:ReplicaKey::it"}, ["stateful-replaced", "waiver-unused"]),
        ({"stack": "prod"}, ["stateful-replaced"]),
    ],
)
def test_any_other_waiver_covers_nothing_and_is_told(
    changed: dict[str, Any], kinds: list[str]
) -> None:
    refused, waived = apply_waivers([REPLACED], [waiver(**changed)], "dev", TODAY)
    assert ([finding.kind for finding in refused], waived) == (kinds, [])


def test_the_committed_waivers_can_be_read() -> None:
    read_waivers(Path("policies/waivers.yaml"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("waivers: [", "is no YAML"),
        ("waivers: [{kind: anything}]", "waivers.0.kind"),
        ("- one", "valid dictionary"),
        ("", "valid dictionary"),
        ("other: []", "waivers"),
    ],
)
def test_waivers_that_are_wrong_are_named(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WaiverFileError) as caught:
        read_waivers(file)
    assert told in str(caught.value)


def test_every_field_of_a_waiver_is_needed() -> None:
    for key in Waiver.model_fields:
        entry = waiver().model_dump(mode="json")
        del entry[key]
        with pytest.raises(ValueError, match=key):
            Waiver.model_validate(entry)
    for pattern in (f"{KEY}::*", "*", "it"):
        with pytest.raises(ValueError, match="resource"):
            waiver(resource=pattern)
