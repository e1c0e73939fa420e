"""The rows of a clinic's CSV export as incoming visits, one at a time, in constant memory."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.incoming import IncomingVisit
from service.domain.values import Clinic
from service.intake.csv_contacts import contacts_of, language_of
from service.intake.csv_source import CsvSource, UnusableFile
from service.intake.csv_times import booked_at_of, clinic_of, span_of
from service.intake.digest import with_digest
from service.intake.mapping import Answer, Mapping
from service.intake.problem import Problem, Severity
from service.intake.records import Flaw, Record, Unreadable
from service.intake.row import Row
from service.intake.words import clean, fold

_RECODED = "Look at the accents of names; save the export as UTF-8."
_CONTRADICTION = "Ask the patient, and make the lines agree."


@dataclass(frozen=True, kw_only=True)
class LineRead:
    """What one line of the file gives: a visit, or none because at least one problem refuses it."""

    line: int
    visit: IncomingVisit | None
    problems: tuple[Problem, ...]


def read_visits(source: CsvSource, mapping: Mapping, only: Clinic | None = None) -> Iterator[LineRead]:
    """`only` is the clinic that every line belongs to; a line that names another one is refused.

    Raises `UnusableFile` where neither the export nor `only` says which clinic it is.
    """
    if mapping.columns.location is None and only is None:
        raise UnusableFile("This export does not say which clinic it is of. Name it with --clinic.")
    places = {fold(name): place for place, name in enumerate(source.header)}
    return _lines(source, mapping, only, places)


def _lines(source: CsvSource, mapping: Mapping, only: Clinic | None, places: dict[str, int]) -> Iterator[LineRead]:
    notices = Notices(mapping)
    for record in source.records:
        if isinstance(record, Unreadable):
            yield _unreadable(record)
            continue
        fields = _trimmed(record.fields, len(source.header))
        if len(fields) != len(source.header):
            yield _wrong_width(record, len(source.header))
            continue
        row = Row(record.line, fields, places, mapping.name)
        visit = _visit(row, mapping, only)
        notices.add(row, record, visit)
        yield LineRead(line=record.line, visit=visit, problems=_worth_telling(row))


def _visit(row: Row, mapping: Mapping, only: Clinic | None) -> IncomingVisit | None:
    """None where something refuses the line; `row.problems` then lists all that does."""
    columns = mapping.columns
    external_id = row.needed(columns.external_id, "a visit without it cannot be told from others")
    patient_id = row.needed(columns.patient_id, "it is not known whose visit this is")
    kind = row.word(columns.kind, mapping.kinds, "kinds")
    standing = row.word(columns.status, mapping.statuses, "statuses")
    clinic = clinic_of(row, mapping, only)
    span = span_of(row, mapping, clinic)
    given_name = _given_name(row, columns.given_name)
    family_name = row.short(columns.family_name, row.text(columns.family_name))
    if row.is_refused or kind is None or standing is None or clinic is None or span is None:
        return None
    return with_digest(
        IncomingVisit(
            external_id=external_id,
            patient_external_id=patient_id,
            given_name=given_name,
            family_name=family_name,
            language=language_of(row, mapping),
            contacts=contacts_of(row, mapping),
            clinic=clinic.name,
            kind=kind,
            status=standing.status,
            confirmed=standing.confirmed,
            starts_at=span[0],
            ends_at=span[1],
            booked_at=booked_at_of(row, mapping, clinic),
            clinician=row.text(columns.clinician),
            digest=b"",
        )
    )


def _given_name(row: Row, column: str) -> str:
    name = row.text(column)
    if not name:
        row.warn(column, "Is empty, and texts greet by it", "Fill in the first name.")
    return row.short(column, name)


def _worth_telling(row: Row) -> tuple[Problem, ...]:
    """Only what refuses the line, if something does: a warning about a visit that is left out misleads."""
    if not row.is_refused:
        return tuple(row.problems)
    return tuple(problem for problem in row.problems if problem.severity is Severity.REFUSED)


# --- lines that are no rows ----------------------------------------------------------------------


def _trimmed(fields: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Without the empty values that spreadsheets leave behind the last column."""
    return fields[:width] if not any(value.strip() for value in fields[width:]) else fields


def _unreadable(record: Unreadable) -> LineRead:
    return _refused(record.line, clean(record.text), record.problem, record.remedy)


def _wrong_width(record: Record, width: int) -> LineRead:
    return _refused(
        record.line,
        ", ".join(clean(value) for value in record.fields[:3]),
        f"The line has {len(record.fields)} values, and the header has {width} columns",
        "Look for a missing or a spare separator, or for a value that needs quotation marks.",
    )


def _refused(line: int, value: str, problem: str, remedy: str) -> LineRead:
    refusal = Problem(line=line, column="", value=value, problem=problem, remedy=remedy, severity=Severity.REFUSED)
    return LineRead(line=line, visit=None, problems=(refusal,))


# --- what shows only beside other lines ------------------------------------------------------------


class Notices:
    """Warnings given once a file, or once a patient. Remembers one answer for each patient."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._recoded = False
        self._answers: dict[str, Answer] = {}
        self._told: set[str] = set()

    def add(self, row: Row, record: Record, visit: IncomingVisit | None) -> None:
        if record.flaw is Flaw.NOT_UTF8 and not self._recoded:
            self._recoded = True
            row.warn("", "The file is not all UTF-8; such lines are read as Windows-1252", _RECODED)
        if visit:
            self._compare_answers(row, visit.patient_external_id)

    def _compare_answers(self, row: Row, patient_id: str) -> None:
        column = self._mapping.columns.may_text
        answer = self._mapping.may_text.meaning_of(row.text(column))
        if column is None or answer is None or answer is Answer.NOT_SAID:
            return
        if self._answers.setdefault(patient_id, answer) is not answer and patient_id not in self._told:
            self._told.add(patient_id)
            row.warn(column, "An earlier line of this patient says otherwise; the no counts", _CONTRADICTION)
