"""Cases of policies/rules/isolation_doors.py."""

from __future__ import annotations

from tests.policies.cases import Case, Fixture, passing, violating
from tests.policies.edited_stages import edited

STACK = Fixture(type="pulumi:pulumi:Stack")
WHOM = "readonly-door-for-whom"
WHERE = "readonly-door-where"
READS = "readonly-reads-neighbours-only"

PEOPLE = "arn:aws:iam::111111111111:role/developers"


def opened(reader: str) -> Case:
    """Preprod's door, opened to somebody who has no business there."""
    changed = edited("preprod", {"preprod.tenant.reader_arns": (PEOPLE, reader)})
    return violating(WHOM, STACK, stages=changed, title=reader)


CASES = (
    passing(WHOM, STACK),
    passing(WHOM, STACK, stack="prod"),
    passing(WHOM, STACK, stack="test", title="no door"),
    opened("arn:aws:iam::222222222222:role/developers"),
    opened("arn:aws:iam::333333333333:user/somebody"),
    opened("arn:aws:iam::111111111111:role/devstages-preprod-airflow-execution"),
    opened("arn:aws:iam::111111111111:role/devstages-test-readonly"),
    opened("arn:aws:iam::111111111111:role/team/devstages-Test-task2"),
    opened("arn:aws:iam::111111111111:role/devstages-prod-task"),
    violating(
        WHOM,
        STACK,
        stages=edited("preprod", {"test.tenant.reads": ()}),
        title="a stage that does not say so",
    ),
    passing(WHERE, STACK),
    passing(WHERE, STACK, stack="test", title="no door"),
    violating(
        WHERE,
        STACK,
        stages=edited("test", {"test.tenant.reader_arns": (PEOPLE,)}),
        title="a door of a stage that may break",
    ),
    passing(READS, STACK, stack="test"),
    passing(READS, STACK, title="it reads nobody"),
    violating(READS, STACK, stages=edited("test", {"test.tenant.reads": ("prod",)})),
    violating(
        READS,
        STACK,
        stages=edited("preprod", {"preprod.tenant.reads": ("test",)}),
        title="a stage without a door",
    ),
)
