"""Until when a carrier may hold a text: Sacramento, open on weekdays 9 AM to 8 PM, on weekends 10 AM to 6 PM."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.delivery import deliver_by
from service.domain.values import SendingHours, Window
from service.domain.walltime import local

ZONE = "America/Los_Angeles"
HOURS = SendingHours(
    weekday=Window(opens_local=time(9), closes_local=time(20)),
    weekend=Window(opens_local=time(10), closes_local=time(18)),
)
FAR = datetime(2028, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (datetime(2027, 3, 15, 19, tzinfo=UTC), datetime(2027, 3, 16, 3, tzinfo=UTC)),  # Mon noon, summer time
        (datetime(2027, 3, 16, 2, 59, tzinfo=UTC), datetime(2027, 3, 16, 3, tzinfo=UTC)),  # Mon, a minute before 8 PM
        (datetime(2027, 3, 13, 20, tzinfo=UTC), datetime(2027, 3, 14, 2, tzinfo=UTC)),  # Sat noon, winter time
        (datetime(2027, 3, 14, 19, tzinfo=UTC), datetime(2027, 3, 15, 1, tzinfo=UTC)),  # Sun noon, the clocks went on
        (datetime(2027, 3, 16, 4, tzinfo=UTC), FAR),  # Mon 9 PM: no hours are in force
    ],
)
def test_a_carrier_may_hold_a_text_until_the_hours_end(at: datetime, until: datetime) -> None:
    assert deliver_by(at, expires_at=FAR, hours=HOURS, timezone=ZONE) == until


def test_a_text_is_never_held_past_its_use() -> None:
    noon = datetime(2027, 3, 15, 19, tzinfo=UTC)
    soon = noon + timedelta(hours=1)
    assert deliver_by(noon, expires_at=soon, hours=HOURS, timezone=ZONE) == soon


@given(st.timedeltas(timedelta(), timedelta(days=700)).map(lambda later: datetime(2026, 1, 1, tzinfo=UTC) + later))
def test_within_the_hours_the_end_is_on_the_same_evening(at: datetime) -> None:
    until = deliver_by(at, expires_at=FAR, hours=HOURS, timezone=ZONE)
    assert until > at
    assert until == FAR or local(until, ZONE).date() == local(at, ZONE).date()
