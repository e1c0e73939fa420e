"""Opens claimed messages for sending: the last check, the rendering, and the attempt written down before any call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.domain.delivery import deliver_by
from service.domain.last_check import Candidate, Hold, Send, Stop, check
from service.domain.schedule import Step
from service.domain.states import State
from service.domain.values import AppointmentStatus, Channel, Clinic, History, Recipient
from service.messaging.answering import still_true
from service.messaging.links import Links
from service.messaging.planning import version_in, visits_before
from service.messaging.reachable import contacts_by_patient
from service.messaging.reaching import tell_if_nobody_hears
from service.messaging.rendering import BadText
from service.messaging.schedule_bundle import NoSuchText
from service.messaging.speaking import Speaker, Words
from service.messaging.stop_line import StopLines
from service.storage import appointments as visits
from service.storage.answers import answered_steps
from service.storage.appointments import AppointmentRecord, Item
from service.storage.attempts import NewAttempt, Pending, Refusal, hold, lock_claimed, open_attempts, refuse
from service.storage.clinics import ClinicRecord, clinic_records
from service.storage.clock_overrides import overrides_of
from service.storage.ids import new_id

PROVIDERS = {Channel.SMS: "twilio", Channel.EMAIL: "sendgrid"}


@dataclass(frozen=True, kw_only=True)
class Ready:
    """An opened attempt: everything the call needs, so that no transaction is open while the provider answers.

    Of no use after `expires_at`; a carrier may hold it until `deliver_by`, which is never later.
    """

    attempt_id: UUID
    message_id: UUID
    epoch: int
    number: int
    channel: Channel
    sender: str
    sender_name: str
    to: str
    subject: str
    body: str
    unsubscribe_url: str | None
    expires_at: datetime
    deliver_by: datetime


def open_batch(
    connection: Connection,
    organisation_id: UUID,
    claimed: Sequence[tuple[UUID, int]],
    *,
    links: Links,
    sms_sender: str,
    email_from: str,
    now: datetime,
    lease_until: datetime,
) -> list[Ready]:
    """Locks the claimed messages, stops or holds those that must not go now, and opens the rest."""
    locked = lock_claimed(connection, claimed)
    pending = locked.pending
    opening = _Opening(connection, pending, now)
    ready: list[Ready] = []
    attempts: list[NewAttempt] = []
    refused: list[Refusal] = list(locked.unreadable)
    held: list[tuple[Pending, Hold]] = []
    for message in pending:
        verdict, words = opening.judge(message, links)
        match verdict:
            case Stop():
                refused.append(_refusal(message, verdict))
            case Hold():
                held.append((message, verdict))
            case Send():
                assert words is not None
                clinic = opening.clinics[message.clinic_id]
                attempt = NewAttempt(
                    id=new_id(),
                    message_id=message.id,
                    number=message.attempts + 1,
                    epoch=message.epoch,
                    provider=PROVIDERS[message.channel],
                    subject=words.subject or None,
                    body=words.body,
                )
                attempts.append(attempt)
                stop = f"{links.to_message(message.id, now)}/stop" if message.channel is Channel.EMAIL else None
                ready.append(_ready(message, attempt, clinic, sms_sender, email_from, stop, now))
    refuse(connection, refused, now)
    _tell_of(connection, organisation_id, refused, now)
    hold(connection, [(message, verdict.until, verdict.why) for message, verdict in held], now)
    open_attempts(connection, organisation_id, attempts, now, lease_until)
    return ready


def _refusal(message: Pending, stop: Stop) -> Refusal:
    return Refusal(message_id=message.id, epoch=message.epoch, state=stop.state, reason=stop.reason, why=stop.why)


def _tell_of(connection: Connection, organisation_id: UUID, refused: Sequence[Refusal], now: datetime) -> None:
    """What ends here was seen by no provider, so nobody else will say that the patient does not hear it."""
    failed = [refusal for refusal in refused if refusal.state is State.FAILED]
    for refusal in failed:
        tell_if_nobody_hears(connection, organisation_id, [refusal.message_id], now, why=refusal.why)
    others = [refusal.message_id for refusal in refused if refusal.state is not State.FAILED]
    if others:
        tell_if_nobody_hears(connection, organisation_id, others, now)


def _ready(
    message: Pending,
    attempt: NewAttempt,
    clinic: ClinicRecord,
    sms_sender: str,
    email_from: str,
    stop: str | None,
    now: datetime,
) -> Ready:
    own = clinic.file.sms_sender if message.channel is Channel.SMS else clinic.file.email_from
    return Ready(
        attempt_id=attempt.id,
        message_id=message.id,
        epoch=message.epoch,
        number=attempt.number,
        channel=message.channel,
        sender=own or (sms_sender if message.channel is Channel.SMS else email_from),
        sender_name=clinic.clinic.discreet_name,
        to=message.address,
        subject=attempt.subject or "",
        body=attempt.body,
        unsubscribe_url=stop,
        expires_at=message.expires_at,
        deliver_by=_deliver_by(message, clinic.clinic, now),
    )


def _deliver_by(message: Pending, clinic: Clinic, now: datetime) -> datetime:
    """An answer to the patient's own text is not bound to hours."""
    if message.in_reply_to:
        return message.expires_at
    zone = message.timezone or clinic.timezone
    return deliver_by(now, expires_at=message.expires_at, hours=clinic.sending_hours, timezone=zone)


