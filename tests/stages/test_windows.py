"""RDS's two windows beside each other."""

from __future__ import annotations

import pytest

from stages.windows import windows_overlap


@pytest.mark.parametrize(
    ("daily", "weekly", "overlap"),
    [
        ("02:00-03:00", "sun:04:00-sun:05:00", False),
        ("02:00-03:00", "sun:03:00-sun:04:00", False),
        ("02:00-03:00", "sun:02:59-sun:03:30", True),
        ("23:30-00:30", "mon:00:00-mon:00:45", True),
        ("00:00-00:30", "sun:23:45-mon:00:15", True),
        ("12:00-12:30", "sun:23:45-mon:00:15", False),
    ],
)
def test_windows_overlap_when_they_share_a_minute(daily: str, weekly: str, overlap: bool) -> None:
    assert windows_overlap(daily, weekly) is overlap
