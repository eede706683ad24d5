"""Policy packs: what blocks, what only speaks, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from emulator.engine.events import PolicyPackLoaded
from emulator.engine.request import PolicyPackRequest
from tests.emulator.engine.harness import Engine, Outcome

PACK = """
from pulumi_policy import EnforcementLevel, PolicyConfigSchema, PolicyPack
from pulumi_policy import ResourceValidationPolicy, StackValidationPolicy

def sizes(args, report):
    if args.resource_type == "memory:index:Thing" and args.props.get("value") == 13:
        report(f"{args.name}: 13 is not allowed, at most {args.get_config().get('most', 'any')}")

def tagged(args, report):
    if args.resource_type == "memory:index:Thing" and "tags" not in args.props:
        report("has no tags")

def raises(args, report):
    if args.props.get("value") == "raise":
        raise ValueError("the policy is broken")

def stack(args, report):
    things = [item.name for item in args.resources if item.resource_type == "memory:index:Thing"]
    if len(things) > 2:
        report(f"too many: {', '.join(sorted(things))}")

PolicyPack("sample", enforcement_level=EnforcementLevel.MANDATORY, policies=[
    ResourceValidationPolicy("no-thirteen", "Not 13.", sizes,
                             config_schema=PolicyConfigSchema({"most": {"type": "string"}})),
    ResourceValidationPolicy("tags", "Tags.", tagged, enforcement_level=EnforcementLevel.ADVISORY),
    ResourceValidationPolicy("raises", "Raises.", raises),
    StackValidationPolicy("few", "Few things.", stack),
])
"""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    (folder / "PulumiPolicy.yaml").write_text("runtime: python\n", encoding="utf-8")
    (folder / "__main__.py").write_text(PACK, encoding="utf-8")
    return folder


def _packs(pack: Path, config: Mapping[str, object] | None = None) -> tuple[PolicyPackRequest]:
    return (PolicyPackRequest(path=pack, config=config or {}),)


def _found(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(item.policy_name, item.enforcement_level, item.message) for item in outcome.violations]


WRONG = "first = Thing('first', value=1)\nThing('wrong', value=13)\nThing('third', tags={})"
REFUSED = "Not 13.\nwrong: 13 is not allowed, at most any"


def test_a_mandatory_violation_stops_an_update_before_the_resource_is_made(
    engine: Engine, pack: Path
) -> None:
    outcome = engine.deploy(WRONG, policy_packs=_packs(pack))
    assert not outcome.succeeded
    assert ("no-thirteen", "mandatory", REFUSED) in _found(outcome)
    assert ("create", "wrong") not in engine.memory.called("create")
    assert not outcome.has("wrong")
    assert [event.name for event in outcome.events if isinstance(event, PolicyPackLoaded)] == [
        "sample"
    ]


@pytest.mark.parametrize(("declared", "shown"), [("1.2.3", "1.2.3"), ("", "0.0.1")])
def test_a_packs_version_is_what_its_file_says(
    engine: Engine, pack: Path, declared: str, shown: str
) -> None:
    outcome = engine.preview(WRONG, policy_packs=(PolicyPackRequest(path=pack, version=declared),))
    loaded = [event.version for event in outcome.events if isinstance(event, PolicyPackLoaded)]
    assert loaded == [shown]
    assert {item.policy_pack_version for item in outcome.violations} == {shown}


def test_a_preview_shows_every_violation_and_fails(engine: Engine, pack: Path) -> None:
    outcome = engine.preview(WRONG, policy_packs=_packs(pack))
    assert not outcome.succeeded
    assert sorted(_found(outcome)) == [
        ("few", "mandatory", "Few things.\ntoo many: first, third, wrong"),
        ("no-thirteen", "mandatory", REFUSED),
        ("tags", "advisory", "Tags.\nhas no tags"),
        ("tags", "advisory", "Tags.\nhas no tags"),
    ]
    assert ("create", "wrong") in outcome.steps


@pytest.mark.parametrize("run", ["preview", "deploy"])
def test_policies_see_what_the_provider_refuses_as_well(
    engine: Engine, pack: Path, run: str
) -> None:
    refused = "Thing('wrong', value=13, fail='check')"
    outcome: Outcome = getattr(engine, run)(refused, policy_packs=_packs(pack))
    assert not outcome.succeeded
    assert ("no-thirteen", "mandatory", REFUSED) in _found(outcome)
    assert any("told to" in message for message in outcome.errors)
    assert not outcome.steps


def test_a_preview_tells_the_deletions_beside_the_violations(engine: Engine, pack: Path) -> None:
    outcome = engine.preview(WRONG, engine.stand("Thing('dropped')"), policy_packs=_packs(pack))
    assert not outcome.succeeded
    assert ("delete", "dropped") in outcome.steps


def test_a_packs_configuration_sets_levels_and_parameters(engine: Engine, pack: Path) -> None:
    config = {
        "all": "advisory",
        "no-thirteen": {"enforcementLevel": "advisory", "most": "12"},
        "tags": "disabled",
    }
    outcome = engine.deploy(WRONG, policy_packs=_packs(pack, config))
    assert outcome.succeeded, outcome.text
    assert sorted(_found(outcome)) == [
        ("few", "advisory", "Few things.\ntoo many: first, third, wrong"),
        ("no-thirteen", "advisory", "Not 13.\nwrong: 13 is not allowed, at most 12"),
    ]


def test_a_stack_policy_fails_an_update_after_the_fact(engine: Engine, pack: Path) -> None:
    program = "for n in range(3): Thing(f'thing-{n}', tags={})\nThing('gone')"
    base = engine.stand(program)
    outcome = engine.deploy(program.replace("Thing('gone')", ""), base, policy_packs=_packs(pack))
    assert not outcome.succeeded
    assert outcome.has("thing-2")
    assert not outcome.has("gone")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"no-such-policy": "advisory"}, "no-such-policy"),
        ({"tags": "sometimes"}, "'sometimes'"),
    ],
)
def test_a_wrong_configuration_of_a_pack_is_refused_before_anything_is_done(
    config: Mapping[str, object], said: str, engine: Engine, pack: Path
) -> None:
    outcome = engine.deploy(WRONG, policy_packs=_packs(pack, config))
    assert not outcome.succeeded
    assert said in outcome.text
    assert outcome.steps == []


def test_a_policy_that_raises_stops_the_deployment(engine: Engine, pack: Path) -> None:
    outcome = engine.deploy("Thing('a', value='raise', tags={})", policy_packs=_packs(pack))
    assert not outcome.succeeded
    assert "the policy is broken" in outcome.text
    assert not outcome.has("a")


def test_a_pack_that_does_not_start_says_why(
    make_engine: Callable[[], Engine], tmp_path: Path
) -> None:
    (tmp_path / "__main__.py").write_text("raise SystemExit('no pack today')", encoding="utf-8")
    outcome = make_engine().deploy("Thing('a')", policy_packs=_packs(tmp_path))
    assert not outcome.succeeded
    assert "no pack today" in outcome.text
    assert outcome.snapshot.resources == []
