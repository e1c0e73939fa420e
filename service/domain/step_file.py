"""One `[[steps]]` entry of a schedule file, read into a `Step`."""

import re
from collections.abc import Mapping
from datetime import time, timedelta
from enum import StrEnum

from service.domain.on_file import read_on
from service.domain.reach_file import read_reach
from service.domain.reading import LONGEST, Table
from service.domain.schedule import (
    AfterEnd,
    BeforeClock,
    BeforeStart,
    DayAt,
    OnEvent,
    OnStep,
    Step,
    Timing,
    UsefulUntil,
)
from service.domain.timing import is_after_visit
from service.domain.values import Category, Channel, Clock, Condition, Event, IfUnsure, Priority, Question, Shift

TIMING_KEYS = ("days_before", "days_after", "before_start", "after_end", "before_clock", "on")
COMPANIONS = {"at": ("days_before", "days_after"), "by": ("before_clock",), "wait": ("on",), "of": ("on",)}
DEFAULT_USE = timedelta(hours=24)
ONE_DAY = timedelta(days=1)
AT_THE_START = BeforeStart(offset=timedelta())  # stands in for a timing that could not be read

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_TEXT = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class Urgency(StrEnum):
    """The priorities a step may have, as the file spells them; answers to patients are not steps."""

    SAFETY = "safety"
    NORMAL = "normal"
    LOW = "low"


def read_step(table: Table, texts: str | None, clocks: Mapping[Clock, timedelta]) -> Step:
    """The step, with each mistake recorded in the table's document."""
    timing = _timing(table, clocks)
    key = _key(table)
    step = Step(
        key=key,
        title=table.needed_text("title", '"Preparation and what to bring"'),
        timing=timing,
        text=_text(table, texts, key),
        channels=table.choices("channels", Channel) or (Channel.SMS, Channel.EMAIL),
        category=table.choice("category", Category) or Category.REMINDER,
        priority=Priority[(table.choice("priority", Urgency) or Urgency.NORMAL).name],
        shift=table.choice("shift", Shift) or (Shift.LATER if _is_late(timing) else Shift.EARLIER),
        useful_until=_useful_until(table, timing, clocks),
        asks=table.choice("asks", Question),
        only_if=table.choices("only_if", Condition) or (),
        catch_up=table.yes_or_no("catch_up") is not False,
        if_unsure=table.choice("if_unsure", IfUnsure) or IfUnsure.ASK_STAFF,
        only_if_language=table.languages("only_if_language"),
        reach=read_reach(table, follows_visit=_follows_visit(timing)),
        staff_task=table.text("staff_task") or "",
    )
    table.finish()
    return step


def _is_late(timing: Timing) -> bool:
    """Whether the step looks back: at the visit, or at something that happened to it."""
    return isinstance(timing, OnEvent | OnStep) or is_after_visit(timing)


def _key(table: Table) -> str:
    key = table.needed_text("key", '"prepare"')
    if key and _KEY.fullmatch(key) is None:
        remedy = "Begin with a small letter; go on with small letters, digits and underscores."
        table.mistake("key", f"{key!r} is not a usable key", remedy)
    return key


def _text(table: Table, texts: str | None, key: str) -> str:
    text = table.text("text")
    if text is None:
        if texts is None and "text" not in table:
            remedy = 'Add text = "file.section" here, or texts = "file" at the top.'
            table.mistake("", "does not say which text to send", remedy)
        return f"{texts}.{key}"
    if _TEXT.fullmatch(text) is None:
        table.mistake("text", f"{text!r} does not name a text", 'Write "file.section", such as "iv.prepare".')
    return text


# --- when --------------------------------------------------------------------------------------


def _timing(table: Table, clocks: Mapping[Clock, timedelta]) -> Timing:
    given = [key for key in TIMING_KEYS if key in table]
    readings = {
        "days_before": _days_before,
        "days_after": _days_after,
        "before_start": _before_start,
        "after_end": _after_end,
        "on": read_on,
    }
    found = [_before_clock(table, clocks) if key == "before_clock" else readings[key](table) for key in given]
    _check_companions(table)
    if len(given) > 1:
        table.mistake(given[1], f"a second timing beside {given[0]!r}", "Keep one of the two.")
    if not given:
        table.mistake("", "does not say when", f"Add one of {', '.join(TIMING_KEYS)}.")
    return next((timing for timing in found if timing is not None), AT_THE_START)


