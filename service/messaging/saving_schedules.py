"""Saving a schedule makes a new version. It sends nothing and plans nothing anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.domain.reading import BadFile, Mistake
from service.domain.schedule import Schedule
from service.domain.schedule_file import read_schedule
from service.domain.texts_file import Text
from service.domain.toml_lines import line_of, lines_of
from service.messaging.config_checks import check_schedule
from service.messaging.folder_files import ConfigFolder, SourceFile
from service.messaging.given_texts import GivenTexts, with_given
from service.messaging.schedule_bundle import COMMON, ScheduleBundle, bundled, open_bundle, source_of
from service.storage.audits import record_audit
from service.storage.clinics import clinic_records, put_schedule_version
from service.storage.schedule_versions import (
    StoredSchedule,
    bundle_of_number,
    lock_schedules,
    stored_schedule,
    stored_schedules,
)

Texts = dict[str, dict[str, Text]]


class NoSuchSchedule(LookupError):
    """There is no schedule, or no version, of that name."""


class Outdated(Exception):
    """Somebody saved in between. `base` is the version the caller had before them, `current` the one in force."""

    def __init__(self, base: int, current: StoredSchedule | None) -> None:
        number = current.version.number if current else 0
        super().__init__(
            f"Version {number} is in force, and this change was made to version {base}."
            " Read the schedule again, make the change to it, and save that."
        )
        self.base, self.current = base, number


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A schedule that could be saved, free of mistakes. `warnings` are worth a look."""

    schedule: Schedule
    made: ScheduleBundle
    warnings: tuple[Mistake, ...]


@dataclass(frozen=True, kw_only=True)
class Saved:
    """`is_new` is false where the content was in force already."""

    stored: StoredSchedule
    is_new: bool
    warnings: tuple[Mistake, ...] = ()


def check_candidate(connection: Connection, name: str, source: str, given: GivenTexts, now: datetime) -> Candidate:
    """The schedule `source` (TOML) with the texts in force, where `given` has no others. Raises `BadFile`."""
    file = SourceFile(file=f"{name}.toml", source=source)
    schedule = read_schedule(source, file.file)
    _refuse(_other_name(schedule, name, file), _taken_kinds(connection, schedule, file))
    texts = with_given(_texts_in_force(connection, name), given)
    findings = check_schedule(_folder(connection, schedule, file, texts), today=now.date())
    if findings.mistakes:
        raise BadFile(findings.mistakes)
    return Candidate(schedule=schedule, made=bundled(schedule, source, texts), warnings=findings.warnings)


def save_schedule(
    connection: Connection,
    organisation_id: UUID,
    name: str,
    source: str,
    given: GivenTexts,
    *,
    base_version: int | None,
    actor: str,
    reason: str,
    now: datetime,
) -> Saved:
    """Puts a new version in force. `base_version` 0: there must be none yet; None: whatever there is.

    Raises `Outdated` or `BadFile`; the stored version then stays as it was.
    """
    lock_schedules(connection)
    _refuse_outdated(connection, name, base_version)
    candidate = check_candidate(connection, name, source, given, now)
    saved = _put(connection, organisation_id, candidate, actor=actor, reason=reason, now=now)
    return Saved(stored=saved.stored, is_new=saved.is_new, warnings=candidate.warnings)


def roll_back(
    connection: Connection,
    organisation_id: UUID,
    name: str,
    number: int,
    *,
    base_version: int | None,
    actor: str,
    reason: str,
    now: datetime,
) -> Saved:
    """A new version with the content of version `number`. Raises `NoSuchSchedule`, `Outdated` or `BadFile`."""
    lock_schedules(connection)
    stored = schedule_called(connection, name)
    _refuse_outdated(connection, name, base_version)
    content = bundle_of_number(connection, stored.id, number)
    if content is None:
        last = f"There are versions 1 to {stored.version.number}."
        raise NoSuchSchedule(f"The schedule {name!r} has no version {number} that could be taken. {last}")
    source, texts = source_of(content), open_bundle(content).texts
    schedule = read_schedule(source, f"{name}.toml, version {number}")
    _refuse(_taken_kinds(connection, schedule, SourceFile(file=f"{name}.toml", source=source)))
    candidate = Candidate(schedule=schedule, made=bundled(schedule, source, texts), warnings=())
    words = f"back to version {number}: {reason}" if reason else f"back to version {number}"
    return _put(connection, organisation_id, candidate, actor=actor, reason=words, now=now)


