"""Opening attempts before the provider is called, and recording what it answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, select, text

from service.domain.states import State, sources_of
from service.domain.values import Category, Channel, Question
from service.storage.sealing import CannotOpen, as_stored, opened
from service.storage.tables import attempts, contact_points, messages, patients


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A claimed message with what the last check before sending, and rendering, need to know."""

    id: UUID
    organisation_id: UUID
    clinic_id: UUID
    patient_id: UUID | None
    appointment_id: UUID | None
    visit_starts_at: datetime | None
    contact_point_id: UUID
    schedule_version_id: UUID | None
    in_reply_to: UUID | None
    step: str
    text_name: str
    channel: Channel
    category: Category
    asks: Question | None
    due_at: datetime
    expires_at: datetime
    attempts: int
    epoch: int
    address: str
    given_name: str
    language: str
    timezone: str | None


@dataclass(frozen=True, kw_only=True)
class Locked:
    """Claimed messages that are still ours. The `unreadable` ones name a recipient whose sealed values do not open."""

    pending: list[Pending]
    unreadable: list["Refusal"]


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A claimed message that ends here: its new state, the reason, and why in a sentence for staff."""

    message_id: UUID
    epoch: int
    state: State
    reason: str
    why: str


@dataclass(frozen=True, kw_only=True)
class NewAttempt:
    """`id` is the opaque id that the provider's callbacks will carry."""

    id: UUID
    message_id: UUID
    number: int
    epoch: int
    provider: str
    subject: str | None
    body: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of an attempt. `state` is the message's new state; `retry_at` is set when it goes back to planned."""

    attempt_id: UUID
    message_id: UUID
    epoch: int
    outcome: str
    state: State
    finished_at: datetime
    code: str = ""
    words: str = ""
    provider_id: str | None = None
    retry_at: datetime | None = None


_PLAIN = tuple(column for column in messages.c if column.name not in ("subject", "body"))
UNREADABLE = "Not sent: the recipient's stored name or address cannot be read."


def lock_claimed(connection: Connection, claimed: Sequence[tuple[UUID, int]]) -> Locked:
    """Those of the claimed that are still ours (same epoch, state claimed), locked until the transaction ends.

    Sealed values are opened one by one, so that one that does not open ends its own message only.
    """
    epochs = dict(claimed)
    rows = connection.execute(
        select(
            *_PLAIN,
            as_stored(contact_points.c.address),
            as_stored(patients.c.given_name),
            patients.c.language,
            patients.c.timezone,
        )
        .join(contact_points, contact_points.c.id == messages.c.contact_point_id)
        .outerjoin(patients, patients.c.id == messages.c.patient_id)
        .where(messages.c.id.in_(list(epochs)))
        .order_by(messages.c.id)
        .with_for_update(of=messages)
    )
    locked = Locked(pending=[], unreadable=[])
    for row in rows:
        if row.epoch == epochs[row.id] and row.state == State.CLAIMED:
            try:
                locked.pending.append(_pending(row))
            except CannotOpen:
                locked.unreadable.append(_unreadable(row))
    return locked


def _unreadable(row: Row[*tuple[Any, ...]]) -> Refusal:
    return Refusal(message_id=row.id, epoch=row.epoch, state=State.FAILED, reason="unreadable", why=UNREADABLE)


def _pending(row: Row[*tuple[Any, ...]]) -> Pending:
    return Pending(
        id=row.id,
        organisation_id=row.organisation_id,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        appointment_id=row.appointment_id,
        visit_starts_at=row.visit_starts_at,
        contact_point_id=row.contact_point_id,
        schedule_version_id=row.schedule_version_id,
        in_reply_to=row.in_reply_to,
        step=row.step,
        text_name=row.text_name,
        channel=Channel(row.channel),
        category=Category(row.category),
        asks=Question(row.asks) if row.asks else None,
        due_at=row.due_at,
        expires_at=row.expires_at,
        attempts=row.attempts,
        epoch=row.epoch,
        address=opened(row.address, contact_points.c.address) or "",
        given_name=opened(row.given_name, patients.c.given_name) or "",
        language=row.language or "en",
        timezone=row.timezone,
    )


