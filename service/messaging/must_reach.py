"""Steps that must reach the patient: where none has by its deadline, a person is asked to phone, and what to say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, select

from service.domain import explain
from service.domain.clocks import own_rules, visit_clocks
from service.domain.refusals import speaks_another, unmet
from service.domain.schedule import BeforeClock, Schedule, Step
from service.domain.states import State
from service.domain.values import AppointmentStatus, Clinic, History, Kind, Question, Recipient
from service.domain.walltime import local
from service.messaging.planning import Planner, schedules_by_kind
from service.storage.appointments import AppointmentRecord, Item, Known, fetch, readiness_of
from service.storage.clinics import clinic_records, schedules_in_force
from service.storage.staff_tasks import NewTask, raise_tasks
from service.storage.tables import appointments, messages

GRACE = timedelta(minutes=15)  # a visit booked after the deadline gets its message first
AT_LATEST = timedelta(minutes=30)  # before the start: no grace any more
CALL_WITHIN = timedelta(hours=2)
SETTLES = {Question.CONFIRM: Item.CONFIRMED, Question.RIDE: Item.RIDE, Question.FASTING: Item.FASTING}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What became of the steps of one visit, about its present start."""

    planned_at: datetime
    delivered: frozenset[str]


def ask_to_phone(connection: Connection, organisation_id: UUID, now: datetime) -> int:
    """Raises a task for each step past its deadline that has not reached its patient. Returns how many are so."""
    schedules = {
        kind: in_force.schedule for kind, in_force in schedules_by_kind(schedules_in_force(connection)).items()
    }
    records = fetch(connection, _ahead(connection, schedules, now))
    if not records:
        return 0
    planner = Planner(connection, organisation_id, now)
    people = planner.recipients(list(records.values()))
    histories = planner.histories(list(records.values()), people)
    said, known = _said(connection, records), readiness_of(connection, records)
    clinics = clinic_records(connection)
    tasks = [
        _task(record, step, own_rules(schedules[record.kind], people[record.id]), clinics[record.clinic_id].clinic, now)
        for record in records.values()
        for step in _unreached(record, schedules[record.kind], said.get(record.id), known.get(record.id, {}), now)
        if _still_matters(step, histories[record.id], people[record.id])
    ]
    raise_tasks(connection, organisation_id, tasks, now)
    return len(tasks)


def _ahead(connection: Connection, schedules: dict[Kind, Schedule], now: datetime) -> Iterable[UUID]:
    """Visits that stand, are ahead, and near enough for a deadline of their kind."""
    nearness = {
        kind: max((step.reach.deadline_before_start or timedelta() for step in schedule.steps), default=timedelta())
        for kind, schedule in schedules.items()
    }
    rows = connection.execute(
        select(appointments.c.id, appointments.c.kind, appointments.c.starts_at).where(
            appointments.c.status == AppointmentStatus.BOOKED,
            appointments.c.starts_at > now,
            appointments.c.starts_at <= now + max(nearness.values(), default=timedelta()),
        )
    )
    return [row.id for row in rows if Kind(row.kind) in nearness and row.starts_at - nearness[Kind(row.kind)] <= now]


def _said(connection: Connection, records: dict[UUID, AppointmentRecord]) -> dict[UUID, Said]:
    rows = connection.execute(
        select(messages.c.appointment_id, messages.c.step, messages.c.state, messages.c.created_at)
        .join(appointments, appointments.c.id == messages.c.appointment_id)
        .where(
            messages.c.appointment_id.in_(list(records)),
            messages.c.visit_starts_at == appointments.c.starts_at,
            messages.c.in_reply_to.is_(None),
        )
    ).all()
    return {
        appointment_id: Said(
            planned_at=min(row.created_at for row in rows if row.appointment_id == appointment_id),
            delivered=frozenset(
                row.step for row in rows if row.appointment_id == appointment_id and row.state == State.DELIVERED
            ),
        )
        for appointment_id in {row.appointment_id for row in rows}
    }


def _unreached(
    record: AppointmentRecord, schedule: Schedule, said: Said | None, known: dict[Item, Known], now: datetime
) -> Iterator[Step]:
    if said is None:
        return  # not planned yet; another sweep sees to that
    latest = min(said.planned_at + GRACE, record.starts_at - AT_LATEST)
    for step in schedule.steps:
        if step.reach.deadline_before_start is None or step.key in said.delivered:
            continue
        is_due = max(record.starts_at - step.reach.deadline_before_start, latest) <= now
        settled = known.get(SETTLES[step.asks]) if step.asks in SETTLES else None
        if is_due and (settled is None or not settled.ok):
            yield step


def _still_matters(step: Step, history: History, recipient: Recipient) -> bool:
    return unmet(step.only_if, history, recipient) is None and not speaks_another(step, recipient)


# --- what to say -------------------------------------------------------------------------------


def _task(record: AppointmentRecord, step: Step, schedule: Schedule, clinic: Clinic, now: datetime) -> NewTask:
    return NewTask(
        kind="must_reach",
        say=_what_to_say(record, step, schedule, clinic),
        dedupe_key=f"must_reach:{record.id}:{step.key}:{record.starts_at:%Y%m%dT%H%M}",
        deadline_at=min(now + CALL_WITHIN, record.starts_at),
        clinic_id=record.clinic_id,
        patient_id=record.patient_id,
        appointment_id=record.id,
    )


def _what_to_say(record: AppointmentRecord, step: Step, schedule: Schedule, clinic: Clinic) -> str:
    """The title and the clock times: enough to say it on the telephone, and no name."""
    about = explain.visit(record.appointment, clinic.timezone)
    lead = f"Phone this patient: “{step.title}” has not reached them. Tell them of {about}."
    return " ".join([lead, *_clock_lines(record, step, schedule, clinic)])


def _clock_lines(record: AppointmentRecord, step: Step, schedule: Schedule, clinic: Clinic) -> Iterator[str]:
    if step.asks is Question.RIDE:
        yield "Ask who takes them home."
    if step.asks is Question.FASTING or isinstance(step.timing, BeforeClock):
        for clock, at in visit_clocks(record.appointment, schedule).items():
            words = explain.CLOCK_WORDS[clock]
            yield f"{words[0].upper()}{words[1:]}: {explain.time_and_day(local(at, clinic.timezone))}."
