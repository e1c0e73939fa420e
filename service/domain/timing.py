"""From a step's timing to the instant it asks for, before holidays and sending hours have their say."""

from datetime import datetime, timedelta
from typing import assert_never

from service.domain.schedule import AfterEnd, BeforeClock, BeforeStart, DayAt, OnEvent, OnStep, Schedule, Timing
from service.domain.values import Appointment
from service.domain.walltime import instant, local


def moment(
    timing: Timing, appointment: Appointment, schedule: Schedule, timezone: str, event_at: datetime | None
) -> datetime | None:
    """The UTC instant a timing asks for. `timezone` is the clinic's, `event_at` when the timing's event was.

    None when it waits for an event that did not happen, or for a clock the schedule does not set.
    """
    match timing:
        case BeforeStart():
            return appointment.starts_at - timing.offset
        case AfterEnd():
            return appointment.ends_at + timing.offset
        case DayAt():
            return _on_day(timing, appointment, timezone)
        case BeforeClock():
            before = schedule.clocks.get(timing.clock)
            return None if before is None else appointment.starts_at - before - timing.by
        case OnEvent() | OnStep():
            return None if event_at is None else event_at + timing.wait
        case _:
            assert_never(timing)


def _on_day(timing: DayAt, appointment: Appointment, timezone: str) -> datetime:
    visit_on = local(appointment.starts_at, timezone).date()
    return instant(visit_on + timedelta(days=timing.days), timing.at_local, timezone)


def is_after_visit(timing: Timing) -> bool:
    """Whether a step with this timing speaks of a visit that has taken place."""
    match timing:
        case AfterEnd():
            return True
        case DayAt():
            return timing.days > 0
        case OnStep():
            return is_after_visit(timing.follows)
        case _:
            return False
