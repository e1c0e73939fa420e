"""What a changed schedule does to a visit that was planned before: nothing goes out at once as a surprise. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from service.domain.schedule import OnEvent, Schedule, Step
from service.domain.timing import is_after_visit, moment
from service.domain.values import (
    Appointment,
    Channel,
    Clinic,
    Plan,
    PlannedMessage,
    Skipped,
    SkipReason,
)

_LATE = frozenset({SkipReason.TIME_PASSED, SkipReason.LATE_BOOKING})
PAST = "Its time had passed when the changed schedule was applied."
KEPT = "Kept at the time it had: under the changed schedule its time has passed."


@dataclass(frozen=True, kw_only=True)
class Queued:
    """A message planned by an older version and not yet sent."""

    step: str
    channel: Channel
    contact_id: UUID
    due_at: datetime
    expires_at: datetime


def without_surprises(
    found: Plan,
    queued: Iterable[Queued],
    appointment: Appointment,
    schedule: Schedule,
    clinic: Clinic,
    now: datetime,
) -> Plan:
    """`found` is the plan under the changed schedule, as of `now`.

    A step whose time has passed under it is not caught up on. If it was queued it keeps the time it had, so that a
    patient does not lose it either; else it is skipped. What an event brings is said when the event happens.
    """
    before = {item.step: item for item in queued}
    return [_settled(item, before, appointment, schedule, clinic, now) for item in found]


def _settled(
    item: PlannedMessage | Skipped,
    before: Mapping[str, Queued],
    appointment: Appointment,
    schedule: Schedule,
    clinic: Clinic,
    now: datetime,
) -> PlannedMessage | Skipped:
    step, had = schedule.step(item.step), before.get(item.step)
    if step is None:
        return item
    if isinstance(item, Skipped):
        return _kept(had, step, now) or item if item.reason in _LATE and had else item
    if not _is_past(item, step, appointment, schedule, clinic, now):
        return item
    if had is None:
        return Skipped(step=item.step, reason=SkipReason.TIME_PASSED, why=PAST, due_at=item.due_at)
    if had.due_at >= item.expires_at:
        return _kept(had, step, now) or Skipped(step=item.step, reason=SkipReason.TIME_PASSED, why=PAST)
    return replace(item, due_at=had.due_at, why=KEPT)


def _is_past(
    item: PlannedMessage, step: Step, appointment: Appointment, schedule: Schedule, clinic: Clinic, now: datetime
) -> bool:
    if isinstance(step.timing, OnEvent) or item.due_at <= now:
        return True
    asked_at = moment(step.timing, appointment, schedule, clinic.timezone, None)
    if asked_at is not None and is_after_visit(step.timing):
        asked_at = max(asked_at, appointment.ends_at + clinic.assume_attended_after)
    return asked_at is not None and asked_at < now


def _kept(had: Queued | None, step: Step, now: datetime) -> PlannedMessage | None:
    if had is None or had.expires_at <= now:
        return None
    return PlannedMessage(
        step=had.step,
        channel=had.channel,
        contact_id=had.contact_id,
        category=step.category,
        priority=step.priority,
        due_at=had.due_at,
        expires_at=had.expires_at,
        why=KEPT,
    )
