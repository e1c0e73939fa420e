"""Applying a saved schedule: coming visits are planned anew under the version in force, a few hundred at a time.

Each page is a transaction of its own, so nothing is locked for long, and what was interrupted goes on where it
stopped: the visits that still have messages of an older version are the list of what is left to do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.domain.replanning import Queued, without_surprises
from service.domain.schedule import Schedule
from service.domain.values import Event, History, Plan, Recipient
from service.messaging.booking import restart
from service.messaging.planning import Planner
from service.messaging.saving_schedules import schedule_called
from service.storage.appointments import AppointmentRecord, locked
from service.storage.audits import record_audit
from service.storage.clinics import ClinicRecord
from service.storage.database import Database
from service.storage.replans import Work, count_to_replan, queued_for, to_replan

AT_ONCE = 200
FIRST = UUID(int=0)

Advance = Callable[[int, int], None]
"""Told after each page: visits done so far, and how many there were to do."""


@dataclass(frozen=True, kw_only=True)
class Applied:
    """`version` is the one in force; `appointments` were planned anew, `left` are still to do."""

    version: int
    appointments: int
    left: int


class Replanner(Planner):
    """A planner for visits that have been planned before."""

    def __init__(
        self,
        connection: Connection,
        organisation_id: UUID,
        now: datetime,
        queued: dict[UUID, list[Queued]],
    ) -> None:
        super().__init__(connection, organisation_id, now)
        self._queued = queued

    def _plan(
        self,
        record: AppointmentRecord,
        schedule: Schedule | None,
        clinic: ClinicRecord,
        recipient: Recipient,
        history: History,
        cause: Event,
    ) -> Plan:
        found = super()._plan(record, schedule, clinic, recipient, history, cause)
        if schedule is None:
            return found
        queued = self._queued.get(record.id, [])
        return without_surprises(found, queued, record.appointment, schedule, clinic.clinic, self._now)


def apply_schedule(
    database: Database,
    organisation_id: UUID,
    name: str,
    *,
    now: datetime,
    actor: str,
    advance: Advance = lambda _done, _all: None,
    at_most: int | None = None,
) -> Applied:
    """Raises `NoSuchSchedule`. `at_most`: stop after about so many visits and say how many are left."""
    with database.organisation(organisation_id) as connection:
        stored = schedule_called(connection, name)
        work = Work(schedule_id=stored.id, active=stored.version.id, kinds=stored.kinds)
        total = count_to_replan(connection, work, now)
        entries = [("schedule.applied", "schedule", f"{name} {stored.version.number}")]
        record_audit(connection, organisation_id, entries, actor=actor, now=now)
    done, after = 0, FIRST
    while at_most is None or done < at_most:
        with database.organisation(organisation_id) as connection:
            ids = to_replan(connection, work, after, AT_ONCE, now)
            replan(connection, organisation_id, ids, now)
        if not ids:
            break
        done, after = done + len(ids), ids[-1]
        advance(done, max(done, total))
    return Applied(version=stored.version.number, appointments=done, left=max(0, total - done))


def replan(connection: Connection, organisation_id: UUID, ids: Sequence[UUID], now: datetime) -> None:
    """Plans these visits anew, in the caller's transaction. Visits are locked before their messages, as everywhere."""
    if not ids:
        return
    locked(connection, ids)
    queued = {
        appointment_id: [message.queued for message in waiting]
        for appointment_id, waiting in queued_for(connection, ids).items()
    }
    records = restart(connection, ids, now, reason="schedule_changed")
    planner = Replanner(connection, organisation_id, now, queued)
    planner.plan_all(records, {record.id: Event.BOOKED for record in records})
