"""Secrets stay secret: in state, through every step, and in all that is said."""

from __future__ import annotations

from emulator.engine.events import Event
from emulator.values import Secret
from tests.emulator.engine.harness import Engine

PLANTED = "planted-s3cr3t"
PROGRAM = f"""
thing = Thing('thing', value=pulumi.Output.secret('{PLANTED}'), tags={{'plain': 1}})
Thing('marked', value='seen', options=Options(additional_secret_outputs=['computed']))
group = Group('group')
pulumi.export('shout', thing.shout)
pulumi.export('hidden', pulumi.Output.secret('{PLANTED}'))
pulumi.export('plain', 'seen')
"""


def test_a_secret_stays_secret_through_create_same_update_and_refresh(engine: Engine) -> None:
    outcome = engine.deploy(PROGRAM)
    changed = PROGRAM.replace("'plain': 1", "'plain': 2")
    for after in (
        outcome,
        engine.deploy(PROGRAM, outcome.snapshot),
        engine.refresh(outcome.snapshot),
        engine.deploy(changed, outcome.snapshot),
    ):
        assert after.succeeded, after.text
        assert after.state("thing").inputs["value"] == Secret(PLANTED)
        assert after.state("thing").outputs["value"] == Secret(PLANTED)
        assert isinstance(after.state("marked").outputs["computed"], Secret)
        assert after.outputs["hidden"] == Secret(PLANTED)
        assert after.outputs["plain"] == "seen"


def test_providers_and_programs_get_the_plain_value(engine: Engine) -> None:
    outcome = engine.deploy(
        f"""
thing = Thing('thing', value=pulumi.Output.secret('{PLANTED}'))
Thing('marked', options=Options(additional_secret_outputs=['computed']))
def look(value):
    assert value == '{PLANTED}!', value
thing.shout.apply(look)
"""
    )
    assert outcome.succeeded, outcome.text
    assert {"value": PLANTED} in [
        call.detail
        for call in engine.memory.calls
        if (call.method, call.name) == ("create", "thing")
    ]


def test_an_input_that_becomes_secret_hides_the_output_that_repeats_it(engine: Engine) -> None:
    base = engine.stand("Thing('a', value='plain-text')")
    outcome = engine.deploy("Thing('a', value=pulumi.Output.secret('plain-text'))", base)
    assert outcome.changes == []
    assert outcome.state("a").outputs["value"] == Secret("plain-text")


def test_no_line_shows_a_secret_not_even_a_providers_error(engine: Engine) -> None:
    program = f"""
secret = pulumi.Config().require_secret('token')
Thing('failing', value=pulumi.Output.secret('{PLANTED}'), fail='create')
pulumi.info('the token is configured-s3cr3t')
print('printed {PLANTED} and configured-s3cr3t')
raise ValueError('{PLANTED}')
"""
    outcome = engine.deploy(
        program,
        config={"demo:token": "configured-s3cr3t"},
        secret_keys=frozenset({"demo:token"}),
    )
    assert not outcome.succeeded
    assert "configured-s3cr3t" not in outcome.text
    assert "the token is [secret]" in outcome.text


def test_a_failing_operation_does_not_show_the_secret_it_was_given(engine: Engine) -> None:
    base = engine.stand(PROGRAM)
    failing = PROGRAM.replace("tags={'plain': 1}", "fail='update'")
    outcome = engine.deploy(failing, base)
    assert not outcome.succeeded
    assert PLANTED not in outcome.text
    assert "[secret]" in outcome.text


def test_differences_carry_secrets_as_secrets(engine: Engine) -> None:
    base = engine.stand(PROGRAM)
    preview = engine.preview(PROGRAM.replace(f"('{PLANTED}'), tags", "('another-one'), tags"), base)
    difference = preview.step("update", "thing").differences["value"]
    assert difference.before == Secret(PLANTED)
    assert difference.after == Secret("another-one")
    assert not any(PLANTED in repr(event) for event in _events_that_show(preview.events))


def _events_that_show(events: list[Event]) -> list[Event]:
    """Events whose text a display prints as it is."""
    return [event for event in events if type(event).__name__ == "Diagnostic"]
