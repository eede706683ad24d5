"""Hosts are replicas of each other but for what is allowed, and whatever else differs is found."""

from __future__ import annotations

import copy
import datetime
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from operations.parity import Report, check, hosts, register
from operations.placeholders import Placeholders
from stages.parity import AllowedDifference, ParityListError, read_parity_list
from tests.conftest import ROOT

TODAY = datetime.date(2026, 12, 1)
SECRET = "Xk2-never-to-be-printed"
PRODUCT = ("components", "dags", "operations", "stages")
SERVER = "aws:rds/instance:Instance::host-server-instance"
BUCKET = "aws:s3/bucket:Bucket::tenant-data-bucket"

Registrations = dict[str, list[dict[str, Any]]]


@cache
def real_registrations() -> Registrations:
    """What both hosts register, with placeholders; registered once."""
    settings = hosts(ROOT)
    return {
        stage: Placeholders(stage=stage, settings=settings[stage]).replace(resources)
        for stage, resources in register(ROOT, settings).items()
    }


@pytest.fixture
def registered() -> Registrations:
    return copy.deepcopy(real_registrations())


def resource(resources: list[dict[str, Any]], title: str) -> dict[str, Any]:
    (found,) = [item for item in resources if f"{item['type']}::{item['name']}" == title]
    return found


def unlisted(report: Report) -> list[tuple[str, str | None, tuple[str, str]]]:
    return [
        (f.difference.resource, f.difference.path, f.difference.shown()) for f in report.unlisted
    ]


def entry(**more: Any) -> AllowedDifference:
    content = {
        "resource": SERVER,
        "path": "multiAz",
        "reason": "tried in a test",
        "expires": TODAY,
    }
    return AllowedDifference.model_validate(content | more)


def test_the_hosts_differ_only_in_what_is_allowed_and_every_entry_is_needed(
    registered: Registrations,
) -> None:
    report = check(registered, read_parity_list(), TODAY)

    assert report.text().splitlines() == [report.text()]
    assert report.passes
    assert report.pairs == [("preprod", "prod")]
    assert len(report.found) > 30


def drop_a_policy(stage: list[dict[str, Any]]) -> None:
    stage.remove(resource(stage, "aws:s3/bucketPolicy:BucketPolicy::tenant-data-policy"))


def lose_the_standby(stage: list[dict[str, Any]]) -> None:
    resource(stage, SERVER)["inputs"]["multiAz"] = False


def lose_the_protection(stage: list[dict[str, Any]]) -> None:
    del resource(stage, BUCKET)["options"]["protect"]


def lose_a_log(stage: list[dict[str, Any]]) -> None:
    resource(stage, SERVER)["inputs"]["enabledCloudwatchLogsExports"].remove("upgrade")


def forget_a_change_that_is_ignored(stage: list[dict[str, Any]]) -> None:
    resource(stage, SERVER)["options"]["ignoreChanges"].remove("password")


def keep_the_order_of_replacement(stage: list[dict[str, Any]]) -> None:
    resource(stage, SERVER)["options"]["deleteBeforeReplace"] = False


def widen_a_document(stage: list[dict[str, Any]]) -> None:
    title = "aws:iam/rolePolicy:RolePolicy::tenant-roles-readonly-policy"
    document = json.loads(resource(stage, title)["inputs"]["policy"])
    document["Statement"][0]["Resource"] = "*"
    resource(stage, title)["inputs"]["policy"] = json.dumps(document)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            drop_a_policy,
            ("aws:s3/bucketPolicy:BucketPolicy::tenant-data-policy", None, "registered", "absent"),
        ),
        (lose_the_standby, (SERVER, "multiAz", "true", "false")),
        (lose_the_protection, (BUCKET, "option:protect", "true", "absent")),
        (
            lose_a_log,
            (
                SERVER,
                "enabledCloudwatchLogsExports",
                '["iam-db-auth-error", "postgresql", "upgrade"]',
                '["iam-db-auth-error", "postgresql"]',
            ),
        ),
        (
            forget_a_change_that_is_ignored,
            (
                SERVER,
                "option:ignoreChanges",
                '["engineVersion", "password"]',
                '["engineVersion"]',
            ),
        ),
        (
            keep_the_order_of_replacement,
            (SERVER, "option:deleteBeforeReplace", "true", "false"),
        ),
        (
            widen_a_document,
            (
                "aws:iam/rolePolicy:RolePolicy::tenant-roles-readonly-policy",
                "policy.Statement.SignInToDatabase.Resource",
                "arn:aws:rds-db:<region>:<account>:dbuser:*/<stage>_readonly",
                "*",
            ),
        ),
    ],
    ids=lambda value: value.__name__.replace("_", " ") if callable(value) else "",
)
def test_what_one_host_alone_does_is_found(
    registered: Registrations,
    edit: Callable[[list[dict[str, Any]]], None],
    expected: tuple[str, str | None, str, str],
) -> None:
    edit(registered["prod"])
    found = unlisted(check(registered, read_parity_list(), TODAY))
    title, path, first, second = expected

    assert found == [(title, path, (first, second))]


