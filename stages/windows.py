"""RDS's daily backup window beside its weekly maintenance window."""

from __future__ import annotations

MINUTES_PER_DAY = 24 * 60
MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _minute_of_week(moment: str) -> int:
    day, clock = moment.split(":", 1)
    return DAYS.index(day) * MINUTES_PER_DAY + _minute(clock)


def _span(start: int, end: int, cycle: int) -> range:
    """Minutes from `start` up to `end`, which may lie in the next cycle."""
    return range(start, end if end > start else end + cycle)


def windows_overlap(daily: str, weekly: str) -> bool:
    """Whether `hh:mm-hh:mm` and `ddd:hh:mm-ddd:hh:mm` share a minute: RDS refuses such a pair.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    """
    first, last = daily.split("-")
    backup = _span(_minute(first), _minute(last), MINUTES_PER_DAY)
    first, last = weekly.split("-")
    maintenance = _span(_minute_of_week(first), _minute_of_week(last), MINUTES_PER_WEEK)
    for day in range(-1, 9):
        start = max(backup.start + day * MINUTES_PER_DAY, maintenance.start)
        end = min(backup.stop + day * MINUTES_PER_DAY, maintenance.stop)
        if start < end:
            return True
    return False
