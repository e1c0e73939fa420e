from datetime import time, timedelta

import pytest

from service.domain.schedule import AfterEnd, BeforeClock, BeforeStart, DayAt, OnEvent, Timing
from service.domain.timing import is_after_visit, moment
from service.domain.values import Clock, Event
from tests.domain.visits import LOS_ANGELES, at, schedule, visit


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@pytest.mark.parametrize(
    ("timing", "starts", "wanted"),
    [
        # Mon, Mar 15, 2027: an ordinary day
        (BeforeStart(offset=hours(3)), "2027-03-15 09:00", "2027-03-15 06:00"),
        (AfterEnd(offset=hours(3)), "2027-03-15 09:00", "2027-03-15 12:40"),
        (BeforeClock(clock=Clock.SOLIDS, by=hours(1)), "2027-03-15 09:00", "2027-03-15 00:00"),
        (DayAt(days=0, at_local=time(7)), "2027-03-15 09:00", "2027-03-15 07:00"),
        # Sun, Mar 14, 2027: elapsed time counts the skipped hour out, a wall time does not
        (BeforeStart(offset=hours(24)), "2027-03-14 09:00", "2027-03-13 08:00"),
        (DayAt(days=-1, at_local=time(9)), "2027-03-14 09:00", "2027-03-13 09:00"),
        (DayAt(days=-1, at_local=time(2, 30)), "2027-03-15 09:00", "2027-03-14 03:30"),
        # Sun, Nov 7, 2027: a day of 25 hours
        (BeforeStart(offset=hours(24)), "2027-11-07 09:00", "2027-11-06 10:00"),
        (DayAt(days=1, at_local=time(9)), "2027-11-06 09:00", "2027-11-07 09:00"),
        # Mon, Feb 28 / Tue, Feb 29 / Wed, Mar 1, 2028: leap day
        (DayAt(days=1, at_local=time(10)), "2028-02-28 09:00", "2028-02-29 10:00"),
        (DayAt(days=-1, at_local=time(10)), "2028-03-01 09:00", "2028-02-29 10:00"),
        # Fri, Dec 31, 2027 and Sun, Jan 31, 2027: ends of months
        (DayAt(days=1, at_local=time(10)), "2027-12-31 09:00", "2028-01-01 10:00"),
        (DayAt(days=14, at_local=time(10)), "2027-01-31 09:00", "2027-02-14 10:00"),
        (DayAt(days=-7, at_local=time(10)), "2027-03-01 09:00", "2027-02-22 10:00"),
    ],
)
def test_each_timing_asks_for_its_moment(timing: Timing, starts: str, wanted: str) -> None:
    found = moment(timing, visit(starts_at=at(starts)), schedule(), LOS_ANGELES, None)
    assert found == at(wanted)


@pytest.mark.parametrize("zone", ["America/Phoenix", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Berlin"])
def test_days_are_those_of_the_clinics_own_calendar(zone: str) -> None:
    evening = visit(starts_at=at("2027-03-15 23:00", zone))
    timing = DayAt(days=-1, at_local=time(18))
    assert moment(timing, evening, schedule(), zone, None) == at("2027-03-14 18:00", zone)


def test_an_event_counts_from_when_it_happened() -> None:
    timing = OnEvent(event=Event.MOVED, wait=timedelta(minutes=3))
    found = moment(timing, visit(), schedule(), LOS_ANGELES, at("2027-03-01 10:00"))
    assert found == at("2027-03-01 10:03")


def test_an_event_that_did_not_happen_has_no_moment() -> None:
    assert moment(OnEvent(event=Event.MOVED), visit(), schedule(), LOS_ANGELES, None) is None


def test_a_clock_the_schedule_lacks_has_no_moment() -> None:
    timing = BeforeClock(clock=Clock.MEDICINES, by=hours(1))
    assert moment(timing, visit(), schedule(), LOS_ANGELES, None) is None


def test_only_what_looks_back_is_after_the_visit() -> None:
    assert is_after_visit(AfterEnd(offset=hours(0)))
    assert is_after_visit(DayAt(days=1, at_local=time(9)))
    assert not is_after_visit(DayAt(days=0, at_local=time(23)))
    assert not is_after_visit(OnEvent(event=Event.ATTENDED))
