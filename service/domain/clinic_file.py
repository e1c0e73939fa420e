"""A clinic as staff write it, `config/clinics/<name>.toml`."""

from dataclasses import dataclass
from datetime import date

from service.domain.reading import Document, Table
from service.domain.values import Clinic, SendingHours, Window
from service.domain.walltime import is_timezone

DEFAULT_SEGMENTS_PER_SECOND = 10


@dataclass(frozen=True, kw_only=True)
class ClinicFile:
    """A clinic and what it sends with. `sms_sender` and `email_from` are "" where settings decide.

    `refuse_overdue_reviews`: a schedule whose review is overdue cannot be saved; else it is only flagged.
    """

    clinic: Clinic
    sms_sender: str = ""
    segments_per_second: int = DEFAULT_SEGMENTS_PER_SECOND
    email_from: str = ""
    refuse_overdue_reviews: bool = False


def read_clinic(source: str, file: str) -> ClinicFile:
    """Raises `BadFile` with every mistake. `file` is the name to show in them."""
    document = Document(source, file)
    found = _clinic_file(document.top)
    document.raise_if_bad()
    return found


def _clinic_file(top: Table) -> ClinicFile:
    clinic = _clinic(top)
    refuse = top.yes_or_no("refuse_overdue_reviews") is True
    sender = top.table("sender")
    top.finish()
    if sender is None:
        return ClinicFile(clinic=clinic, refuse_overdue_reviews=refuse)
    found = ClinicFile(
        clinic=clinic,
        sms_sender=sender.text("sms") or "",
        segments_per_second=sender.whole("segments_per_second", at_least=1) or DEFAULT_SEGMENTS_PER_SECOND,
        email_from=sender.text("email_from") or "",
        refuse_overdue_reviews=refuse,
    )
    sender.finish()
    return found


def _clinic(top: Table) -> Clinic:
    default = Clinic(name="", discreet_name="", timezone="", phone="")
    assumed, hold = top.duration("assume_attended_after"), top.duration("hold_moved")
    return Clinic(
        name=top.needed_text("name", '"Sacramento"'),
        discreet_name=top.needed_text("discreet_name", '"Lakeside Clinic"'),
        timezone=_timezone(top),
        phone=top.needed_text("phone", '"(916) 555-0180"'),
        address=top.text("address") or "",
        sending_hours=_sending_hours(top),
        holidays=_holidays(top),
        assume_attended_after=default.assume_attended_after if assumed is None else assumed,
        hold_moved=default.hold_moved if hold is None else hold,
    )


def _timezone(top: Table) -> str:
    name = top.needed_text("timezone", '"America/Los_Angeles"')
    if name and not is_timezone(name):
        top.mistake("timezone", f"{name!r} is not a time zone", 'Use a name such as "America/Los_Angeles".')
    return name


def _sending_hours(top: Table) -> SendingHours:
    default = SendingHours()
    table = top.table("sending_hours")
    if table is None:
        return default
    hours = SendingHours(
        weekday=_window(table, "weekday", default.weekday), weekend=_window(table, "weekend", default.weekend)
    )
    table.finish()
    return hours


def _window(hours: Table, key: str, default: Window) -> Window:
    table = hours.table(key)
    if table is None:
        return default
    table.require("opens", "09:00:00")
    table.require("closes", "20:00:00")
    opens, closes = table.wall_time("opens"), table.wall_time("closes")
    table.finish()
    if opens is None or closes is None:
        return default
    if closes <= opens:
        remedy = "Sending hours lie within one day: let closes be later than opens."
        table.mistake("closes", f"{closes:%H:%M} is not after {opens:%H:%M}", remedy)
    return Window(opens_local=opens, closes_local=closes)


def _holidays(top: Table) -> dict[date, str]:
    table = top.table("holidays")
    if table is None:
        return {}
    found = {_holiday(table, key): table.text(key) for key in table.keys}
    return {on: name for on, name in found.items() if on is not None and name is not None}


def _holiday(table: Table, key: str) -> date | None:
    try:
        return date.fromisoformat(key)
    except ValueError:
        table.mistake(key, f"{key!r} is not a date", 'Write year, month and day, such as "2026-12-25".')
        return None
