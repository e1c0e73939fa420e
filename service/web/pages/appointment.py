"""One visit: its facts, how ready it is, and the timeline of everything planned, sent, left out and answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from service.domain.states import WITHDRAWABLE, State
from service.domain.values import AppointmentStatus
from service.messaging.planning import schedules_by_kind
from service.messaging.speaking import Words
from service.providers.remedies import remedy_for, words_for
from service.storage.appointments import AppointmentRecord, Item, establish, find, locked, readiness_of
from service.storage.audits import record_audit
from service.storage.board import Telling, telling_of
from service.storage.clinics import schedules_in_force
from service.storage.people import contacts_of
from service.storage.staff_accounts import staff_names
from service.storage.timeline import (
    MessageFacts,
    ReplyFacts,
    contacts_with_consent,
    message_facts,
    messages_about,
    patient_facts,
    replies_about,
)
from service.web.pages.frame import Scene, scene_of
from service.web.pages.planned_words import Subject, planned_words, subject_of
from service.web.pages.signed_in import ActingStaff, Parts, Staff
from service.web.pages.step_titles import StepTitles, step_titles
from service.web.pages.trouble import needs_of

router = APIRouter()


class Answer(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, kw_only=True)
class MessageEntry:
    """A message on the timeline. `words`: what went out, or would. `remedy`: what to do about a refusal."""

    at: datetime
    message: MessageFacts
    title: str
    words: Words | None
    remedy: str
    is_draft: bool
    template: str = "entry_message.html"


@dataclass(frozen=True, kw_only=True)
class ReplyEntry:
    at: datetime
    reply: ReplyFacts
    template: str = "entry_reply.html"


Entry = MessageEntry | ReplyEntry


@router.get("/appointments/{appointment_id}")
def appointment_page(request: Request, services: Parts, staff: Staff, appointment_id: UUID) -> Response:
    with scene_of(request, services, staff) as scene:
        record = find(scene.connection, appointment_id)
        if record is None:
            raise HTTPException(404)
        _note_view(scene, "appointment", record.id)
        return _page(scene, record)


def _page(scene: Scene, record: AppointmentRecord) -> Response:
    connection, clinic = scene.connection, scene.clinics[record.clinic_id]
    patient = patient_facts(connection, record.patient_id)
    schedules = schedules_in_force(connection)
    in_force, titles = schedules_by_kind(schedules).get(record.kind), step_titles(schedules)
    schedule = in_force.schedule if in_force else None
    about = messages_about(connection, record)
    points = contacts_of(connection, [patient.id]).get(patient.id, [])
    subject = subject_of(connection, patient, record, clinic)
    current, older = _split(about, record.version)
    told = [message for message in current if message.state is not State.SKIPPED]
    entries: list[Entry] = [*entries_of(scene, told, titles, subject)]
    written = replies_about(connection, record, about, points)
    entries += [ReplyEntry(at=reply.received_at, reply=reply) for reply in written]
    entries.sort(key=lambda entry: entry.at)
    return scene.page(
        "appointment.html",
        here="",
        record=record,
        clinic=clinic,
        zone=clinic.timezone,
        patient=patient,
        contacts=contacts_with_consent(connection, patient.id),
        known=readiness_of(connection, [record.id]).get(record.id, {}),
        items=Item,
        telling=telling_of(connection, [record.id]).get(record.id, Telling()),
        needs=needs_of(schedule),
        schedule=schedule,
        past=[entry for entry in entries if entry.at <= scene.now],
        ahead=[entry for entry in entries if entry.at > scene.now],
        left_out=_left_out(current, titles),
        older=entries_of(scene, older, titles, subject),
        names=staff_names(connection),
        is_booked=record.status is AppointmentStatus.BOOKED,
    )


def _split(about: Iterable[MessageFacts], version: int) -> tuple[list[MessageFacts], list[MessageFacts]]:
    """What belongs to the plan in force or was really said; and what earlier plans only meant to say."""
    current: list[MessageFacts] = []
    older: list[MessageFacts] = []
    for message in about:
        matters = message.was_said or message.in_reply_to is not None or message.version == version
        (current if matters else older).append(message)
    return current, older


def _left_out(current: Iterable[MessageFacts], titles: StepTitles) -> dict[str, list[str]]:
    """The steps that this plan makes no message of, by the reason why."""
    found: dict[str, list[str]] = {}
    for message in current:
        if message.state is State.SKIPPED:
            found.setdefault(message.why, []).append(titles.of(message.step, message.schedule_version_id))
    return found


def entries_of(scene: Scene, about: Sequence[MessageFacts], titles: StepTitles, subject: Subject) -> list[MessageEntry]:
    return [entry_of(scene, message, titles, subject) for message in about]


def entry_of(scene: Scene, message: MessageFacts, titles: StepTitles, subject: Subject) -> MessageEntry:
    words = Words(subject=message.subject or "", body=message.body) if message.body is not None else None
    is_draft = words is None and message.state in WITHDRAWABLE
    if is_draft:
        words = planned_words(scene.connection, message, subject)
    code = message.reason or next((tried.code for tried in reversed(message.attempts) if tried.code), "")
    return MessageEntry(
        at=message.at,
        message=message,
        title=titles.of(message.step, message.schedule_version_id, in_reply_to=message.in_reply_to),
        words=words,
        remedy=" ".join(filter(None, (words_for(code), remedy_for(code)))),
        is_draft=is_draft,
    )


@router.get("/messages/{message_id}")
def message_page(request: Request, services: Parts, staff: Staff, message_id: UUID) -> Response:
    """One message by itself, with its words."""
    with scene_of(request, services, staff) as scene:
        message = message_facts(scene.connection, message_id)
        if message is None:
            raise HTTPException(404)
        _note_view(scene, "message", message_id)
        record = find(scene.connection, message.appointment_id) if message.appointment_id else None
        patient = patient_facts(scene.connection, message.patient_id) if message.patient_id else None
        clinic = scene.clinics[message.clinic_id]
        subject = subject_of(scene.connection, patient, record, clinic)
        entry = entry_of(scene, message, step_titles(schedules_in_force(scene.connection)), subject)
        return scene.page(
            "message.html", here="messages", entry=entry, zone=clinic.timezone, clinic=clinic, patient=patient
        )


@router.post("/appointments/{appointment_id}/readiness")
def note_readiness(
    request: Request,
    services: Parts,
    staff: ActingStaff,
    appointment_id: UUID,
    item: Annotated[Item, Form()],
    ok: Annotated[Answer, Form()],
) -> Response:
    """What staff learned by phone. Kept only while the visit stands."""
    with scene_of(request, services, staff) as scene:
        records = locked(scene.connection, [appointment_id])
        if not records:
            raise HTTPException(404)
        if records[0].status is AppointmentStatus.BOOKED:
            _establish(scene, appointment_id, item, ok)
    return RedirectResponse(f"/appointments/{appointment_id}", 303)


def _establish(scene: Scene, appointment_id: UUID, item: Item, answer: Answer) -> None:
    actor, now = scene.staff.actor, scene.now
    organisation_id = scene.staff.organisation_id
    known = {appointment_id: (item, answer is Answer.YES)}
    establish(scene.connection, organisation_id, known, how="staff", actor=actor, now=now)
    audited = [(f"readiness.{item}.{answer}", "appointment", str(appointment_id))]
    record_audit(scene.connection, organisation_id, audited, actor=actor, now=now)


def _note_view(scene: Scene, subject: str, subject_id: UUID) -> None:
    """Who looked at whose visit is in the audit."""
    entry = (f"{subject}.viewed", subject, str(subject_id))
    record_audit(scene.connection, scene.staff.organisation_id, [entry], actor=scene.staff.actor, now=scene.now)
