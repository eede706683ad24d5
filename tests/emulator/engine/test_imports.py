"""Imports that cannot be: nothing is lost, and the reason is said."""

from __future__ import annotations

from emulator.values import Secret
from tests.emulator.engine.harness import Engine

STANDING = (
    "urn:pulumi:other::other::memory:index:Thing::a",
    {"value": 1, "replace": 1, "computed": "A"},
)


def test_what_does_not_exist_cannot_be_imported(engine: Engine) -> None:
    program = "Thing('a', value=1, options=Options(import_='nowhere'))"
    for deploy in (engine.preview, engine.deploy):
        outcome = deploy(program)
        assert not outcome.succeeded
        assert outcome.failed_steps == [("import", "a")]
        assert "resource 'nowhere' does not exist" in outcome.text
        assert not outcome.has("a")
        assert not outcome.snapshot.pending_operations


def test_an_import_that_would_be_replaced_is_refused_and_stays_imported(engine: Engine) -> None:
    engine.memory.resources["a-id"] = STANDING
    program = "Thing('a', value=1, replace=2, options=Options(import_='a-id'))"
    preview = engine.preview(program)
    assert preview.succeeded
    assert any("replace: 1 => 2" in text for text in preview.warnings)
    outcome = engine.deploy(program)
    assert not outcome.succeeded
    assert "remove the `import` declaration from your program" in outcome.text
    assert outcome.state("a").id == "a-id"
    assert engine.memory.called("create", "delete") == []


def test_a_secret_input_makes_the_import_secret(engine: Engine) -> None:
    engine.memory.resources["a-id"] = STANDING
    outcome = engine.deploy(
        "Thing('a', value=pulumi.Output.secret('planted'), replace=1,"
        " options=Options(import_='a-id', additional_secret_outputs=['computed']))"
    )
    assert outcome.succeeded, outcome.text
    assert outcome.changes == [("import", "a"), ("update", "a")]
    assert outcome.state("a").inputs["value"] == Secret("planted")
    assert isinstance(outcome.state("a").outputs["computed"], Secret)
