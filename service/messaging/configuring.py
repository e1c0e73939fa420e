"""Puts a configuration folder in force for one organisation. Safe to run at every start: what is the same stays."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.domain.clinic_file import ClinicFile
from service.domain.values import Channel
from service.messaging.config_folder import ConfigFolder, bundle
from service.storage.audits import record_audit
from service.storage.clinics import put_clinic, put_schedule_version, put_sender
from service.storage.schedule_versions import last_digest_by

EMAILS_PER_SECOND = 50
REASON = "loaded from the configuration folder"


@dataclass(frozen=True, kw_only=True)
class Senders:
    """What clinics send from where their own files do not say."""

    sms: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Configured:
    """How many clinics changed, and which schedules got a new version."""

    clinics: int
    schedules: tuple[str, ...]


def configure(
    connection: Connection,
    organisation_id: UUID,
    folder: ConfigFolder,
    senders: Senders,
    *,
    actor: str,
    now: datetime,
) -> Configured:
    """Stores clinics and schedules. Messages already planned keep the version they were planned by."""
    changed = sum(
        _put_clinic(connection, organisation_id, source, read, senders, now)
        for source, read in ((folder.clinic_files[name].source, read) for name, read in folder.clinics.items())
    )
    renewed = []
    for schedule in folder.schedules.values():
        made = bundle(schedule, folder)
        # A folder that did not change must not undo, at the next start, what was saved since through the API.
        if last_digest_by(connection, schedule.name, actor, REASON) == made.digest:
            continue
        if put_schedule_version(
            connection,
            organisation_id,
            schedule.name,
            schedule.kinds,
            made.content,
            made.digest,
            made_by=actor,
            reason=REASON,
            now=now,
        ):
            renewed.append(schedule.name)
    entries = [("schedule.new_version", "schedule", name) for name in renewed]
    record_audit(connection, organisation_id, entries, actor=actor, now=now)
    return Configured(clinics=changed, schedules=tuple(renewed))


def _put_clinic(
    connection: Connection, organisation_id: UUID, source: str, file: ClinicFile, senders: Senders, now: datetime
) -> bool:
    rate = float(file.segments_per_second)
    sms = put_sender(connection, organisation_id, Channel.SMS, file.sms_sender or senders.sms, rate, now)
    email = put_sender(
        connection, organisation_id, Channel.EMAIL, file.email_from or senders.email, EMAILS_PER_SECOND, now
    )
    return put_clinic(connection, organisation_id, source, sms_sender_id=sms, email_sender_id=email, now=now)
