"""What goes wrong in programs and providers: what is said, what is kept, and the run after it."""

from __future__ import annotations

import pytest

from emulator.engine.events import Severity, StepOutputs
from emulator.engine.request import DeploymentKind
from emulator.engine.resource_state import OperationKind
from emulator.engine.urn import name_of
from tests.emulator.engine.harness import Engine

SIBLINGS = """
thing = Thing('done')
Thing('failing', {'fail': 'create', 'value': 'v'}, options=Options(depends_on=[thing]))
"""


def test_a_failed_create_keeps_what_was_done_and_the_next_run_goes_on(engine: Engine) -> None:
    failed = engine.deploy(SIBLINGS)
    assert not failed.succeeded
    assert failed.steps == [("create", "done")]
    assert failed.failed_steps == [("create", "failing")]
    assert "create of failing was told to fail (v)" in failed.errors[0]
    assert failed.has("done")
    assert not failed.has("failing")
    assert not failed.snapshot.pending_operations
    mended = engine.deploy(SIBLINGS.replace("'create'", "''"), failed.snapshot)
    assert mended.succeeded
    assert mended.steps == [("same", "done"), ("create", "failing")]


def test_a_resource_that_came_about_half_is_kept_and_mended(engine: Engine) -> None:
    failed = engine.deploy("Thing('half', fail='half', value=1)")
    assert not failed.succeeded
    assert failed.state("half").id == "half-1"
    assert failed.state("half").init_errors == ["half came about half (1)"]
    mended = engine.deploy("Thing('half', value=1)", failed.snapshot)
    assert mended.steps == [("update", "half")]
    assert mended.state("half").init_errors == []
    assert engine.preview("Thing('half', value=1)", mended.snapshot).changes == []


def test_a_failed_update_keeps_the_last_state_and_a_half_one_the_new(engine: Engine) -> None:
    base = engine.stand("Thing('a', value=1)\nThing('b', value=1)")
    failed = engine.deploy("Thing('a', value=2, fail='update')\nThing('b', value=1)", base)
    assert not failed.succeeded
    assert failed.state("a").inputs == {"value": 1}
    half = engine.deploy("Thing('a', value=1)\nThing('b', value=2, fail='half')", base)
    assert half.state("b").inputs == {"value": 1}, "what was asked for does not stand"
    assert half.state("b").outputs["value"] == 2
    assert half.state("b").init_errors == ["b was updated half"]


def test_a_failed_delete_keeps_the_resource(engine: Engine) -> None:
    base = engine.stand("Thing('a', fail='delete')\nThing('b')")
    failed = engine.destroy(base)
    assert not failed.succeeded
    assert failed.has("a")
    assert "delete of a was told to fail" in failed.text


def test_a_failed_replacement_after_deleting_first_is_made_up_for(engine: Engine) -> None:
    base = engine.stand("Thing('a', replace=1, deletesFirst=True)")
    failed = engine.deploy("Thing('a', replace=2, deletesFirst=True, fail='create')", base)
    assert not failed.succeeded
    assert failed.state("a").pending_replacement
    assert engine.memory.resources == {}
    mended = engine.deploy("Thing('a', replace=2, deletesFirst=True)", failed.snapshot)
    assert mended.succeeded
    assert mended.steps == [("replace", "a"), ("create-replacement", "a")]
    dropped = engine.deploy("", failed.snapshot, gone_on_purpose=frozenset({"a"}))
    assert dropped.steps == [("remove-pending-replace", "a")]
    assert dropped.succeeded


def test_a_failed_replacement_leaves_the_old_one_and_the_next_run_replaces(engine: Engine) -> None:
    base = engine.stand("Thing('a', replace=1)")
    failed = engine.deploy("Thing('a', replace=2, fail='create')", base)
    assert failed.state("a").inputs == {"replace": 1}
    half = engine.deploy("Thing('a', replace=2, fail='half')", failed.snapshot)
    assert [state.delete for state in half.snapshot.resources if name_of(state.urn) == "a"] == [
        False,
        True,
    ]
    mended = engine.deploy("Thing('a', replace=2)", half.snapshot)
    assert mended.succeeded
    assert mended.steps == [("update", "a"), ("delete-replaced", "a")]
    assert len(engine.memory.resources) == 1


def test_what_a_replacement_could_not_delete_is_deleted_by_the_next_run(engine: Engine) -> None:
    base = engine.stand("Thing('a', replace=1, fail='delete')")
    failed = engine.deploy("Thing('a', replace=2)", base)
    assert not failed.succeeded
    assert failed.failed_steps == [("delete-replaced", "a")]
    assert [state.delete for state in failed.snapshot.resources if name_of(state.urn) == "a"] == [
        False,
        True,
    ]
    for state in failed.snapshot.resources:
        state.inputs.pop("fail", None)
    for kind in (DeploymentKind.PREVIEW, DeploymentKind.UPDATE):
        outcome = engine.deploy("Thing('a', replace=2)", failed.snapshot, kind)
        assert outcome.steps == [("same", "a"), ("delete-replaced", "a")]
    assert list(engine.memory.resources) == [outcome.state("a").id]


def test_a_refused_input_is_an_error_of_the_resource_in_preview_and_update(engine: Engine) -> None:
    program = "Thing('wrong', fail='check', value='v')"
    preview = engine.preview(program)
    assert not preview.succeeded
    assert preview.errors == [
        "memory:index:Thing resource 'wrong': fail: was told to (v)",
    ]
    assert preview.diagnostics[0].urn.endswith("::wrong")
    update = engine.deploy(program)
    assert update.errors == preview.errors
    assert engine.memory.called("create") == []


