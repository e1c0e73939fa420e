"""Takes appointments from outside: stores the facts and, in the same transaction, what they mean for messages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.domain.changes import Change, Facts, Replan, change_of
from service.domain.incoming import IncomingVisit, Taken
from service.domain.values import AppointmentStatus, Channel, Event
from service.messaging.incoming_people import People
from service.messaging.planning import Planner, cause_to_replan
from service.storage import appointments as visits
from service.storage.appointments import AppointmentRecord, Item
from service.storage.audits import record_audit
from service.storage.clinics import clinic_records
from service.storage.ids import new_id
from service.storage.messages import withdraw
from service.storage.people import PatientRecord


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where visits come from: one run of an import, or one call of the API."""

    name: str
    ref: str


@dataclass(frozen=True, kw_only=True)
class _Stored:
    """A visit whose facts are stored, and what its change means."""

    record: AppointmentRecord
    change: Change


def take_visits(
    connection: Connection,
    organisation_id: UUID,
    incoming: Sequence[IncomingVisit],
    *,
    source: Source,
    now: datetime,
) -> list[Taken]:
    """Stores the visits and re-plans what changed, in the caller's transaction. One result each, in order.

    The same visit twice is taken in its order, so that the later one holds.
    """
    taken: list[Taken] = []
    for wave in _waves(incoming):
        taken.extend(_Wave(connection, organisation_id, source, now).take(wave))
    return taken


def _waves(incoming: Sequence[IncomingVisit]) -> Iterator[list[IncomingVisit]]:
    """Runs of visits in which no id stands twice."""
    wave: dict[str, IncomingVisit] = {}
    for visit in incoming:
        if visit.external_id in wave:
            yield list(wave.values())
            wave = {}
        wave[visit.external_id] = visit
    if wave:
        yield list(wave.values())


