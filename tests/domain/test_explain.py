from datetime import time, timedelta

import pytest

from service.domain import explain
from service.domain.schedule import AfterEnd, BeforeClock, BeforeStart, DayAt, OnEvent, Timing
from service.domain.values import Channel, Clock, Event, Kind
from service.domain.walltime import local
from tests.domain.visits import LOS_ANGELES, at, planned, step, visit


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(), "0 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=90), "1 hour 30 minutes"),
        (timedelta(hours=24), "24 hours"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=2, hours=1), "49 hours"),
        (timedelta(days=7), "7 days"),
    ],
)
def test_durations_read_as_people_say_them(duration: timedelta, words: str) -> None:
    assert explain.span(duration) == words


@pytest.mark.parametrize(
    ("wall", "words"),
    [
        ("2027-03-15 00:05", "12:05 AM Mon, Mar 15"),
        ("2027-03-15 12:00", "12:00 PM Mon, Mar 15"),
        ("2028-02-29 23:59", "11:59 PM Tue, Feb 29"),
    ],
)
def test_times_carry_their_weekday(wall: str, words: str) -> None:
    assert explain.time_and_day(local(at(wall), LOS_ANGELES)) == words


@pytest.mark.parametrize(
    ("timing", "words"),
    [
        (BeforeStart(offset=timedelta(hours=3)), "3 hours before the session at 9:00 AM Mon, Mar 15"),
        (
            AfterEnd(offset=timedelta(hours=3)),
            "3 hours after the end, 9:40 AM, of the session at 9:00 AM Mon, Mar 15",
        ),
        (
            BeforeClock(clock=Clock.SOLIDS, by=timedelta(hours=1)),
            "1 hour before the cut-off for solid food of the session at 9:00 AM Mon, Mar 15",
        ),
        (
            DayAt(days=-1, at_local=time(18)),
            "1 day before the session at 9:00 AM Mon, Mar 15, at 6:00 PM",
        ),
        (
            DayAt(days=0, at_local=time(7)),
            "On the day of the session at 9:00 AM Mon, Mar 15, at 7:00 AM",
        ),
        (OnEvent(event=Event.BOOKED), "As soon as the session at 9:00 AM Mon, Mar 15 was booked"),
        (
            OnEvent(event=Event.MOVED, wait=timedelta(minutes=3)),
            "3 minutes after the session at 9:00 AM Mon, Mar 15 was moved",
        ),
    ],
)
def test_each_timing_reads_as_a_phrase(timing: Timing, words: str) -> None:
    assert explain.timing(timing, visit(), LOS_ANGELES) == words


def test_a_consultation_is_called_a_visit() -> None:
    words = explain.visit(visit(kind=Kind.CONSULTATION), LOS_ANGELES)
    assert words == "the visit at 9:00 AM Mon, Mar 15"


def test_a_moved_message_says_from_when_to_when_and_why() -> None:
    [only] = planned(step("day_of"))
    assert only.why == (
        "3 hours before the session at 9:00 AM Mon, Mar 15; moved from 6:00 AM to 5:59 PM Sun "
        "because texts go out from 9:00 AM."
    )


def test_a_caught_up_message_says_what_it_missed() -> None:
    [only] = planned(step("prepare", DayAt(days=-7, at_local=time(10))), now=at("2027-03-12 11:00"))
    assert only.why == (
        "7 days before the session at 9:00 AM Mon, Mar 15, at 10:00 AM; its time, 10:00 AM Mon, Mar 8, "
        "had passed, so it is caught up on now."
    )


def test_a_visit_that_has_begun_says_so() -> None:
    [only] = planned(step("day_of"), now=at("2027-03-15 09:10"))
    assert only.why == ("The session at 9:00 AM Mon, Mar 15 had already begun, and this is only of use before it.")


@pytest.mark.parametrize(
    ("channels", "words"),
    [
        ((Channel.SMS,), "The patient has no mobile number on file."),
        ((Channel.EMAIL, Channel.SMS), "The patient has no e-mail address or mobile number on file."),
    ],
)
def test_a_missing_contact_is_named_by_kind(channels: tuple[Channel, ...], words: str) -> None:
    assert explain.no_contact(channels) == words


def test_a_refusal_without_words_still_reads_as_a_sentence() -> None:
    assert explain.no_permission("") == "The patient may not be sent this: no permission is on record."
