"""Breakages of the program itself: an edit of a copy, and the `up` that carries it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.prove.ground import Breakage, Ground, Wanted

TEST: Final = "test.im_data_db"
MAKERS: Final = '(("admin", names.admin), ("app", names.app))'
ANEW: Final = ("Pulumi.test.yaml", "connections: 50", "connections: 50\n        generation: {}")

Edit = tuple[str, str, str]
"""File, what stands there once, and what is to stand there."""


def _edits(
    name: str, stage: str, edits: tuple[Edit, ...], *, back: bool
) -> Callable[[Ground], None]:
    def run(ground: Ground) -> None:
        for file, old, new in edits:
            path = ground.project.folder / file
            if back:
                path.write_text(ground.kept(f"{name} {file}"))
                continue
            text = path.read_text()
            assert text.count(old) == 1, f"{old!r} is in {file} {text.count(old)} times"
            ground.keep(f"{name} {file}", text)
            path.write_text(text.replace(old, new))
        ground.project.up(stage)

    return run


def _breakage(name: str, what: str, wanted: Wanted, stage: str, *edits: Edit) -> Breakage:
    return Breakage(
        name=name,
        what=what,
        wanted=wanted,
        do=_edits(name, stage, edits, back=False),
        undo=_edits(name, stage, edits, back=True),
    )


def _anew(generation: int) -> Edit:
    file, old, new = ANEW
    return file, old, new.format(generation)


BREAKAGES: Final = (
    _breakage(
        "program-without-public-revoke",
        "the program revokes nothing from PUBLIC, and makes the database anew",
        Wanted(principal="prove_outsider", operation="connect", target=TEST),
        "test",
        (
            "components/stage_database.py",
            '        self._grant(f"{name}-public", "public", "database", [])\n',
            "",
        ),
        _anew(2),
    ),
    _breakage(
        "program-shares-one-makers-tables",
        "the program names one of the two makers in default privileges",
        Wanted(
            principal="test_readonly",
            operation="read a table made just now",
            target=TEST,
            verdict="door shut",
        ),
        "test",
        ("components/stage_database.py", MAKERS, '(("admin", names.admin),)'),
    ),
    _breakage(
        "program-lets-tasks-be-anybody",
        "the task role's policy names every database user",
        Wanted(principal="devstages-test-task", operation="sign in", target="preprod_admin"),
        "test",
        (
            "stages/documents.py",
            "        connect_as(names, names.app),\n",
            '        connect_as(names, "*"),\n',
        ),
    ),
    _breakage(
        "program-without-connection-limits",
        "the program gives its roles no connection limit",
        Wanted(
            principal="test_app",
            operation="use more connections than settings allow",
            target="server",
        ),
        "preprod",
        ("components/tenant_roles.py", "connection_limit=connections", "connection_limit=-1"),
    ),
)
