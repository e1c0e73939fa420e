"""How dates and times read. Rows name the weekday."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import wording
from service.domain.wording import LANGUAGES, NearDay

PACIFIC = ZoneInfo("America/Los_Angeles")


def wall(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=PACIFIC)


TUESDAY_9 = wall(2027, 3, 16, 9, 0)
MOMENTS = st.datetimes(timezones=st.just(PACIFIC))


@pytest.mark.parametrize(
    ("language", "day", "time", "clock_day"),
    [
        ("en", "Tue, Mar 16", "9:00 AM", "9:00 AM Tue"),
        ("es", "martes 16 de marzo", "9:00 a. m.", "9:00 a. m. del martes"),
        ("es-MX", "martes 16 de marzo", "9:00 a. m.", "9:00 a. m. del martes"),
        ("tlh", "Tue, Mar 16", "9:00 AM", "9:00 AM Tue"),
    ],
)
def test_a_moment_reads_naturally_in_each_language(language: str, day: str, time: str, clock_day: str) -> None:
    assert wording.day(TUESDAY_9, language) == day
    assert wording.clock_time(TUESDAY_9, language) == time
    assert wording.clock_day(TUESDAY_9, language) == clock_day


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [(0, 0, "12:00 AM"), (0, 5, "12:05 AM"), (11, 59, "11:59 AM"), (12, 0, "12:00 PM"), (23, 30, "11:30 PM")],
)
def test_noon_and_midnight_fall_in_the_right_half_of_the_day(hour: int, minute: int, said: str) -> None:
    assert wording.clock_time(wall(2027, 3, 16, hour, minute), "en") == said


def test_midnight_names_the_night_it_ends_so_that_nobody_eats_a_day_longer() -> None:
    monday = wall(2027, 3, 15, 0)

    assert wording.clock_day(monday, "en") == "12:00 AM Mon (midnight Sun night)"
    assert wording.clock_day(monday, "es") == "12:00 a. m. del lunes (medianoche del domingo al lunes)"


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (wall(2027, 3, 14, 23, 59), "Tue, Mar 16 at 9:00 AM"),  # Sunday
        (wall(2027, 3, 15, 0, 0), "tomorrow, Tue, Mar 16 at 9:00 AM"),  # Monday
        (wall(2027, 3, 15, 23, 59), "tomorrow, Tue, Mar 16 at 9:00 AM"),  # Monday
        (wall(2027, 3, 16, 0, 0), "today, Tue, Mar 16 at 9:00 AM"),  # Tuesday
        (wall(2027, 3, 17, 0, 0), "Tue, Mar 16 at 9:00 AM"),  # Wednesday, too late
    ],
)
def test_tomorrow_is_said_only_on_the_day_before(now: datetime, said: str) -> None:
    assert wording.when(TUESDAY_9, now, "en") == said


def test_an_evening_visit_of_the_same_day_is_tonight() -> None:
    evening = wall(2027, 3, 16, 18, 30)

    assert wording.when(evening, TUESDAY_9, "en") == "tonight, Tue, Mar 16 at 6:30 PM"
    assert wording.when(evening, TUESDAY_9, "es") == "esta noche, martes 16 de marzo, a las 6:30 p. m."


def test_spanish_says_one_o_clock_in_the_singular() -> None:
    now = wall(2027, 3, 1, 9)

    assert wording.when(wall(2027, 3, 16, 13, 0), now, "es") == "el martes 16 de marzo a la 1:00 p. m."
    assert wording.when(wall(2027, 3, 16, 11, 0), now, "es") == "el martes 16 de marzo a las 11:00 a. m."


def test_tomorrow_crosses_a_month_end_and_a_leap_day() -> None:
    leap_day = wall(2028, 2, 29, 9)

    assert wording.near_day(leap_day, wall(2028, 2, 28, 12)) is NearDay.TOMORROW
    assert wording.near_day(wall(2028, 3, 1, 9), leap_day) is NearDay.TOMORROW
    assert wording.near_day(wall(2028, 3, 1, 9), wall(2028, 2, 28, 12)) is None


@given(MOMENTS, MOMENTS, st.sampled_from(sorted(LANGUAGES)))
def test_a_relative_word_is_true_or_absent(starts: datetime, now: datetime, language: str) -> None:
    said = wording.when(starts, now, language)
    words = LANGUAGES[language].near
    tomorrow = starts.date() == now.date() + timedelta(days=1)

    assert said.startswith(words[NearDay.TOMORROW] + ",") == tomorrow
    same_day = said.startswith((words[NearDay.TODAY] + ",", words[NearDay.TONIGHT] + ","))
    assert same_day == (starts.date() == now.date())
    assert wording.clock_time(starts, language) in said


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES.keys())
def test_every_language_has_all_its_words(language: wording.Language) -> None:
    assert len(set(language.weekdays)) == 7
    assert len(set(language.months)) == 12
    assert set(language.near) == set(NearDay)
    assert set(language.zones) == set(LANGUAGES["en"].zones)


@pytest.mark.parametrize(
    ("timezone", "language", "said"),
    [
        ("America/Los_Angeles", "en", "Pacific time"),
        ("America/Phoenix", "en", "Arizona time"),
        ("America/Los_Angeles", "es", "hora del Pacífico"),
        ("Asia/Kathmandu", "en", "UTC+5:45"),
        ("America/St_Johns", "es", "UTC-2:30"),
    ],
)
def test_a_zone_is_named_as_people_name_it(timezone: str, language: str, said: str) -> None:
    assert wording.zone_words(timezone, datetime(2027, 7, 1, tzinfo=UTC), language) == said
