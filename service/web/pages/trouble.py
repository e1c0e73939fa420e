"""What is missing or wrong before a visit, in words, and whether it can wait. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from service.domain.changes import STANDS
from service.domain.schedule import Schedule
from service.domain.values import AppointmentStatus, Clock
from service.domain.walltime import local
from service.storage.appointments import Item, Known
from service.storage.board import BoardVisit, Reach
from service.web.pages.words import Status, Tone


class Grade(IntEnum):
    """Order on the board: what a person must do something about comes first."""

    ACT = 0
    WATCH = 1
    FINE = 2
    OVER = 3


@dataclass(frozen=True, kw_only=True)
class Trouble:
    words: str
    grade: Grade


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What the visit's schedule asks of the patient."""

    ride: bool
    fasting: bool


@dataclass(frozen=True, kw_only=True)
class Marks:
    """The four marks of readiness. None: does not apply to this visit."""

    confirmed: Status | None = None
    ride: Status | None = None
    fasting: Status | None = None
    told: Status | None = None


NOTHING_NEEDED = Needs(ride=False, fasting=False)
_FASTING_CLOCKS = frozenset({Clock.SOLIDS, Clock.LIGHT_MEAL, Clock.CLEAR_LIQUIDS})
_REACH = {
    Reach.NO_CONTACT: "No phone number or e-mail: phone or write before the visit",
    Reach.NO_PERMISSION: "No permission to send messages: phone before the visit",
    Reach.OPTED_OUT: "Asked for no more messages: phone before the visit",
}


def needs_of(schedule: Schedule | None) -> Needs:
    if schedule is None:
        return NOTHING_NEEDED
    return Needs(ride=schedule.driving is not None, fasting=bool(_FASTING_CLOCKS & schedule.clocks.keys()))


def is_ahead(visit: BoardVisit, now: datetime) -> bool:
    return visit.status is AppointmentStatus.BOOKED and visit.starts_at > now


def troubles(visit: BoardVisit, needs: Needs, timezone: str, now: datetime) -> list[Trouble]:
    """The gravest first. Empty once the visit began, or where it does not stand."""
    if not is_ahead(visit, now):
        return []
    found = [*_unreached(visit), *_unready(visit, needs, _is_near(visit, timezone, now))]
    return sorted(found, key=lambda trouble: trouble.grade)


def grade_of(visit: BoardVisit, found: list[Trouble], now: datetime) -> Grade:
    if not is_ahead(visit, now):
        return Grade.OVER
    return min((trouble.grade for trouble in found), default=Grade.FINE)


def _is_near(visit: BoardVisit, timezone: str, now: datetime) -> bool:
    """From the start of the day before the visit, on the clinic's calendar."""
    day_before = local(visit.starts_at, timezone).date() - timedelta(days=1)
    return local(now, timezone).date() >= day_before


def _unreached(visit: BoardVisit) -> Iterator[Trouble]:
    if visit.reach is not Reach.OPEN:
        yield Trouble(words=_REACH[visit.reach], grade=Grade.ACT)
    telling = visit.telling
    for count, words in (
        (telling.undelivered, "not delivered"),
        (telling.failed, "refused"),
        (telling.uncertain, "uncertain"),
    ):
        if count:
            yield Trouble(words=f"{_messages(count)} {words}", grade=Grade.ACT)


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"


def _unready(visit: BoardVisit, needs: Needs, near: bool) -> Iterator[Trouble]:
    ride, fasting = visit.known.get(Item.RIDE), visit.known.get(Item.FASTING)
    if needs.ride and ride is not None and not ride.ok:
        yield Trouble(words="Has no ride", grade=Grade.ACT)
    if needs.ride and ride is None and near:
        yield Trouble(words="Ride not known", grade=Grade.ACT)
    if needs.fasting and fasting is not None and not fasting.ok:
        yield Trouble(words="Ate or drank, or did not understand the fasting times", grade=Grade.ACT)
    if near and Item.CONFIRMED not in visit.known:
        yield Trouble(words="Not confirmed", grade=Grade.WATCH)
    if near and visit.telling.told_at is None and visit.reach is Reach.OPEN:
        yield Trouble(words="No message has reached the patient yet", grade=Grade.WATCH)


def marks(visit: BoardVisit, needs: Needs) -> Marks:
    known = visit.known
    if visit.status not in STANDS:
        return Marks()
    return Marks(
        confirmed=_mark(known.get(Item.CONFIRMED), "Confirmed", "Says no", "Not yet"),
        ride=_mark(known.get(Item.RIDE), "Has a ride", "No ride", "Not known") if needs.ride else None,
        fasting=_mark(known.get(Item.FASTING), "Understood", "Not kept", "Not known") if needs.fasting else None,
        told=_told(visit),
    )


def _mark(known: Known | None, yes: str, no: str, unknown: str) -> Status:
    if known is None:
        return Status(words=unknown, tone=Tone.QUIET)
    return Status(words=yes, tone=Tone.GOOD) if known.ok else Status(words=no, tone=Tone.BAD)


def _told(visit: BoardVisit) -> Status:
    """Delivered, not merely sent."""
    telling = visit.telling
    if telling.told_at is not None:
        return Status(words="Told", tone=Tone.GOOD)
    if telling.undelivered or telling.failed:
        return Status(words="Not reached", tone=Tone.BAD)
    if telling.uncertain:
        return Status(words="Uncertain", tone=Tone.CARE)
    if telling.on_the_way:
        return Status(words="On its way", tone=Tone.WAITING)
    return Status(words="Not yet", tone=Tone.QUIET)
