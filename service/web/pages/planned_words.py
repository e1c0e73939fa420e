"""What a message that has not gone out yet would say, as it stands now."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection

from service.domain.values import Channel, Clinic, Clock, Recipient
from service.messaging.planning import opened, visits_before
from service.messaging.rendering import BadText
from service.messaging.schedule_bundle import NoSuchText, OpenBundle
from service.messaging.speaking import Speaker, Words
from service.storage.appointments import AppointmentRecord, visits_of
from service.storage.clinics import bundle_of
from service.storage.clock_overrides import overrides_of
from service.storage.timeline import MessageFacts, PatientFacts

LINK = "[a link to the patient's own page]"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whom and what a message is about. `record` None: no visit."""

    patient: PatientFacts | None
    record: AppointmentRecord | None
    clinic: Clinic
    visits_before: int
    clock_overrides: dict[Clock, timedelta] = field(default_factory=dict)

    @property
    def language(self) -> str:
        return self.patient.language if self.patient else "en"


def subject_of(
    connection: Connection, patient: PatientFacts | None, record: AppointmentRecord | None, clinic: Clinic
) -> Subject:
    before = 0
    overrides: dict[Clock, timedelta] = {}
    if record is not None:
        overrides = overrides_of(connection, [record.patient_id]).get(record.patient_id, {})
        visits = visits_of(connection, [record.patient_id])
        before = visits_before(record, visits.get(record.patient_id, []))
    return Subject(patient=patient, record=record, clinic=clinic, visits_before=before, clock_overrides=overrides)


def planned_words(connection: Connection, message: MessageFacts, subject: Subject) -> Words:
    """As of the moment it is due. Where the text cannot be made, the words say why."""
    speaker = Speaker(now=message.due_at or message.created_at)
    try:
        return say(connection, message, subject, speaker, message.channel or Channel.SMS, LINK)
    except (BadText, NoSuchText) as problem:
        return Words(subject="", body=f"This text cannot be made: {problem}")


def say(
    connection: Connection, message: MessageFacts, subject: Subject, speaker: Speaker, channel: Channel, link: str
) -> Words:
    """Raises `BadText` or `NoSuchText`."""
    if message.schedule_version_id is None:
        raise NoSuchText("it belongs to no schedule")
    return speaker.say(
        bundle_for(connection, message.schedule_version_id),
        text_name=message.text_name,
        channel=channel,
        appointment=subject.record.appointment if subject.record else None,
        clinic=subject.clinic,
        recipient=Recipient(
            language=subject.language,
            timezone=subject.patient.timezone if subject.patient else None,
            visits_before=subject.visits_before,
            clock_overrides=subject.clock_overrides,
        ),
        first_name=subject.patient.given_name if subject.patient else "",
        link=link,
    )


_bundles: dict[UUID, OpenBundle] = {}  # a version never changes, so what was read once stays true
_BUNDLES_KEPT = 256


def bundle_for(connection: Connection, version_id: UUID) -> OpenBundle:
    """The schedule and texts of a version that a message of this organisation names."""
    found = _bundles.get(version_id)
    if found is None:
        if len(_bundles) >= _BUNDLES_KEPT:
            _bundles.clear()
        found = _bundles[version_id] = opened(version_id, bundle_of(connection, version_id))
    return found