def _check_companions(table: Table) -> None:
    table.know("at", "by", "wait", "of", *TIMING_KEYS)
    for key, needs in COMPANIONS.items():
        if key in table and not any(other in table for other in needs):
            table.mistake(key, f"only goes with {' or '.join(needs)}", "Remove it, or add its partner.")


def _days_before(table: Table) -> Timing | None:
    return _day_at(table, table.whole("days_before", at_least=0, at_most=LONGEST.days), -1)


def _days_after(table: Table) -> Timing | None:
    return _day_at(table, table.whole("days_after", at_least=1, at_most=LONGEST.days), 1)


def _day_at(table: Table, days: int | None, sign: int) -> Timing | None:
    table.require("at", "10:00:00")
    at_local = table.wall_time("at")
    return None if days is None else DayAt(days=sign * days, at_local=at_local or time())


def _before_start(table: Table) -> Timing | None:
    offset = table.duration("before_start")
    return None if offset is None else BeforeStart(offset=offset)


def _after_end(table: Table) -> Timing | None:
    offset = table.duration("after_end")
    return None if offset is None else AfterEnd(offset=offset)


def _before_clock(table: Table, clocks: Mapping[Clock, timedelta]) -> Timing | None:
    clock = table.choice("before_clock", Clock)
    table.require("by", '"2h"')
    by = table.duration("by")
    if clock is not None and clock not in clocks:
        remedy = f'Set it under [clocks], such as {clock.value} = "8h".'
        table.mistake("before_clock", f"this schedule has no clock {clock.value!r}", remedy)
    return None if clock is None or by is None else BeforeClock(clock=clock, by=by)


# --- until when --------------------------------------------------------------------------------


def _useful_until(table: Table, timing: Timing, clocks: Mapping[Clock, timedelta]) -> UsefulUntil:
    before_start, after_due = table.duration("expires_before_start"), table.duration("expires_after")
    if "expires_before_start" in table and "expires_after" in table:
        table.mistake("expires_after", "a second expiry beside 'expires_before_start'", "Keep one of the two.")
    if after_due == timedelta():
        table.mistake("expires_after", "would be of no use as soon as it is due", 'Use "1m" or more.')
    if before_start is not None:
        _check_before_start(table, before_start, timing, clocks)
        return UsefulUntil(before_start=before_start)
    if after_due is not None:
        return UsefulUntil(after_due=after_due)
    return UsefulUntil(after_due=DEFAULT_USE) if _is_late(timing) else UsefulUntil(before_start=timedelta())


def _check_before_start(table: Table, expires: timedelta, timing: Timing, clocks: Mapping[Clock, timedelta]) -> None:
    if _follows_visit(timing):
        remedy = 'Use expires_after for it, such as expires_after = "24h".'
        table.mistake("expires_before_start", "the step is only due once the visit is over", remedy)
    earliest = _earliest(timing, clocks)
    if earliest is not None and expires >= earliest:
        problem = "ends the step's use before it is due"
        table.mistake("expires_before_start", problem, "Make it shorter, or have the step said earlier.")


def _follows_visit(timing: Timing) -> bool:
    if isinstance(timing, OnEvent):
        return timing.event in (Event.NO_SHOW, Event.ATTENDED)
    return is_after_visit(timing)


def _earliest(timing: Timing, clocks: Mapping[Clock, timedelta]) -> timedelta | None:
    """How long before the start the step is due at the most; None where that cannot be told."""
    match timing:
        case BeforeStart():
            return timing.offset
        case BeforeClock():
            return timing.by + clocks[timing.clock] if timing.clock in clocks else None
        case DayAt() if timing.days <= 0:
            # A visit can start as late as midnight of its day.
            at = timedelta(hours=timing.at_local.hour, minutes=timing.at_local.minute)
            return (1 - timing.days) * ONE_DAY - at
    return None
