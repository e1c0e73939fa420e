from datetime import date, time, timedelta

import pytest

from service.domain.reading import BadFile
from service.domain.schedule import (
    AfterEnd,
    BeforeClock,
    BeforeStart,
    DayAt,
    Driving,
    OnEvent,
    Schedule,
    Step,
    Timing,
    UsefulUntil,
)
from service.domain.schedule_file import read_schedule
from service.domain.values import Category, Channel, Clock, Condition, Event, IfUnsure, Kind, Priority, Question, Shift

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOP = """\
name = "iv-infusion"
title = "IV session"
kinds = ["iv", "im"]
texts = "iv"
reviewed_by = "Medical director"
reviewed_on = 2026-11-01
[clocks]
solids = "8h"
[driving]
after_end = "24h"
"""
FIRST_STEP_LINE = TOP.count("\n") + 1


def with_step(*lines: str) -> str:
    return TOP + "\n".join(["[[steps]]", 'key = "prepare"', 'title = "Prepare"', *lines])


def one_step(*lines: str) -> Step:
    return read_schedule(with_step(*lines), "iv.toml").steps[0]


def mistakes_in(source: str) -> list[str]:
    with pytest.raises(BadFile) as bad:
        read_schedule(source, "iv.toml")
    return [str(mistake) for mistake in bad.value.mistakes]


def test_the_head_of_a_file_is_read() -> None:
    found = read_schedule(with_step('before_start = "3h"'), "iv.toml")
    assert found == Schedule(
        name="iv-infusion",
        title="IV session",
        kinds=(Kind.IV, Kind.IM),
        clocks={Clock.SOLIDS: 8 * HOUR},
        driving=Driving(after_end=DAY),
        steps=found.steps,
        reviewed_by="Medical director",
        reviewed_on=date(2026, 11, 1),
    )


@pytest.mark.parametrize(
    ("lines", "timing"),
    [
        (["days_before = 7", "at = 10:00:00"], DayAt(days=-7, at_local=time(10))),
        (["days_before = 0", "at = 07:30:00"], DayAt(days=0, at_local=time(7, 30))),
        (["days_after = 1", "at = 11:00:00"], DayAt(days=1, at_local=time(11))),
        (['before_start = "1h30m"'], BeforeStart(offset=1.5 * HOUR)),
        (['after_end = "3h"'], AfterEnd(offset=3 * HOUR)),
        (['before_clock = "solids"', 'by = "2h"'], BeforeClock(clock=Clock.SOLIDS, by=2 * HOUR)),
        (['on = "booked"'], OnEvent(event=Event.BOOKED)),
        (['on = "moved"', 'wait = "5m"'], OnEvent(event=Event.MOVED, wait=timedelta(minutes=5))),
    ],
)
def test_each_way_of_saying_when_is_read(lines: list[str], timing: Timing) -> None:
    assert one_step(*lines).timing == timing


def test_a_step_before_the_visit_moves_earlier_and_is_of_use_until_the_start() -> None:
    found = one_step('before_start = "3h"')
    assert (found.shift, found.useful_until) == (Shift.EARLIER, UsefulUntil(before_start=timedelta()))
    assert (found.text, found.channels, found.catch_up) == ("iv.prepare", (Channel.SMS, Channel.EMAIL), True)


@pytest.mark.parametrize("when", ['after_end = "3h"', "days_after = 1\nat = 11:00:00", 'on = "cancelled"'])
def test_a_step_that_looks_back_moves_later_and_is_of_use_for_a_day(when: str) -> None:
    found = one_step(when)
    assert (found.shift, found.useful_until) == (Shift.LATER, UsefulUntil(after_due=DAY))


def test_everything_a_step_can_say_is_read() -> None:
    found = one_step(
        'before_start = "26h"',
        'text = "common.moved"',
        'channels = ["email"]',
        'category = "check_in"',
        'priority = "safety"',
        'shift = "drop"',
        'expires_before_start = "2h"',
        'asks = "ride"',
        'only_if = ["ride_unknown", "first_visit"]',
        "catch_up = false",
        'if_unsure = "send_again"',
    )
    assert found == Step(
        key="prepare",
        title="Prepare",
        timing=BeforeStart(offset=26 * HOUR),
        text="common.moved",
        channels=(Channel.EMAIL,),
        category=Category.CHECK_IN,
        priority=Priority.SAFETY,
        shift=Shift.DROP,
        useful_until=UsefulUntil(before_start=2 * HOUR),
        asks=Question.RIDE,
        only_if=(Condition.RIDE_UNKNOWN, Condition.FIRST_VISIT),
        catch_up=False,
        if_unsure=IfUnsure.SEND_AGAIN,
    )