class _Wave:
    """One run of different visits, stored with a handful of queries."""

    def __init__(self, connection: Connection, organisation_id: UUID, source: Source, now: datetime) -> None:
        self._connection = connection
        self._organisation_id = organisation_id
        self._source = source
        self._now = now
        self._clinics = {record.clinic.name: record for record in clinic_records(connection).values()}

    def take(self, wave: Sequence[IncomingVisit]) -> list[Taken]:
        known = visits.locked_by_external_id(self._connection, (visit.external_id for visit in wave))
        fresh = [visit for visit in wave if not _same(known.get(visit.external_id), visit)]
        people = People(self._connection, self._organisation_id, actor=self._source.name, now=self._now)
        patients = people.store(fresh)
        stored = [self._decide(visit, known.get(visit.external_id), patients) for visit in fresh]
        self._store_visits(stored, known)
        self._replan(stored, people.reachable_anew())
        self._confirm(fresh, stored)
        changed = {visit.external_id for visit in fresh}
        return [
            Taken.UNCHANGED
            if visit.external_id not in changed
            else Taken.CHANGED
            if visit.external_id in known
            else Taken.NEW
            for visit in wave
        ]

    def _decide(
        self, visit: IncomingVisit, before: AppointmentRecord | None, patients: dict[str, PatientRecord]
    ) -> _Stored:
        after = self._record(visit, before, patients[visit.patient_external_id].id)
        change = change_of(self._facts(before) if before else None, self._facts(after))
        if before and change.replan is Replan.AFRESH:
            after = replace(after, version=before.version + 1)
        return _Stored(record=after, change=change)

    def _record(self, visit: IncomingVisit, before: AppointmentRecord | None, patient_id: UUID) -> AppointmentRecord:
        attended = visit.status is AppointmentStatus.ATTENDED
        return AppointmentRecord(
            id=before.id if before else new_id(),
            clinic_id=self._clinics[visit.clinic].id,
            patient_id=patient_id,
            external_id=visit.external_id,
            kind=visit.kind,
            status=visit.status,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            booked_at=visit.booked_at,
            attended_at=((before and before.attended_at) or visit.ends_at) if attended else None,
            clinician=visit.clinician,
            version=before.version if before else 1,
            source_digest=visit.digest,
            sms_permitted=_permitted(visit, Channel.SMS),
            email_permitted=_permitted(visit, Channel.EMAIL),
        )

    def _facts(self, record: AppointmentRecord) -> Facts:
        return Facts(
            status=record.status,
            starts_at=record.starts_at,
            ends_at=record.ends_at,
            kind=record.kind,
            clinic=str(record.clinic_id),
        )

    def _store_visits(self, stored: Sequence[_Stored], known: dict[str, AppointmentRecord]) -> None:
        new = [item.record for item in stored if item.record.external_id not in known]
        changed = [item.record for item in stored if item.record.external_id in known]
        visits.add_appointments(self._connection, self._organisation_id, new, self._now)
        visits.update_appointments(self._connection, changed, self._now)
        lost = [item.record.id for item in stored if item.change.forget_readiness]
        visits.forget_readiness(self._connection, lost)
        record_audit(
            self._connection,
            self._organisation_id,
            [(f"appointment.{item.change.event or 'edited'}", "appointment", str(item.record.id)) for item in stored],
            actor=self._source.name,
            now=self._now,
        )

    def _replan(self, stored: Sequence[_Stored], reachable_anew: set[UUID]) -> None:
        """Withdraws what the changes make untrue, then plans for each its own cause."""
        causes: dict[UUID, Event] = {}
        records = {item.record.id: item.record for item in stored}
        for item in stored:
            if item.change.event is not None:
                causes[item.record.id] = item.change.event
        for event in Event:
            ids = [
                item.record.id
                for item in stored
                if item.change.event is event and item.change.replan is not Replan.NOTHING
            ]
            if ids:
                withdraw(self._connection, self._now, reason=event, appointment_ids=ids)
        retracted = [i.record.id for i in stored if i.change.event is None and i.change.replan is Replan.WITHDRAW]
        if retracted:
            withdraw(self._connection, self._now, reason="retracted", appointment_ids=retracted)
        for record in self._others(reachable_anew, causes):
            records[record.id] = record
            causes[record.id] = cause_to_replan(record)
        planner = Planner(self._connection, self._organisation_id, self._now)
        planner.plan_all([records[appointment_id] for appointment_id in causes], causes)

    def _others(self, patients: set[UUID], planned: dict[UUID, Event]) -> list[AppointmentRecord]:
        """Visits of these patients that did not change themselves, withdrawn and ready to be planned again."""
        coming = visits.coming_appointments_of(self._connection, patients, self._now)
        return restart(self._connection, [i for i in coming if i not in planned], self._now, reason="contact_changed")

    def _confirm(self, fresh: Sequence[IncomingVisit], stored: Sequence[_Stored]) -> None:
        """The source's own "confirmed" settles it, as a call to the front desk would."""
        confirmed = {
            item.record.id: (Item.CONFIRMED, True) for visit, item in zip(fresh, stored, strict=True) if visit.confirmed
        }
        visits.establish(
            self._connection,
            self._organisation_id,
            confirmed,
            how=self._source.name,
            actor=self._source.name,
            now=self._now,
        )


def restart(connection: Connection, ids: Sequence[UUID], now: datetime, *, reason: str) -> list[AppointmentRecord]:
    """Withdraws what is queued for these appointments and raises their version, ready for a new plan.

    Appointments are locked before their messages, here as everywhere: two orders could wait for each other for ever.
    """
    if not ids:
        return []
    records = visits.locked(connection, ids)
    withdraw(connection, now, reason=reason, appointment_ids=ids)
    raised = [replace(record, version=record.version + 1) for record in records]
    visits.update_appointments(connection, raised, now)
    return raised


def _same(before: AppointmentRecord | None, visit: IncomingVisit) -> bool:
    return before is not None and before.source_digest == visit.digest


def _permitted(visit: IncomingVisit, channel: Channel) -> bool | None:
    """What the source says of this visit and channel: a no beats a yes, and None means that it does not say."""
    said = {contact.permitted for contact in visit.contacts if contact.channel is channel}
    return False if False in said else True if True in said else None
