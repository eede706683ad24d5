"""The known open cells: which are open, and between which stages."""

from __future__ import annotations

import pytest

from policies.open_cells import is_open, read_open_cells
from tests.policies.cases import stages


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
        (("host", "preprod"), ("data-key", "test"), True),
        (("host", "prod"), ("data-key", "test"), False),
        (("no-such-kind", "preprod"), ("task", "test"), False),
    ],
)
def test_a_cell_is_open_between_the_stages_that_it_names(
    source: tuple[str, str], target: tuple[str, str], expected: bool
) -> None:
    assert is_open(stages("preprod"), source, target) is expected


def test_no_cell_is_listed_twice() -> None:
    pairs = [(cell.source, cell.target) for cell in read_open_cells()]
    assert len(set(pairs)) == len(pairs)
