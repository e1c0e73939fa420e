"""The moments a visit's own rules compute: fasting cut-offs, arrival, and when driving is safe again."""

from dataclasses import replace
from datetime import datetime, timedelta

from service.domain.schedule import Schedule
from service.domain.values import Appointment, Clock, Recipient
from service.domain.walltime import instant, local

ONE_DAY = timedelta(days=1)


def own_rules(schedule: Schedule, recipient: Recipient) -> Schedule:
    """The schedule with a clinician's cut-offs for this patient in the place of its own.

    A clock that the schedule does not set stays unset: a visit without fasting gets none.
    """
    own = {clock: before for clock, before in recipient.clock_overrides.items() if clock in schedule.clocks}
    return replace(schedule, clocks=schedule.clocks | own) if own else schedule


def visit_clocks(appointment: Appointment, schedule: Schedule) -> dict[Clock, datetime]:
    """Each clock that the schedule sets, as an instant counted back from the start (elapsed time)."""
    return {clock: appointment.starts_at - before for clock, before in schedule.clocks.items()}


def may_drive_at(appointment: Appointment, schedule: Schedule, timezone: str) -> datetime | None:
    """When the patient may drive again, or None if the schedule does not say."""
    driving = schedule.driving
    if driving is None:
        return None
    if driving.after_end is not None:
        return appointment.ends_at + driving.after_end
    if driving.next_day_at_local is not None:
        next_day = local(appointment.ends_at, timezone).date() + ONE_DAY
        return instant(next_day, driving.next_day_at_local, timezone)
    return None
