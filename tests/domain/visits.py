"""Builders for the planner's tests: each call names only what differs from an ordinary visit.

The ordinary visit is an IV session on Mon, Mar 15, 2027, 9:00 to 9:40 AM in Los Angeles.
"""

from datetime import datetime, timedelta
from uuid import UUID

from service.domain.plan import plan
from service.domain.schedule import BeforeStart, Schedule, Step, Timing
from service.domain.values import (
    Appointment,
    AppointmentStatus,
    Category,
    Channel,
    Clinic,
    Clock,
    Contact,
    Event,
    History,
    Kind,
    Plan,
    PlannedMessage,
    Recipient,
    Skipped,
    SkipReason,
    Told,
)
from service.domain.walltime import instant

LOS_ANGELES = "America/Los_Angeles"
CLINIC = Clinic(name="Sacramento", discreet_name="Lakeside", timezone=LOS_ANGELES, phone="(916) 555-0180")
SMS = Contact(id=UUID(int=1), channel=Channel.SMS, allowed=frozenset(Category))
EMAIL = Contact(id=UUID(int=2), channel=Channel.EMAIL, allowed=frozenset(Category))
PATIENT = Recipient(contacts=(SMS, EMAIL))
THREE_HOURS_BEFORE = BeforeStart(offset=timedelta(hours=3))
NOTHING_HAPPENED = History()
CLOCKS = {Clock.SOLIDS: timedelta(hours=8), Clock.CLEAR_LIQUIDS: timedelta(hours=2)}


def at(text: str, timezone: str = LOS_ANGELES) -> datetime:
    """The instant of a wall time such as `2027-03-15 09:00`."""
    wall = datetime.fromisoformat(text)
    return instant(wall.date(), wall.time(), timezone)


MONDAY_9AM = at("2027-03-15 09:00")
LONG_BEFORE = at("2027-02-15 12:00")


def visit(
    *,
    starts_at: datetime = MONDAY_9AM,
    minutes: int = 40,
    status: AppointmentStatus = AppointmentStatus.BOOKED,
    kind: Kind = Kind.IV,
    booked_at: datetime | None = None,
    attended_at: datetime | None = None,
) -> Appointment:
    return Appointment(
        id=UUID(int=9),
        kind=kind,
        status=status,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        booked_at=booked_at,
        attended_at=attended_at,
    )


def step(key: str, timing: Timing = THREE_HOURS_BEFORE) -> Step:
    return Step(key=key, title=key.capitalize(), timing=timing, text=f"iv.{key}")


def schedule(*steps: Step) -> Schedule:
    return Schedule(name="iv", title="IV session", kinds=(Kind.IV,), steps=steps, clocks=CLOCKS)


def told(step_key: str, *, about: datetime = MONDAY_9AM, handed_over_at: datetime = LONG_BEFORE) -> Told:
    return Told(step=step_key, appointment_version=1, starts_at=about, handed_over_at=handed_over_at)


def planned(
    *steps: Step,
    appointment: Appointment | None = None,
    clinic: Clinic = CLINIC,
    patient: Recipient = PATIENT,
    history: History = NOTHING_HAPPENED,
    now: datetime = LONG_BEFORE,
    cause: Event = Event.BOOKED,
) -> Plan:
    return plan(appointment or visit(), schedule(*steps), clinic, patient, history, now, cause)


def message(outcome: PlannedMessage | Skipped) -> PlannedMessage:
    assert isinstance(outcome, PlannedMessage), outcome
    return outcome


def reasons(outcomes: Plan) -> list[SkipReason | None]:
    """The reason of each step, None for those that yield a message."""
    return [outcome.reason if isinstance(outcome, Skipped) else None for outcome in outcomes]
