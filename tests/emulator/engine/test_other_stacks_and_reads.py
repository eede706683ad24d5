"""Outputs of components and of other stacks, and resources that a program only reads."""

from __future__ import annotations

from emulator.values import ResourceReference, Secret
from tests.emulator.engine.harness import Engine


def test_a_stack_reference_hands_over_outputs_and_keeps_secrets_secret(engine: Engine) -> None:
    engine.stack_outputs["organization/demo/host"] = {
        "endpoint": "db.local",
        "ids": ["a", "b"],
        "password": Secret("planted-s3cr3t"),
    }
    program = """
host = pulumi.StackReference('organization/demo/host')
Thing('thing', value=host.require_output('endpoint'), tags={'ids': host.get_output('ids')})
pulumi.export('password', host.get_output('password'))
pulumi.export('endpoint', host.get_output('endpoint'))
pulumi.export('absent', host.get_output('absent'))
"""
    for deploy in (engine.preview, engine.deploy):
        outcome = deploy(program)
        assert outcome.succeeded, outcome.text
        assert outcome.outputs["password"] == Secret("planted-s3cr3t")
        assert outcome.outputs["endpoint"] == "db.local"
        assert outcome.outputs.get("absent") is None
    assert engine.memory.named("thing")["tags"] == {"ids": ["a", "b"]}
    again = engine.deploy(program, outcome.snapshot)
    assert again.succeeded, again.text
    assert {kind for kind, _ in again.changes} <= {"read"}
    engine.stack_outputs["organization/demo/host"]["endpoint"] = "db.moved"
    moved = engine.deploy(program, again.snapshot)
    assert ("update", "thing") in moved.steps
    dropped = engine.deploy("", moved.snapshot)
    assert dropped.succeeded, dropped.text
    assert not dropped.has("organization/demo/host")


def test_a_required_output_that_is_absent_fails_the_program(engine: Engine) -> None:
    engine.stack_outputs["organization/demo/host"] = {}
    outcome = engine.deploy(
        "host = pulumi.StackReference('organization/demo/host')\n"
        "pulumi.export('a', host.require_output('endpoint'))"
    )
    assert not outcome.succeeded
    assert "endpoint" in outcome.text


def test_a_components_outputs_are_kept_and_follow_the_program(engine: Engine) -> None:
    program = """
class Pair(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__('test:index:Pair', name)
        thing = Thing(name + '-child', value=%d, options=Options(parent=self))
        self.thing, self.shout = thing, thing.shout
        self.register_outputs({'shout': thing.shout, 'thing': thing})
pair = Pair('pair')
Thing('user', pair=pair, child=pair.thing)
pulumi.export('shout', pair.shout)
"""
    first = engine.deploy(program % 1)
    assert first.succeeded, first.text
    assert first.state("pair").outputs["shout"] == "1!"
    assert first.state("user").inputs["pair"] == first.state("pair").urn
    assert first.state("user").inputs["child"] == "pair-child-1"
    reference = first.state("pair").outputs["thing"]
    assert reference == ResourceReference(first.state("pair-child").urn, "pair-child-1")
    second = engine.deploy(program % 2, first.snapshot)
    assert second.state("pair").outputs["shout"] == "2!"
    assert second.outputs == {"shout": "2!"}


def test_a_resource_that_is_only_read_is_never_created_or_deleted(engine: Engine) -> None:
    base = engine.stand("Thing('owned', value='seen')")
    engine.memory.calls.clear()
    program = """
class Read(pulumi.CustomResource):
    shout: pulumi.Output[str]
read = Read('memory:index:Thing', 'read', {'shout': None}, Options(id='owned-1'))
Thing('owned', value='seen')
pulumi.export('shout', read.shout)
"""
    outcome = engine.deploy(program, base)
    assert outcome.succeeded, outcome.text
    assert ("read", "read") in outcome.steps
    assert outcome.outputs["shout"] == "seen!"
    assert outcome.state("read").external
    dropped = engine.deploy("Thing('owned', value='seen')", outcome.snapshot)
    assert dropped.changes == [("discard", "read")]
    assert engine.memory.called("create", "delete") == []


def test_a_resource_that_was_owned_and_is_now_read_is_deleted(engine: Engine) -> None:
    read = """
class Read(pulumi.CustomResource):
    pass
Thing('owned')
Read('memory:index:Thing', 'turned', {}, Options(id='owned-1'))
"""
    first = engine.deploy("Thing('owned')")
    owned = engine.deploy("Thing('owned')\nThing('turned')", first.snapshot)
    turned = engine.deploy(read, owned.snapshot)
    assert turned.succeeded, turned.text
    assert turned.changes == [
        ("read-replacement", "turned"),
        ("replace", "turned"),
        ("delete-replaced", "turned"),
    ]
    assert list(engine.memory.resources) == ["owned-1"]
    back = engine.deploy("Thing('owned')\nThing('turned')", turned.snapshot)
    assert back.changes == [
        ("create-replacement", "turned"),
        ("replace", "turned"),
        ("discard-replaced", "turned"),
    ]
    kept = engine.deploy(read.replace("owned-1", back.state("turned").id), back.snapshot)
    assert kept.changes == [("read", "turned")]


def test_a_resource_that_does_not_exist_cannot_be_read(engine: Engine) -> None:
    outcome = engine.deploy(
        "pulumi.CustomResource('memory:index:Thing', 'read', {}, Options(id='nowhere'))"
    )
    assert not outcome.succeeded
    assert "no memory:index:Thing with id 'nowhere'" in outcome.text
