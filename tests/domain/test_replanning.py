from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

from service.domain.plan import plan
from service.domain.plan_diff import Difference, Saying, differences
from service.domain.replanning import Queued, without_surprises
from service.domain.schedule import DayAt, OnEvent, Schedule, Step, Timing
from service.domain.simulation import SimulatedMessage, Trouble, clashes_of
from service.domain.stop_rule import SaidStop, must_say_stop, says_stop, with_line
from service.domain.values import (
    Appointment,
    AppointmentStatus,
    Category,
    Channel,
    Clinic,
    Contact,
    Event,
    History,
    Kind,
    Plan,
    PlannedMessage,
    Priority,
    Recipient,
    SkipReason,
)

PHONE = UUID(int=1)
NOON = datetime(2027, 3, 15, 19, tzinfo=UTC)  # Monday 12:00 in Sacramento, the day before the visit
VISIT = Appointment(
    id=UUID(int=2),
    kind=Kind.IV,
    status=AppointmentStatus.BOOKED,
    starts_at=datetime(2027, 3, 16, 20, tzinfo=UTC),
    ends_at=datetime(2027, 3, 16, 21, tzinfo=UTC),
    booked_at=datetime(2027, 3, 1, tzinfo=UTC),
)
CLINIC = Clinic(name="S", discreet_name="L", timezone="America/Los_Angeles", phone="1")
QUEUED = Queued(
    step="tell", channel=Channel.SMS, contact_id=PHONE, due_at=NOON + timedelta(hours=1), expires_at=VISIT.starts_at
)


def replanned(timing: Timing, *queued: Queued, catch_up: bool = True) -> Plan:
    step = Step(key="tell", title="Tell", timing=timing, text="a.b", catch_up=catch_up)
    schedule = Schedule(name="iv", title="IV", kinds=(Kind.IV,), steps=(step,))
    contact = Contact(id=PHONE, channel=Channel.SMS, allowed=frozenset(Category))
    found = plan(VISIT, schedule, CLINIC, Recipient(contacts=(contact,)), History(), NOON, Event.BOOKED)
    return without_surprises(found, queued, VISIT, schedule, CLINIC, NOON)


AHEAD, PAST = DayAt(days=-1, at_local=time(15)), DayAt(days=-1, at_local=time(10))


def test_a_step_still_ahead_is_planned() -> None:
    [item] = replanned(AHEAD)
    assert isinstance(item, PlannedMessage)
    assert item.due_at == NOON + timedelta(hours=3)


@pytest.mark.parametrize("timing", [PAST, OnEvent(event=Event.BOOKED)], ids=["past", "event"])
def test_a_new_step_whose_time_has_passed_is_not_caught_up_on(timing: Timing) -> None:
    [item] = replanned(timing)
    assert not isinstance(item, PlannedMessage)
    assert item.reason in (SkipReason.TIME_PASSED, SkipReason.NO_LONGER_OF_USE)


@pytest.mark.parametrize("catch_up", [True, False])
def test_a_queued_step_whose_new_time_has_passed_keeps_the_time_it_had(catch_up: bool) -> None:
    [item] = replanned(PAST, QUEUED, catch_up=catch_up)
    assert isinstance(item, PlannedMessage)
    assert item.due_at == QUEUED.due_at


def test_a_queued_step_that_moves_ahead_takes_its_new_time() -> None:
    [item] = replanned(AHEAD, QUEUED)
    assert item.due_at == NOON + timedelta(hours=3)


def saying(step: str, hour: int = 0, words: str = "x") -> Saying:
    return Saying(step=step, channel=Channel.SMS, due_at=NOON + timedelta(hours=hour), words=(words,))


def test_equal_plans_have_no_differences() -> None:
    assert differences([saying("a"), saying("b")], [saying("b"), saying("a")]) == []


def test_each_difference_has_its_word() -> None:
    before = [saying("gone"), saying("moved"), saying("reworded")]
    after = [saying("moved", 1), saying("new", 2), saying("reworded", 0, "y")]
    found = {(change.step, change.difference) for change in differences(before, after)}
    assert found == {
        ("gone", Difference.WITHDRAWN),
        ("moved", Difference.MOVED),
        ("new", Difference.ADDED),
        ("reworded", Difference.REWORDED),
    }


def simulated(minutes: int, asked: int | None = None) -> SimulatedMessage:
    return SimulatedMessage(
        appointment="A",
        step=f"s{minutes}",
        channel=Channel.SMS,
        priority=Priority.SAFETY,
        due_at=NOON + timedelta(minutes=minutes),
        asked_at=None if asked is None else NOON + timedelta(minutes=asked),
        timezone="America/Los_Angeles",
        segments=1,
    )


@pytest.mark.parametrize(
    ("messages", "troubles"),
    [
        ([simulated(0), simulated(60)], []),
        ([simulated(0), simulated(59)], [Trouble.TOO_CLOSE]),
        ([simulated(hour * 60) for hour in range(4)], []),
        ([simulated(hour * 60) for hour in range(5)], [Trouble.TOO_MANY]),
        ([simulated(0, 120)], []),
        ([simulated(0, 121)], [Trouble.SAFETY_SHIFTED]),
    ],
)
def test_clashes_begin_just_past_the_limit(messages: list[SimulatedMessage], troubles: list[Trouble]) -> None:
    assert [clash.trouble for clash in clashes_of(messages)] == troubles


@pytest.mark.parametrize(
    ("days_ago", "about", "starts_series", "must"),
    [
        (29, VISIT.id, True, False),
        (31, VISIT.id, True, True),
        (1, UUID(int=9), True, True),
        (29, UUID(int=9), False, False),
        (30, UUID(int=9), False, True),
    ],
)
def test_stop_is_said_once_a_series_and_monthly(days_ago: int, about: UUID, starts_series: bool, must: bool) -> None:
    said = [SaidStop(appointment_id=about, at=NOON - timedelta(days=days_ago))]
    assert must_say_stop(said, VISIT.id, starts_series=starts_series, now=NOON) is must


@pytest.mark.parametrize(("text", "says"), [("Reply STOP.", True), ("Please stop by.", False), ("NONSTOP", False)])
def test_only_the_keyword_counts_as_saying_how_to_stop(text: str, says: bool) -> None:
    assert says_stop(text) is says


def test_the_line_is_a_sentence_of_its_own() -> None:
    assert with_line("call (916) 555-0180", "Reply STOP.") == "call (916) 555-0180. Reply STOP."
    assert with_line("See you!", "Reply STOP.") == "See you! Reply STOP."
