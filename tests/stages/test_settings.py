"""Stack files: what they may say, and what is said of everything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.cidrs import private_subnets, public_subnets
from stages.loading import load, parse
from stages.problems import SettingsError
from stages.settings import StackSettings
from tests.conftest import PROJECT, ROOT, STAGES, as_engine_config, record, stack_config

Edit = Callable[[dict[str, Any]], object]


def parsed(stage: str, edit: Edit = lambda config: None) -> StackSettings:
    config = stack_config(stage)
    edit(config)
    return parse(as_engine_config(config), PROJECT, stage, dags=ROOT / "dags")


def problems(stage: str, edit: Edit) -> dict[str, tuple[str, str]]:
    with pytest.raises(SettingsError) as caught:
        parsed(stage, edit)
    return {problem.key: (problem.got, problem.allowed) for problem in caught.value.problems}


def host(config: dict[str, Any], part: str) -> dict[str, Any]:
    found: dict[str, Any] = config[f"{PROJECT}:host"][part]
    return found


def tenant(config: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = config[f"{PROJECT}:tenant"]
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_every_stack_file_is_right(stage: str) -> None:
    assert parsed(stage).stage.prefix == "devstages"


def test_every_host_reserves_the_network_of_every_other_one() -> None:
    networks = {}
    for stage in STAGES:
        settings = parsed(stage)
        if settings.host is not None:
            networks[stage] = settings.host.network
    for stage, network in networks.items():
        others = {name: other.cidr for name, other in networks.items() if name != stage}
        assert others.items() <= network.reserved_cidrs.items(), stage


def test_a_tenant_shares_account_region_and_prefix_with_its_host() -> None:
    for stage in STAGES:
        settings = parsed(stage)
        if settings.tenant.host is not None:
            of_host = parsed(settings.tenant.host)
            assert settings.aws == of_host.aws
            assert settings.stage.prefix == of_host.stage.prefix


def test_non_production_and_production_share_no_account() -> None:
    assert parsed("preprod").aws.account_id != parsed("prod").aws.account_id


def test_defaults_are_those_of_production() -> None:
    def bare(config: dict[str, Any]) -> None:
        config[f"{PROJECT}:host"]["server"] = {"instance_class": "db.m7g.large"}

    settings = parsed("prod", bare)
    assert settings.host is not None
    server = settings.host.server
    assert settings.stage.protected
    assert server.multi_az
    assert server.backup_retention_days == 35


WRONG: dict[str, tuple[Edit, str, str, str]] = {
    "a key nobody reads in the project's namespace": (
        lambda c: c.update({f"{PROJECT}:hosst": "x"}),
        "hosst",
        "'x'",
        "did you mean host?",
    ),
    "a key nobody reads deep inside": (
        lambda c: host(c, "server").update({"multi_azz": True}),
        "host.server.multi_azz",
        "True",
        "did you mean multi_az?",
    ),
    "a word for a boolean": (
        lambda c: host(c, "server").update({"multi_az": "yes"}),
        "host.server.multi_az",
        "'yes'",
        "valid boolean",
    ),
    "an instance class that RDS does not have": (
        lambda c: host(c, "server").update({"instance_class": "m7g.large"}),
        "host.server.instance_class",
        "'m7g.large'",
        "such as db.m7g.large",
    ),
    "a single zone": (
        lambda c: host(c, "network").update({"availability_zones": ["a"]}),
        "host.network.availability_zones",
        "['a']",
        "two to four",
    ),
    "a zone twice": (
        lambda c: host(c, "network").update({"availability_zones": ["a", "a"]}),
        "host.network.availability_zones",
        "['a', 'a']",
        "differ",
    ),
    "a public network": (
        lambda c: host(c, "network").update({"cidr": "11.0.0.0/16"}),
        "host.network.cidr",
        "'11.0.0.0/16'",
        "10.0.0.0/8",
    ),
    "a network with bits of a host set": (
        lambda c: host(c, "network").update({"cidr": "10.20.0.1/16"}),
        "host.network.cidr",
        "'10.20.0.1/16'",
        "private IPv4 network",
    ),
    "another host's network": (
        lambda c: host(c, "network").update({"cidr": "10.30.0.0/17"}),
        "host.network.cidr",
        "'10.30.0.0/17'",
        "prod (10.30.0.0/16)",
    ),
    "windows that overlap": (
        lambda c: host(c, "server").update({"backup_window": "04:30-05:30"}),
        "host.server.maintenance_window",
        "'sun:04:00-sun:05:00'",
        "should not overlap backup_window",
    ),
    "more connections than the server has": (
        lambda c: host(c, "server").update({"max_connections": 100}),
        "host.tenants",
        "{preprod, test}",
        "at most 75",
    ),
    "a host that does not host itself": (
        lambda c: host(c, "tenants").pop("preprod"),
        "host.tenants",
        "{test}",
        "include preprod",
    ),
    "both a host and the name of one": (
        lambda c: tenant(c).update({"host": "prod"}),
        "tenant.host",
        "prod",
        "nothing, as the stack is a host itself",
    ),
    "a folder of DAGs that is not there": (
        lambda c: tenant(c).update({"dag_folder": "nowhere"}),
        "tenant.dag_folder",
        "'nowhere'",
        "one of shared",
    ),
    "a schema with capitals": (
        lambda c: tenant(c)["databases"].update({"im_data_db": {"schemas": ["Raw"]}}),
        "tenant.databases.im_data_db.schemas.0",
        "'Raw'",
        "a-z",
    ),
    "a reader that is not a principal": (
        lambda c: tenant(c).update({"reader_arns": ["*"]}),
        "tenant.reader_arns.0",
        "'*'",
        "IAM roles and users",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_each_mistake_is_answered_with_key_got_and_allowed(case: str) -> None:
    edit, key, got, allowed = WRONG[case]
    found = problems("preprod", edit)
    assert list(found) == [f"{PROJECT}:{key}"]
    assert found[f"{PROJECT}:{key}"][0] == got
    assert allowed in found[f"{PROJECT}:{key}"][1]


def test_an_account_that_is_no_account_or_one_too_many_is_refused() -> None:
    for accounts in (["1"], ["111111111111", "222222222222"], []):

        def edit(config: dict[str, Any], accounts: list[str] = accounts) -> None:
            config["aws:allowedAccountIds"] = accounts

        found = problems("preprod", edit)
        assert all(key.startswith("aws:allowedAccountIds") for key in found)


def test_a_tenant_without_a_host_is_told_of_both_ways_to_have_one() -> None:
    found = problems("test", lambda c: tenant(c).pop("host"))
    assert found[f"{PROJECT}:tenant.host"] == (
        "nothing",
        f"the stack that hosts test; or a host of its own, as {PROJECT}:host",
    )


def test_all_problems_come_at_once_and_sorted() -> None:
    def break_everything(config: dict[str, Any]) -> None:
        for edit, key, _, _ in WRONG.values():
            if key not in {"host.tenants", "host.network.cidr", "host.network.availability_zones"}:
                edit(config)
        host(config, "network").update({"cidr": "10.30.0.0/16"})
        config["aws:region"] = "mars"

    found = problems("preprod", break_everything)
    assert list(found) == sorted(found)
    assert {f"{PROJECT}:hosst", "aws:region", f"{PROJECT}:host.network.cidr"} <= set(found)
    assert len(found) == 11


def test_an_empty_stack_file_is_told_all_that_it_lacks() -> None:
    found = problems("preprod", lambda c: c.clear())
    assert sorted(found) == [
        "aws:allowedAccountIds",
        "aws:region",
        f"{PROJECT}:stage",
        f"{PROJECT}:tenant",
    ]


def test_a_secret_is_never_shown() -> None:
    config = as_engine_config(stack_config("preprod")) | {f"{PROJECT}:token": "hunter2"}
    config[f"{PROJECT}:stage"] = '{"protected": "hunter2"}'
    secret_keys = {f"{PROJECT}:token", f"{PROJECT}:stage"}
    with pytest.raises(SettingsError) as caught:
        parse(config, PROJECT, "preprod", secret_keys=secret_keys, dags=ROOT / "dags")
    assert "hunter2" not in str(caught.value)
    assert "[secret]" in str(caught.value)


def test_a_wrong_stack_file_ends_the_program_before_anything_is_registered() -> None:
    config = as_engine_config(stack_config("preprod")) | {f"{PROJECT}:stray": "x"}
    with pytest.raises(pulumi.RunError, match=r"Pulumi\.preprod\.yaml: 1 problem;"):
        record(load, config=config)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=20))
def test_any_stray_key_is_refused_with_the_keys_that_exist(key: str) -> None:
    if key in StackSettings.model_fields:
        return
    found = problems("test", lambda c: c.update({f"{PROJECT}:{key}": "1"}))
    assert "the keys are host, stage, tenant" in found[f"{PROJECT}:{key}"][1]


@given(st.integers(0, 255), st.integers(16, 20))
def test_a_network_is_taken_exactly_when_it_overlaps_nothing_reserved(
    second: int, length: int
) -> None:
    cidr = IPv4Network(f"10.{second}.0.0/{length}")

    def edit(config: dict[str, Any]) -> None:
        host(config, "network")["cidr"] = str(cidr)

    if cidr.overlaps(IPv4Network("10.30.0.0/16")):
        assert list(problems("preprod", edit)) == [f"{PROJECT}:host.network.cidr"]
    else:
        settings = parsed("preprod", edit)
        assert settings.host is not None
        assert settings.host.network.cidr == cidr


@given(st.integers(16, 20), st.integers(2, 4))
def test_subnets_lie_in_the_network_and_apart(length: int, zones: int) -> None:
    vpc = IPv4Network(f"10.0.0.0/{length}")
    subnets = private_subnets(vpc, zones) + public_subnets(vpc, zones)
    assert len(subnets) == 2 * zones
    assert all(subnet.subnet_of(vpc) for subnet in subnets)
    for index, subnet in enumerate(subnets):
        assert not any(subnet.overlaps(other) for other in subnets[index + 1 :])


def test_every_setting_says_what_it_means() -> None:
    def undocumented(schema: dict[str, Any], path: str) -> list[str]:
        missing = []
        for name, field in schema.get("properties", {}).items():
            if "description" not in field and name != "aws":
                missing.append(f"{path}.{name}")
        return missing

    schema = StackSettings.model_json_schema()
    models = {"StackSettings": schema, **schema["$defs"]}
    assert [m for name, model in models.items() for m in undocumented(model, name)] == []


def test_the_same_file_gives_the_same_settings(tmp_path: Path) -> None:
    copy = tmp_path / "Pulumi.preprod.yaml"
    copy.write_text((ROOT / "Pulumi.preprod.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert parsed("preprod") == parsed("preprod")
    assert json.loads(parsed("preprod").model_dump_json()) == json.loads(
        parsed("preprod").model_dump_json()
    )
