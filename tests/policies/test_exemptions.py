"""Exemptions, through the library's own servicer, and what is said of a file that is wrong."""

from __future__ import annotations

import dataclasses
import datetime
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policies.exemptions import (
    LONGEST_DAYS,
    Exemption,
    ExemptionFileError,
    read_exemptions,
    title_of,
)
from policies.rule import Context, Finding, Group, Severity, for_resource, for_stack
from policies.rules.rds_encryption import storage_encrypted, storage_own_key
from policies.rules.rds_parameters import refuses_plaintext
from policies.rules.safety_protection import host_protected
from policies.subjects import Resource, Stack
from tests.policies.cases import ROOT, UNKNOWN, Fixture
from tests.policies.served import Served, Told, as_the_engine_starts_it

__all__ = ["as_the_engine_starts_it"]

INSTANCE = "aws:rds/instance:Instance"
TEXTS: dict[str, Any] = {"severity": Severity.HIGH, "what": "a", "why": "b", "remedy": "c"}
TODAY = datetime.datetime.now(datetime.UTC).date()
PLAIN = Fixture(type=INSTANCE, name="server", props={"kmsKeyId": "1"})
ENCRYPTED = Fixture(type=INSTANCE, name="server", props={"storageEncrypted": True, "kmsKeyId": "1"})


def exemption(**changed: Any) -> Exemption:
    entry = {
        "rule": "server-storage-encrypted",
        "resource": f"{INSTANCE}::server",
        "stacks": ("preprod",),
        "owner": "data-platform",
        "reason": "it is moved next week",
        "expires": TODAY,
    }
    return Exemption.model_validate(entry | changed)


def run(entry: Exemption, fixture: Fixture = PLAIN, **more: Any) -> tuple[list[Told], list[Told]]:
    """What is said of the one resource, and of the stack."""
    served = Served([storage_encrypted, storage_own_key], [entry], **more)
    return served.resource(fixture), served.whole(fixture)


def test_what_is_exempted_is_no_violation_up_to_the_last_day() -> None:
    assert run(exemption()) == ([], [])


def test_a_rule_binds_without_an_exemption() -> None:
    (violation,) = Served([storage_encrypted]).resource(PLAIN)
    assert violation.level == "mandatory"
    assert "[server-storage-encrypted]" in violation.message


@pytest.mark.parametrize(
    "changed",
    [
        {"rule": "server-storage-own-key"},
        {"resource": f"{INSTANCE}::server2"},
        {"resource": f"{INSTANCE}::erver"},
        {"resource": "aws:rds/cluster:Cluster::server"},
        {"stacks": ("prod",)},
    ],
    ids=str,
)
def test_an_exemption_covers_its_rule_resource_and_stacks_only(changed: dict[str, Any]) -> None:
    said, _ = run(exemption(**changed))
    assert [violation.level for violation in said] == ["mandatory"]


def test_an_expired_exemption_covers_nothing_and_is_a_violation() -> None:
    yesterday = TODAY - datetime.timedelta(days=1)
    said, of_stack = run(exemption(expires=yesterday))
    assert len(said) == 1
    (problem,) = of_stack
    assert problem.level == "mandatory"
    assert f"server-storage-encrypted on {INSTANCE}::server: expired on {yesterday}" in (
        problem.message
    )


def test_an_exemption_for_longer_than_a_year_covers_nothing_and_is_a_violation() -> None:
    late = TODAY + datetime.timedelta(days=LONGEST_DAYS + 1)
    said, of_stack = run(exemption(expires=late))
    assert len(said) == 1
    assert f"let it expire within {LONGEST_DAYS} days" in of_stack[0].message


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, "nothing needs it any more"),
        ({"rule": "server-storage-encryptd"}, "there is no such rule"),
        ({"resource": f"{INSTANCE}::gone"}, "this stack has no such resource"),
        ({"stacks": ("preprod", "perprod")}, "there is no stack perprod"),
    ],
    ids=str,
)
def test_an_exemption_that_covers_nothing_is_a_violation(
    changed: dict[str, Any], says: str
) -> None:
    _, of_stack = run(exemption(**changed), ENCRYPTED)
    assert of_stack
    assert {problem.level for problem in of_stack} == {"mandatory"}
    assert says in of_stack[0].message


def test_another_stack_s_exemption_is_nobody_s_business_here() -> None:
    assert run(exemption(stacks=("prod",)), ENCRYPTED) == ([], [])


@pytest.mark.parametrize(
    "config",
    [
        {"data-safety": {"disabled_rules": ["server-storage-encrypted"]}},
        {"data-safety": {"enforcementLevel": "disabled"}},
    ],
    ids=str,
)
def test_an_exemption_from_a_rule_that_is_switched_off_may_still_be_needed(
    config: dict[str, Any],
) -> None:
    assert run(exemption(), config=config) == ([], [])


@for_resource(INSTANCE, id="reads-name", group=Group.ACCESS, **TEXTS)
def reads_name(server: Resource, context: Context) -> Iterator[Finding]:
    if server.props["identifier"] == "wrong":
        yield Finding(found="wrong", allowed="right")


