from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from service.domain.plan import NO_STEP, plan
from service.domain.schedule import AfterEnd, BeforeClock, DayAt, OnEvent, UsefulUntil
from service.domain.values import (
    AppointmentStatus,
    Category,
    Channel,
    Clock,
    Condition,
    Event,
    History,
    Priority,
    Recipient,
    Shift,
    Skipped,
    SkipReason,
)
from tests.domain.visits import (
    CLINIC,
    EMAIL,
    LONG_BEFORE,
    MONDAY_9AM,
    NOTHING_HAPPENED,
    PATIENT,
    SMS,
    at,
    message,
    planned,
    reasons,
    step,
    told,
    visit,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FOR_A_DAY = UsefulUntil(after_due=DAY)
DAY_BEFORE_NOON = DayAt(days=-1, at_local=time(12))
CHECK_IN = replace(step("check", DayAt(days=1, at_local=time(11))), shift=Shift.LATER, useful_until=FOR_A_DAY)


# --- when --------------------------------------------------------------------------------------


def test_a_step_becomes_a_message_at_its_time_until_the_start() -> None:
    [only] = planned(step("ride", DAY_BEFORE_NOON))
    assert message(only).due_at == at("2027-03-14 12:00")
    assert message(only).expires_at == MONDAY_9AM
    assert message(only).contact_id == SMS.id


def test_a_fasting_text_moves_earlier_and_never_past_its_use() -> None:
    [only] = planned(step("fasting", BeforeClock(clock=Clock.CLEAR_LIQUIDS, by=HOUR)))
    assert message(only).due_at == at("2027-03-14 17:59")


def test_a_check_in_moves_later() -> None:
    early = replace(CHECK_IN, timing=DayAt(days=1, at_local=time(7)))
    [only] = planned(early)
    assert message(only).due_at == at("2027-03-16 09:00")


def test_sending_hours_are_those_of_the_patients_zone() -> None:
    away = replace(PATIENT, timezone="America/New_York")
    [only] = planned(step("ride", DayAt(days=-3, at_local=time(18))), patient=away)
    assert message(only).due_at == at("2027-03-12 19:59", "America/New_York")
    assert message(only).why.endswith("in the patient's zone (America/New_York).")


def test_a_safety_text_due_on_a_holiday_moves_to_the_day_before() -> None:
    closed = replace(CLINIC, holidays={date(2027, 3, 14): "Founders' Day"})
    [only] = planned(step("fasting", DAY_BEFORE_NOON), clinic=closed)
    assert message(only).due_at == at("2027-03-13 17:59")
    assert "Sun, Mar 14 is Founders' Day" in message(only).why


def test_a_step_that_may_not_move_is_left_out_outside_hours() -> None:
    [only] = planned(replace(step("early"), shift=Shift.DROP))
    assert isinstance(only, Skipped)
    assert only.reason is SkipReason.OUTSIDE_HOURS
    assert only.why == (
        "Due at 6:00 AM Mon, Mar 15, but texts go out from 9:00 AM, and no other allowed time is still of use."
    )


def test_a_step_due_only_after_its_use_is_left_out() -> None:
    useless = replace(step("early"), useful_until=UsefulUntil(before_start=4 * HOUR))
    assert reasons(planned(useless)) == [SkipReason.NO_LONGER_OF_USE]


def test_a_step_before_the_start_expires_at_the_start_at_the_latest() -> None:
    [only] = planned(replace(step("ride", DAY_BEFORE_NOON), useful_until=UsefulUntil(after_due=3 * DAY)))
    assert message(only).expires_at == MONDAY_9AM


def test_a_clock_the_schedule_lacks_is_said_so() -> None:
    [only] = planned(step("spray", BeforeClock(clock=Clock.MEDICINES, by=HOUR)))
    assert isinstance(only, Skipped)
    assert only.why == "The schedule does not set the cut-off for medicines, which this step counts from."


# --- whom --------------------------------------------------------------------------------------


def test_the_patients_own_order_chooses_the_channel() -> None:
    prefers_email = replace(PATIENT, contacts=(EMAIL, SMS))
    assert message(planned(step("ride", DAY_BEFORE_NOON), patient=prefers_email)[0]).channel is Channel.EMAIL


def test_the_step_limits_the_channels() -> None:
    prefers_email = replace(PATIENT, contacts=(EMAIL, SMS))
    only_sms = replace(step("ride", DAY_BEFORE_NOON), channels=(Channel.SMS,))
    assert message(planned(only_sms, patient=prefers_email)[0]).channel is Channel.SMS


def test_the_next_contact_is_used_where_the_first_is_not_allowed() -> None:
    refused = replace(SMS, allowed=frozenset({Category.CHECK_IN}), refusal="said stop to reminders")
    patient = replace(PATIENT, contacts=(refused, EMAIL))
    assert message(planned(step("ride", DAY_BEFORE_NOON), patient=patient)[0]).contact_id == EMAIL.id


def test_without_permission_the_refusal_is_told() -> None:
    refused = replace(SMS, allowed=frozenset(), refusal="permission was withdrawn")
    [only] = planned(step("ride", DAY_BEFORE_NOON), patient=Recipient(contacts=(refused,)))
    assert isinstance(only, Skipped)
    assert (only.reason, only.why) == (
        SkipReason.NO_PERMISSION,
        "The patient may not be sent this: permission was withdrawn.",
    )


def test_without_a_contact_the_missing_kinds_are_told() -> None:
    [only] = planned(step("ride", DAY_BEFORE_NOON), patient=Recipient())
    assert isinstance(only, Skipped)
    assert (only.reason, only.why) == (
        SkipReason.NO_CONTACT,
        "The patient has no mobile number or e-mail address on file.",
    )


@pytest.mark.parametrize(
    ("condition", "history", "visits_before", "is_said"),
    [
        (Condition.UNCONFIRMED, History(), 0, True),
        (Condition.UNCONFIRMED, History(confirmed=True), 0, False),
        (Condition.RIDE_UNKNOWN, History(), 0, True),
        (Condition.RIDE_UNKNOWN, History(ride_known=True), 0, False),
        (Condition.FIRST_VISIT, History(), 0, True),
        (Condition.FIRST_VISIT, History(), 3, False),
        (Condition.REPEAT_VISIT, History(), 0, False),
        (Condition.REPEAT_VISIT, History(), 3, True),
    ],
)
def test_a_step_is_said_only_if_its_condition_holds(
    condition: Condition, history: History, visits_before: int, is_said: bool
) -> None:
    only_if = replace(step("ride", DAY_BEFORE_NOON), only_if=(condition,))
    patient = replace(PATIENT, visits_before=visits_before)
    wanted = None if is_said else SkipReason.CONDITION
    assert reasons(planned(only_if, patient=patient, history=history)) == [wanted]


# --- late --------------------------------------------------------------------------------------

PREPARE = step("prepare", DayAt(days=-7, at_local=time(10)))
CONFIRM = step("confirm", DayAt(days=-3, at_local=time(10)))
FASTING = replace(step("fasting", DAY_BEFORE_NOON), priority=Priority.SAFETY)
SUNDAY_1PM = at("2027-03-14 13:00")


def test_of_late_steps_only_the_most_important_is_caught_up_on() -> None:
    outcomes = planned(PREPARE, FASTING, CONFIRM, now=SUNDAY_1PM)
    assert reasons(outcomes) == [SkipReason.LATE_BOOKING, None, SkipReason.LATE_BOOKING]
    assert message(outcomes[1]).due_at == SUNDAY_1PM
    assert "“Fasting” goes out instead" in outcomes[0].why


def test_among_equals_the_latest_is_caught_up_on() -> None:
    assert reasons(planned(PREPARE, CONFIRM, now=SUNDAY_1PM)) == [SkipReason.LATE_BOOKING, None]


def test_catching_up_waits_for_sending_hours() -> None:
    [only] = planned(CONFIRM, now=at("2027-03-12 21:30"))
    assert message(only).due_at == at("2027-03-13 10:00")
    assert "caught up on at 10:00 AM Sat, Mar 13, when sending hours allow" in message(only).why


def test_a_step_whose_earlier_time_is_gone_is_caught_up_on_later() -> None:
    afternoon = visit(starts_at=at("2027-03-15 14:00"))
    early = step("day_of", DayAt(days=0, at_local=time(8)))
    [only] = planned(early, appointment=afternoon, now=at("2027-03-14 22:00"))
    assert message(only).due_at == at("2027-03-15 09:00")


def test_nothing_is_caught_up_on_once_it_is_of_no_use() -> None:
    short = replace(FASTING, useful_until=UsefulUntil(before_start=22 * HOUR))
    assert reasons(planned(short, now=SUNDAY_1PM)) == [SkipReason.NO_LONGER_OF_USE]


def test_a_booking_at_night_for_the_morning_says_why_nothing_goes_out() -> None:
    assert reasons(planned(FASTING, now=at("2027-03-14 22:00"))) == [SkipReason.OUTSIDE_HOURS]


def test_a_step_that_is_not_worth_catching_up_is_left_out() -> None:
    stale = replace(FASTING, catch_up=False)
    assert reasons(planned(stale, CONFIRM, now=SUNDAY_1PM)) == [SkipReason.TIME_PASSED, None]


def test_what_was_told_is_not_a_candidate_for_catching_up() -> None:
    outcomes = planned(FASTING, CONFIRM, now=SUNDAY_1PM, history=History(told=(told("fasting"),)))
    assert reasons(outcomes) == [SkipReason.ALREADY_TOLD, None]


def test_what_was_told_of_the_same_start_is_not_planned_again() -> None:
    assert reasons(planned(FASTING, history=History(told=(told("fasting"),)))) == [SkipReason.ALREADY_TOLD]


# --- after the visit ---------------------------------------------------------------------------

HOME_SAFE = replace(
    step("home_safe", AfterEnd(offset=HOUR)), shift=Shift.LATER, useful_until=UsefulUntil(after_due=12 * HOUR)
)


def test_a_step_after_the_visit_waits_until_attendance_is_assumed() -> None:
    [only] = planned(HOME_SAFE)
    assert message(only).due_at == at("2027-03-15 11:40")
    assert "not before 11:40 AM Mon, Mar 15, when attendance is taken as given" in message(only).why


def test_recorded_attendance_needs_no_waiting() -> None:
    attended = visit(status=AppointmentStatus.ATTENDED, attended_at=at("2027-03-15 09:45"))
    [only] = planned(HOME_SAFE, appointment=attended, now=at("2027-03-15 09:50"))
    assert message(only).due_at == at("2027-03-15 10:40")


def test_an_imported_past_visit_keeps_only_what_is_still_to_come() -> None:
    outcomes = planned(FASTING, HOME_SAFE, CHECK_IN, now=at("2027-03-16 10:00"))
    assert reasons(outcomes) == [SkipReason.TIME_PASSED, SkipReason.NO_LONGER_OF_USE, None]


def test_a_visit_long_past_yields_nothing() -> None:
    booked = replace(step("booked", OnEvent(event=Event.BOOKED)), useful_until=FOR_A_DAY)
    outcomes = planned(booked, FASTING, CHECK_IN, now=at("2027-06-01 10:00"))
    assert reasons(outcomes) == [SkipReason.TIME_PASSED, SkipReason.TIME_PASSED, SkipReason.NO_LONGER_OF_USE]


def test_who_did_not_come_is_not_asked_how_it_went() -> None:
    missed = visit(status=AppointmentStatus.NO_SHOW)
    assert reasons(planned(CHECK_IN, appointment=missed, now=at("2027-03-15 11:00"))) == [SkipReason.NOT_ATTENDED]


@pytest.mark.parametrize(
    "status", [AppointmentStatus.CANCELLED, AppointmentStatus.RETRACTED, AppointmentStatus.NO_SHOW]
)
def test_nothing_is_said_of_a_visit_that_does_not_stand(status: AppointmentStatus) -> None:
    assert reasons(planned(FASTING, appointment=visit(status=status))) == [SkipReason.NOT_STANDING]


def test_without_a_schedule_the_plan_says_so() -> None:
    [only] = plan(visit(), None, CLINIC, PATIENT, NOTHING_HAPPENED, LONG_BEFORE, Event.BOOKED)
    assert isinstance(only, Skipped)
    assert (only.step, only.reason) == (NO_STEP, SkipReason.NO_SCHEDULE)