def test_two_resources_of_one_name_are_refused(engine: Engine) -> None:
    outcome = engine.deploy("Thing('twice')\nThing('twice')")
    assert not outcome.succeeded
    assert "Duplicate resource URN" in outcome.text
    assert "twice" in outcome.text


def test_an_alias_that_two_resources_claim_is_refused(engine: Engine) -> None:
    base = engine.stand("Thing('old')")
    outcome = engine.deploy(
        "old = [pulumi.Alias(name='old')]\n"
        "first = Thing('a', options=Options(aliases=old))\n"
        "Thing('b', options=Options(aliases=old, depends_on=[first]))",
        base,
    )
    assert not outcome.succeeded
    assert "Duplicate resource alias" in outcome.text
    again = engine.deploy(
        "first = Thing('a', options=Options(aliases=[pulumi.Alias(name='old')]))\n"
        "Thing('old', options=Options(depends_on=[first]))",
        base,
    )
    assert "another resource of this program has it as an alias" in again.text


@pytest.mark.parametrize(
    ("program", "named"),
    [
        (
            "hook = pulumi.ResourceHook('h', lambda args: None)\n"
            "Thing('a', options=Options(hooks=pulumi.ResourceHookBinding(after_create=[hook])))",
            "hook",
        ),
        (
            "pulumi.ComponentResource('memory:index:Remote', 'a', {}, None, remote=True)",
            "remote components",
        ),
        ("Thing('a', value=1, options=Options(hide_diffs=['value']))", "hide_diffs"),
    ],
    ids=["hooks", "remote", "hidden"],
)
def test_what_is_not_supported_is_refused_by_name(program: str, named: str, engine: Engine) -> None:
    outcome = engine.deploy(program)
    assert not outcome.succeeded
    assert named in outcome.text
    assert engine.memory.called("create") == []


def test_a_program_sees_none_of_the_engines_own_variables(engine: Engine) -> None:
    outcome = engine.deploy("import os\npulumi.export('names', sorted(os.environ))")
    assert outcome.succeeded, outcome.text
    names = outcome.outputs["names"]
    assert "PULUMI_STACK" in names, "the environment is that of a program"
    assert [name for name in names if name.startswith("ENGINE_")] == []


def test_an_unknown_package_is_refused_with_those_there_are(engine: Engine) -> None:
    outcome = engine.deploy("Thing('a', type_='other:index:Thing')")
    assert not outcome.succeeded
    assert "no provider for package 'other'" in outcome.text
    assert "memory" in outcome.text


def test_an_exception_is_shown_from_the_programs_own_frame(engine: Engine) -> None:
    program = "thing = Thing('done')\ndef boom(): raise ValueError('no such stage')\nboom()"
    outcome = engine.deploy(program)
    assert not outcome.succeeded
    (error,) = outcome.errors
    first = error.splitlines()[2]
    assert str(engine.folder / "__main__.py") in first
    assert error.rstrip().endswith("ValueError: no such stage")
    assert "launcher.py" not in error


def test_a_program_may_end_with_a_message_of_its_own(engine: Engine) -> None:
    outcome = engine.deploy("raise pulumi.RunError('say where')")
    assert not outcome.succeeded
    assert outcome.errors == ["say where"]


def test_a_logged_error_alone_does_not_fail_a_deployment(engine: Engine) -> None:
    outcome = engine.deploy("pulumi.error('careful')\nprint('printed')")
    assert outcome.succeeded
    assert outcome.errors == ["careful"]
    assert ("printed", Severity.INFO) in [
        (item.message, item.severity) for item in outcome.diagnostics
    ]


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import sys; sys.exit(3)", "exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", "signal 9"),
        ("def broken(:", "exception:\n  File"),
        ("import nowhere_to_be_found", "ModuleNotFoundError"),
    ],
    ids=["exit", "killed", "syntax", "import"],
)
def test_a_program_that_ends_badly_fails_and_deletes_nothing(
    program: str, said: str, engine: Engine
) -> None:
    base = engine.stand("Thing('a')")
    outcome = engine.deploy(program, base)
    assert not outcome.succeeded
    assert said in outcome.text
    assert outcome.has("a")
    assert engine.memory.called("delete") == []


def test_a_provider_that_is_gone_is_an_error_and_nothing_hangs(engine: Engine) -> None:
    def stop(event: object) -> None:
        if isinstance(event, StepOutputs) and event.step.urn.endswith("::first"):
            engine.stop()

    outcome = engine.deploy(
        "first = Thing('first')\nThing('second', value=first.computed)", on_event=stop
    )
    assert not outcome.succeeded
    assert "the provider is gone" in outcome.text
    assert outcome.has("first")
    assert [item.kind for item in outcome.snapshot.pending_operations] in (
        [],
        [OperationKind.CREATING],
    )


def test_a_transform_that_fails_fails_the_program_with_its_reason(engine: Engine) -> None:
    outcome = engine.deploy(
        "Thing('a', options=Options(transforms=[lambda args: args.props['nothing']]))"
    )
    assert not outcome.succeeded
    assert "a transform of 'a' failed" in outcome.text
    assert "nothing" in outcome.text
    assert engine.memory.called("create") == []
