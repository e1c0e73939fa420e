"""The configuration that comes with Handrail, read as the service reads it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from service.domain.clinic_file import read_clinic
from service.domain.schedule import Schedule, Step
from service.domain.schedule_file import read_schedule
from service.domain.texts_file import TextsFile, read_texts
from service.domain.values import Appointment, AppointmentStatus, Category, Channel, Clinic, Contact, Recipient
from service.messaging.rendering import context, render_sms

CONFIG = Path(__file__).parents[2] / "config"
LANGUAGES = ("en", "es")


def _sources(folder: str) -> Iterator[tuple[str, str]]:
    for path in sorted((CONFIG / folder).glob("*.toml")):
        yield path.stem, path.read_text(encoding="utf-8")


CLINICS: dict[str, Clinic] = {name: read_clinic(source, name).clinic for name, source in _sources("clinics")}
SCHEDULES: dict[str, Schedule] = {name: read_schedule(source, name) for name, source in _sources("schedules")}
TEXTS: dict[str, dict[str, TextsFile]] = {
    language: {name: read_texts(source, name) for name, source in _sources(f"templates/{language}")}
    for language in LANGUAGES
}
SACRAMENTO = CLINICS["sacramento"]


@dataclass(frozen=True, kw_only=True)
class Said:
    """One form of one step's text, as a patient would read it the day before a visit."""

    schedule: str
    step: Step
    language: str
    source: str
    words: str

    def __str__(self) -> str:
        return f"{self.language} {self.schedule}.{self.step.key}: {self.words}"


def visit(schedule: Schedule, starts_at: datetime) -> Appointment:
    return Appointment(
        id=uuid4(),
        kind=schedule.kinds[0],
        status=AppointmentStatus.BOOKED,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=40),
        booked_at=starts_at - timedelta(days=30),
    )


def patient(language: str = "en", *, visits_before: int = 0) -> Recipient:
    phone = Contact(id=uuid4(), channel=Channel.SMS, allowed=frozenset(Category))
    return Recipient(language=language, contacts=(phone,), visits_before=visits_before)


def everything_said() -> Iterator[Said]:
    """Every text of every step in every language, full and short: nine in the morning of Tue, 16 March 2027."""
    starts_at = datetime(2027, 3, 16, 16, tzinfo=UTC)
    for name, schedule in SCHEDULES.items():
        for language in LANGUAGES:
            words_for = context(
                appointment=visit(schedule, starts_at),
                schedule=schedule,
                clinic=SACRAMENTO,
                recipient=patient(language),
                first_name="Maria",
                link="",
                now=starts_at - timedelta(days=1),
            )
            for step in schedule.steps:
                for source in forms(step, language):
                    said = render_sms(source, words_for)
                    yield Said(schedule=name, step=step, language=language, source=source, words=said)


def forms(step: Step, language: str) -> tuple[str, ...]:
    file, name = step.text.split(".")
    text = TEXTS[language][file][name]
    return tuple(form for form in (text.sms, text.short) if form)
