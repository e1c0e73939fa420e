"""The consent ledger: rows are only added; the latest said of a contact point and category holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from service.domain.values import Category, Channel
from service.storage.tables import appointments, consent_events, contact_points, patient_contacts


class ConsentSource(StrEnum):
    """Where a yes or a no came from. Only the patient and staff can undo what the patient said."""

    IMPORT = "import"
    PATIENT = "patient"
    STAFF = "staff"
    PROVIDER = "provider"


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What was said last, and `at` what moment."""

    given: bool
    source: ConsentSource
    source_ref: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsentEvent:
    """A yes or a no to add. `said_at`: when it was said, where that was before it is stored."""

    contact_point_id: UUID
    category: Category
    given: bool
    source: ConsentSource
    actor: str
    source_ref: str = ""
    said_at: datetime | None = None


Ledger = dict[UUID, dict[Category, Consent]]


def consents_of(connection: Connection, contact_point_ids: Iterable[UUID]) -> Ledger:
    """What holds now, per contact point and category. A missing category: nobody ever said.

    The word said last holds, in whatever order the words arrived. Of two said at once, the no.
    """
    rows = connection.execute(
        select(consent_events)
        .where(consent_events.c.contact_point_id.in_(list(contact_point_ids)))
        .ext(distinct_on(consent_events.c.contact_point_id, consent_events.c.category))
        .order_by(
            consent_events.c.contact_point_id,
            consent_events.c.category,
            consent_events.c.said_at.desc(),
            consent_events.c.given,
            consent_events.c.id.desc(),
        )
    )
    ledger: Ledger = {}
    for row in rows:
        ledger.setdefault(row.contact_point_id, {})[Category(row.category)] = Consent(
            given=row.given, source=ConsentSource(row.source), source_ref=row.source_ref, at=row.said_at
        )
    return ledger


def lock_contact_point(connection: Connection, contact_point_id: UUID) -> None:
    """Two words of one patient are taken one after the other. Lock their appointments first, here as everywhere."""
    connection.execute(
        select(contact_points.c.id).where(contact_points.c.id == contact_point_id).with_for_update(key_share=True)
    )


def add_consents(connection: Connection, organisation_id: UUID, events: Sequence[ConsentEvent], now: datetime) -> None:
    if events:
        connection.execute(
            consent_events.insert(),
            [
                {
                    "organisation_id": organisation_id,
                    "contact_point_id": event.contact_point_id,
                    "category": event.category,
                    "given": event.given,
                    "source": event.source,
                    "source_ref": event.source_ref,
                    "actor": event.actor,
                    "said_at": event.said_at or now,
                    "at": now,
                }
                for event in events
            ],
        )


def allowed_categories(consents: Mapping[Category, Consent]) -> frozenset[Category]:
    return frozenset(category for category, consent in consents.items() if consent.given)


def permission_by_source(connection: Connection, contact_point_ids: Iterable[UUID]) -> dict[UUID, bool]:
    """What the sources of all visits reached here say together: any no is a no. Left out where none says anything."""
    said = case(
        (contact_points.c.channel == Channel.SMS, appointments.c.sms_permitted), else_=appointments.c.email_permitted
    )
    rows = connection.execute(
        select(patient_contacts.c.contact_point_id, func.bool_and(said))
        .join(contact_points, contact_points.c.id == patient_contacts.c.contact_point_id)
        .join(appointments, appointments.c.patient_id == patient_contacts.c.patient_id)
        .where(patient_contacts.c.contact_point_id.in_(list(contact_point_ids)), said.is_not(None))
        .group_by(patient_contacts.c.contact_point_id)
    )
    return {row[0]: row[1] for row in rows}