def _check_answer(message: Pending, record: AppointmentRecord | None) -> Send | Stop:
    """An answer goes at any hour and needs no permission, but it must not say what is no longer so."""
    if still_true(message.visit_starts_at, record.appointment if record else None):
        return Send()
    return Stop(state=State.SUPPRESSED, reason="moved", why="Not sent: the visit it answers for has changed since.")


class _Opening:
    """What one batch needs from the database, read with one query each."""

    def __init__(self, connection: Connection, pending: Sequence[Pending], now: datetime) -> None:
        self._connection = connection
        self._now = now
        self.clinics = clinic_records(connection)
        patients = {message.patient_id for message in pending if message.patient_id}
        about = {message.appointment_id for message in pending if message.appointment_id}
        self._appointments = visits.fetch(connection, about)
        self._known = visits.readiness_of(connection, about)
        self._contacts = contacts_by_patient(connection, patients)
        self._overrides = overrides_of(connection, patients)
        self._answered = answered_steps(connection, about)
        self._visits = visits.visits_of(connection, patients)
        self._speaker = Speaker(now=now)
        self._stop_lines = StopLines(connection, pending, now)

    def judge(self, message: Pending, links: Links) -> tuple[Send | Hold | Stop, Words | None]:
        appointment = self._appointments.get(message.appointment_id) if message.appointment_id else None
        clinic = self.clinics[message.clinic_id].clinic
        recipient = self._recipient(message, appointment)
        verdict = (
            _check_answer(message, appointment)
            if message.in_reply_to
            else self._check(message, appointment, clinic, recipient)
        )
        if not isinstance(verdict, Send):
            return verdict, None
        try:
            words = self._words(message, appointment, clinic, recipient, links)
            return verdict, self._with_stop_line(words, message, clinic, recipient)
        except (BadText, NoSuchText) as problem:
            why = f"Not sent: its text cannot be made ({problem})."
            return Stop(state=State.FAILED, reason="bad_text", why=why), None

    def _check(
        self, message: Pending, record: AppointmentRecord | None, clinic: Clinic, recipient: Recipient
    ) -> Send | Hold | Stop:
        known = self._known.get(message.appointment_id, {}) if message.appointment_id else {}
        own = next((c for c in recipient.contacts if c.id == message.contact_point_id), None)
        candidate = Candidate(
            category=message.category,
            expires_at=message.expires_at,
            visit_starts_at=message.visit_starts_at,
            allowed=own.allowed if own else frozenset(),
            is_own_contact=own is not None,
        )
        appointment = record.appointment if record else None
        history = History(
            confirmed=Item.CONFIRMED in known,
            ride_known=Item.RIDE in known,
            answered=self._answered.get(record.id, {}) if record else {},
            attended=appointment is not None and appointment.status is AppointmentStatus.ATTENDED,
        )
        return check(candidate, self._step(message), appointment, clinic, recipient, history, self._now)

    def _words(
        self,
        message: Pending,
        record: AppointmentRecord | None,
        clinic: Clinic,
        recipient: Recipient,
        links: Links,
    ) -> Words:
        assert message.schedule_version_id is not None
        return self._speaker.say(
            version_in(self._connection, message.schedule_version_id),
            text_name=message.text_name,
            channel=message.channel,
            appointment=record.appointment if record else None,
            clinic=clinic,
            recipient=recipient,
            first_name=message.given_name,
            link=links.to_message(message.id, self._now),
        )

    def _with_stop_line(self, words: Words, message: Pending, clinic: Clinic, recipient: Recipient) -> Words:
        assert message.schedule_version_id is not None
        bundle = version_in(self._connection, message.schedule_version_id)
        return self._stop_lines.added(words, message, bundle, clinic, visits_before=recipient.visits_before)

    def _step(self, message: Pending) -> Step | None:
        if message.schedule_version_id is None:
            return None
        bundle = version_in(self._connection, message.schedule_version_id)
        return bundle.schedule.step(message.step)

    def _recipient(self, message: Pending, record: AppointmentRecord | None) -> Recipient:
        before = visits_before(record, self._visits.get(record.patient_id, [])) if record else 0
        patient_id = message.patient_id
        return Recipient(
            language=message.language,
            timezone=message.timezone,
            visits_before=before,
            contacts=self._contacts.get(patient_id, ()) if patient_id else (),
            clock_overrides=self._overrides.get(patient_id, {}) if patient_id else {},
        )
