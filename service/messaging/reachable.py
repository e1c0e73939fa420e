"""How patients may be reached, as planning and the last check before sending both see it."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import Connection

from service.domain.values import Category, Channel, Contact
from service.storage import people
from service.storage.consents import Consent, allowed_categories, consents_of


def contacts_by_patient(connection: Connection, patient_ids: Iterable[UUID]) -> dict[UUID, tuple[Contact, ...]]:
    """In each patient's order of preference."""
    listed = people.contacts_of(connection, patient_ids)
    points = {point for each in listed.values() for point in each}
    channels = people.channels_of(connection, points)
    landlines = people.landlines_among(connection, points)
    ledger = consents_of(connection, points)
    return {
        patient_id: tuple(_contact(point, channels[point], ledger.get(point, {}), landlines) for point in each)
        for patient_id, each in listed.items()
    }


def _contact(
    point: UUID, channel: Channel, consents: Mapping[Category, Consent], landlines: frozenset[UUID]
) -> Contact:
    if point in landlines:
        words = "the number is a landline, which takes no texts"
        return Contact(id=point, channel=channel, allowed=frozenset(), refusal=words)
    return Contact(id=point, channel=channel, allowed=allowed_categories(consents), refusal=_refusal(consents))


def _refusal(consents: Mapping[Category, Consent]) -> str:
    return "no permission is recorded" if not consents else "permission was refused or withdrawn"
