"""The one place where a wall time becomes an instant, and back."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def instant(on: date, at_local: time, timezone: str) -> datetime:
    """The aware UTC instant at which the clocks of `timezone` show `at_local` on that date.

    A skipped wall time (clocks go forward) moves forward by the gap: 2:30 becomes 3:30.
    A repeated one (clocks go back) means its first occurrence.
    """
    wall = datetime.combine(on, at_local, tzinfo=ZoneInfo(timezone))
    # fold=0 is both rules at once: inside a gap it counts with the offset from before the change.
    return wall.replace(fold=0).astimezone(UTC)


def local(at: datetime, timezone: str) -> datetime:
    """The same instant as the clocks of `timezone` show it. For reading only: never add to it."""
    return at.astimezone(ZoneInfo(timezone))


def is_timezone(name: str) -> bool:
    """Whether this is a zone of the IANA database, such as America/Los_Angeles."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
