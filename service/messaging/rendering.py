"""From a visit and a text to the words a patient reads, as true at the moment of sending."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime

from service.domain import wording
from service.domain.clocks import may_drive_at, own_rules, visit_clocks
from service.domain.schedule import Schedule
from service.domain.segments import plain
from service.domain.values import Appointment, Clinic, Clock, Recipient
from service.domain.walltime import local
from service.messaging.text_templates import BadText, TextProblem, check_template, fill

__all__ = [
    "BadText",
    "ClockWords",
    "TextContext",
    "TextProblem",
    "VisitWords",
    "check_template",
    "context",
    "context_without_visit",
    "render_email",
    "render_sms",
]


@dataclass(frozen=True, kw_only=True)
class VisitWords:
    """`date`: "Tue, Mar 16". `time`: "9:00 AM". `when`: both, after "tomorrow" where that is true."""

    date: str
    time: str
    when: str


@dataclass(frozen=True, kw_only=True)
class ClockWords:
    """The visit's own clocks, as "2:00 AM Tue". None: the schedule has no such clock."""

    solids: str | None = None
    light_meal: str | None = None
    clear_liquids: str | None = None
    medicines: str | None = None
    arrival: str | None = None


@dataclass(frozen=True, kw_only=True)
class TextContext:
    """Everything a text may quote. What is None counts as undefined: quoting it is an error."""

    first_name: str
    clinic_name: str
    clinic_phone: str
    link: str = ""
    visit: VisitWords | None = None
    clock: ClockWords = ClockWords()
    driving_until: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """Says instants of one clinic to one patient."""

    clinic_zone: str
    patient_zone: str
    language: str

    def zone(self, at: datetime) -> str:
        """The words for the clinic's zone, where the patient's own clocks show another time."""
        here, there = local(at, self.clinic_zone), local(at, self.patient_zone)
        if here.utcoffset() == there.utcoffset():
            return ""
        return " " + wording.zone_words(self.clinic_zone, at, self.language)

    def clock_day(self, at: datetime) -> str:
        return wording.clock_day(local(at, self.clinic_zone), self.language) + self.zone(at)

    def visit(self, starts_at: datetime, now: datetime) -> VisitWords:
        starts_local = local(starts_at, self.clinic_zone)
        return VisitWords(
            date=wording.day(starts_local, self.language),
            time=wording.clock_time(starts_local, self.language) + self.zone(starts_at),
            when=self.when(starts_at, now) + self.zone(starts_at),
        )

    def when(self, starts_at: datetime, now: datetime) -> str:
        """Without "today" or "tomorrow" if it is not the same word on the patient's calendar."""
        starts_local, now_local = local(starts_at, self.clinic_zone), local(now, self.clinic_zone)
        theirs = wording.near_day(local(starts_at, self.patient_zone), local(now, self.patient_zone))
        if wording.near_day(starts_local, now_local) is not theirs:
            return wording.moment(starts_local, self.language)
        return wording.when(starts_local, now_local, self.language)


def context(
    *,
    appointment: Appointment,
    schedule: Schedule,
    clinic: Clinic,
    recipient: Recipient,
    first_name: str,
    link: str,
    now: datetime,
) -> TextContext:
    """What a text about this visit may quote. `now`: the moment of sending."""
    reader = _Reader(
        clinic_zone=clinic.timezone,
        patient_zone=recipient.timezone or clinic.timezone,
        language=recipient.language,
    )
    may_drive = may_drive_at(appointment, schedule, clinic.timezone)
    return TextContext(
        first_name=first_name,
        clinic_name=clinic.discreet_name,
        clinic_phone=clinic.phone,
        link=link,
        visit=reader.visit(appointment.starts_at, now),
        clock=_clock_words(visit_clocks(appointment, own_rules(schedule, recipient)), reader),
        driving_until=reader.clock_day(may_drive) if may_drive else None,
    )


def _clock_words(clocks: dict[Clock, datetime], reader: _Reader) -> ClockWords:
    return ClockWords(**{clock.value: reader.clock_day(at) for clock, at in clocks.items()})


def context_without_visit(*, clinic: Clinic, first_name: str, link: str = "") -> TextContext:
    """For answers that concern no visit, such as help or an opt-out."""
    return TextContext(first_name=first_name, clinic_name=clinic.discreet_name, clinic_phone=clinic.phone, link=link)


def render_sms(text_source: str, context: TextContext) -> str:
    """One line in the cheapest characters. Raises `BadText`."""
    return " ".join(plain(fill(text_source, _values(context))).split())


def render_email(subject_source: str, body_source: str, context: TextContext) -> tuple[str, str]:
    """(subject on one line, plain-text body). Raises `BadText`."""
    values = _values(context)
    subject = " ".join(fill(subject_source, values).split())
    body = re.sub(r"\n{3,}", "\n\n", fill(body_source, values)).strip()
    return subject, body + "\n"


def _values(context: TextContext) -> dict[str, object]:
    visit = asdict(context.visit) if context.visit else {}
    clocks = {name: said for name, said in asdict(context.clock).items() if said is not None}
    return {
        "patient": {"first_name": context.first_name},
        "clinic": {"name": context.clinic_name, "phone": context.clinic_phone},
        "visit": visit,
        "clock": clocks,
        "driving": {"until": context.driving_until} if context.driving_until else {},
        "link": context.link,
    }
