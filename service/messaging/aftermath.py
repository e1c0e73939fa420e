"""What follows when a message did not get through: an opt-out noted, or a person told in time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select

from service.messaging.consent import set_consent
from service.messaging.fallback import LANDLINE_CODES, fall_back, way_on
from service.messaging.landlines import take_as_landline
from service.messaging.reaching import tell_if_nobody_hears
from service.providers.outcome import ErrorClass
from service.providers.remedies import remedy_for
from service.providers.sendgrid_codes import COMPLAINTS
from service.storage.claims import Expired
from service.storage.consents import ConsentSource
from service.storage.sealing import Sealed
from service.storage.tables import attempts, messages


def after_refusal(
    connection: Connection,
    organisation_id: UUID,
    message_id: UUID,
    error: ErrorClass,
    code: str,
    words: str,
    now: datetime,
) -> None:
    """Call in the transaction that ended the message as failed or undelivered, or that heard of an opt-out."""
    if error is ErrorClass.OPTED_OUT:
        _note_opt_out(connection, organisation_id, message_id, code, now)
    elif _has_a_way_on(connection, organisation_id, message_id, code, now):
        return
    why = " ".join(part for part in (words, remedy_for(code)) if part)
    tell_if_nobody_hears(connection, organisation_id, [message_id], now, why=why)


def _has_a_way_on(connection: Connection, organisation_id: UUID, message_id: UUID, code: str, now: datetime) -> bool:
    """Whether another channel says it instead, now or once its step's wait is over. The body stays sealed."""
    readable = [column for column in messages.c if not isinstance(column.type, Sealed)]
    row = connection.execute(select(*readable).where(messages.c.id == message_id)).one()
    if code in LANDLINE_CODES:
        take_as_landline(connection, organisation_id, row.contact_point_id, now)
        if fall_back(connection, organisation_id, row, now):
            return True
    return row.appointment_id is not None and way_on(connection, row, now) is not None


def _note_opt_out(connection: Connection, organisation_id: UUID, message_id: UUID, code: str, now: datetime) -> None:
    """A refusal shows that the no was there when we tried; a START after that try holds. A complaint is said now."""
    tried_at = connection.scalar(select(func.max(attempts.c.started_at)).where(attempts.c.message_id == message_id))
    point = connection.scalar(select(messages.c.contact_point_id).where(messages.c.id == message_id))
    if point is None:
        return
    set_consent(
        connection,
        organisation_id,
        point,
        given=False,
        source=ConsentSource.PROVIDER,
        source_ref=str(message_id),
        actor=code,
        now=now,
        said_at=None if code in COMPLAINTS else tried_at,
    )


def tell_of_expired(connection: Connection, expired: Sequence[Expired], now: datetime) -> None:
    """What never went out in time is a person's to say, while it still helps.

    Call in the transaction that expired them, of whatever organisations they are.
    """
    by_organisation: dict[UUID, list[UUID]] = {}
    for message in expired:
        by_organisation.setdefault(message.organisation_id, []).append(message.message_id)
    for organisation_id, message_ids in by_organisation.items():
        tell_if_nobody_hears(connection, organisation_id, message_ids, now)
