"""The things Handrail speaks of, as plain frozen values. No I/O, no clock.

Instants are aware UTC and end in `_at`; dates end in `_on`; wall times end in `_local`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What sort of visit an appointment is."""

    IV = "iv"
    IM = "im"
    ESKETAMINE = "esketamine"
    ORAL = "oral"
    CONSULTATION = "consultation"
    INTEGRATION = "integration"


class AppointmentStatus(StrEnum):
    """Where a visit stands. `retracted`: it was entered in error, so nothing is said to the patient."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    ATTENDED = "attended"
    RETRACTED = "retracted"


class Channel(StrEnum):
    SMS = "sms"
    EMAIL = "email"


class Category(StrEnum):
    """What a patient can say yes or stop to, each by itself."""

    REMINDER = "reminder"
    CHECK_IN = "check_in"
    OTHER = "other"


class Priority(IntEnum):
    """Order of harm: when not everything can go out at once, lower goes first."""

    REPLY = 0
    SAFETY = 10
    NORMAL = 20
    LOW = 30


class Question(StrEnum):
    """What a message asks the patient, so that a bare "1" or "C" has a meaning."""

    CONFIRM = "confirm"
    RIDE = "ride"
    FASTING = "fasting"
    SCORE = "score"


class Shift(StrEnum):
    """Where a message goes that falls outside sending hours."""

    EARLIER = "earlier"
    LATER = "later"
    DROP = "drop"


class Event(StrEnum):
    """What can happen to an appointment and cause a message."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    ATTENDED = "attended"


class Condition(StrEnum):
    """A test a step makes of the visit, when planned and again when sent."""

    UNCONFIRMED = "unconfirmed"
    RIDE_UNKNOWN = "ride_unknown"
    FIRST_VISIT = "first_visit"
    REPEAT_VISIT = "repeat_visit"
    ATTENDED = "attended"
    NO_EMAIL = "no_email"
    NO_SMS = "no_sms"


class IfUnsure(StrEnum):
    """What to do when nobody can say whether the provider took a message."""

    SEND_AGAIN = "send_again"
    ASK_STAFF = "ask_staff"


class Clock(StrEnum):
    """A moment that the visit's own rules compute, counted back from its start."""

    SOLIDS = "solids"
    LIGHT_MEAL = "light_meal"
    CLEAR_LIQUIDS = "clear_liquids"
    MEDICINES = "medicines"
    ARRIVAL = "arrival"


# --- who and what ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Window:
    """Hours of a day in which messages may go out, as wall times; `closes` is not included."""

    opens_local: time
    closes_local: time


@dataclass(frozen=True, kw_only=True)
class SendingHours:
    """When messages that nobody asked for may reach a patient, in the patient's own zone."""

    weekday: Window = Window(opens_local=time(9), closes_local=time(20))
    weekend: Window = Window(opens_local=time(10), closes_local=time(18))


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """One site. `discreet_name` is what patients see in messages."""

    name: str
    discreet_name: str
    timezone: str
    phone: str
    address: str = ""
    sending_hours: SendingHours = field(default_factory=SendingHours)
    holidays: dict[date, str] = field(default_factory=dict)
    assume_attended_after: timedelta = timedelta(hours=2)
    hold_moved: timedelta = timedelta(minutes=3)


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """One visit. `version` rises with every new plan, so that a plan's messages can be told from an older one's."""

    id: UUID
    kind: Kind
    status: AppointmentStatus
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime | None = None
    version: int = 1
    attended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A contact point as the planner needs it: no address, only whether it may be used, and for what."""

    id: UUID
    channel: Channel
    allowed: frozenset[Category]
    refusal: str = ""


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """A patient as the planner needs them. `contacts` are in the patient's order of preference.

    `clock_overrides` are a clinician's own rules for this patient, in the place of the schedule's.
    """

    language: str = "en"
    timezone: str | None = None
    contacts: tuple[Contact, ...] = ()
    visits_before: int = 0
    clock_overrides: dict[Clock, timedelta] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Told:
    """Something the patient may have got from us about this appointment, and what it said of it.

    `kind` None and `clinic` empty: not known, taken as the present ones. `counts`: they have it, as far as anyone can
    tell; without it they may believe it (so a move must be told), but it need not have reached them.
    """

    step: str
    appointment_version: int
    starts_at: datetime
    handed_over_at: datetime
    kind: Kind | None = None
    clinic: str = ""
    counts: bool = True


@dataclass(frozen=True, kw_only=True)
class History:
    """What happened to the appointment before this plan.

    `answered`: the steps whose question the patient answered, and when. `attended` is False only where the visit
    is over and nobody recorded that the patient came.
    """

    told: tuple[Told, ...] = ()
    confirmed: bool = False
    ride_known: bool = False
    answered: dict[str, datetime] = field(default_factory=dict)
    attended: bool = True


# --- what a plan is ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PlannedMessage:
    """One message to be. `why` is one sentence for staff; it names no person."""

    step: str
    channel: Channel
    contact_id: UUID
    category: Category
    priority: Priority
    due_at: datetime
    expires_at: datetime
    why: str
    occurrence: int = 1


class SkipReason(StrEnum):
    """Why a step yields no message. Each has a sentence in `explain`."""

    TIME_PASSED = "time_passed"
    NO_LONGER_OF_USE = "no_longer_of_use"
    ALREADY_TOLD = "already_told"
    LATE_BOOKING = "late_booking"
    OUTSIDE_HOURS = "outside_hours"
    NO_CONTACT = "no_contact"
    NO_PERMISSION = "no_permission"
    CONDITION = "condition"
    NOT_THIS_EVENT = "not_this_event"
    NOT_STANDING = "not_standing"
    NOT_ATTENDED = "not_attended"
    NO_SCHEDULE = "no_schedule"


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A step that yields no message, and why, in one sentence for staff."""

    step: str
    reason: SkipReason
    why: str
    due_at: datetime | None = None


Plan = list[PlannedMessage | Skipped]
