"""The next channel, where a step's first message failed: planned once, while it is still of use, in sending hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, select

from service.domain.hours import fit, holidays_around
from service.domain.reach import FallBackIf
from service.domain.refusals import usable_contacts
from service.domain.schedule import Step
from service.domain.states import NEVER_SENT, State
from service.domain.values import AppointmentStatus, Category, Channel, Contact, Priority, Question, Recipient, Shift
from service.messaging.planning import version_in
from service.messaging.reachable import contacts_by_patient
from service.providers.outcome import ErrorClass
from service.providers.twilio_codes import TWILIO_CODES
from service.storage.clinics import ClinicRecord, clinic_records
from service.storage.messages import NewMessage, add_messages
from service.storage.people import speech_of
from service.storage.tables import appointments, messages

LANDLINE_CODES = frozenset({"30006", "21614", "21635"})
LIVE_OR_ARRIVED = frozenset(State) - NEVER_SENT - {State.FAILED, State.UNDELIVERED}
ENDED = frozenset({State.FAILED, State.UNDELIVERED})
ON_ITS_WAY = frozenset({State.HANDED_OVER, State.SENT})
AS_LONG_AS = timedelta(days=8)  # nothing handed over longer ago than this is still of use

MessageRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Way:
    """Another contact point for a message, and the moment it may be used."""

    contact: Contact
    at: datetime


def plan_fallbacks(connection: Connection, organisation_id: UUID, now: datetime) -> int:
    """Plans what is due to be said on another channel. Returns how many messages were planned."""
    rows = connection.execute(
        select(messages, appointments.c.version.label("version_now"))
        .join(appointments, appointments.c.id == messages.c.appointment_id)
        .where(
            messages.c.in_reply_to.is_(None),
            messages.c.due_at.between(now - AS_LONG_AS, now),
            messages.c.expires_at > now,
            messages.c.state.in_([str(state) for state in ENDED | ON_ITS_WAY]),
            messages.c.visit_starts_at == appointments.c.starts_at,
            appointments.c.status.in_([AppointmentStatus.BOOKED, AppointmentStatus.ATTENDED]),
        )
        .order_by(messages.c.id)
    ).all()
    return sum(fall_back(connection, organisation_id, row, now) for row in rows if _is_time(connection, row, now))


def _is_time(connection: Connection, row: MessageRow, now: datetime) -> bool:
    step = step_of(connection, row)
    if step is None or step.reach.fallback_after is None:
        return False
    return row.reason in LANDLINE_CODES or (row.handed_over_at or row.updated_at) + step.reach.fallback_after <= now


def fall_back(connection: Connection, organisation_id: UUID, row: MessageRow, now: datetime) -> bool:
    """Plans the message anew for the next contact point, if there is one. At most one at a time is under way."""
    way = way_on(connection, row, now)
    if way is None:
        return False
    clinic = clinic_records(connection)[row.clinic_id]
    version = connection.scalar(select(appointments.c.version).where(appointments.c.id == row.appointment_id))
    new = _again(row, way, clinic, occurrence=_tried(connection, row)[1] + 1, version=version or 1)
    add_messages(connection, organisation_id, [new], now)
    return True


def way_on(connection: Connection, row: MessageRow, now: datetime) -> Way | None:
    """The next contact point that may be used for this message while it is still of use; None where there is none."""
    step = step_of(connection, row)
    if step is None or step.reach.fallback_after is None or row.patient_id is None or not _allows(step, row):
        return None
    tried, _ = _tried(connection, row)
    contacts = contacts_by_patient(connection, [row.patient_id]).get(row.patient_id, ())
    usable = usable_contacts(Recipient(contacts=contacts), step.channels, step.category)
    left = [contact for contact in usable if contact.id not in tried]
    if not left or _is_under_way(connection, row):
        return None
    speech = speech_of(connection, [row.patient_id])[row.patient_id]
    at = _allowed_at(clinic_records(connection)[row.clinic_id], speech.timezone, row, now)
    return None if at is None else Way(contact=left[0], at=at)


def step_of(connection: Connection, row: MessageRow) -> Step | None:
    if row.schedule_version_id is None:
        return None
    return version_in(connection, row.schedule_version_id).schedule.step(row.step)


def _allows(step: Step, row: MessageRow) -> bool:
    """Where the first may yet arrive, or may have, only a step that accepts hearing it twice goes on."""
    if State(row.state) in ENDED and not _may_have_arrived(row.reason):
        return True
    may_repeat = step.reach.fallback_if is FallBackIf.NOT_DELIVERED
    return may_repeat and State(row.state) in ENDED | ON_ITS_WAY


def _may_have_arrived(code: str) -> bool:
    known = TWILIO_CODES.get(code)
    return code == "uncertain" or (known is not None and known.error is ErrorClass.UNCERTAIN)


def _tried(connection: Connection, row: MessageRow) -> tuple[frozenset[UUID], int]:
    """The contact points this has been sent to about the present start, and the highest occurrence so far."""
    same = _same_thing(row)
    points = connection.scalars(
        select(messages.c.contact_point_id).where(*same, messages.c.state.not_in([str(s) for s in NEVER_SENT]))
    )
    most = connection.scalar(select(func.max(messages.c.occurrence)).where(*same))
    return frozenset(points), int(most or 1)


def _is_under_way(connection: Connection, row: MessageRow) -> bool:
    """Whether the same thing is planned, on its way or delivered by another message."""
    other = select(messages.c.id).where(
        *_same_thing(row), messages.c.id != row.id, messages.c.state.in_([str(state) for state in LIVE_OR_ARRIVED])
    )
    return connection.scalar(other.limit(1)) is not None


def _same_thing(row: MessageRow) -> tuple[Any, ...]:
    return (
        messages.c.appointment_id == row.appointment_id,
        messages.c.step == row.step,
        messages.c.visit_starts_at == row.visit_starts_at,
        messages.c.in_reply_to.is_(None),
    )


def _allowed_at(clinic: ClinicRecord, timezone: str | None, row: MessageRow, now: datetime) -> datetime | None:
    zone = timezone or clinic.clinic.timezone
    found = fit(
        now,
        hours=clinic.clinic.sending_hours,
        timezone=zone,
        holidays=holidays_around(clinic.clinic.holidays, row.visit_starts_at, zone),
        shift=Shift.LATER,
        not_before=now,
        not_after=row.expires_at - timedelta.resolution,
    )
    return found.at if found else None


_BECAUSE = {State.FAILED: "could not be sent", State.UNDELIVERED: "was not delivered"}
_NAMES = {Channel.SMS: "text", Channel.EMAIL: "e-mail"}


def _again(row: MessageRow, way: Way, clinic: ClinicRecord, *, occurrence: int, version: int) -> NewMessage:
    because = _BECAUSE.get(State(row.state), "is not known to have arrived")
    return NewMessage(
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        appointment_id=row.appointment_id,
        appointment_version=version,
        visit_starts_at=row.visit_starts_at,
        schedule_version_id=row.schedule_version_id,
        step=row.step,
        occurrence=occurrence,
        text_name=row.text_name,
        asks=Question(row.asks) if row.asks else None,
        category=Category(row.category),
        priority=Priority(row.priority),
        state=State.PLANNED,
        why=f"Said again by {_NAMES[way.contact.channel]}, because the {_NAMES[Channel(row.channel)]} {because}.",
        channel=way.contact.channel,
        contact_point_id=way.contact.id,
        sender_id=clinic.sender_id(way.contact.channel),
        due_at=way.at,
        expires_at=row.expires_at,
    )
