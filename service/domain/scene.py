"""Everything one plan looks at, gathered once, and the small values its parts hand to one another."""

from dataclasses import dataclass
from datetime import date, datetime

from service.domain.heard import Heard
from service.domain.hours import holidays_around
from service.domain.schedule import OnEvent, OnStep, Schedule, Step, Timing
from service.domain.timing import is_after_visit
from service.domain.values import Appointment, Clinic, Contact, Event, History, Recipient, Skipped, SkipReason


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The inputs of one plan. `zone` is the clinic's, `recipient_zone` the one whose sending hours count."""

    appointment: Appointment
    schedule: Schedule
    clinic: Clinic
    recipient: Recipient
    history: History
    heard: Heard
    now: datetime
    cause: Event

    @property
    def zone(self) -> str:
        return self.clinic.timezone

    @property
    def recipient_zone(self) -> str:
        return self.recipient.timezone or self.clinic.timezone

    @property
    def holidays(self) -> dict[date, str]:
        return holidays_around(self.clinic.holidays, self.appointment.starts_at, self.recipient_zone)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A step that may be said, by this contact point, with the time it asks for."""

    step: Step
    contact: Contact
    due_at: datetime
    expires_at: datetime
    waits_for_attendance: bool


@dataclass(frozen=True, kw_only=True)
class Late:
    """A wish whose time has passed and that is still worth catching up on."""

    wish: Wish


def skip(step: Step, reason: SkipReason, why: str, due_at: datetime | None = None) -> Skipped:
    return Skipped(step=step.key, reason=reason, why=why, due_at=due_at)


def speaks_after_start(step: Step) -> bool:
    """Whether the step is still of use once the visit has begun."""
    return _speaks_after_start(step.timing)


def _speaks_after_start(timing: Timing) -> bool:
    if isinstance(timing, OnStep):
        return _speaks_after_start(timing.follows)
    if isinstance(timing, OnEvent):
        return timing.event in (Event.NO_SHOW, Event.ATTENDED)
    return is_after_visit(timing)
