"""The one place that reads the time.

With the sandbox, and only then, the service's clock can be moved forward so that two weeks of messages can be
watched in a minute. The offset lives in the database, so that every process sees the same time.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Offset = Callable[[], timedelta]


class Clock:
    """`now()` is aware UTC: real time plus the offset, which is nothing outside the sandbox."""

    def __init__(self, offset: Offset = timedelta) -> None:
        self._offset = offset

    def now(self) -> datetime:
        return real_now() + self._offset()


def real_now() -> datetime:
    """What the clocks on the wall say, whatever the sandbox has done to the service's clock."""
    return datetime.now(UTC)
