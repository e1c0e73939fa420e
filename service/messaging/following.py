"""Steps that follow another step's answer or silence: planned when the answer comes, or when the wait is over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, func, select

from service.domain.schedule import OnStep, Schedule, Step, StepEvent
from service.domain.states import MAYBE_WITH_PROVIDER
from service.domain.values import AppointmentStatus, Event, Kind, SkipReason
from service.messaging.planning import Planner, schedules_by_kind
from service.storage.appointments import AppointmentRecord, locked
from service.storage.clinics import schedules_in_force
from service.storage.messages import NewMessage
from service.storage.staff_tasks import NewTask, raise_tasks
from service.storage.tables import appointments, messages, replies

NOTICED_FOR = timedelta(days=3)  # how long after the wait an outage may still be made up for
CALL_WITHIN = timedelta(hours=4)
NOT_NEEDED = frozenset({SkipReason.CONDITION, SkipReason.NOT_STANDING, SkipReason.NOT_ATTENDED})


@dataclass(frozen=True, kw_only=True)
class _Following:
    kinds: tuple[Kind, ...]
    step: Step
    timing: OnStep


def plan_answered(connection: Connection, organisation_id: UUID, appointment_id: UUID, now: datetime) -> None:
    """Call when an answer has been stored, in its transaction."""
    keys = frozenset(f.step.key for f in _following(connection) if f.timing.event is StepEvent.ANSWERED)
    if keys:
        _plan(connection, organisation_id, locked(connection, [appointment_id]), keys, now)


def plan_unanswered(connection: Connection, organisation_id: UUID, now: datetime) -> int:
    """Plans what follows questions that have gone unanswered for long enough. Returns of how many visits."""
    planned = 0
    for following in _following(connection):
        if following.timing.event is StepEvent.UNANSWERED:
            ids = _met_with_silence(connection, following, now)
            _plan(connection, organisation_id, locked(connection, ids), frozenset({following.step.key}), now)
            planned += len(ids)
    return planned


def _following(connection: Connection) -> Iterator[_Following]:
    for schedule in {id(s): s for s in _schedules(connection)}.values():
        for step in schedule.steps:
            if isinstance(step.timing, OnStep):
                yield _Following(kinds=schedule.kinds, step=step, timing=step.timing)


def _schedules(connection: Connection) -> list[Schedule]:
    return [in_force.schedule for in_force in schedules_by_kind(schedules_in_force(connection)).values()]


def _met_with_silence(connection: Connection, following: _Following, now: datetime) -> Sequence[UUID]:
    """Visits whose question was asked long enough ago, not answered, and not followed up in their present plan."""
    later = messages.alias("later")
    asked_at = func.coalesce(messages.c.handed_over_at, messages.c.updated_at)
    over = now - following.timing.wait
    answered = select(replies.c.id).join(later, later.c.id == replies.c.answers_message_id)
    answered = answered.where(later.c.appointment_id == appointments.c.id, later.c.step == following.timing.of)
    followed = select(later.c.id).where(
        later.c.appointment_id == appointments.c.id,
        later.c.step == following.step.key,
        later.c.appointment_version == appointments.c.version,
    )
    return connection.scalars(
        select(appointments.c.id)
        .join(messages, messages.c.appointment_id == appointments.c.id)
        .where(
            appointments.c.kind.in_([str(kind) for kind in following.kinds]),
            appointments.c.status.in_([AppointmentStatus.BOOKED, AppointmentStatus.ATTENDED]),
            messages.c.step == following.timing.of,
            messages.c.visit_starts_at == appointments.c.starts_at,
            messages.c.state.in_([str(state) for state in MAYBE_WITH_PROVIDER]),
            messages.c.due_at.between(over - NOTICED_FOR, now),
        )
        .where(~answered.exists(), ~followed.exists())
        .group_by(appointments.c.id)
        .having(func.max(asked_at) <= over)
        .order_by(appointments.c.id)
    ).all()


def _plan(
    connection: Connection,
    organisation_id: UUID,
    records: Sequence[AppointmentRecord],
    keys: frozenset[str],
    now: datetime,
) -> None:
    planner = Planner(connection, organisation_id, now)
    rows = planner.plan_all(records, {record.id: Event.BOOKED for record in records}, only=keys)
    say = {f.step.key: f.step.staff_task for f in _following(connection) if f.step.staff_task}
    tasks = [_task(row, say[row.step], now) for row in rows if row.step in say and row.reason not in NOT_NEEDED]
    raise_tasks(connection, organisation_id, tasks, now)


def _task(row: NewMessage, say: str, now: datetime) -> NewTask:
    return NewTask(
        kind="follow_up",
        say=say,
        dedupe_key=f"follow_up:{row.appointment_id}:{row.step}:{row.visit_starts_at:%Y%m%dT%H%M}",
        deadline_at=now + CALL_WITHIN,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        appointment_id=row.appointment_id,
    )
