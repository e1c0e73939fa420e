"""Stop and start: the ledger, what is queued, and the visits that now lack a way to reach the patient."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.domain.values import Category
from service.messaging.answering import CRISIS
from service.messaging.booking import restart
from service.messaging.planning import Planner, cause_to_replan
from service.storage import people
from service.storage.appointments import coming_appointments_of, locked
from service.storage.consents import (
    ConsentEvent,
    ConsentSource,
    add_consents,
    consents_of,
    lock_contact_point,
)
from service.storage.messages import withdraw


def set_consent(
    connection: Connection,
    organisation_id: UUID,
    contact_point_id: UUID,
    *,
    given: bool,
    source: ConsentSource,
    source_ref: str,
    actor: str,
    now: datetime,
    said_at: datetime | None = None,
) -> bool:
    """Writes a yes or a no to everything in the ledger, and plans anew for everybody reached this way.

    After a no, what was queued for this contact point is withdrawn in the same transaction, and other ways that the
    patient agreed to are used instead. `said_at`: when it was said, if not now. A word that is older than what holds,
    or says the same again, is written down and changes nothing. Returns whether anything changed.
    """
    events = [
        ConsentEvent(
            contact_point_id=contact_point_id,
            category=category,
            given=given,
            source=source,
            source_ref=source_ref,
            actor=actor,
            said_at=said_at,
        )
        for category in Category
    ]
    patients = people.patients_at(connection, contact_point_id)
    coming = coming_appointments_of(connection, patients, now)
    locked(connection, coming)
    lock_contact_point(connection, contact_point_id)
    before = _holding(connection, contact_point_id)
    add_consents(connection, organisation_id, events, now)
    if _holding(connection, contact_point_id) == before:
        return False
    if not given:
        withdraw(connection, now, reason="opted_out", contact_point_id=contact_point_id, keep_text=CRISIS.text_name)
    records = restart(connection, coming, now, reason="opted_in" if given else "opted_out")
    Planner(connection, organisation_id, now).plan_all(records, {r.id: cause_to_replan(r) for r in records})
    return True


def _holding(connection: Connection, contact_point_id: UUID) -> dict[Category, bool]:
    consents = consents_of(connection, [contact_point_id]).get(contact_point_id, {})
    return {category: consent.given for category, consent in consents.items()}
