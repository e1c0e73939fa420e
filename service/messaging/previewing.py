"""What a schedule would say to an imaginary patient: planned and rendered, nothing stored, nothing sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service.domain.plan import plan
from service.domain.schedule import Step
from service.domain.segments import count
from service.domain.values import (
    Appointment,
    AppointmentStatus,
    Category,
    Channel,
    Clinic,
    Contact,
    Event,
    History,
    PlannedMessage,
    Recipient,
    Skipped,
)
from service.messaging.rendering import TextContext, context, render_email, render_sms
from service.messaging.schedule_bundle import OpenBundle, choose_text

FIRST_NAME = "Alex"
LINK = "https://clinic.example/m/0123456789abcdefghijklmnopqrstuv"
LONG_BEFORE = timedelta(days=90)  # so early that no step is late


@dataclass(frozen=True, kw_only=True)
class ImaginaryVisit:
    """A visit of nobody. `booked_at` None: long before. `patient_timezone` None: the clinic's."""

    starts_at: datetime
    length: timedelta
    booked_at: datetime | None = None
    language: str = "en"
    patient_timezone: str | None = None


@dataclass(frozen=True, kw_only=True)
class PreviewedMessage:
    """A message in the words it would have at `due_at`. `segments` is for SMS, `subject` for e-mail."""

    planned: PlannedMessage
    text: str
    subject: str | None
    segments: int | None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Messages by time, skipped steps in the schedule's order."""

    messages: tuple[PreviewedMessage, ...]
    skipped: tuple[Skipped, ...]


def preview_schedule(opened: OpenBundle, clinic: Clinic, visit: ImaginaryVisit) -> Preview:
    """What a first-time patient with a phone and an e-mail address would get, as planned when booked."""
    now = visit.booked_at or visit.starts_at - LONG_BEFORE
    appointment = Appointment(
        id=UUID(int=0),
        kind=opened.schedule.kinds[0],
        status=AppointmentStatus.BOOKED,
        starts_at=visit.starts_at,
        ends_at=visit.starts_at + visit.length,
        booked_at=now,
    )
    recipient = _recipient(visit)
    found = plan(appointment, opened.schedule, clinic, recipient, History(), now, Event.BOOKED)
    planned = sorted((each for each in found if isinstance(each, PlannedMessage)), key=lambda each: each.due_at)
    return Preview(
        messages=tuple(_worded(each, opened, appointment, clinic, recipient) for each in planned),
        skipped=tuple(each for each in found if isinstance(each, Skipped)),
    )


def _recipient(visit: ImaginaryVisit) -> Recipient:
    allowed = frozenset(Category)
    contacts = (
        Contact(id=UUID(int=number), channel=channel, allowed=allowed) for number, channel in enumerate(Channel, 1)
    )
    return Recipient(language=visit.language, timezone=visit.patient_timezone, contacts=tuple(contacts))


def _worded(
    planned: PlannedMessage, opened: OpenBundle, appointment: Appointment, clinic: Clinic, recipient: Recipient
) -> PreviewedMessage:
    step = opened.schedule.step(planned.step)
    assert step is not None  # the plan names only steps of this schedule
    values = context(
        appointment=appointment,
        schedule=opened.schedule,
        clinic=clinic,
        recipient=recipient,
        first_name=FIRST_NAME,
        link=LINK,
        now=planned.due_at,
    )
    if planned.channel is Channel.EMAIL:
        return _email(planned, opened, step, recipient.language, values)
    source = choose_text(opened.text(step.text, recipient.language), recipient.visits_before == 0)
    text = render_sms(source, values)
    return PreviewedMessage(planned=planned, text=text, subject=None, segments=count(text).segments)


def _email(
    planned: PlannedMessage, opened: OpenBundle, step: Step, language: str, values: TextContext
) -> PreviewedMessage:
    words = opened.email(step.text, language)
    subject, body = render_email(words.subject, words.body, values)
    return PreviewedMessage(planned=planned, text=body, subject=subject, segments=None)
