"""The schedules that come with Handrail, planned: what matters arrives while it is of use."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.clocks import visit_clocks
from service.domain.plan import plan
from service.domain.schedule import Driving, Schedule
from service.domain.values import Event, History, Kind, PlannedMessage
from service.domain.walltime import instant
from tests.config.shipped import CLINICS, SACRAMENTO, SCHEDULES, patient, visit

ZONE = "America/Los_Angeles"
FASTING = ("iv", "im", "esketamine", "oral")
TUESDAY = date(2027, 3, 16)


def planned(
    schedule: Schedule, starts_at: datetime, *, now: datetime | None = None, visits_before: int = 0
) -> dict[str, PlannedMessage]:
    outcomes = plan(
        visit(schedule, starts_at),
        schedule,
        SACRAMENTO,
        patient(visits_before=visits_before),
        History(),
        now or starts_at - timedelta(days=30),
        Event.BOOKED,
    )
    return {outcome.step: outcome for outcome in outcomes if isinstance(outcome, PlannedMessage)}


def local_words(at: datetime) -> str:
    return at.astimezone(ZoneInfo(ZONE)).strftime("%a %H:%M")


def test_every_kind_of_visit_has_exactly_one_schedule() -> None:
    kinds = [kind for schedule in SCHEDULES.values() for kind in schedule.kinds]
    assert sorted(kinds) == sorted(Kind)


def test_the_clinics_differ_in_zone_and_agree_on_holidays() -> None:
    assert {clinic.timezone for clinic in CLINICS.values()} == {ZONE, "America/Phoenix"}
    assert len({tuple(clinic.holidays) for clinic in CLINICS.values()}) == 1


@given(
    on=st.dates(date(2026, 1, 5), date(2027, 12, 31)),
    at=st.times(time(7), time(17)),
    name=st.sampled_from(FASTING),
)
def test_the_fasting_text_comes_while_the_patient_may_still_eat(on: date, at: time, name: str) -> None:
    schedule = SCHEDULES[name]
    starts_at = instant(on, at, ZONE)
    fasting = planned(schedule, starts_at)["fasting"]
    assert fasting.due_at < min(visit_clocks(visit(schedule, starts_at), schedule).values())


@pytest.mark.parametrize(
    ("step", "sent"),
    [
        ("prepare", "Tue 10:00"),
        ("confirm", "Sat 10:00"),
        ("ride", "Sun 12:00"),
        ("fasting", "Mon 12:00"),
        ("day_of", "Mon 19:59"),
        ("aftercare", "Tue 11:10"),
        ("home_safe", "Tue 12:40"),
        ("check_day1", "Wed 11:00"),
        ("check_day14", "Tue 11:00"),
    ],
)
def test_when_the_texts_of_a_nine_oclock_iv_session_go_out(step: str, sent: str) -> None:
    assert local_words(planned(SCHEDULES["iv"], instant(TUESDAY, time(9), ZONE))[step].due_at) == sent


@pytest.mark.parametrize("name", FASTING)
def test_an_afternoon_session_has_its_day_of_text_on_the_day(name: str) -> None:
    day_of = planned(SCHEDULES[name], instant(TUESDAY, time(14), ZONE))["day_of"]
    assert local_words(day_of.due_at).startswith("Tue")


def test_the_first_question_to_confirm_leaves_time_before_the_24_hour_line() -> None:
    starts_at = instant(TUESDAY, time(9), ZONE)
    for schedule in SCHEDULES.values():
        assert planned(schedule, starts_at)["confirm"].due_at < starts_at - timedelta(hours=48)


def test_later_visits_of_a_series_are_not_told_again_what_to_bring() -> None:
    starts_at = instant(TUESDAY, time(9), ZONE)
    for schedule in SCHEDULES.values():
        assert "prepare" not in planned(schedule, starts_at, visits_before=2)


def test_who_books_the_evening_before_still_hears_when_to_stop_eating() -> None:
    starts_at = instant(TUESDAY, time(9), ZONE)
    evening_before = instant(date(2027, 3, 15), time(18), ZONE)
    messages = planned(SCHEDULES["iv"], starts_at, now=evening_before)
    assert messages["fasting"].due_at == evening_before


def test_a_late_session_is_asked_about_in_the_morning_not_at_night() -> None:
    home_safe = planned(SCHEDULES["iv"], instant(TUESDAY, time(17), ZONE))["home_safe"]
    assert local_words(home_safe.due_at) == "Wed 09:00"


def test_esketamine_has_its_own_rules_and_not_those_of_an_iv_session() -> None:
    esketamine, iv = SCHEDULES["esketamine"], SCHEDULES["iv"]
    assert esketamine.driving == Driving(next_day_at_local=time(9))
    assert iv.driving == Driving(after_end=timedelta(hours=24))
    assert max(esketamine.clocks.values()) == timedelta(hours=2)


def test_a_conversation_asks_for_no_fasting_and_no_ride() -> None:
    for name in ("consultation", "integration"):
        messages = planned(SCHEDULES[name], datetime(2027, 3, 16, 17, tzinfo=UTC))
        assert not {"fasting", "ride", "aftercare"} & messages.keys()
