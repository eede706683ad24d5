"""The README's commands for a test database do what it says, one after the other."""

from __future__ import annotations

import shlex

from tests.whole.care.conftest import ENGINE, Care
from tests.whole.test_documents import commands

BEGINNING = "python -m operations database "
ASKS = ("recreate", "truncate")


def test_the_commands_of_the_readme_look_after_test(care: Care) -> None:
    lines = [line.removeprefix(BEGINNING) for line in commands() if line.startswith(BEGINNING)]
    assert {shlex.split(line)[0] for line in lines} == {"check", "migrate", "recreate", "truncate"}
    for line in lines:
        name, *arguments = shlex.split(line)
        arguments = [ENGINE if word == "python -m emulator" else word for word in arguments]
        answer = care.run(name, *arguments, *(["--yes"] if name in ASKS else []))

        assert answer.returncode == 0, f"{line}: {answer.stdout}{answer.stderr}"
