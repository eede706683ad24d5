"""What is expected of every cell, from one sentence.

A principal reaches what is of its own stage, with its role's kind of right, and the doors: what
`reader_arns` and `reads` open, and the open cells of policies/open_cells.yaml. Nothing else.
"""

from __future__ import annotations

from typing import Final

from operations.prove.cells import Expectation, Operation, Owned, Rule
from policies.open_cells import is_open, read_open_cells
from policies.stage_map import Stages

_READS: Final = frozenset(
    {Operation.CONNECT, Operation.READ_OLD, Operation.READ_NEW, Operation.READ_VIEW}
)
_WRITES: Final = _READS | {Operation.WRITE_ROWS, Operation.CREATE, Operation.TEMPORARY}
_OWNS: Final = _WRITES | {Operation.ALTER, Operation.GRANT, Operation.DROP}
_OBJECTS: Final = frozenset({Operation.LIST, Operation.READ, Operation.WRITE, Operation.DELETE})
_RULES_ROLE: Final = frozenset({Operation.JOIN, Operation.LIMIT, Operation.END})
SERVER_ROLES: Final = frozenset({"master", "host-admin", "host-roles"})
DATABASE_ROLES: Final = frozenset({"admin", "app", "reader"})

RIGHTS: Final = {
    ("reader", "database"): _READS,
    ("app", "database"): _WRITES,
    ("admin", "database"): _OWNS,
    ("admin", "app"): frozenset({Operation.END}),
    ("admin", "reader"): frozenset({Operation.END}),
    ("admin", "server-database"): frozenset({Operation.CONNECT}),
    ("host-admin", "server-database"): frozenset({Operation.CONNECT}),
    ("host-roles", "server-database"): frozenset({Operation.CONNECT}),
    ("task", "app"): frozenset({Operation.SIGN_IN}),
    ("task", "data"): _OBJECTS,
    ("readonly", "reader"): frozenset({Operation.SIGN_IN}),
    ("readonly", "door"): frozenset({Operation.START}),
    ("airflow-execution", "airflow"): frozenset({Operation.LIST, Operation.READ}),
    ("airflow-execution", "dags"): frozenset({Operation.LIST, Operation.READ}),
    ("airflow-execution", "task"): frozenset({Operation.ASSUME}),
}
"""Within one stage: what each kind of principal has to be able to do with each kind of thing."""

THROUGH_CELLS: Final = {
    ("airflow-execution", "task"): (Rule.MUST, frozenset({Operation.ASSUME})),
    ("airflow-execution", "dags"): (Rule.MUST, frozenset({Operation.LIST, Operation.READ})),
    ("task", "readonly"): (Rule.MUST, frozenset({Operation.ASSUME})),
    ("database-admin", "server-database"): (Rule.MUST, frozenset({Operation.CONNECT})),
    ("host", "database-roles"): (Rule.MAY, _RULES_ROLE),
}
"""What an open cell lets through, by its kinds; what is not here concerns no principal of these."""


def expect(stages: Stages, principal: Owned, target: Owned, operation: Operation) -> Expectation:
    """What is expected of a cell."""
    if principal == target and operation is Operation.END:
        return Expectation(rule=Rule.MUST)
    if principal.kind == "people":
        return _expect_of_people(stages, principal, target, operation)
    if principal.stage is None or target.stage is None:
        return Expectation(rule=Rule.MUST_NOT)
    if principal.stage == target.stage and _is_right(principal, target, operation):
        return Expectation(rule=Rule.MUST)
    if _is_servers_own(principal, target, operation):
        return Expectation(rule=Rule.MAY)
    return _expect_of_cells(stages, principal, target, operation)


def _is_right(principal: Owned, target: Owned, operation: Operation) -> bool:
    return operation in RIGHTS.get((principal.kind, target.kind), frozenset())


def _is_servers_own(principal: Owned, target: Owned, operation: Operation) -> bool:
    """What the server's own roles do with the server itself: no stage's data is behind it."""
    if principal.kind not in SERVER_ROLES or principal.stage != target.stage:
        return False
    if target.kind == "server":
        return operation is Operation.MAKE_ROLES
    if target.kind in SERVER_ROLES:
        return operation in _RULES_ROLE and principal.kind in ("master", "host-admin")
    return target.kind in ("server-database", "template") and principal.kind == "master"


def _expect_of_people(
    stages: Stages, principal: Owned, target: Owned, operation: Operation
) -> Expectation:
    """People who are named among a stage's readers take on its readers' role, nothing else."""
    if (target.kind, operation) != ("readonly", Operation.ASSUME) or target.stage is None:
        return Expectation(rule=Rule.MUST_NOT)
    tenant = stages.all[target.stage].settings.tenant
    if principal.name not in tenant.reader_arns:
        return Expectation(rule=Rule.MUST_NOT)
    rule = Rule.MAY if tenant.reader_conditions.are_any else Rule.MUST
    return Expectation(rule=rule, reason=f"Pulumi.{target.stage}.yaml names it in reader_arns.")


def _expect_of_cells(
    stages: Stages, principal: Owned, target: Owned, operation: Operation
) -> Expectation:
    source_kind = "database-admin" if principal.kind == "admin" else _cell_kind(principal.kind)
    kinds = (source_kind, _cell_kind(target.kind))
    rule, operations = THROUGH_CELLS.get(kinds, (Rule.MUST_NOT, frozenset()))
    stage_names = (str(principal.stage), str(target.stage))
    source, to = zip(kinds, stage_names, strict=True)
    if operation not in operations or not is_open(stages, source, to):
        return Expectation(rule=Rule.MUST_NOT)
    (reason,) = (cell.reason for cell in read_open_cells() if (cell.source, cell.target) == kinds)
    return Expectation(rule=rule, reason=" ".join(reason.split()))


def _cell_kind(kind: str) -> str:
    """The kind as policies/open_cells.yaml has it."""
    if kind in SERVER_ROLES:
        return "host"
    return "database-roles" if kind in DATABASE_ROLES else kind
