"""What a preview cannot know, and functions that a program calls."""

from __future__ import annotations

from emulator.values import UNKNOWN
from tests.emulator.engine.harness import Engine


def test_a_preview_passes_unknowns_on_and_promises_nothing(engine: Engine) -> None:
    program = """
first = Thing('first', value=1)
second = Thing('second', value=first.computed)
second.computed.apply(lambda value: 1 / 0)
pulumi.export('computed', second.computed)
pulumi.export('known', second.id.apply(lambda _: 1 / 0))
"""
    preview = engine.preview(program)
    assert preview.succeeded, preview.text
    assert preview.steps == [("create", "first"), ("create", "second")]
    assert preview.state("second").inputs == {"value": UNKNOWN}
    assert preview.outputs["computed"] is UNKNOWN
    assert engine.memory.resources == {}


def test_an_update_with_known_outputs_is_known_in_a_preview(engine: Engine) -> None:
    base = engine.stand("a = Thing('a', value=1)\nThing('b', value=a.shout)")
    preview = engine.preview("a = Thing('a', value=2)\nThing('b', value=a.shout)", base)
    assert preview.steps == [("update", "a"), ("update", "b")]
    assert preview.state("b").inputs == {"value": "2!"}


def test_a_provider_with_an_unknown_configuration_is_never_called(engine: Engine) -> None:
    program = """
first = Thing('first', value=1, replace=%d)
memory = Memory('provider', region='eu', color=first.computed)
thing = Thing('thing', value=%d, options=Options(provider=memory))
pulumi.export('answer', pulumi.runtime.invoke_output('memory:index:echo', {'a': 1},
                                                     pulumi.InvokeOptions(provider=memory)))
"""
    preview = engine.preview(program % (1, 1))
    assert preview.succeeded, preview.text
    assert [call for call in engine.memory.calls if call.name == "thing"] == []
    base = engine.stand(program % (1, 1))
    engine.memory.calls.clear()
    later = engine.preview(program % (2, 1), base)
    assert later.succeeded, later.text
    assert ("update", "thing") in later.steps
    assert [call for call in engine.memory.calls if call.name == "thing"] == []
    assert any("inputs that are not known during preview" in text for text in later.warnings)


def test_a_function_answers_from_the_provider_that_the_program_names(engine: Engine) -> None:
    program = """
memory = Memory('provider', region='eu')
thing = Thing('thing', value=1)
invoke = pulumi.runtime.invoke_output
named = pulumi.InvokeOptions(provider=memory)
pulumi.export('default', pulumi.runtime.invoke('memory:index:echo', {'a': 1}).value)
pulumi.export('named', invoke('memory:index:echo', {'a': pulumi.Output.secret('s')}, named))
pulumi.export('late', invoke('memory:index:echo', {'a': thing.computed}))
"""
    outcome = engine.deploy(program, config={"memory:region": "configured"})
    assert outcome.succeeded, outcome.text
    assert outcome.outputs["default"] == {"a": 1, "region": "configured"}
    assert outcome.outputs["late"] == {"a": "THING-1", "region": "configured"}
    preview = engine.preview(program)
    assert preview.succeeded, preview.text
    assert preview.outputs["late"] is UNKNOWN


def test_a_function_that_fails_fails_the_program_with_its_reason(engine: Engine) -> None:
    outcome = engine.deploy("pulumi.runtime.invoke('memory:index:nothing', {})")
    assert not outcome.succeeded
    assert "memory:index:nothing is not a function that this provider knows" in outcome.text
