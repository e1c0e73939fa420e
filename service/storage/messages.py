"""Messages as plans make and withdraw them. Claiming and sending are in `claims.py` and `attempts.py`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from service.domain.states import MAYBE_WITH_PROVIDER, WITHDRAWABLE, State
from service.domain.values import Category, Channel, Kind, Priority, Question
from service.storage.ids import new_id
from service.storage.tables import appointments, messages


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """A row to be: a message with all that sending needs, or (state skipped) the reason why there is none."""

    clinic_id: UUID
    patient_id: UUID | None
    step: str
    category: Category
    priority: Priority
    state: State
    why: str
    text_name: str = ""
    reason: str = ""
    appointment_id: UUID | None = None
    appointment_version: int | None = None
    visit_starts_at: datetime | None = None
    visit_kind: Kind | None = None
    contact_point_id: UUID | None = None
    sender_id: UUID | None = None
    schedule_version_id: UUID | None = None
    in_reply_to: UUID | None = None
    occurrence: int = 1
    channel: Channel | None = None
    asks: Question | None = None
    due_at: datetime | None = None
    expires_at: datetime | None = None


def add_messages(connection: Connection, organisation_id: UUID, new: Sequence[NewMessage], now: datetime) -> None:
    """Stores them. One that stands already (same appointment, step, version, recipient) is left as it is."""
    if not new:
        return
    rows = [
        vars(message) | {"id": new_id(), "organisation_id": organisation_id, "created_at": now, "updated_at": now}
        for message in new
    ]
    connection.execute(insert(messages).on_conflict_do_nothing(), rows)


def withdraw(
    connection: Connection,
    now: datetime,
    *,
    reason: str,
    appointment_ids: Iterable[UUID] | None = None,
    contact_point_id: UUID | None = None,
    categories: Iterable[Category] | None = None,
    keep_text: str | None = None,
) -> int:
    """Cancels what has not been sent, by appointments or by contact point. Returns how many. `keep_text`: not this one.

    A message being opened for sending in another transaction is waited for; it is then past withdrawing, and the
    caller sees it as told.
    """
    statement = (
        messages.update()
        .where(messages.c.state.in_([str(state) for state in WITHDRAWABLE]))
        .values(state=State.CANCELLED, reason=reason, lease_until=None, updated_at=now)
    )
    if appointment_ids is not None:
        statement = statement.where(
            messages.c.appointment_id.in_(list(appointment_ids)), messages.c.in_reply_to.is_(None)
        )
    if contact_point_id is not None:
        statement = statement.where(messages.c.contact_point_id == contact_point_id)
    if keep_text is not None:
        statement = statement.where(messages.c.text_name != keep_text)
    if categories is not None:
        statement = statement.where(messages.c.category.in_([str(category) for category in categories]))
    return connection.execute(statement).rowcount


@dataclass(frozen=True, kw_only=True)
class Said:
    """A message that the patient may have got, as planning anew looks at it."""

    step: str
    version: int
    clinic_id: UUID
    contact_point_id: UUID | None
    visit_starts_at: datetime
    visit_kind: Kind | None
    state: State
    handed_over_at: datetime


# A message that staff were asked about because nobody could say whether it arrived.
_PERHAPS = (messages.c.state == State.FAILED) & (messages.c.reason == "uncertain")


def said_about(connection: Connection, appointment_ids: Iterable[UUID]) -> dict[UUID, list[Said]]:
    """What has been, or may have been, handed to a provider about each appointment."""
    rows = connection.execute(
        select(
            messages.c.appointment_id,
            messages.c.step,
            messages.c.appointment_version,
            messages.c.clinic_id,
            messages.c.contact_point_id,
            messages.c.visit_starts_at,
            messages.c.visit_kind,
            messages.c.state,
            messages.c.handed_over_at,
            messages.c.updated_at,
        ).where(
            messages.c.appointment_id.in_(list(appointment_ids)),
            messages.c.in_reply_to.is_(None),
            messages.c.state.in_([str(state) for state in MAYBE_WITH_PROVIDER]) | _PERHAPS,
        )
    )
    said: dict[UUID, list[Said]] = {}
    for row in rows:
        said.setdefault(row.appointment_id, []).append(
            Said(
                step=row.step,
                version=row.appointment_version,
                clinic_id=row.clinic_id,
                contact_point_id=row.contact_point_id,
                visit_starts_at=row.visit_starts_at,
                visit_kind=Kind(row.visit_kind) if row.visit_kind else None,
                state=State(row.state),
                handed_over_at=row.handed_over_at or row.updated_at,
            )
        )
    return said


def asked_about(connection: Connection, appointment_ids: Iterable[UUID], question: Question) -> frozenset[UUID]:
    """Those visits about whose present start this has been, or may have been, asked."""
    rows = connection.scalars(
        select(messages.c.appointment_id)
        .join(appointments, appointments.c.id == messages.c.appointment_id)
        .where(
            messages.c.appointment_id.in_(list(appointment_ids)),
            messages.c.asks == question,
            messages.c.visit_starts_at == appointments.c.starts_at,
            messages.c.state.in_([str(state) for state in MAYBE_WITH_PROVIDER]),
        )
        .distinct()
    )
    return frozenset(rows)