def schedule_called(connection: Connection, name: str) -> StoredSchedule:
    """The schedule with its version in force. Raises `NoSuchSchedule`, which names those there are."""
    stored = stored_schedule(connection, name)
    if stored is None:
        names = ", ".join(each.name for each in stored_schedules(connection))
        raise NoSuchSchedule(f"There is no schedule {name!r}. There are: {names or 'none'}.")
    return stored


def _put(
    connection: Connection, organisation_id: UUID, candidate: Candidate, *, actor: str, reason: str, now: datetime
) -> Saved:
    made = candidate.made
    is_new = put_schedule_version(
        connection,
        organisation_id,
        made.name,
        candidate.schedule.kinds,
        made.content,
        made.digest,
        made_by=actor,
        reason=reason,
        now=now,
    )
    if is_new:
        record_audit(
            connection, organisation_id, [("schedule.new_version", "schedule", made.name)], actor=actor, now=now
        )
    return Saved(stored=schedule_called(connection, made.name), is_new=is_new)


def _refuse_outdated(connection: Connection, name: str, base_version: int | None) -> None:
    current = stored_schedule(connection, name)
    if base_version is not None and base_version != (current.version.number if current else 0):
        raise Outdated(base_version, current)


# --- what is checked beside the schedule itself -------------------------------------------------


def _refuse(*mistakes: Mistake | None) -> None:
    found = [mistake for mistake in mistakes if mistake is not None]
    if found:
        raise BadFile(found)


def _other_name(schedule: Schedule, name: str, file: SourceFile) -> Mistake | None:
    if schedule.name == name:
        return None
    problem = f"the schedule calls itself {schedule.name!r}, but it is saved as {name!r}"
    return _at(file, "name", problem, "Use the same name in both places.")


def _taken_kinds(connection: Connection, schedule: Schedule, file: SourceFile) -> Mistake | None:
    """Which schedule a visit gets must never be a matter of luck."""
    for other in stored_schedules(connection):
        taken = [kind.value for kind in schedule.kinds if kind in other.kinds and other.name != schedule.name]
        if taken:
            problem = f"{taken[0]!r} already has the schedule {other.name!r}"
            return _at(file, "kinds", problem, "Take the kind out of one of the two.")
    return None


def _at(file: SourceFile, key: str, problem: str, remedy: str) -> Mistake:
    line = line_of(lines_of(file.source), (key,))
    return Mistake(file=file.file, line=line, where=key, problem=problem, remedy=remedy)


def _texts_in_force(connection: Connection, name: str) -> Texts:
    """The schedule's own; for one that is new, the texts that all schedules share."""
    stored = stored_schedule(connection, name)
    if stored is not None:
        return {language: dict(said) for language, said in open_bundle(stored.bundle).texts.items()}
    shared: Texts = {}
    for other in stored_schedules(connection):
        for language, said in open_bundle(other.bundle).texts.items():
            common = {text: words for text, words in said.items() if text.startswith(COMMON)}
            shared.setdefault(language, {}).update(common)
    return shared


def _folder(
    connection: Connection, schedule: Schedule, file: SourceFile, texts: Mapping[str, Mapping[str, Text]]
) -> ConfigFolder:
    clinics = {record.clinic.name: record.file for record in clinic_records(connection).values()}
    files = {(language, name.rpartition(".")[0]): f"texts.{language}" for language in texts for name in texts[language]}
    return ConfigFolder(
        clinics=clinics,
        clinic_files={},
        schedules={schedule.name: schedule},
        schedule_files={schedule.name: file},
        texts=texts,
        text_files=files,
    )
