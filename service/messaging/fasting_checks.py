"""Whether a text that tells of a fasting cut-off can still reach the patient before it."""

from collections.abc import Iterator
from datetime import time, timedelta
from typing import NamedTuple

from service.domain.reading import Mistake
from service.domain.schedule import AfterEnd, BeforeClock, BeforeStart, DayAt, OnEvent, OnStep, Schedule, Step
from service.domain.texts_file import Text
from service.domain.values import Clock
from service.messaging.step_place import StepPlace
from service.messaging.text_checks import Findings
from service.messaging.text_templates import variables_in

EARLIEST_VISIT = time(7)  # a step at a fixed hour is measured against a visit as early as this
LATEST_VISIT = time(19)
FASTING = tuple(clock for clock in Clock if clock is not Clock.ARRIVAL)
REMEDY = "Say it earlier, or take that clock out of the text."


class Lead(NamedTuple):
    """How long before the start a step is said, for the earliest and for the latest visit of a day."""

    least: timedelta
    most: timedelta


def check_timeliness(schedule: Schedule, step: Step, text: Text, place: StepPlace) -> Findings:
    """Sent after every cut-off it names: a mistake where that is certain, a warning where it depends."""
    quoted = sorted(_quoted(text, schedule), key=lambda clock: schedule.clocks[clock])
    lead = lead_of(step, schedule)
    if not quoted or lead is None:
        return Findings()
    last, first = quoted[0], quoted[-1]
    if lead.most < schedule.clocks[last]:
        problem = f"its text names the clock {last.value!r}, which has passed by then"
        return Findings(mistakes=(place.mistake(step, "text", problem, REMEDY),))
    late = _partly_late(schedule, step, lead, first, place)
    return Findings(warnings=(*late, *_useful_too_long(schedule, step, last, place)))


def _partly_late(schedule: Schedule, step: Step, lead: Lead, first: Clock, place: StepPlace) -> Iterator[Mistake]:
    """The first cut-off may be told again later, as a reminder; whether it is meant so, a person must say."""
    if lead.least >= schedule.clocks[first]:
        return
    early_only = lead.most >= schedule.clocks[first]
    case = f" for a visit at {EARLIEST_VISIT:%H:%M}" if early_only else ""
    problem = f"its text names the clock {first.value!r}, which has passed by then{case}"
    yield place.mistake(step, "text", problem, REMEDY)


def _useful_too_long(schedule: Schedule, step: Step, last: Clock, place: StepPlace) -> Iterator[Mistake]:
    until = step.useful_until.before_start
    if until is not None and until < schedule.clocks[last]:
        problem = f"it may still go out after {last.value!r}, the last clock its text names"
        yield place.mistake(step, "expires_before_start", problem, "Let it expire at that clock or before.")


def _quoted(text: Text, schedule: Schedule) -> list[Clock]:
    names = variables_in(text.sms) | variables_in(text.short)
    return [clock for clock in FASTING if f"clock.{clock.value}" in names and clock in schedule.clocks]


def lead_of(step: Step, schedule: Schedule) -> Lead | None:
    """None for a step that waits for an event, which may happen at any time."""
    match step.timing:
        case BeforeStart(offset=offset):
            return Lead(offset, offset)
        case AfterEnd(offset=offset):
            return Lead(-offset, -offset)
        case BeforeClock(clock=clock, by=by):
            lead = schedule.clocks.get(clock, timedelta()) + by
            return Lead(lead, lead)
        case DayAt(days=days, at_local=at_local):
            return Lead(_between(days, at_local, EARLIEST_VISIT), _between(days, at_local, LATEST_VISIT))
        case OnEvent() | OnStep():
            return None


def _between(days: int, at_local: time, visit_local: time) -> timedelta:
    """On the calendar alone: an hour more or less when clocks change does not matter here."""
    return _since_midnight(visit_local) - _since_midnight(at_local) - timedelta(days=days)


def _since_midnight(at_local: time) -> timedelta:
    return timedelta(hours=at_local.hour, minutes=at_local.minute, seconds=at_local.second)
