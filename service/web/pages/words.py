"""Codes of the service in the words that staff read, and instants as a clinic's clocks show them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.explain import DAYS, MONTHS, clock_time, time_and_day
from service.domain.reply_rules import Intent
from service.domain.states import State
from service.domain.values import AppointmentStatus, Category, Channel, Kind
from service.domain.walltime import local
from service.storage.consents import ConsentSource


class Tone(StrEnum):
    """How a status looks: each has a colour and a shape of its own."""

    GOOD = "good"
    WAITING = "waiting"
    QUIET = "quiet"
    CARE = "care"
    BAD = "bad"


SHAPES = {Tone.GOOD: "✓", Tone.WAITING: "…", Tone.QUIET: "–", Tone.CARE: "△", Tone.BAD: "✕"}


@dataclass(frozen=True, kw_only=True)
class Status:
    """A few words with a tone."""

    words: str
    tone: Tone

    @property
    def shape(self) -> str:
        return SHAPES[self.tone]


STATES = {
    State.PLANNED: Status(words="Planned", tone=Tone.WAITING),
    State.CLAIMED: Status(words="About to be sent", tone=Tone.WAITING),
    State.SENDING: Status(words="Being sent", tone=Tone.WAITING),
    State.HANDED_OVER: Status(words="Handed over", tone=Tone.WAITING),
    State.SENT: Status(words="Sent, not yet delivered", tone=Tone.WAITING),
    State.DELIVERED: Status(words="Delivered", tone=Tone.GOOD),
    State.UNDELIVERED: Status(words="Not delivered", tone=Tone.BAD),
    State.UNCERTAIN: Status(words="Uncertain", tone=Tone.CARE),
    State.FAILED: Status(words="Refused", tone=Tone.BAD),
    State.SKIPPED: Status(words="Left out", tone=Tone.QUIET),
    State.SUPPRESSED: Status(words="Held back", tone=Tone.QUIET),
    State.CANCELLED: Status(words="Withdrawn", tone=Tone.QUIET),
    State.EXPIRED: Status(words="Too late, not sent", tone=Tone.CARE),
}
MEANINGS = {
    State.CLAIMED: "It goes out within seconds.",
    State.SENDING: "The provider is being asked to take it.",
    State.HANDED_OVER: "The provider has it and has not said more yet.",
    State.SENT: "The provider passed it on; no receipt from the phone or mailbox yet.",
    State.UNDELIVERED: "The provider took it but could not deliver it.",
    State.UNCERTAIN: "Nobody can say yet whether the provider took it. It is not sent again blindly.",
    State.FAILED: "It was refused for good.",
    State.EXPIRED: "It was no longer of use before it could go out.",
}
_WITHDRAWN = {
    "booked": "the visit was planned anew",
    "moved": "the visit moved",
    "cancelled": "the visit was cancelled",
    "no_show": "the patient did not come",
    "attended": "the visit took place",
    "retracted": "the visit was entered in error",
    "contact_changed": "the patient's contact details changed",
    "opted_out": "the patient asked for no more messages",
    "opted_in": "the patient asked for messages again, so the visit was planned anew",
    "landline": "the number turned out to be a landline",
    "clocks_set": "other fasting times were set for the patient",
}
KINDS = {
    Kind.IV: "IV infusion",
    Kind.IM: "IM injection",
    Kind.ESKETAMINE: "Esketamine",
    Kind.ORAL: "Oral",
    Kind.CONSULTATION: "Consultation",
    Kind.INTEGRATION: "Integration",
}
VISIT_STATES = {
    AppointmentStatus.BOOKED: "Booked",
    AppointmentStatus.CANCELLED: "Cancelled",
    AppointmentStatus.NO_SHOW: "Did not come",
    AppointmentStatus.ATTENDED: "Attended",
    AppointmentStatus.RETRACTED: "Entered in error",
}
CHANNELS = {Channel.SMS: "Text", Channel.EMAIL: "E-mail"}
CATEGORIES = {Category.REMINDER: "reminders", Category.CHECK_IN: "check-ins", Category.OTHER: "other messages"}
SOURCES = {
    ConsentSource.IMPORT: "the clinic's records",
    ConsentSource.PATIENT: "the patient",
    ConsentSource.STAFF: "staff",
    ConsentSource.PROVIDER: "the phone company's opt-out list",
}
INTENTS = {
    Intent.CONFIRM: "Confirms",
    Intent.CANCEL: "Wants to cancel",
    Intent.RESCHEDULE: "Wants another time",
    Intent.OPT_OUT: "Wants no more messages",
    Intent.OPT_IN: "Wants messages again",
    Intent.HELP: "Asks for help with messages",
    Intent.CRISIS: "May be in danger",
    Intent.URGENT_SYMPTOM: "Reports an urgent symptom",
    Intent.RIDE_YES: "Has a ride",
    Intent.RIDE_NO: "Has no ride",
    Intent.FASTING_OK: "Fasting understood",
    Intent.FASTING_BROKEN: "Ate or drank",
    Intent.RUNNING_LATE: "Is running late",
    Intent.WRONG_PERSON: "Says it is the wrong person",
    Intent.SCORE: "Gives a score",
    Intent.QUESTION: "Asks something",
    Intent.THANKS: "Says thanks",
    Intent.UNCLEAR: "Unclear, please read",
}
HOW = {"reply": "by text", "page": "on their page", "staff": "by hand", "import": "from the clinic's records"}


def state_status(state: str) -> Status:
    return STATES[State(state)]


def state_meaning(state: str) -> str:
    return MEANINGS.get(State(state), "")


def withdrawn_because(reason: str) -> str:
    """Why a message was withdrawn, or "" where the reason is none of those."""
    return _WITHDRAWN.get(reason, "")


def kind_words(kind: str) -> str:
    return KINDS[Kind(kind)]


def visit_state(status: str) -> str:
    return VISIT_STATES[AppointmentStatus(status)]


def channel_words(channel: str | None) -> str:
    return CHANNELS[Channel(channel)] if channel else ""


def category_words(category: str) -> str:
    return CATEGORIES[Category(category)]


def source_words(source: str) -> str:
    return SOURCES[ConsentSource(source)]


def intent_words(intent: str) -> str:
    return INTENTS[Intent(intent)]


def how_words(how: str) -> str:
    return HOW.get(how, f"from {how}")


def phone_words(address: str) -> str:
    """`+19165550130` as `(916) 555-0130`; anything else as it is."""
    digits = address.removeprefix("+1")
    if len(digits) == 10 and digits.isdigit() and address.startswith("+1"):
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return address


def dialled(phone: str) -> str:
    """A printed phone number as a telephone takes it."""
    return "".join(mark for mark in phone if mark.isdigit() or mark == "+")


def iso_day(at: datetime, timezone: str) -> str:
    """`2027-03-15`, for addresses."""
    return local(at, timezone).date().isoformat()


def clock(at: datetime, timezone: str) -> str:
    """`9:00 AM`."""
    return clock_time(local(at, timezone))


def moment(at: datetime, timezone: str) -> str:
    """`9:00 AM Mon, Mar 15`."""
    return time_and_day(local(at, timezone))


def long_day(at: datetime, timezone: str) -> str:
    """`Mon, Mar 15, 2027`."""
    there = local(at, timezone)
    return f"{DAYS[there.weekday()]}, {MONTHS[there.month - 1]} {there.day}, {there.year}"


def ago(at: datetime, now: datetime) -> str:
    """`just now`, `3 h ago`, `in 2 days`."""
    away = abs(now - at)
    if away < timedelta(minutes=1):
        return "just now"
    said = _rough(away)
    return f"{said} ago" if at < now else f"in {said}"


def deadline(at: datetime, now: datetime) -> str:
    """`due in 3 h`, `5 min overdue`."""
    return f"{_rough(now - at)} overdue" if at < now else f"due in {_rough(at - now)}"


def _rough(away: timedelta) -> str:
    """`51 min`, `1 h 42 min`, `5 h`, `3 days`: as exact as a glance needs."""
    minutes = max(away // timedelta(minutes=1), 1)
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} days"
    if hours >= 3 or (hours and not rest):
        return f"{hours} h"
    return f"{hours} h {rest} min" if hours else f"{minutes} min"


FILTERS: tuple[Callable[..., object], ...] = (
    *(state_status, state_meaning, withdrawn_because, kind_words, visit_state, channel_words, category_words),
    *(source_words, intent_words, how_words, phone_words, clock, moment, long_day, iso_day),
    *(dialled, ago, deadline),
)
