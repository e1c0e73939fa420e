"""Plans appointments and stores the plan, in the transaction of the fact that caused it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.domain.changes import STANDS
from service.domain.plan import plan
from service.domain.schedule import Schedule
from service.domain.states import State
from service.domain.values import (
    AppointmentStatus,
    Category,
    Event,
    History,
    Kind,
    Plan,
    PlannedMessage,
    Priority,
    Recipient,
    SkipReason,
    Told,
)
from service.messaging.reachable import contacts_by_patient
from service.messaging.reaching import tell_of_unreachable
from service.messaging.schedule_bundle import OpenBundle, open_bundle
from service.storage import people
from service.storage.answers import answered_steps
from service.storage.appointments import AppointmentRecord, Item, Visit, readiness_of, visits_of
from service.storage.clinics import ClinicRecord, ScheduleRecord, bundle_of, clinic_records, schedules_in_force
from service.storage.clock_overrides import overrides_of
from service.storage.messages import NewMessage, Said, add_messages, said_about

Causes = Mapping[UUID, Event]


_opened: dict[UUID, OpenBundle] = {}  # a version never changes, so what was opened once stays true


def opened(version_id: UUID, bundle: str) -> OpenBundle:
    """Read once a process: parsing costs more than everything else in a plan."""
    if version_id not in _opened:
        _opened[version_id] = open_bundle(bundle)
    return _opened[version_id]


def version_in(connection: Connection, version_id: UUID) -> OpenBundle:
    """As `opened`, fetching the bundle only where this process does not have it yet."""
    return _opened.get(version_id) or opened(version_id, bundle_of(connection, version_id))


@dataclass(frozen=True, kw_only=True)
class InForce:
    """A schedule as planning uses it, with the version that its messages will name."""

    schedule: Schedule
    version_id: UUID


def schedules_by_kind(records: Iterable[ScheduleRecord]) -> dict[Kind, InForce]:
    return {
        kind: InForce(schedule=opened(record.version_id, record.bundle).schedule, version_id=record.version_id)
        for record in records
        for kind in record.kinds
    }


class Planner:
    """Plans many appointments in one transaction with a handful of queries."""

    def __init__(self, connection: Connection, organisation_id: UUID, now: datetime) -> None:
        self._connection = connection
        self._organisation_id = organisation_id
        self._now = now
        self._clinics: dict[UUID, ClinicRecord] = clinic_records(connection)
        self._schedules = schedules_by_kind(schedules_in_force(connection))

    def plan_all(
        self, records: Sequence[AppointmentRecord], causes: Causes, only: frozenset[str] | None = None
    ) -> list[NewMessage]:
        """Stores the plan of each appointment, each for its own cause. Call after withdrawing what was queued.

        `only` names the steps to plan where the rest of the plan stands. Returns the rows as they were planned.
        """
        if not records:
            return []
        recipients = self.recipients(records)
        histories = self.histories(records, recipients)
        rows = [
            row
            for record in records
            for row in self._rows(record, causes[record.id], recipients[record.id], histories[record.id])
            if only is None or row.step in only
        ]
        add_messages(self._connection, self._organisation_id, rows, self._now)
        tell_of_unreachable(self._connection, self._organisation_id, [record.id for record in records], self._now)
        return rows

    def _rows(
        self, record: AppointmentRecord, cause: Event, recipient: Recipient, history: History
    ) -> Iterable[NewMessage]:
        in_force = self._schedules.get(record.kind)
        clinic = self._clinics[record.clinic_id]
        schedule = in_force.schedule if in_force else None
        for item in self._plan(record, schedule, clinic, recipient, history, cause):
            step = schedule.step(item.step) if schedule else None
            row = NewMessage(
                clinic_id=record.clinic_id,
                patient_id=record.patient_id,
                appointment_id=record.id,
                appointment_version=record.version,
                visit_starts_at=record.starts_at,
                visit_kind=record.kind,
                schedule_version_id=in_force.version_id if in_force else None,
                step=item.step,
                text_name=step.text if step else "",
                asks=step.asks if step else None,
                category=step.category if step else Category.REMINDER,
                priority=step.priority if step else Priority.NORMAL,
                state=State.PLANNED,
                why=item.why,
                due_at=item.due_at,
            )
            if isinstance(item, PlannedMessage):
                yield replace(
                    row,
                    channel=item.channel,
                    contact_point_id=item.contact_id,
                    sender_id=clinic.sender_id(item.channel),
                    occurrence=item.occurrence,
                    expires_at=item.expires_at,
                )
            elif item.reason is not SkipReason.NOT_THIS_EVENT:
                yield replace(row, state=State.SKIPPED, reason=item.reason)

    def _plan(
        self,
        record: AppointmentRecord,
        schedule: Schedule | None,
        clinic: ClinicRecord,
        recipient: Recipient,
        history: History,
        cause: Event,
    ) -> Plan:
        return plan(record.appointment, schedule, clinic.clinic, recipient, history, self._now, cause)

    def recipients(self, records: Sequence[AppointmentRecord]) -> dict[UUID, Recipient]:
        patient_ids = {record.patient_id for record in records}
        contacts = contacts_by_patient(self._connection, patient_ids)
        overrides = overrides_of(self._connection, patient_ids)
        visits = visits_of(self._connection, patient_ids)
        languages = people.speech_of(self._connection, patient_ids)
        return {
            record.id: Recipient(
                language=languages[record.patient_id].language,
                timezone=languages[record.patient_id].timezone,
                contacts=contacts.get(record.patient_id, ()),
                clock_overrides=overrides.get(record.patient_id, {}),
                visits_before=visits_before(record, visits[record.patient_id]),
            )
            for record in records
        }

    def histories(
        self, records: Sequence[AppointmentRecord], recipients: Mapping[UUID, Recipient]
    ) -> dict[UUID, History]:
        ids = [record.id for record in records]
        said = said_about(self._connection, ids)
        known = readiness_of(self._connection, ids)
        answered = answered_steps(self._connection, ids)
        return {
            appointment_id: History(
                told=tuple(self._told(one, recipients[appointment_id]) for one in said.get(appointment_id, ())),
                confirmed=Item.CONFIRMED in known.get(appointment_id, {}),
                ride_known=Item.RIDE in known.get(appointment_id, {}),
                answered=answered.get(appointment_id, {}),
            )
            for appointment_id in ids
        }

    def _told(self, said: Said, recipient: Recipient) -> Told:
        """It counts where it may have arrived, and where it went is still the patient's."""
        is_theirs = said.contact_point_id in {contact.id for contact in recipient.contacts}
        return Told(
            step=said.step,
            appointment_version=said.version,
            starts_at=said.visit_starts_at,
            handed_over_at=said.handed_over_at,
            kind=said.visit_kind,
            clinic=self._clinics[said.clinic_id].clinic.name,
            counts=said.state is not State.UNDELIVERED and is_theirs,
        )


_CAUSES = {AppointmentStatus.CANCELLED: Event.CANCELLED, AppointmentStatus.NO_SHOW: Event.NO_SHOW}


def cause_to_replan(record: AppointmentRecord) -> Event:
    """What a plan made anew must be the plan of: a cancelled visit still owes its notice."""
    return _CAUSES.get(record.status, Event.BOOKED)


def visits_before(record: AppointmentRecord, visits: Iterable[Visit]) -> int:
    """How many visits of the same kind stand before this one: 0 makes it the first of its series."""
    return sum(
        visit.kind is record.kind and visit.status in STANDS and visit.starts_at < record.starts_at for visit in visits
    )
