"""Stores whom incoming visits are for, how they can be reached, and what their source says they agreed to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.domain.incoming import IncomingContact, IncomingVisit
from service.domain.values import Category
from service.storage import people
from service.storage.consents import (
    Consent,
    ConsentEvent,
    ConsentSource,
    add_consents,
    consents_of,
    permission_by_source,
)
from service.storage.people import Address, PatientRecord


class People:
    """The people of one chunk. `store` before the visits are stored, `reachable_anew` after."""

    def __init__(self, connection: Connection, organisation_id: UUID, *, actor: str, now: datetime) -> None:
        self._connection = connection
        self._organisation_id = organisation_id
        self._actor = actor
        self._now = now
        self._changed: set[UUID] = set()
        self._points: set[UUID] = set()

    def store(self, fresh: Sequence[IncomingVisit]) -> dict[str, PatientRecord]:
        """The patients by their external id. Where one stands in several visits, the latest says who they are."""
        latest = {visit.patient_external_id: visit for visit in fresh}
        known = people.patients_by_external_id(self._connection, latest)
        records = {
            external_id: _renamed(known.get(external_id), visit, external_id) for external_id, visit in latest.items()
        }
        new = [record for external_id, record in records.items() if external_id not in known]
        changed = [record for external_id, record in records.items() if known.get(external_id, record) != record]
        people.add_patients(self._connection, self._organisation_id, new, self._now)
        people.update_patients(self._connection, changed, self._now)
        self._changed |= {record.id for record in changed if record.language != known[record.external_id].language}
        self._store_contacts({records[external_id].id: visit for external_id, visit in latest.items()})
        return records

    def reachable_anew(self) -> set[UUID]:
        """Patients to plan again: their contact points, permission or language changed."""
        said = permission_by_source(self._connection, self._points)
        ledger = consents_of(self._connection, said)
        events = [
            ConsentEvent(
                contact_point_id=point,
                category=category,
                given=given,
                source=ConsentSource.IMPORT,
                actor=self._actor,
            )
            for point, given in said.items()
            for category in Category
            if _is_news(ledger.get(point, {}).get(category), given)
        ]
        add_consents(self._connection, self._organisation_id, events, self._now)
        switched = {event.contact_point_id for event in events}
        return self._changed | set(people.patients_at(self._connection, *switched))

    def _store_contacts(self, latest: dict[UUID, IncomingVisit]) -> None:
        points = people.contact_point_ids(
            self._connection,
            self._organisation_id,
            {_address(contact) for visit in latest.values() for contact in visit.contacts},
            self._now,
        )
        before = people.contacts_of(self._connection, latest)
        wanted = {
            patient_id: [points[_address(contact)] for contact in visit.contacts]
            for patient_id, visit in latest.items()
            if visit.contacts or not before.get(patient_id)  # a line without any way to reach them erases none
        }
        moved = {patient_id for patient_id, listed in wanted.items() if before.get(patient_id, []) != listed}
        people.set_contacts(self._connection, self._organisation_id, {pid: wanted[pid] for pid in moved})
        self._changed |= moved
        self._points |= set(points.values())


def _is_news(held: Consent | None, given: bool) -> bool:
    """A source never overrules what a patient, staff or a provider said."""
    return held is None or (held.source is ConsentSource.IMPORT and held.given != given)


def _renamed(known: PatientRecord | None, visit: IncomingVisit, external_id: str) -> PatientRecord:
    if known is None:
        return people.new_patient(external_id, visit.given_name, visit.family_name, visit.language or "en")
    return people.renamed(known, visit.given_name, visit.family_name, visit.language or known.language)


def _address(contact: IncomingContact) -> Address:
    return (contact.channel, contact.address)
