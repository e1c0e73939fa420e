from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.hours import Closed, Fit, fit, holidays_around
from service.domain.values import SendingHours, Shift, Window
from service.domain.walltime import local
from tests.domain.visits import LOS_ANGELES, at

HOURS = SendingHours()  # weekdays 9 to 20, weekends 10 to 18
CHRISTMAS = {date(2026, 12, 25): "Christmas Day"}  # a Friday
ZONES = [LOS_ANGELES, "America/Phoenix", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Berlin"]


def fitted(
    due_at: datetime,
    shift: Shift,
    *,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    zone: str = LOS_ANGELES,
) -> Fit | None:
    return fit(
        due_at,
        hours=HOURS,
        timezone=zone,
        holidays=CHRISTMAS,
        shift=shift,
        not_before=not_before,
        not_after=not_after or due_at + timedelta(days=30),
    )


@pytest.mark.parametrize(
    ("due", "shift", "wanted"),
    [
        ("2027-03-15 09:00", Shift.EARLIER, "2027-03-15 09:00"),  # Mon, opening is allowed
        ("2027-03-15 06:00", Shift.EARLIER, "2027-03-14 17:59"),  # Mon to Sun, weekend hours
        ("2027-03-15 06:00", Shift.LATER, "2027-03-15 09:00"),
        ("2027-03-15 20:00", Shift.EARLIER, "2027-03-15 19:59"),  # closing is not allowed
        ("2027-03-15 20:00", Shift.LATER, "2027-03-16 09:00"),
        ("2027-03-19 21:00", Shift.LATER, "2027-03-20 10:00"),  # Fri to Sat
        ("2027-03-20 09:30", Shift.EARLIER, "2027-03-19 19:59"),  # Sat to Fri
        ("2026-12-25 12:00", Shift.EARLIER, "2026-12-24 19:59"),  # Fri, holiday, to Thu
        ("2026-12-25 12:00", Shift.LATER, "2026-12-26 10:00"),  # to Sat
        ("2026-12-26 08:00", Shift.EARLIER, "2026-12-24 19:59"),  # Sat over the holiday to Thu
        ("2027-03-14 02:30", Shift.LATER, "2027-03-14 10:00"),  # Sun, in the skipped hour
        ("2027-11-07 01:30", Shift.EARLIER, "2027-11-06 17:59"),  # Sun, in the repeated hour
    ],
)
def test_a_message_moves_to_the_nearest_allowed_moment(due: str, shift: Shift, wanted: str) -> None:
    found = fitted(at(due), shift)
    assert found is not None
    assert found.at == at(wanted)


def test_drop_never_moves() -> None:
    assert fitted(at("2027-03-15 06:00"), Shift.DROP) is None
    assert fitted(at("2027-03-15 10:00"), Shift.DROP) is not None


def test_the_hours_are_those_of_the_recipients_zone() -> None:
    found = fitted(at("2027-03-15 18:00"), Shift.EARLIER, zone="America/New_York")
    assert found is not None
    assert found.at == at("2027-03-15 19:59", "America/New_York")


def test_it_says_what_stood_in_the_way() -> None:
    early, holiday = fitted(at("2027-03-15 06:00"), Shift.LATER), fitted(at("2026-12-25 12:00"), Shift.LATER)
    assert early is not None
    assert (early.moved.because, early.moved.limit_local) == (Closed.BEFORE_OPENING, time(9))
    assert holiday is not None
    assert holiday.moved.holiday == "Christmas Day"


def test_later_never_passes_the_end_of_its_use() -> None:
    assert fitted(at("2027-03-15 06:00"), Shift.LATER, not_after=at("2027-03-15 08:59")) is None
    assert fitted(at("2027-03-15 06:00"), Shift.LATER, not_after=at("2027-03-15 09:00")) is not None


def test_earlier_uses_now_where_the_last_allowed_minute_has_just_begun() -> None:
    now = at("2027-03-15 19:59") + timedelta(seconds=30)
    found = fitted(at("2027-03-15 21:00"), Shift.EARLIER, not_before=now)
    assert found is not None
    assert found.at == now


def test_earlier_finds_nothing_once_the_evening_is_over() -> None:
    assert fitted(at("2027-03-15 06:00"), Shift.EARLIER, not_before=at("2027-03-14 21:00")) is None


def test_a_clinic_that_never_opens_gets_no_moment() -> None:
    everyday = {date(2027, 1, 1) + timedelta(days=n): "Closed" for n in range(365)}
    for direction in (Shift.EARLIER, Shift.LATER):
        assert (
            fit(
                at("2027-06-15 12:00"),
                hours=HOURS,
                timezone=LOS_ANGELES,
                holidays=everyday,
                shift=direction,
                not_before=None,
                not_after=at("2027-12-01 12:00"),
            )
            is None
        )


FIRST_AT = datetime(2026, 12, 1, tzinfo=UTC)
moments = st.integers(0, 480 * 24 * 60).map(lambda minutes: FIRST_AT + timedelta(minutes=minutes))
half_hours = st.integers(0, 46).map(lambda n: time(n // 2, n % 2 * 30))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    opens = draw(half_hours)
    closes = draw(half_hours.filter(lambda found: found > opens) if opens < time(23) else st.just(time(23, 30)))
    return Window(opens_local=opens, closes_local=closes)


@given(due_at=moments, shift=st.sampled_from(Shift), zone=st.sampled_from(ZONES), window=windows(), data=st.data())
def test_nothing_leaves_the_hours_of_any_zone(
    due_at: datetime, shift: Shift, zone: str, window: Window, data: st.DataObject
) -> None:
    now = due_at + data.draw(st.timedeltas(timedelta(days=-9), timedelta(days=3)))
    end = due_at + data.draw(st.timedeltas(timedelta(days=-3), timedelta(days=9)))
    hours = SendingHours(weekday=window, weekend=window)
    found = fit(due_at, hours=hours, timezone=zone, holidays=CHRISTMAS, shift=shift, not_before=now, not_after=end)
    if found is not None:
        wall = local(found.at, zone)
        assert window.opens_local <= wall.time() < window.closes_local
        assert wall.date() not in CHRISTMAS
        assert now <= found.at <= end


def test_the_day_of_the_visit_is_no_holiday_for_its_own_messages() -> None:
    holidays = {date(2026, 11, 26): "Thanksgiving Day", date(2026, 12, 25): "Christmas Day"}
    starts_at = datetime(2026, 11, 26, 15, tzinfo=UTC)  # Thu 8:00 AM in Phoenix
    assert holidays_around(holidays, starts_at, "America/Phoenix") == {date(2026, 12, 25): "Christmas Day"}
