"""Channels, conditions, steps that wait for steps, and a patient's own clocks. The visit is Mon, Mar 15, 9:00 AM."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.last_check import Candidate, Send, Stop, check
from service.domain.reach import Reach, SendBy
from service.domain.reading import BadFile
from service.domain.schedule import AfterEnd, BeforeClock, DayAt, OnStep, Step, StepEvent, Timing, UsefulUntil
from service.domain.schedule_file import read_schedule
from service.domain.values import (
    AppointmentStatus,
    Category,
    Channel,
    Clock,
    Condition,
    History,
    Recipient,
    SkipReason,
)
from tests.domain.visits import (
    CLINIC,
    EMAIL,
    MONDAY_9AM,
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

SILENCE = OnStep(event=StepEvent.UNANSWERED, of="check", wait=timedelta(hours=24), follows=AfterEnd(offset=timedelta()))
ANSWER = replace(SILENCE, event=StepEvent.ANSWERED, wait=timedelta())
TUESDAY_NOON = at("2027-03-16 12:00")
TUESDAY_10AM = at("2027-03-16 10:00")
CHECKED = History(told=(told("check", handed_over_at=TUESDAY_10AM),))


def after_visit(key: str, timing: Timing) -> Step:
    """A step that is of use for a day from when it is due."""
    return replace(step(key, timing), useful_until=UsefulUntil(after_due=timedelta(hours=24)))


def test_the_patients_order_of_channels_comes_before_the_steps() -> None:
    by_email_first = Recipient(contacts=(EMAIL, SMS))
    assert message(planned(step("a"), patient=by_email_first)[0]).channel is Channel.EMAIL


def test_a_step_for_all_channels_is_one_message_on_each_at_the_same_time() -> None:
    text, mail = map(message, planned(replace(step("a"), reach=Reach(send_by=SendBy.ALL))))
    assert (text.channel, mail.channel) == (Channel.SMS, Channel.EMAIL)
    assert text.due_at == mail.due_at
    assert text.why.endswith("; it goes out as texts and e-mails at once.")


def test_a_step_for_all_channels_uses_the_one_that_is_allowed() -> None:
    only_email = Recipient(contacts=(replace(SMS, allowed=frozenset()), EMAIL))
    [one] = planned(replace(step("a"), reach=Reach(send_by=SendBy.ALL)), patient=only_email)
    assert message(one).channel is Channel.EMAIL


@pytest.mark.parametrize(
    ("condition", "patient", "is_met"),
    [
        (Condition.NO_EMAIL, Recipient(contacts=(SMS,)), True),
        (Condition.NO_EMAIL, PATIENT, False),
        (Condition.NO_SMS, Recipient(contacts=(EMAIL,)), True),
        (Condition.NO_SMS, PATIENT, False),
        (Condition.NO_SMS, Recipient(contacts=(replace(SMS, allowed=frozenset()), EMAIL)), True),
    ],
)
def test_a_step_can_depend_on_the_channels_at_hand(condition: Condition, patient: Recipient, is_met: bool) -> None:
    plan = planned(replace(step("a"), only_if=(condition,)), patient=patient)
    assert reasons(plan) == [None if is_met else SkipReason.CONDITION]


def test_a_step_for_one_language_is_left_out_for_others() -> None:
    spanish = replace(step("a"), only_if_language=("es",))
    assert reasons(planned(spanish)) == [SkipReason.CONDITION]
    assert reasons(planned(spanish, patient=replace(PATIENT, language="es"))) == [None]


@pytest.mark.parametrize(
    ("key", "history", "patient", "reason"),
    [
        ({"only_if": (Condition.ATTENDED,)}, History(attended=False), PATIENT, "condition"),
        ({"only_if": (Condition.ATTENDED,)}, History(), PATIENT, None),
        ({"only_if": (Condition.NO_SMS,)}, History(), PATIENT, "condition"),
        ({"only_if_language": ("es",)}, History(), PATIENT, "condition"),
        ({"timing": SILENCE}, History(answered={"check": TUESDAY_NOON}), PATIENT, "answered"),
        ({"timing": SILENCE}, History(), PATIENT, None),
    ],
)
def test_conditions_are_asked_again_right_before_sending(
    key: dict[str, object], history: History, patient: Recipient, reason: str | None
) -> None:
    candidate = Candidate(
        category=Category.REMINDER,
        expires_at=TUESDAY_NOON + timedelta(hours=3),
        visit_starts_at=MONDAY_9AM,
        allowed=frozenset(Category),
        is_own_contact=True,
    )
    asked: Step = replace(step("a"), **key)  # type: ignore[arg-type]  # a case names the fields it sets
    verdict = check(candidate, asked, visit(), CLINIC, patient, history, TUESDAY_NOON)
    assert (verdict.reason if isinstance(verdict, Stop) else None) == reason
    assert isinstance(verdict, Send | Stop)


def test_attendance_is_not_asked_for_when_planning_as_nobody_can_know_it_yet() -> None:
    after = replace(after_visit("a", AfterEnd(offset=timedelta(hours=3))), only_if=(Condition.ATTENDED,))
    assert reasons(planned(after)) == [None]


def test_silence_must_last_as_long_as_the_step_says() -> None:
    late = TUESDAY_10AM + timedelta(hours=24)
    follow = after_visit("again", SILENCE)
    assert reasons(planned(follow, history=CHECKED, now=late - timedelta(minutes=1))) == [SkipReason.NOT_THIS_EVENT]
    assert message(planned(follow, history=CHECKED, now=late)[0]).due_at == late
    assert "check" in message(planned(follow, history=CHECKED, now=late)[0]).why


def test_what_follows_an_answer_waits_for_it() -> None:
    follow = after_visit("thanks", ANSWER)
    assert reasons(planned(follow, history=CHECKED, now=TUESDAY_NOON)) == [SkipReason.NOT_THIS_EVENT]
    answered = replace(CHECKED, answered={"check": TUESDAY_NOON})
    assert message(planned(follow, history=answered, now=TUESDAY_NOON)[0]).due_at == TUESDAY_NOON


def test_what_follows_a_step_after_the_visit_is_not_said_to_who_did_not_come() -> None:
    missed = visit(status=AppointmentStatus.NO_SHOW)
    late = TUESDAY_10AM + timedelta(hours=24)
    plan = planned(after_visit("again", SILENCE), appointment=missed, history=CHECKED, now=late)
    assert reasons(plan) == [SkipReason.NOT_ATTENDED]


def test_a_step_before_a_clock_uses_the_patients_own() -> None:
    before = step("a", BeforeClock(clock=Clock.SOLIDS, by=timedelta(hours=1)))
    own = replace(PATIENT, clock_overrides={Clock.SOLIDS: timedelta(hours=16)})
    assert message(planned(before, patient=own)[0]).due_at == at("2027-03-14 16:00")  # Sun
    assert "with the cut-offs set for this patient" in message(planned(before, patient=own)[0]).why


def test_a_clock_that_the_schedule_does_not_set_is_not_made_by_an_override() -> None:
    before = step("a", BeforeClock(clock=Clock.MEDICINES, by=timedelta(hours=1)))
    own = replace(PATIENT, clock_overrides={Clock.MEDICINES: timedelta(hours=1)})
    assert reasons(planned(before, patient=own)) == [SkipReason.CONDITION]


# --- the file ----------------------------------------------------------------------------------

TOP = 'name = "iv"\ntitle = "IV"\nkinds = ["iv"]\ntexts = "iv"\n'
CHECK = '[[steps]]\nkey = "check"\ntitle = "C"\ndays_after = 1\nat = 11:00:00\nasks = "score"\n'
AGAIN = '[[steps]]\nkey = "again"\ntitle = "A"\n'


def test_a_step_learns_which_side_of_the_visit_the_step_it_waits_for_is_on() -> None:
    read = read_schedule(TOP + CHECK + AGAIN + 'on = "unanswered"\nof = "check"\nwait = "24h"\n', "iv.toml")
    timing = read.steps[1].timing
    assert isinstance(timing, OnStep)
    assert isinstance(timing.follows, DayAt)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ('on = "unanswered"\nof = "nobody"\nwait = "24h"', "there is no step 'nobody'"),
        ('on = "unanswered"\nof = "again"\nwait = "24h"', "wait for itself"),
        ('on = "unanswered"\nof = "check"', "how long silence may last"),
        ('on = "answered"', "'of' is missing"),
        ('on = "booked"\nof = "check"', "does not go with on = 'booked'"),
        ('before_start = "3h"\nof = "check"', "only goes with on"),
        ('before_start = "3h"\nfallback_if = "failed"', "only goes with fallback_after"),
        ('before_start = "3h"\nmust_reach = true', "does not say by when"),
        ('before_start = "3h"\ndeadline_before_start = "18h"', "only goes with must_reach"),
        ('after_end = "3h"\nmust_reach = true\ndeadline_before_start = "18h"', "once the visit is over"),
        ('before_start = "3h"\nsend_by = "all"\nfallback_after = "2h"', "every channel is used at once"),
        ('before_start = "3h"\nonly_if_language = ["Spanish"]', "not a list of languages"),
    ],
)
def test_a_step_that_cannot_be_is_refused_with_its_remedy(lines: str, problem: str) -> None:
    with pytest.raises(BadFile, match="steps") as refused:
        read_schedule(TOP + CHECK + AGAIN + lines + "\n", "iv.toml")
    assert problem in str(refused.value)


def test_steps_that_wait_for_each_other_are_refused() -> None:
    circle = AGAIN + 'asks = "score"\non = "answered"\nof = "third"\n'
    third = '[[steps]]\nkey = "third"\ntitle = "T"\nasks = "score"\non = "answered"\nof = "again"\n'
    with pytest.raises(BadFile, match="wait for itself"):
        read_schedule(TOP + circle + third, "iv.toml")
