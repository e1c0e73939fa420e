"""The page behind the link in a message. Looking at it changes nothing: scanners follow links before people do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from service.domain import wording
from service.domain.schedule import OnEvent
from service.domain.values import AppointmentStatus, Channel, Clinic, Event, Question
from service.domain.walltime import local
from service.messaging.consent import set_consent
from service.messaging.rendering import BadText
from service.messaging.schedule_bundle import NoSuchText
from service.messaging.speaking import Speaker
from service.storage.appointments import AppointmentRecord, Item, establish, find, locked, readiness_of
from service.storage.audits import record_audit
from service.storage.clinics import clinic_records
from service.storage.consents import ConsentSource, allowed_categories, consents_of
from service.storage.timeline import MessageFacts, message_facts, organisation_of_message, patient_facts
from service.web.pages.frame import bare_page
from service.web.pages.patient_words import ENGLISH, SPANISH, patient_words
from service.web.pages.planned_words import Subject, bundle_for, say, subject_of
from service.web.pages.signed_in import Parts
from service.wiring import Services

router = APIRouter()


class Standing(StrEnum):
    """How a visit stands now, compared with what its message said."""

    AS_SAID = "as_said"
    MOVED = "moved"
    CANCELLED = "cancelled"
    OVER = "over"


class Mail(StrEnum):
    """Whether this message came by e-mail, and whether more may follow."""

    NONE = "none"
    ON = "on"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A link that leads somewhere, inside the transaction of its organisation."""

    connection: Connection
    organisation_id: UUID
    message: MessageFacts
    record: AppointmentRecord | None
    clinic: Clinic
    now: datetime


@contextmanager
def _opened(services: Services, token: str) -> Iterator[Opened | None]:
    """None where the link is forged, cut short or over, or its message is gone."""
    now = services.clock.now()
    message_id = services.links.message_of(token, now) if token.isascii() else None
    organisation_id = None
    if message_id is not None:
        with services.database.system() as connection:
            organisation_id = organisation_of_message(connection, message_id)
    if message_id is None or organisation_id is None:
        yield None
        return
    with services.database.organisation(organisation_id) as connection:
        message = message_facts(connection, message_id)
        assert message is not None
        yield Opened(
            connection=connection,
            organisation_id=organisation_id,
            message=message,
            record=find(connection, message.appointment_id) if message.appointment_id else None,
            clinic=clinic_records(connection)[message.clinic_id].clinic,
            now=now,
        )


@router.get("/m/{token}")
@router.get("/m/{token}/stop")  # mail programs without one-click open it; the button there does the rest
def patient_page(request: Request, services: Parts, token: str) -> Response:
    with _opened(services, token) as link:
        return _gone(request) if link is None else _show(request, link, services.settings.public_base_url)


@router.post("/m/{token}")
def patient_confirms(request: Request, services: Parts, token: str) -> Response:
    """Holding the link is the right to answer; the visit is locked, so that it cannot move meanwhile."""
    with _opened(services, token) as link:
        if link is None:
            return _gone(request)
        records = locked(link.connection, [link.record.id]) if link.record else []
        if records and may_confirm(link.message, records[0], link.now):
            _confirm(link, records[0].id)
    return RedirectResponse(request.url.path, 303)


@router.post("/m/{token}/stop")
def patient_stops_mail(request: Request, services: Parts, token: str) -> Response:
    """One click, by a person or by a mail program for them (RFC 8058): no sign-in, no question asked back."""
    with _opened(services, token) as link:
        if link is None:
            return _gone(request)
        if _mail(link) is Mail.ON and link.message.contact_point_id is not None:
            _stop_mail(link, link.message.contact_point_id)
    with _opened(services, token) as link:
        return _gone(request) if link is None else _show(request, link, services.settings.public_base_url)


def _stop_mail(link: Opened, contact_point_id: UUID) -> None:
    set_consent(
        link.connection,
        link.organisation_id,
        contact_point_id,
        given=False,
        source=ConsentSource.PATIENT,
        source_ref=f"link in message {link.message.id}",
        actor="patient",
        now=link.now,
    )
    audited = [("consent.mail_stopped", "message", str(link.message.id))]
    record_audit(link.connection, link.organisation_id, audited, actor="patient", now=link.now)


