"""The known open cells: which are open, and between which stages."""

from __future__ import annotations

from typing import Any

import pytest

from policies.open_cells import is_open, read_open_cells
from tests.policies.cases import stages
from tests.policies.edited_stages import edited


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (("airflow-execution", "preprod"), ("task", "test"), True),
        (("airflow-execution", "preprod"), ("task", "preprod"), True),
        (("airflow-execution", "preprod"), ("task", "prod"), False),
        (("airflow-execution", "preprod"), ("task", "nowhere"), False),
        (("airflow-execution", "test"), ("task", "test"), False),
        (("airflow-execution", "preprod"), ("readonly", "test"), False),
        (("task", "test"), ("readonly", "preprod"), True),
        (("task", "preprod"), ("readonly", "test"), False),
        (("task", "test"), ("readonly", "prod"), False),
        (("task", "test"), ("readonly", "nowhere"), False),
        (("task", "test"), ("task", "preprod"), False),
        (("task", "nowhere"), ("readonly", "preprod"), False),
        (("host", "preprod"), ("data-key", "test"), True),
        (("host", "prod"), ("data-key", "test"), False),
        (("no-such-kind", "preprod"), ("task", "test"), False),
    ],
)
def test_a_cell_is_open_between_the_stages_that_it_names(
    source: tuple[str, str], target: tuple[str, str], expected: bool
) -> None:
    assert is_open(stages("preprod"), source, target) is expected


@pytest.mark.parametrize(
    ("read", "changes"),
    [
        ("prod", {"prod.aws.allowed_account_ids": ("111111111111",)}),
        ("preprod", {"preprod.aws.allowed_account_ids": ("333333333333",)}),
    ],
    ids=["another host in the same account", "the same host in another account"],
)
def test_a_door_is_open_only_to_a_neighbour_on_the_same_host_and_account(
    read: str, changes: dict[str, Any]
) -> None:
    found = edited("test", {"test.tenant.reads": (read,)} | changes)
    assert not is_open(found, ("task", "test"), ("readonly", read))


def test_no_cell_is_listed_twice() -> None:
    pairs = [(cell.source, cell.target) for cell in read_open_cells()]
    assert len(set(pairs)) == len(pairs)
