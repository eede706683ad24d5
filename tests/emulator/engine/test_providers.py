"""Providers that a program names, inherits or leaves to the engine, dynamic ones, protection."""

from __future__ import annotations

from emulator.engine.urn import name_of, split_reference
from tests.emulator.engine.harness import Engine

DYNAMIC = """
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider
from pulumi.dynamic import UpdateResult

class Provider(ResourceProvider):
    def configure(self, request):
        self.word = request.config.get('word')
    def create(self, inputs):
        return CreateResult('made', {**inputs, 'word': self.word})
    def diff(self, id, olds, news):
        changes = olds.get('value') != news['value']
        return DiffResult(changes=changes, replaces=['value'] if news['value'] == 3 else [])
    def update(self, id, olds, news):
        return UpdateResult({**news, 'word': self.word})
    def read(self, id, props):
        return ReadResult(id, {**props, 'value': 7})

class Kept(Resource):
    word: pulumi.Output[str]
    def __init__(self, name, value):
        super().__init__(Provider(), name, {'value': value, 'word': None})
"""


def test_each_resource_goes_to_the_provider_that_it_names_or_inherits(engine: Engine) -> None:
    program = """
memory = Memory('named', region='eu')
group = Group('group', Options(providers={'memory': memory}))
inner = Group('inner', Options(parent=group))
Thing('inherits', options=Options(parent=inner))
Thing('named-too', options=Options(provider=memory))
Thing('plain')
Thing('overrules', options=Options(parent=inner, provider=Memory('other', region='us')))
"""
    outcome = engine.deploy(program, config={"memory:region": "asia"})
    assert outcome.succeeded, outcome.text
    served = {
        name: name_of(split_reference(outcome.state(name).provider)[0])
        for name in ("inherits", "named-too", "plain", "overrules")
    }
    assert served == {
        "inherits": "named",
        "named-too": "named",
        "plain": "default",
        "overrules": "other",
    }
    configured = sorted(
        call.detail["region"] for call in engine.memory.calls if call.method == "configure"
    )
    assert configured == ["asia", "eu", "us"]
    assert outcome.result.changes == {"create": 9}


def test_a_default_provider_that_the_configuration_moves_replaces_what_it_serves(
    engine: Engine,
) -> None:
    base = engine.deploy("Thing('a')", config={"memory:region": "eu"}).snapshot
    same = engine.deploy("Thing('a')", base, config={"memory:region": "eu", "demo:x": "y"})
    assert same.changes == []
    moved = engine.deploy("Thing('a')", base, config={"memory:region": "us"})
    assert moved.changes == [
        ("create-replacement", "a"),
        ("replace", "a"),
        ("delete-replaced", "a"),
    ]


def test_a_refused_provider_configuration_is_an_error_of_the_provider(engine: Engine) -> None:
    outcome = engine.deploy("Thing('a', options=Options(provider=Memory('p', fail='check')))")
    assert not outcome.succeeded
    assert "pulumi:providers:memory resource 'p': fail: told to" in outcome.text


def test_a_provider_is_told_the_time_that_an_operation_may_take(engine: Engine) -> None:
    program = """
timeouts = pulumi.CustomTimeouts(create='1h30m', update='45s', delete='2m')
Thing('slow', options=Options(custom_timeouts=timeouts))
"""
    outcome = engine.deploy(program)
    told = [call.detail for call in engine.memory.calls if call.method == "create timeout"]
    assert told == [5400.0]
    assert outcome.state("slow").custom_timeouts == {
        "create": 5400.0,
        "update": 45.0,
        "delete": 120.0,
    }


def test_a_dynamic_provider_lives_its_whole_life(engine: Engine) -> None:
    program = DYNAMIC + "kept = Kept('kept', %d)\npulumi.export('word', kept.word)\n"
    first = engine.deploy(program % 1, config={"demo:word": "configured"})
    assert first.succeeded, first.text
    assert first.outputs["word"] == "configured"
    updated = engine.deploy(program % 2, first.snapshot, config={"demo:word": "configured"})
    assert updated.changes == [("update", "kept")]
    refreshed = engine.refresh(updated.snapshot)
    assert refreshed.changes == [("update", "kept")]
    assert refreshed.state("kept").outputs["value"] == 7
    replaced = engine.deploy(program % 3, updated.snapshot, config={"demo:word": "other"})
    assert replaced.changes == [
        ("create-replacement", "kept"),
        ("replace", "kept"),
        ("delete-replaced", "kept"),
    ]
    assert engine.destroy(replaced.snapshot).snapshot.resources == []


def test_an_error_of_a_dynamic_provider_is_the_resources(engine: Engine) -> None:
    failing = DYNAMIC.replace(
        "return CreateResult", "raise Exception('no such table')\n        return"
    )
    outcome = engine.deploy(failing + "Kept('kept', 1)")
    assert not outcome.succeeded
    assert "no such table" in outcome.text
    assert outcome.failed_steps == [("create", "kept")]


def test_protection_refuses_a_destroy_a_deletion_and_a_replacement(engine: Engine) -> None:
    program = """
group = Group('group', Options(protect=True))
Thing('child', value=1, replace=%d, options=Options(parent=group))
Thing('free')
"""
    base = engine.stand(program % 1)
    assert engine.memory.called("delete") == []
    for outcome in (
        engine.destroy(base),
        engine.preview("", base),
        engine.deploy(program % 2, base),
    ):
        assert not outcome.succeeded
        assert "protect" in outcome.errors[0]
        assert engine.memory.called("delete") == []
    assert len([text for text in engine.destroy(base).errors if "state unprotect" in text]) == 2
    for state in base.resources:
        state.protect = False
    assert engine.destroy(base).succeeded


def test_deleting_first_is_refused_where_a_dependent_is_protected(engine: Engine) -> None:
    program = """
a = Thing('a', replace=%d, deletesFirst=True)
Thing('b', replace=a.computed, options=Options(protect=True))
"""
    base = engine.stand(program % 1)
    outcome = engine.deploy(program % 2, base)
    assert not outcome.succeeded
    assert "as part of replacing" in outcome.text
    assert engine.memory.called("delete") == []
