"""Whether somebody who answers for it has read a schedule's clinical words, and lately enough."""

from collections.abc import Iterable
from datetime import date

from service.domain.clinic_file import ClinicFile
from service.domain.reading import Mistake
from service.domain.schedule import Schedule
from service.domain.toml_lines import line_of, lines_of
from service.domain.values import Priority
from service.messaging.folder_files import SourceFile
from service.messaging.text_checks import Findings


def check_review(schedule: Schedule, file: SourceFile, clinics: Iterable[ClinicFile], today: date | None) -> Findings:
    """Flags a clinical schedule without a review, or with one that is overdue; refuses it where a clinic says so."""
    found = _unreviewed(schedule, file) or (_overdue(schedule, file, today) if today else None)
    if found is None or not _is_clinical(schedule):
        return Findings()
    if any(clinic.refuse_overdue_reviews for clinic in clinics):
        return Findings(mistakes=(found,))
    return Findings(warnings=(found,))


def _is_clinical(schedule: Schedule) -> bool:
    """It tells of fasting or driving, or says something for safety's sake."""
    speaks_of_safety = any(step.priority is Priority.SAFETY for step in schedule.steps)
    return bool(schedule.clocks or schedule.driving or speaks_of_safety)


def _unreviewed(schedule: Schedule, file: SourceFile) -> Mistake | None:
    if schedule.reviewed_by and schedule.reviewed_on:
        return None
    remedy = "Have it read against the clinic's protocol, then write reviewed_by and reviewed_on."
    return _at(file, "reviewed_by", "nobody is named who reviewed these texts, or not when", remedy)


def _overdue(schedule: Schedule, file: SourceFile, today: date) -> Mistake | None:
    assert schedule.reviewed_on is not None
    if schedule.reviewed_on > today:
        return _at(file, "reviewed_on", f"{schedule.reviewed_on} is in the future", "Write the day of the review.")
    due_on = schedule.reviewed_on + schedule.review_every
    if due_on >= today:
        return None
    problem = f"the review was due by {due_on}"
    return _at(file, "reviewed_on", problem, "Have it read again, then write the new date.")


def _at(file: SourceFile, key: str, problem: str, remedy: str) -> Mistake:
    line = line_of(lines_of(file.source), (key,))
    return Mistake(file=file.file, line=line, where=key, problem=problem, remedy=remedy)
