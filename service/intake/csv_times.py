"""Where and when the visit of a row is: its clinic's wall time as instants."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.domain.values import Clinic
from service.domain.walltime import instant
from service.intake.mapping import Mapping
from service.intake.row import Row

LONGEST_VISIT = timedelta(hours=24)


def clinic_of(row: Row, mapping: Mapping, only: Clinic | None) -> Clinic | None:
    """The clinic the row names, or `only`. None, and a refusal, where that is not clear."""
    column = mapping.columns.location
    if only and not row.text(column):
        return only
    if column is None:
        raise ValueError("an export without a location column needs a clinic")
    clinic = row.word(column, mapping.locations, "locations")
    if clinic and only and clinic.name != only.name:
        row.refuse(column, f"This line is not of {only.name}", "Import it without --clinic.")
    return clinic


def span_of(row: Row, mapping: Mapping, clinic: Clinic | None) -> tuple[datetime, datetime] | None:
    """Start and end in UTC. None, and every refusal that can be found, where one of them is not clear."""
    columns = mapping.columns
    on = row.date(columns.date, mapping.date_format)
    at_local = row.time(columns.time, mapping.time_format)
    length = _length(row, columns.length_minutes)
    ends_local = row.time(columns.end_time, mapping.time_format) if columns.end_time else None
    if on is None or at_local is None or clinic is None or (length is None and ends_local is None):
        return None
    starts_at = instant(on, at_local, clinic.timezone)
    _warn_of_clock_change(row, columns.time, on, at_local, clinic)
    ends_at = starts_at + length if length else instant(on, ends_local or at_local, clinic.timezone)
    if ends_at <= starts_at:
        row.refuse(columns.end_time or columns.time, "The visit ends before it starts", "Correct the times.")
    return starts_at, ends_at


def _length(row: Row, column: str | None) -> timedelta | None:
    if column is None:
        return None
    text, remedy = row.text(column), "Write the length in whole minutes, such as 40."
    if not re.fullmatch(r"-?[0-9]{1,6}", text):
        row.refuse(column, "Is no number of minutes", remedy)
    elif int(text) <= 0:
        row.refuse(column, "The visit ends before it starts", remedy)
    elif timedelta(minutes=int(text)) > LONGEST_VISIT:
        row.refuse(column, "Is longer than a day", remedy)
    else:
        return timedelta(minutes=int(text))
    return None


def _warn_of_clock_change(row: Row, column: str, on: date, at_local: time, clinic: Clinic) -> None:
    wall = datetime.combine(on, at_local, tzinfo=ZoneInfo(clinic.timezone))
    first, second = wall.replace(fold=0), wall.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return
    used = first.astimezone(UTC).astimezone(ZoneInfo(clinic.timezone))
    shown = f"{used:%I:%M %p %Z}".lstrip("0")
    if used.time() != at_local:
        problem = f"The clocks skip this time on that day; {shown} is used"
    else:
        problem = f"The clocks show this time twice on that day; the first, {shown}, is used"
    row.warn(column, problem, "Check the time with the patient.")


def booked_at_of(row: Row, mapping: Mapping, clinic: Clinic) -> datetime | None:
    """When the visit was entered, in UTC; None where the export does not say."""
    wall_local = row.moment(mapping.columns.booked, mapping.booked_format)
    return wall_local and instant(wall_local.date(), wall_local.time(), clinic.timezone)
