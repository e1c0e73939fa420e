"""What happens to a visit, and what the patient then hears: moves, cancellations, and back again."""

from dataclasses import replace
from datetime import timedelta

from service.domain.schedule import OnEvent, Step, UsefulUntil
from service.domain.values import Appointment, AppointmentStatus, Event, History, Plan, Shift, Skipped, SkipReason, Told
from tests.domain.visits import LONG_BEFORE, MONDAY_9AM, at, message, planned, reasons, step, told, visit

FRIDAY_9AM = at("2027-03-19 09:00")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def on(event: Event) -> Step:
    quick = replace(step(event.value, OnEvent(event=event)), shift=Shift.LATER)
    return replace(quick, useful_until=UsefulUntil(after_due=DAY))


BOOKED, MOVED, CANCELLED = on(Event.BOOKED), on(Event.MOVED), on(Event.CANCELLED)
NO_SHOW, ATTENDED = on(Event.NO_SHOW), on(Event.ATTENDED)
ALL = (BOOKED, MOVED, CANCELLED, NO_SHOW, ATTENDED)


def after(*said: Told, cause: Event, appointment: Appointment | None = None) -> dict[str, SkipReason | None]:
    """The outcome of each step by key, once `said` was told and `cause` happened."""
    outcomes = planned(*ALL, cause=cause, history=History(told=said), appointment=appointment)
    return dict(zip((o.step for o in outcomes), reasons(outcomes), strict=True))


def test_a_booking_is_confirmed_and_speaks_of_no_other_event() -> None:
    others = dict.fromkeys(("moved", "cancelled", "no_show", "attended"), SkipReason.NOT_THIS_EVENT)
    assert after(cause=Event.BOOKED) == {"booked": None, **others}


def test_a_move_is_told_after_the_clinics_hold() -> None:
    history = History(told=(told("booked", about=FRIDAY_9AM),))
    [only] = planned(MOVED, cause=Event.MOVED, history=history)
    assert message(only).due_at == LONG_BEFORE + 3 * MINUTE


def test_a_step_may_hold_a_move_longer_than_the_clinic() -> None:
    patient_one = replace(MOVED, timing=OnEvent(event=Event.MOVED, wait=10 * MINUTE))
    [only] = planned(patient_one, cause=Event.MOVED, history=History(told=(told("x", about=FRIDAY_9AM),)))
    assert message(only).due_at == LONG_BEFORE + 10 * MINUTE


def test_a_move_undone_before_it_was_told_is_not_mentioned() -> None:
    outcome = after(told("booked"), cause=Event.MOVED)
    assert outcome["moved"] is SkipReason.NOT_THIS_EVENT
    assert outcome["booked"] is SkipReason.ALREADY_TOLD


def test_to_who_heard_of_no_other_time_a_move_is_a_booking() -> None:
    outcome = after(cause=Event.MOVED)
    assert outcome["booked"] is None
    assert outcome["moved"] is SkipReason.NOT_THIS_EVENT


def test_a_move_is_told_once() -> None:
    first, second = told("booked", about=FRIDAY_9AM), told("moved", handed_over_at=LONG_BEFORE + MINUTE)
    assert after(first, second, cause=Event.MOVED)["moved"] is SkipReason.ALREADY_TOLD


def test_a_move_there_back_and_there_again_is_told_each_time() -> None:
    said = (
        told("moved", about=MONDAY_9AM, handed_over_at=LONG_BEFORE),
        told("moved", about=FRIDAY_9AM, handed_over_at=LONG_BEFORE + MINUTE),
    )
    assert after(*said, cause=Event.MOVED)["moved"] is None


def test_a_new_plan_for_another_reason_keeps_the_news_of_a_move() -> None:
    assert after(told("booked", about=FRIDAY_9AM), cause=Event.BOOKED)["moved"] is None


def test_a_cancellation_is_told_to_who_heard_of_the_visit() -> None:
    cancelled = visit(status=AppointmentStatus.CANCELLED)
    assert after(told("booked"), cause=Event.CANCELLED, appointment=cancelled) == {"cancelled": None}


def test_a_cancellation_is_no_news_to_who_heard_nothing() -> None:
    cancelled = visit(status=AppointmentStatus.CANCELLED)
    assert after(cause=Event.CANCELLED, appointment=cancelled) == {"cancelled": SkipReason.NOT_THIS_EVENT}


def test_a_visit_entered_in_error_is_never_spoken_of() -> None:
    retracted = visit(status=AppointmentStatus.RETRACTED)
    outcome = after(told("booked"), cause=Event.CANCELLED, appointment=retracted)
    assert outcome == {"cancelled": SkipReason.NOT_STANDING}


def test_who_was_told_of_a_cancellation_hears_everything_anew() -> None:
    said = (told("booked"), told("cancelled", handed_over_at=LONG_BEFORE + MINUTE))
    assert after(*said, cause=Event.BOOKED)["booked"] is None


def test_a_second_cancellation_is_told_again() -> None:
    said = (
        told("cancelled", handed_over_at=LONG_BEFORE),
        told("booked", handed_over_at=LONG_BEFORE + MINUTE),
    )
    cancelled = visit(status=AppointmentStatus.CANCELLED)
    assert after(*said, cause=Event.CANCELLED, appointment=cancelled) == {"cancelled": None}


def test_the_same_cancellation_is_not_told_twice() -> None:
    said = (told("booked"), told("cancelled", handed_over_at=LONG_BEFORE + MINUTE))
    cancelled = visit(status=AppointmentStatus.CANCELLED)
    outcome = after(*said, cause=Event.CANCELLED, appointment=cancelled)
    assert outcome == {"cancelled": SkipReason.NOT_THIS_EVENT}


def at_noon(event: Event, status: AppointmentStatus, days_later: int = 0) -> Plan:
    now = at("2027-03-15 12:00") + days_later * DAY
    return planned(*ALL, cause=event, appointment=visit(status=status), now=now)


def test_a_missed_visit_yields_only_its_own_steps() -> None:
    [only] = at_noon(Event.NO_SHOW, AppointmentStatus.NO_SHOW)
    assert message(only).step == "no_show"


def test_attendance_yields_only_its_own_steps() -> None:
    [only] = at_noon(Event.ATTENDED, AppointmentStatus.ATTENDED)
    assert message(only).step == "attended"


def test_an_imported_miss_of_last_week_is_not_news() -> None:
    assert reasons(at_noon(Event.NO_SHOW, AppointmentStatus.NO_SHOW, 7)) == [SkipReason.NO_LONGER_OF_USE]


def test_an_imported_booking_of_last_month_is_not_news() -> None:
    old = visit(booked_at=LONG_BEFORE - 30 * DAY)
    [only] = planned(BOOKED, appointment=old)
    assert isinstance(only, Skipped)
    assert only.why == "The visit was booked too long ago for this to be news."


def test_a_reinstated_visit_is_news_however_old_its_booking() -> None:
    old = visit(booked_at=LONG_BEFORE - 30 * DAY)
    assert after(told("cancelled"), cause=Event.BOOKED, appointment=old)["booked"] is None


def test_a_visit_that_comes_in_cancelled_is_not_announced_as_booked() -> None:
    cancelled = visit(status=AppointmentStatus.CANCELLED)
    assert after(cause=Event.BOOKED, appointment=cancelled)["booked"] is SkipReason.NOT_STANDING