def test_another_stage_s_name_account_and_network_are_differences() -> None:
    settings = hosts(ROOT)
    own = Placeholders(stage="preprod", settings=settings["preprod"])

    assert own.text("devstages-preprod-server") == "<prefix>-<stage>-server"
    assert own.text("arn:aws:iam::111111111111:role/x") == "arn:aws:iam::<account>:role/x"
    assert own.text("10.20.16.0/20") == "<vpc>+4096/20"
    assert own.text("arn:aws:sns:eu-west-1:111111111111:t") == "arn:aws:sns:<region>:<account>:t"
    for foreign in ("prod_admin", "222222222222", "10.30.16.0/20", "10.20.0.0/15", "eu-west-1"):
        assert own.text(foreign) == foreign


def test_an_expired_entry_is_named_and_no_longer_allows(registered: Registrations) -> None:
    lose_the_standby(registered["prod"])
    allowed = [*read_parity_list(), entry(expires=TODAY - datetime.timedelta(days=1))]
    report = check(registered, allowed, TODAY)

    assert not report.passes
    assert [path for _, path, _ in unlisted(report)] == ["multiAz"]
    assert f"{SERVER} multiAz expired on 2026-11-30" in report.text()
    assert check(registered, [*read_parity_list(), entry()], TODAY).passes


def test_an_entry_that_nothing_needs_is_named(registered: Registrations) -> None:
    report = check(registered, [*read_parity_list(), entry()], TODAY)

    assert not report.passes
    assert unlisted(report) == []
    assert f"{SERVER} multiAz is needed by nothing any more" in report.text()


def test_an_entry_for_a_property_does_not_allow_the_resource_to_be_missing(
    registered: Registrations,
) -> None:
    registered["prod"].remove(resource(registered["prod"], SERVER))
    report = check(registered, [*read_parity_list(), entry(path="*")], TODAY)

    assert [(title, path) for title, path, _ in unlisted(report)] == [(SERVER, None)]


def test_no_secret_is_written_and_nothing_that_looks_like_one_is_printed(
    registered: Registrations,
) -> None:
    assert resource(registered["prod"], SERVER)["inputs"]["password"] == "[secret]"
    resource(registered["prod"], SERVER)["inputs"]["password"] = SECRET
    resource(registered["prod"], SERVER)["inputs"]["extra"] = {"apiToken": SECRET}
    report = check(registered, read_parity_list(), TODAY)

    assert {path for _, path, _ in unlisted(report)} == {"password", "extra"}
    assert SECRET not in report.text() + json.dumps(report.as_json())


def test_a_list_that_cannot_be_read_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "parity.yaml"
    file.write_text("allowed:\n- {resource: all, reason: no, expires: soon}\n")

    with pytest.raises(ParityListError) as raised:
        read_parity_list(file)
    for key in ("allowed.0.resource", "allowed.0.reason", "allowed.0.expires"):
        assert key in str(raised.value)


def copied_project(place: Path) -> Path:
    for folder in PRODUCT:
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in [ROOT / "__main__.py", *ROOT.glob("Pulumi*.yaml")]:
        shutil.copy(file, place)
    return place


def run_parity(project: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "operations.parity", "--json"]
    return subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)


def test_components_that_branch_on_a_setting_are_found(tmp_path: Path) -> None:
    project = copied_project(tmp_path)
    network = project / "components" / "network.py"
    source = network.read_text()
    old = "gateways = self._create_nat_gateways("
    assert source.count(old) == 1
    new = (
        "aws.ec2.SecurityGroup(\n"
        '            f"{name}-debugging" if args.settings.nat_per_zone else f"{name}-other",\n'
        '            description="only where each zone has its gateway",\n'
        "            opts=pulumi.ResourceOptions(\n"
        "                parent=self, protect=args.settings.nat_per_zone\n"
        "            ),\n"
        "        )\n"
        f"        {old}"
    )
    network.write_text(source.replace(old, new))
    answer = run_parity(project)
    found = json.loads(answer.stdout)

    assert answer.returncode == 1
    assert [
        (item["resource"], item["values"]) for item in found["differences"] if not item["allowed"]
    ] == [
        (
            "aws:ec2/securityGroup:SecurityGroup::host-network-debugging",
            {"preprod": "absent", "prod": "registered"},
        ),
        (
            "aws:ec2/securityGroup:SecurityGroup::host-network-other",
            {"preprod": "registered", "prod": "absent"},
        ),
    ]


def test_a_program_that_does_not_run_is_said_with_its_reason(tmp_path: Path) -> None:
    project = copied_project(tmp_path)
    (project / "__main__.py").write_text(
        "import pulumi\n\nraise pulumi.RunError('no such thing')\n"
    )
    answer = run_parity(project)

    assert answer.returncode == 1
    assert "does not run as preprod, so nothing was compared:\nno such thing" in answer.stderr
    assert "Traceback" not in answer.stderr
