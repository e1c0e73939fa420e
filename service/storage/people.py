"""Patients and contact points: read and stored in whole chunks, since imports bring thousands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from service.domain.values import Channel
from service.storage.ids import new_id
from service.storage.sealing import keys
from service.storage.tables import contact_points, patient_contacts, patients

LANDLINE = "landline"


@dataclass(frozen=True, kw_only=True)
class PatientRecord:
    id: UUID
    external_id: str
    given_name: str
    family_name: str
    language: str
    timezone: str | None = None


Address = tuple[Channel, str]


def patients_by_external_id(connection: Connection, external_ids: Iterable[str]) -> dict[str, PatientRecord]:
    rows = connection.execute(select(patients).where(patients.c.external_id.in_(list(external_ids))))
    return {
        row.external_id: PatientRecord(
            id=row.id,
            external_id=row.external_id,
            given_name=row.given_name,
            family_name=row.family_name,
            language=row.language,
            timezone=row.timezone,
        )
        for row in rows
    }


def add_patients(
    connection: Connection, organisation_id: UUID, records: Sequence[PatientRecord], now: datetime
) -> None:
    if records:
        connection.execute(
            patients.insert(),
            [_patient_row(record, now) | {"organisation_id": organisation_id, "created_at": now} for record in records],
        )


def update_patients(connection: Connection, records: Sequence[PatientRecord], now: datetime) -> None:
    if records:
        connection.execute(
            patients.update().where(patients.c.id == bindparam("the_id")),
            [_patient_row(record, now) | {"the_id": record.id} for record in records],
        )


def _patient_row(record: PatientRecord, now: datetime) -> dict[str, object]:
    return {
        "id": record.id,
        "external_id": record.external_id,
        "given_name": record.given_name,
        "family_name": record.family_name,
        "language": record.language,
        "timezone": record.timezone,
        "updated_at": now,
    }


def new_patient(external_id: str, given_name: str, family_name: str, language: str) -> PatientRecord:
    return PatientRecord(
        id=new_id(), external_id=external_id, given_name=given_name, family_name=family_name, language=language
    )


def renamed(record: PatientRecord, given_name: str, family_name: str, language: str) -> PatientRecord:
    return replace(record, given_name=given_name, family_name=family_name, language=language)


def address_index(address: Address) -> bytes:
    channel, text = address
    return keys().index(f"{channel}:{text}")


def contact_point_ids(
    connection: Connection, organisation_id: UUID, addresses: Iterable[Address], now: datetime
) -> dict[Address, UUID]:
    """The contact point of each address, made where missing."""
    wanted = {address_index(address): address for address in addresses}
    if not wanted:
        return {}
    found = _known_points(connection, wanted)
    missing = [address for address in wanted.values() if address not in found]
    if missing:
        rows = [
            {
                "id": new_id(),
                "organisation_id": organisation_id,
                "channel": channel,
                "address": text,
                "address_index": address_index((channel, text)),
                "created_at": now,
            }
            for channel, text in missing
        ]
        connection.execute(insert(contact_points).on_conflict_do_nothing(), rows)
        found = _known_points(connection, wanted)
    return found


def _known_points(connection: Connection, wanted: Mapping[bytes, Address]) -> dict[Address, UUID]:
    rows = connection.execute(
        select(contact_points.c.id, contact_points.c.address_index).where(
            contact_points.c.address_index.in_(list(wanted))
        )
    )
    return {wanted[bytes(index)]: point_id for point_id, index in rows}


def contacts_of(connection: Connection, patient_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Contact points of each patient, in their order of preference."""
    rows = connection.execute(
        select(patient_contacts.c.patient_id, patient_contacts.c.contact_point_id)
        .where(patient_contacts.c.patient_id.in_(list(patient_ids)))
        .order_by(patient_contacts.c.patient_id, patient_contacts.c.rank)
    )
    found: dict[UUID, list[UUID]] = {}
    for patient_id, point_id in rows:
        found.setdefault(patient_id, []).append(point_id)
    return found


def set_contacts(connection: Connection, organisation_id: UUID, wanted: Mapping[UUID, Sequence[UUID]]) -> None:
    """Makes each patient's contact points exactly these, in this order."""
    if not wanted:
        return
    keep = [(patient_id, point) for patient_id, points in wanted.items() for point in points]
    gone = delete(patient_contacts).where(patient_contacts.c.patient_id.in_(list(wanted)))
    if keep:
        gone = gone.where(tuple_(patient_contacts.c.patient_id, patient_contacts.c.contact_point_id).not_in(keep))
    connection.execute(gone)
    rows = [
        {"organisation_id": organisation_id, "patient_id": patient_id, "contact_point_id": point, "rank": rank}
        for patient_id, points in wanted.items()
        for rank, point in enumerate(points)
    ]
    if rows:
        statement = insert(patient_contacts)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["patient_id", "contact_point_id"], set_={"rank": statement.excluded.rank}
            ),
            rows,
        )


def patients_at(connection: Connection, *contact_point_ids: UUID) -> list[UUID]:
    """Everybody who is reached at, and may share, these numbers or addresses."""
    return list(
        connection.scalars(
            select(patient_contacts.c.patient_id)
            .where(patient_contacts.c.contact_point_id.in_(contact_point_ids))
            .distinct()
            .order_by(patient_contacts.c.patient_id)
        )
    )


def channels_of(connection: Connection, contact_point_ids: Iterable[UUID]) -> dict[UUID, Channel]:
    rows = connection.execute(
        select(contact_points.c.id, contact_points.c.channel).where(contact_points.c.id.in_(list(contact_point_ids)))
    )
    return {point_id: Channel(channel) for point_id, channel in rows}


def landlines_among(connection: Connection, contact_point_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those that a provider found to be landlines, which take no texts."""
    return frozenset(
        connection.scalars(
            select(contact_points.c.id).where(
                contact_points.c.id.in_(list(contact_point_ids)), contact_points.c.line_type == LANDLINE
            )
        )
    )


def mark_landline(connection: Connection, contact_point_id: UUID) -> bool:
    """False where that was known already."""
    changed = connection.execute(
        contact_points.update()
        .where(contact_points.c.id == contact_point_id, contact_points.c.line_type.is_distinct_from(LANDLINE))
        .values(line_type=LANDLINE)
    )
    return changed.rowcount > 0


@dataclass(frozen=True, kw_only=True)
class Speech:
    """The language a patient is written to in, and their zone where it is known."""

    language: str
    timezone: str | None


def speech_of(connection: Connection, patient_ids: Iterable[UUID]) -> dict[UUID, Speech]:
    rows = connection.execute(
        select(patients.c.id, patients.c.language, patients.c.timezone).where(patients.c.id.in_(list(patient_ids)))
    )
    return {patient_id: Speech(language=language, timezone=zone) for patient_id, language, zone in rows}


def language_at(connection: Connection, contact_point_id: UUID) -> str:
    """The language of whoever is reached here; English where nobody is known."""
    language = connection.scalar(
        select(patients.c.language)
        .join(patient_contacts, patient_contacts.c.patient_id == patients.c.id)
        .where(patient_contacts.c.contact_point_id == contact_point_id)
        .order_by(patients.c.id)
        .limit(1)
    )
    return language or "en"