@pytest.mark.parametrize(
    ("lines", "line", "says"),
    [
        (['before_start = "3 hours-ish"'], 3, "steps[1].before_start: '3 hours-ish' is not a duration"),
        (['before_start = "-3h"'], 3, "steps[1].before_start: '-3h' is not a duration"),
        (["days_before = -1", "at = 10:00:00"], 3, "steps[1].days_before: -1 is too small"),
        (["days_after = 0", "at = 10:00:00"], 3, "steps[1].days_after: 0 is too small"),
        (["days_before = 9999", "at = 10:00:00"], 3, "steps[1].days_before: 9999 is too large"),
        (["days_before = 1"], 0, "steps[1]: 'at' is missing. Add a line such as at = 10:00:00"),
        (["days_before = 1", 'at = "10:00"'], 4, "steps[1].at: 10:00 is of the wrong sort"),
        ([], 0, "steps[1]: does not say when"),
        (['before_start = "3h"', 'after_end = "3h"'], 4, "steps[1].after_end: a second timing"),
        (['before_start = "3h"', "at = 10:00:00"], 4, "steps[1].at: only goes with days_before or days_after"),
        (['before_start = "3h"', 'wait = "3m"'], 4, "steps[1].wait: only goes with on"),
        (['before_clock = "solids"'], 0, "steps[1]: 'by' is missing"),
        (['before_clock = "arrival"', 'by = "1h"'], 3, "this schedule has no clock 'arrival'"),
        (['before_clock = "solid"', 'by = "1h"'], 3, "'solid' is not known here. Did you mean 'solids'?"),
        (['on = "rescheduled"'], 3, "steps[1].on: 'rescheduled' is not known here"),
        (['on = "moved"', 'wait = "0m"'], 4, "a moved visit needs a pause"),
        (['before_start = "3h"', 'channels = ["fax"]'], 4, "steps[1].channels: 'fax' is not known here"),
        (['before_start = "3h"', 'only_if = ["confirmed"]'], 4, "Did you mean 'unconfirmed'?"),
        (['before_start = "3h"', 'priority = "reply"'], 4, "steps[1].priority: 'reply' is not known here"),
        (['before_start = "3h"', 'chanels = ["sms"]'], 4, "Did you mean 'channels'?"),
        (['before_start = "3h"', 'catch_up = "no"'], 4, "'no' is neither true nor false"),
        (['before_start = "3h"', 'text = "prepare"'], 4, "'prepare' does not name a text"),
        (['before_start = "3h"', 'expires_before_start = "3h"'], 4, "ends the step's use before it is due"),
        (
            ['before_clock = "solids"', 'by = "1h"', 'expires_before_start = "9h"'],
            5,
            "ends the step's use before it is due",
        ),
        (
            ["days_before = 1", "at = 12:00:00", 'expires_before_start = "36h"'],
            5,
            "ends the step's use before it is due",
        ),
        (['after_end = "3h"', 'expires_before_start = "1h"'], 4, "only due once the visit is over"),
        (['after_end = "3h"', 'expires_after = "0m"'], 4, "of no use as soon as it is due"),
        (
            ['before_start = "3h"', 'expires_before_start = "1h"', 'expires_after = "1h"'],
            5,
            "steps[1].expires_after: a second expiry",
        ),
    ],
)
def test_a_mistake_names_line_key_and_remedy(lines: list[str], line: int, says: str) -> None:
    [only] = mistakes_in(with_step(*lines))
    assert only.startswith(f"iv.toml:{FIRST_STEP_LINE + line}: ")
    assert says in only


def test_an_expiry_that_may_still_fit_is_no_mistake() -> None:
    found = one_step("days_before = 1", "at = 12:00:00", 'expires_before_start = "35h"')
    assert found.useful_until == UsefulUntil(before_start=35 * HOUR)


@pytest.mark.parametrize(
    ("line", "instead", "says"),
    [
        ('name = "iv-infusion"', 'name = "IV infusion"', "'IV infusion' is not a usable name"),
        ('name = "iv-infusion"', "", "'name' is missing"),
        ('kinds = ["iv", "im"]', 'kinds = ["ivy"]', "'ivy' is not known here. Did you mean 'iv'?"),
        ('kinds = ["iv", "im"]', "", "'kinds' is missing"),
        ('texts = "iv"', "", "does not say which text to send"),
        ("reviewed_on = 2026-11-01", 'reviewed_on = "soon"', "reviewed_on: soon is of the wrong sort"),
        ('solids = "8h"', 'solid = "8h"', "clocks.solid: is not a known key. Did you mean 'solids'?"),
        ('after_end = "24h"', "", "driving: needs exactly one rule"),
        ('after_end = "24h"', 'after_end = "24h"\nnext_day_at = 09:00:00', "driving: needs exactly one rule"),
    ],
)
def test_a_mistake_in_the_head_is_told(line: str, instead: str, says: str) -> None:
    [only] = mistakes_in(with_step('before_start = "3h"').replace(line, instead))
    assert says in only


def test_two_steps_cannot_share_a_key() -> None:
    source = with_step('before_start = "3h"', "[[steps]]", 'key = "prepare"', 'title = "B"', 'on = "booked"')
    assert mistakes_in(source) == [
        f"iv.toml:{FIRST_STEP_LINE + 5}: steps[2].key: the key 'prepare' is taken by the step on line "
        f"{FIRST_STEP_LINE + 1}. Give each step a key of its own."
    ]


def test_a_file_without_steps_is_refused() -> None:
    assert "there are no steps" in mistakes_in(TOP)[0]


def test_all_mistakes_of_a_file_are_told_together() -> None:
    source = with_step("days_before = -1", 'chanels = ["sms"]').replace('"8h"', '"eight"')
    assert len(mistakes_in(source)) == 4
