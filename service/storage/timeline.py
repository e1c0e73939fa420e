"""Everything said, planned and answered about one visit, as its page shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, Row, and_, or_, select

from service.domain.states import MAYBE_WITH_PROVIDER, State
from service.domain.values import Category, Channel
from service.storage import people
from service.storage.appointments import AppointmentRecord
from service.storage.consents import Consent, consents_of
from service.storage.tables import attempts, contact_points, messages, patients, replies

_AFTERWARDS = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class PatientFacts:
    id: UUID
    given_name: str
    family_name: str
    language: str
    timezone: str | None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, kw_only=True)
class ContactFacts:
    """A number or address, and what was last said of each category of message."""

    channel: Channel
    address: str
    consents: dict[Category, Consent]


@dataclass(frozen=True, kw_only=True)
class AttemptFacts:
    """`words` are the provider's own, or "" where it gave none."""

    number: int
    provider: str
    started_at: datetime
    outcome: str | None
    code: str
    words: str


@dataclass(frozen=True, kw_only=True)
class MessageFacts:
    """`body` is what went out, or None where nothing did. `version` is that of the plan it belongs to."""

    id: UUID
    clinic_id: UUID
    patient_id: UUID | None
    appointment_id: UUID | None
    version: int | None
    schedule_version_id: UUID | None
    contact_point_id: UUID | None
    in_reply_to: UUID | None
    visit_starts_at: datetime | None
    step: str
    text_name: str
    asks: str | None
    channel: Channel | None
    address: str
    state: State
    reason: str
    why: str
    due_at: datetime | None
    expires_at: datetime | None
    handed_over_at: datetime | None
    settled_at: datetime | None
    created_at: datetime
    updated_at: datetime
    subject: str | None
    body: str | None
    attempts: tuple[AttemptFacts, ...]

    @property
    def was_said(self) -> bool:
        """It reached the provider, or may have."""
        return self.state in MAYBE_WITH_PROVIDER

    @property
    def at(self) -> datetime:
        """Where it stands on a timeline."""
        return self.handed_over_at or self.due_at or self.created_at


@dataclass(frozen=True, kw_only=True)
class ReplyFacts:
    id: UUID
    received_at: datetime
    body: str
    media: int
    intent: str
    rule: str
    urgency: str
    needs_staff: bool
    read_at: datetime | None
    read_by: str | None


def patient_facts(connection: Connection, patient_id: UUID) -> PatientFacts:
    row = connection.execute(select(patients).where(patients.c.id == patient_id)).one()
    return PatientFacts(
        id=row.id,
        given_name=row.given_name,
        family_name=row.family_name,
        language=row.language,
        timezone=row.timezone,
    )


def contacts_with_consent(connection: Connection, patient_id: UUID) -> list[ContactFacts]:
    """In the patient's order of preference."""
    points = people.contacts_of(connection, [patient_id]).get(patient_id, [])
    ledger = consents_of(connection, points)
    rows = connection.execute(select(contact_points).where(contact_points.c.id.in_(points)))
    by_id = {row.id: row for row in rows}
    return [
        ContactFacts(
            channel=Channel(by_id[point].channel), address=by_id[point].address, consents=ledger.get(point, {})
        )
        for point in points
    ]


def messages_about(connection: Connection, record: AppointmentRecord) -> list[MessageFacts]:
    """All plans' messages and the answers to replies, by the time they stand at."""
    rows = connection.execute(
        select(messages, contact_points.c.address)
        .outerjoin(contact_points, contact_points.c.id == messages.c.contact_point_id)
        .where(messages.c.patient_id == record.patient_id, messages.c.appointment_id == record.id)
    ).all()
    return sorted(_with_attempts(connection, rows), key=lambda message: (message.at, message.id))


def message_facts(connection: Connection, message_id: UUID) -> MessageFacts | None:
    rows = connection.execute(
        select(messages, contact_points.c.address)
        .outerjoin(contact_points, contact_points.c.id == messages.c.contact_point_id)
        .where(messages.c.id == message_id)
    ).all()
    return next(iter(_with_attempts(connection, rows)), None)


def organisation_of_message(connection: Connection, message_id: UUID) -> UUID | None:
    """For links, which name a message only. Needs the system's view."""
    return connection.scalar(select(messages.c.organisation_id).where(messages.c.id == message_id))


def _with_attempts(connection: Connection, rows: Sequence[Row[tuple[object, ...]]]) -> list[MessageFacts]:
    tried = _attempts_of(connection, (row.id for row in rows if row.attempts))
    return [_message(row, tuple(tried.get(row.id, ()))) for row in rows]


def _attempts_of(connection: Connection, message_ids: Iterable[UUID]) -> dict[UUID, list[AttemptFacts]]:
    rows = connection.execute(
        select(attempts).where(attempts.c.message_id.in_(list(message_ids))).order_by(attempts.c.number)
    )
    found: dict[UUID, list[AttemptFacts]] = {}
    for row in rows:
        attempt = AttemptFacts(
            number=row.number,
            provider=row.provider,
            started_at=row.started_at,
            outcome=row.outcome,
            code=row.code,
            words=row.words,
        )
        found.setdefault(row.message_id, []).append(attempt)
    return found


def _message(row: Row[tuple[object, ...]], tried: tuple[AttemptFacts, ...]) -> MessageFacts:
    return MessageFacts(
        id=row.id,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        appointment_id=row.appointment_id,
        version=row.appointment_version,
        schedule_version_id=row.schedule_version_id,
        contact_point_id=row.contact_point_id,
        in_reply_to=row.in_reply_to,
        visit_starts_at=row.visit_starts_at,
        step=row.step,
        text_name=row.text_name,
        asks=row.asks,
        channel=Channel(row.channel) if row.channel else None,
        address=row.address or "",
        state=State(row.state),
        reason=row.reason,
        why=row.why,
        due_at=row.due_at,
        expires_at=row.expires_at,
        handed_over_at=row.handed_over_at,
        settled_at=row.settled_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        subject=row.subject,
        body=row.body,
        attempts=tried,
    )


def replies_about(
    connection: Connection, record: AppointmentRecord, said: Sequence[MessageFacts], contact_point_ids: Iterable[UUID]
) -> list[ReplyFacts]:
    """What was written about this visit, and what the patient wrote about none while it was being spoken of."""
    points = {message.contact_point_id for message in said if message.contact_point_id} | set(contact_point_ids)
    since = min((message.created_at for message in said), default=record.starts_at)
    about_none = and_(
        replies.c.appointment_id.is_(None),
        replies.c.received_at >= since,
        replies.c.received_at <= record.ends_at + _AFTERWARDS,
    )
    rows = connection.execute(
        select(replies)
        .where(replies.c.contact_point_id.in_(points), or_(replies.c.appointment_id == record.id, about_none))
        .order_by(replies.c.received_at)
    )
    return [
        ReplyFacts(
            id=row.id,
            received_at=row.received_at,
            body=row.body,
            media=row.media,
            intent=row.intent,
            rule=row.rule,
            urgency=row.urgency,
            needs_staff=row.needs_staff,
            read_at=row.read_at,
            read_by=row.read_by,
        )
        for row in rows
    ]