@for_stack(id="reads-names", group=Group.ACCESS, **TEXTS)
def reads_names(stack: Stack, context: Context) -> Iterator[Finding]:
    for server in stack.of_type(INSTANCE):
        if server.props["identifier"] == "wrong":
            yield Finding(found="wrong", allowed="right", urn=server.urn)


@pytest.mark.parametrize("rule", ["reads-name", "reads-names"])
def test_an_exemption_may_be_needed_once_a_rule_knows_what_it_cannot_know_yet(rule: str) -> None:
    fixture = Fixture(type=INSTANCE, name="server", props={"identifier": UNKNOWN})
    served = Served([reads_name, reads_names], [exemption(rule=rule)])
    told = served.resource(fixture) + served.whole(fixture)
    assert [item.level for item in told] == ["advisory", "advisory"]
    other = Served([reads_name, reads_names], [exemption(rule=rule)])
    other.resource(dataclasses.replace(fixture, name="another"))
    known = other.whole(dataclasses.replace(fixture, props={"identifier": "right"}))
    assert "nothing needs it any more" in known[0].message


def test_a_finding_on_a_whole_stack_s_resource_is_exempted_by_that_resource() -> None:
    entry = exemption(rule="server-refuses-plaintext")
    assert Served([refuses_plaintext], [entry]).whole(PLAIN) == []
    (violation,) = Served([refuses_plaintext]).whole(PLAIN)
    assert violation.urn.endswith(f"{INSTANCE}::server")


def test_a_host_s_teardown_is_one_exemption_of_its_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = Fixture(type="pulumi:pulumi:Stack", name="development-stages-preprod")
    settings = (
        '{"prefix": "devstages", "owner": "a", "cost_centre": "a", "repository": "a", '
        '"protected": false}'
    )
    config = {"development-stages:stage": settings}
    monkeypatch.setattr("policies.pack.runtime_config.get_config_env", lambda: _config() | config)
    (violation,) = Served([host_protected]).resource(stack)
    assert violation.level == "mandatory"
    entry = exemption(rule="host-protected", resource=f"{stack.type}::{stack.name}")
    served = Served([host_protected], [entry])
    assert (served.resource(stack), served.whole(stack)) == ([], [])


def _config() -> dict[str, str]:
    from stages.stack_files import config_of

    return dict(config_of(ROOT / "Pulumi.preprod.yaml"))


@pytest.mark.parametrize(
    ("urn", "title"),
    [
        ("urn:pulumi:s::p::a:b:C$aws:s3/bucket:Bucket::it", "aws:s3/bucket:Bucket::it"),
        ("urn:pulumi:s::p::aws:s3/bucket:Bucket::a::b", "aws:s3/bucket:Bucket::a::b"),
        ("", ""),
    ],
)
def test_a_resource_is_named_by_its_type_and_name(urn: str, title: str) -> None:
    assert title_of(urn) == title


def test_the_project_s_own_file_is_read() -> None:
    assert isinstance(read_exemptions(), tuple)


WRONG = {
    "exemptions: [": "policies/exemptions.yaml cannot be read",
    "": "the file: Input should be",
    "exemption: []": "exemption: Extra inputs are not permitted",
    "exemptions: [3]": "entry 1 (no mapping): Input should be",
    "exemptions: [{rule: some-rule, expires: soon}]": "entry 1 (some-rule), expires: Input should",
    "exemptions: [{owner: me}]": "entry 1 (no rule), rule: Field required",
    "exemptions: [{rule: some-rule, resource: '*'}]": "entry 1 (some-rule), resource: String",
    "exemptions: [{rule: some-rule, stacks: []}]": "entry 1 (some-rule), stacks: Tuple should",
    "exemptions: [{rule: some-rule, until: 1}]": "entry 1 (some-rule), until: Extra inputs",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_file_that_is_wrong_is_refused_by_entry_and_key(tmp_path: Path, text: str) -> None:
    file = tmp_path / "exemptions.yaml"
    file.write_text(text)
    with pytest.raises(ExemptionFileError) as refused:
        read_exemptions(file)
    assert WRONG[text] in str(refused.value)


def test_the_pack_ends_with_that_message_and_no_traceback(tmp_path: Path) -> None:
    for name in ("policies", "stages"):
        (tmp_path / name).symlink_to(ROOT / name)
    pack = tmp_path / "policies"
    pack.unlink()
    pack.mkdir()
    for file in (ROOT / "policies").iterdir():
        if file.name not in ("__main__.py", "exemptions.py", "exemptions.yaml", "__pycache__"):
            (pack / file.name).symlink_to(file)
    for name in ("__main__.py", "exemptions.py"):
        (pack / name).write_text((ROOT / "policies" / name).read_text())
    (pack / "exemptions.yaml").write_text("exemptions: [{rule: some-rule}]")
    ended = subprocess.run(
        [sys.executable, str(pack)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert "entry 1 (some-rule), owner: Field required" in ended.stderr
    assert "Traceback" not in ended.stderr