def _mail(link: Opened) -> Mail:
    """What the page can say of e-mail: nothing, where the message came by text."""
    point = link.message.contact_point_id
    if link.message.channel is not Channel.EMAIL or point is None:
        return Mail.NONE
    allowed = allowed_categories(consents_of(link.connection, [point]).get(point, {}))
    return Mail.ON if allowed else Mail.STOPPED


def _confirm(link: Opened, appointment_id: UUID) -> None:
    if Item.CONFIRMED in readiness_of(link.connection, [appointment_id]).get(appointment_id, {}):
        return
    known = {appointment_id: (Item.CONFIRMED, True)}
    establish(link.connection, link.organisation_id, known, how="page", actor="patient", now=link.now)
    audited = [("readiness.confirmed.yes", "appointment", str(appointment_id))]
    record_audit(link.connection, link.organisation_id, audited, actor="patient", now=link.now)


def may_confirm(message: MessageFacts, record: AppointmentRecord, now: datetime) -> bool:
    """The message asked, and the visit it asked about still stands at that time, ahead."""
    return (
        message.asks == Question.CONFIRM
        and record.status is AppointmentStatus.BOOKED
        and record.starts_at == message.visit_starts_at
        and record.starts_at > now
    )


def standing(message: MessageFacts, record: AppointmentRecord, now: datetime) -> Standing:
    if record.status in (AppointmentStatus.CANCELLED, AppointmentStatus.RETRACTED):
        return Standing.CANCELLED
    if record.starts_at != message.visit_starts_at:
        return Standing.MOVED
    was_before = message.due_at is not None and message.due_at < record.starts_at
    return Standing.OVER if was_before and record.ends_at <= now else Standing.AS_SAID


def _show(request: Request, link: Opened, public_base_url: str) -> Response:
    message, record = link.message, link.record
    patient = patient_facts(link.connection, message.patient_id) if message.patient_id else None
    subject = subject_of(link.connection, patient, record, link.clinic)
    words = patient_words(subject.language)
    stands = standing(message, record, link.now) if record else Standing.AS_SAID
    known = readiness_of(link.connection, [record.id]).get(record.id, {}) if record else {}
    return bare_page(
        request,
        "patient.html",
        words=words,
        first_name=patient.given_name if patient else "",
        clinic=link.clinic,
        when=_when(record, link.clinic, subject.language, link.now) if record else "",
        standing=stands,
        text=_text(link, subject, stands, f"{public_base_url}{request.url.path.removesuffix('/stop')}"),
        is_confirmed=Item.CONFIRMED in known and known[Item.CONFIRMED].ok and stands is Standing.AS_SAID,
        mail=_mail(link),
        stop_path=f"{request.url.path.removesuffix('/stop')}/stop",
        own_path=request.url.path.removesuffix("/stop"),
        may_confirm=record is not None and may_confirm(message, record, link.now),
    )


def _when(record: AppointmentRecord, clinic: Clinic, language: str, now: datetime) -> str:
    said = wording.when(local(record.starts_at, clinic.timezone), local(now, clinic.timezone), language)
    whole = said.replace(" m.", "\N{NO-BREAK SPACE}m.")
    return whole[:1].upper() + whole[1:]


def _text(link: Opened, subject: Subject, stands: Standing, own_address: str) -> str:
    """As true now. What spoke of a visit that no longer stands is not said again, unless it said just that."""
    if stands is Standing.OVER or (stands is Standing.CANCELLED and not _tells_of_the_end(link)):
        return ""
    try:
        speaker = Speaker(now=link.now)
        return say(link.connection, link.message, subject, speaker, Channel.SMS, own_address).body
    except (BadText, NoSuchText):
        return ""


def _tells_of_the_end(link: Opened) -> bool:
    version = link.message.schedule_version_id
    if version is None:
        return False
    step = bundle_for(link.connection, version).schedule.step(link.message.step)
    return step is not None and isinstance(step.timing, OnEvent) and step.timing.event is Event.CANCELLED


def _gone(request: Request) -> Response:
    """Says nothing of anybody, in both languages, since nobody knows who reads it."""
    return bare_page(request, "patient_gone.html", status=404, languages=(ENGLISH, SPANISH))
