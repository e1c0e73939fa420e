from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.walltime import instant, is_timezone, local

LOS_ANGELES, BERLIN = "America/Los_Angeles", "Europe/Berlin"


@pytest.mark.parametrize(
    ("zone", "on", "at_local", "utc"),
    [
        # Sun, Mar 14, 2027: clocks in the US go forward at 2:00 AM; Phoenix keeps its own
        (LOS_ANGELES, date(2027, 3, 14), time(1, 59), "2027-03-14T09:59"),
        (LOS_ANGELES, date(2027, 3, 14), time(2, 30), "2027-03-14T10:30"),  # skipped: 3:30 AM
        (LOS_ANGELES, date(2027, 3, 14), time(3, 30), "2027-03-14T10:30"),
        ("America/Phoenix", date(2027, 3, 14), time(2, 30), "2027-03-14T09:30"),
        # Sun, Nov 7, 2027: they go back at 2:00 AM, so 1:30 comes twice; the first is meant
        (LOS_ANGELES, date(2027, 11, 7), time(1, 30), "2027-11-07T08:30"),
        (LOS_ANGELES, date(2027, 11, 7), time(2, 0), "2027-11-07T10:00"),
        # Sun, Mar 28 and Sun, Oct 31, 2027: the European changes
        (BERLIN, date(2027, 3, 28), time(2, 30), "2027-03-28T01:30"),
        (BERLIN, date(2027, 10, 31), time(2, 30), "2027-10-31T00:30"),
        # Mon, Mar 15, 2027: 5 hours 45 minutes ahead of UTC
        ("Asia/Kathmandu", date(2027, 3, 15), time(9), "2027-03-15T03:15"),
        # Sun, Oct 3, 2027 and Sun, Apr 4, 2027: Lord Howe changes by half an hour
        ("Australia/Lord_Howe", date(2027, 10, 3), time(2, 15), "2027-10-02T15:45"),
        ("Australia/Lord_Howe", date(2027, 4, 4), time(1, 45), "2027-04-03T14:45"),
        # Tue, Feb 29, 2028: leap day
        (LOS_ANGELES, date(2028, 2, 29), time(9), "2028-02-29T17:00"),
    ],
)
def test_a_wall_time_becomes_the_instant_its_zone_says(zone: str, on: date, at_local: time, utc: str) -> None:
    assert instant(on, at_local, zone) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_skipped_wall_time_moves_forward_by_the_gap() -> None:
    assert local(instant(date(2027, 3, 14), time(2, 30), LOS_ANGELES), LOS_ANGELES).time() == time(3, 30)
    lord_howe = instant(date(2027, 10, 3), time(2, 15), "Australia/Lord_Howe")
    assert local(lord_howe, "Australia/Lord_Howe").time() == time(2, 45)


@given(
    on=st.dates(date(2020, 1, 1), date(2037, 12, 31)),
    at_local=st.times(),
    zone=st.sampled_from([LOS_ANGELES, BERLIN, "Asia/Kathmandu", "Australia/Lord_Howe", "America/Phoenix"]),
)
def test_back_in_its_zone_an_instant_never_shows_an_earlier_wall_time(on: date, at_local: time, zone: str) -> None:
    shown = local(instant(on, at_local, zone), zone).replace(tzinfo=None)
    wanted = datetime.combine(on, at_local)
    assert shown == wanted or 0 < (shown - wanted).total_seconds() <= 3600


@pytest.mark.parametrize("name", ["America/Los_Angeles", "Asia/Kathmandu", "UTC"])
def test_zones_of_the_database_are_known(name: str) -> None:
    assert is_timezone(name)


@pytest.mark.parametrize("name", ["", "Pacific", "America", "America/Sacramento", "../etc/passwd", "/UTC", "a\0b"])
def test_anything_else_is_no_zone(name: str) -> None:
    assert not is_timezone(name)
