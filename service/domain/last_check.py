"""The last look before a message is sent: is it still true, still allowed, still of use? Pure."""

from dataclasses import dataclass
from datetime import datetime

from service.domain.explain import UNMET_WORDS
from service.domain.hours import fit, holidays_around
from service.domain.refusals import speaks_another, unmet
from service.domain.schedule import OnEvent, OnStep, Step, StepEvent
from service.domain.states import State
from service.domain.values import Appointment, AppointmentStatus, Category, Clinic, Event, History, Recipient, Shift


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A message about to be sent. `allowed` are the categories its contact point has agreed to now."""

    category: Category
    expires_at: datetime
    visit_starts_at: datetime | None
    allowed: frozenset[Category]
    is_own_contact: bool


@dataclass(frozen=True, kw_only=True)
class Send:
    """Go ahead."""


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Not now: back to planned, for this moment."""

    until: datetime
    why: str


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Never: the message ends in `state`, for `reason`, which `why` says in a sentence for staff."""

    state: State
    reason: str
    why: str


Verdict = Send | Hold | Stop

_STATUS_OF_EVENT = {Event.CANCELLED: AppointmentStatus.CANCELLED, Event.NO_SHOW: AppointmentStatus.NO_SHOW}


def check(
    candidate: Candidate,
    step: Step | None,
    appointment: Appointment | None,
    clinic: Clinic,
    recipient: Recipient,
    history: History,
    now: datetime,
) -> Verdict:
    """For messages that a schedule made. Direct answers to a patient's own text do not pass here."""
    if candidate.expires_at <= now:
        return Stop(state=State.EXPIRED, reason="no_longer_of_use", why="Not sent: it was no longer of use.")
    if not candidate.is_own_contact:
        return _stop("contact_changed", "Not sent: the patient is no longer reached at this number or address.")
    if candidate.category not in candidate.allowed:
        return _stop("no_permission", "Not sent: permission was refused or withdrawn.")
    if appointment is None or step is None:
        return _stop("gone", "Not sent: its appointment or its step is no longer there.")
    if appointment.starts_at != candidate.visit_starts_at:
        return _stop("moved", "Not sent: the appointment is at another time now.")
    if not _still_stands(step, appointment):
        return _stop("not_standing", f"Not sent: the appointment is {appointment.status.replace('_', '-')} now.")
    condition = unmet(step.only_if, history, recipient)
    if condition is not None:
        return _stop("condition", f"Not sent: {UNMET_WORDS[condition]}.")
    if speaks_another(step, recipient):
        return _stop("condition", "Not sent: the patient is written to in another language now.")
    if _answered_since(step, history):
        return _stop("answered", "Not sent: the patient has answered meanwhile.")
    return _within_hours(candidate, clinic, recipient, now)


def _stop(reason: str, why: str) -> Stop:
    return Stop(state=State.SUPPRESSED, reason=reason, why=why)


def _answered_since(step: Step, history: History) -> bool:
    timing = step.timing
    return isinstance(timing, OnStep) and timing.event is StepEvent.UNANSWERED and timing.of in history.answered


def _still_stands(step: Step, appointment: Appointment) -> bool:
    if isinstance(step.timing, OnEvent) and step.timing.event in _STATUS_OF_EVENT:
        return appointment.status is _STATUS_OF_EVENT[step.timing.event]
    return appointment.status in (AppointmentStatus.BOOKED, AppointmentStatus.ATTENDED)


def _within_hours(candidate: Candidate, clinic: Clinic, recipient: Recipient, now: datetime) -> Verdict:
    """A message that is late waits for the next allowed hour, if it is still of use then."""
    zone = recipient.timezone or clinic.timezone
    fitted = fit(
        now,
        hours=clinic.sending_hours,
        timezone=zone,
        holidays=holidays_around(clinic.holidays, candidate.visit_starts_at or now, zone),
        shift=Shift.LATER,
        not_before=now,
        not_after=candidate.expires_at,
    )
    if fitted is None:
        why = "Not sent: it was late, and the next allowed hour comes after its use."
        return Stop(state=State.EXPIRED, reason="outside_hours", why=why)
    if fitted.at > now:
        return Hold(until=fitted.at, why="Late, and held until the next allowed hour.")
    return Send()