def open_attempts(
    connection: Connection, organisation_id: UUID, new: Sequence[NewAttempt], now: datetime, lease_until: datetime
) -> None:
    """Writes the attempts down and marks their messages as being sent. Commit before calling anybody."""
    if not new:
        return
    connection.execute(
        attempts.insert(),
        [
            {
                "id": attempt.id,
                "organisation_id": organisation_id,
                "message_id": attempt.message_id,
                "number": attempt.number,
                "epoch": attempt.epoch,
                "provider": attempt.provider,
                "started_at": now,
            }
            for attempt in new
        ],
    )
    connection.execute(
        messages.update().where(messages.c.id == bindparam("the_id"), messages.c.epoch == bindparam("the_epoch")),
        [
            {
                "the_id": attempt.message_id,
                "the_epoch": attempt.epoch,
                "state": State.SENDING,
                "attempts": attempt.number,
                "subject": attempt.subject,
                "body": attempt.body,
                "lease_until": lease_until,
                "updated_at": now,
            }
            for attempt in new
        ],
    )


def refuse(connection: Connection, refusals: Sequence[Refusal], now: datetime) -> None:
    """Ends claimed messages that are not to be sent."""
    if refusals:
        connection.execute(
            messages.update().where(messages.c.id == bindparam("the_id"), messages.c.epoch == bindparam("the_epoch")),
            [
                {
                    "the_id": refusal.message_id,
                    "the_epoch": refusal.epoch,
                    "state": refusal.state,
                    "reason": refusal.reason,
                    "why": refusal.why,
                    "lease_until": None,
                    "updated_at": now,
                }
                for refusal in refusals
            ],
        )


def hold(connection: Connection, held: Sequence[tuple[Pending, datetime, str]], now: datetime) -> None:
    """Puts claimed messages back to planned, for a later moment: (message, due, why)."""
    if held:
        connection.execute(
            messages.update().where(messages.c.id == bindparam("the_id"), messages.c.epoch == bindparam("the_epoch")),
            [
                {
                    "the_id": pending.id,
                    "the_epoch": pending.epoch,
                    "state": State.PLANNED,
                    "due_at": until,
                    "why": why,
                    "lease_until": None,
                    "updated_at": now,
                }
                for pending, until, why in held
            ],
        )


_HANDED = tuple(str(state) for state in (State.HANDED_OVER, State.SENT, State.DELIVERED, State.UNDELIVERED))


def record_results(connection: Connection, results: Sequence[Result]) -> None:
    """Stores answers of the provider. A callback that was quicker stands: a message only moves forward."""
    if not results:
        return
    ordered = sorted(results, key=lambda result: result.message_id)
    connection.execute(
        attempts.update().where(attempts.c.id == bindparam("the_id")),
        [
            {
                "the_id": result.attempt_id,
                "finished_at": result.finished_at,
                "outcome": result.outcome,
                "code": result.code,
                "words": result.words,
                "provider_id": result.provider_id,
            }
            for result in ordered
        ],
    )
    connection.execute(
        _ADVANCE,
        [
            {
                "id": result.message_id,
                "epoch": result.epoch,
                "state": str(result.state),
                "from_states": sorted(str(state) for state in sources_of(result.state)),
                "reason": result.code,
                "retry_at": result.retry_at,
                "handed_over_at": result.finished_at if result.state in _HANDED else None,
                "at": result.finished_at,
            }
            for result in ordered
        ],
    )


_ADVANCE = text(
    """
    UPDATE messages SET state = :state, reason = :reason, lease_until = NULL, updated_at = :at,
           due_at = coalesce(:retry_at, due_at), handed_over_at = coalesce(handed_over_at, :handed_over_at)
    WHERE id = :id AND epoch = :epoch AND state = ANY(:from_states)
    """
)
