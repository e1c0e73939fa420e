"""Until when a carrier may still hand over a text: its own retries must not ring a telephone at night."""

from datetime import datetime

from service.domain.hours import SATURDAY
from service.domain.values import SendingHours
from service.domain.walltime import instant, local


def deliver_by(at: datetime, *, expires_at: datetime, hours: SendingHours, timezone: str) -> datetime:
    """The end of the sending hours in force at `at` on the clocks of `timezone`, or `expires_at` if that is sooner.

    Outside sending hours nothing is in force that could end, and the answer is `expires_at`.
    """
    wall = local(at, timezone)
    window = hours.weekend if wall.weekday() >= SATURDAY else hours.weekday
    if not window.opens_local <= wall.time() < window.closes_local:
        return expires_at
    return min(expires_at, instant(wall.date(), window.closes_local, timezone))
