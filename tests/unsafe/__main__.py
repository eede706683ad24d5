"""`python -m tests.unsafe`: try edits that somebody might propose, and see which are blocked.

Each edit is applied to a copy of the project and previewed on the emulator with the policies, on
nothing and on what stands; then the guard judges the plan. README.md describes the edits. The last
line counts them; the exit code is 0 when none was missed and none that is safe was refused.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rich.console import Console

from tests.unsafe.edits import Against, Edit, EditError, apply, read_corpus
from tests.unsafe.ground import ENDINGS, Ground, GroundError
from tests.unsafe.trials import Trial, run_trial, unfit
from tests.unsafe.verdicts import Result, last_line, table

CORPUS: Final = Path(__file__).with_name("corpus")
AT_A_TIME: Final = 2
INTERRUPTED: Final = 130

Key = tuple[Against, str]


@dataclass(frozen=True)
class Judge:
    """Tries edits on a ground where the unedited project was tried before."""

    ground: Ground
    before: dict[Key, Trial]
    """The unedited project's own previews."""

    def result(self, edit: Edit) -> Result:
        """Preview an edit until it is known what becomes of it."""
        trials: list[Trial] = []
        with self.ground.copy(edit.name) as folder:
            try:
                apply(edit, folder)
            except EditError as error:
                return Result(edit=edit, trials=(unfit(edit, str(error)),))
            for against in edit.against:
                for stack in edit.stacks or self.ground.stacks:
                    trial = run_trial(self.ground, folder, against, stack)
                    own = self.before.get((against, stack))
                    refusals = trial.refusals - (own.refusals if own else frozenset())
                    trials.append(replace(trial, refusals=refusals))
                    result = Result(edit=edit, trials=tuple(trials))
                    if not edit.safe and result.blocks(trials[-1]):
                        break
        return Result(edit=edit, trials=tuple(trials))


def judge_all(
    edits: Sequence[Edit], ground: Ground, progress: Callable[[str], None]
) -> tuple[list[Result], list[str]]:
    """Results in the edits' order, and what is wrong beside them.

    Raises EditError where an edit names a stack that nobody has, GroundError.
    """
    keys = _keys(edits, ground)
    ground.prepare(keys, progress)
    before = {key: run_trial(ground, ground.project, *key) for key in keys}
    for trial in before.values():
        if trial.broken:
            raise GroundError(f"the unedited project breaks, {trial.where}:\n{trial.message}")
    complaints = [
        f"the unedited project is refused, {trial.where}: {', '.join(sorted(trial.ids))}"
        for trial in before.values()
        if trial.ids
    ]
    for complaint in complaints:
        progress(complaint)
    judge = Judge(ground, before)
    results = _in_parallel(judge, edits, progress)
    complaints += [f"previews changed the state of {key}" for key in ground.changed()]
    return results, complaints


def _keys(edits: Sequence[Edit], ground: Ground) -> list[Key]:
    found: dict[Key, None] = {}
    for edit in edits:
        added = [stack for stack in edit.stacks if edit.adds_stack(stack)]
        if added:  # it needs to see the others
            found |= dict.fromkeys(("base", stack) for stack in ground.stacks)
        unknown = set(edit.stacks) - set(ground.stacks) - set(added)
        if unknown:
            known = ", ".join(ground.stacks)
            raise EditError(f"{edit.name}: no stack {', '.join(sorted(unknown))}, only {known}")
        stacks = [stack for stack in edit.stacks or ground.stacks if stack in ground.stacks]
        for against in edit.against:
            found |= dict.fromkeys((against, stack) for stack in stacks)
    return list(found)


def _in_parallel(
    judge: Judge, edits: Sequence[Edit], progress: Callable[[str], None]
) -> list[Result]:
    results: dict[str, Result] = {}
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        waiting: list[Future[Result]] = [pool.submit(judge.result, edit) for edit in edits]
        try:
            for done in as_completed(waiting):
                result = done.result()
                results[result.edit.name] = result
                told = f": {result.told()}" if result.is_wrong else ""
                count = f"{len(results)}/{len(edits)}"
                progress(f"{count} {result.edit.name}: {result.verdict}{told}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            judge.ground.commands.terminate()
            raise
    return [results[edit.name] for edit in edits]


def main(arguments: list[str] | None = None) -> int:
    """Try the corpus that the command line names; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.unsafe", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="a folder of edits")
    parser.add_argument("--only", action="append", default=[], help="names of edits; * matches")
    parser.add_argument("--json", action="store_true", help="write one JSON document")
    options = parser.parse_args(arguments)
    for ending in ENDINGS:  # a shell's background ignores the first
        signal.signal(ending, signal.default_int_handler)
    try:
        edits = read_corpus(options.corpus, options.only)
        with Ground() as ground:
            results, complaints = judge_all(edits, ground, _say)
    except (EditError, GroundError) as error:
        _say(f"error: {error}")
        return 2
    except KeyboardInterrupt:
        _say("interrupted; nothing is left behind")
        return INTERRUPTED
    wrong = any(result.is_wrong for result in results)
    if options.json:
        document = {"edits": [result.as_json() for result in results], "complaints": complaints}
        sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    else:
        console = Console(width=None if sys.stdout.isatty() else 160)
        console.print(table(results))
        for complaint in complaints:
            console.print(complaint, style="bold red", highlight=False, markup=False)
        sys.stdout.write(last_line(results) + "\n")
    return int(wrong or bool(complaints))


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
