"""What it means when a fact about an appointment changes: which event that is, if any. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.values import AppointmentStatus, Event, Kind

STANDS = frozenset({AppointmentStatus.BOOKED, AppointmentStatus.ATTENDED})


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts of an appointment that a plan rests on."""

    status: AppointmentStatus
    starts_at: datetime
    ends_at: datetime
    kind: Kind
    clinic: str


class Replan(StrEnum):
    """What to do with the messages of an appointment whose facts changed."""

    NOTHING = "nothing"
    WITHDRAW = "withdraw"  # it no longer stands: withdraw what is queued, say what the event asks for
    AFRESH = "afresh"  # withdraw what is queued and plan again


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happened (None: nothing a schedule can speak of), and what to do with the messages."""

    event: Event | None
    replan: Replan
    forget_readiness: bool = False


_EVENTS = {
    AppointmentStatus.CANCELLED: Event.CANCELLED,
    AppointmentStatus.NO_SHOW: Event.NO_SHOW,
    AppointmentStatus.ATTENDED: Event.ATTENDED,
    AppointmentStatus.RETRACTED: None,
}


def change_of(before: Facts | None, after: Facts) -> Change:
    """The change from `before` (None: the appointment is new) to `after`.

    A visit that stops standing and one that moves lose their readiness: a "yes" was to the old time.
    """
    if before is None:
        return Change(event=Event.BOOKED, replan=Replan.AFRESH)
    stood, stands = before.status in STANDS, after.status in STANDS
    if not stands:
        if before.status is after.status:
            return Change(event=None, replan=Replan.NOTHING)
        return Change(event=_EVENTS[after.status], replan=Replan.WITHDRAW, forget_readiness=True)
    if not stood:
        return Change(event=Event.BOOKED, replan=Replan.AFRESH)
    if (before.starts_at, before.clinic) != (after.starts_at, after.clinic):
        return Change(event=Event.MOVED, replan=Replan.AFRESH, forget_readiness=True)
    if (before.ends_at, before.kind) != (after.ends_at, after.kind):
        return Change(event=Event.BOOKED, replan=Replan.AFRESH)
    if before.status is AppointmentStatus.BOOKED and after.status is AppointmentStatus.ATTENDED:
        return Change(event=Event.ATTENDED, replan=Replan.NOTHING)
    if before.status is AppointmentStatus.ATTENDED and after.status is AppointmentStatus.BOOKED:
        # Recorded by mistake: what follows attendance is withdrawn, the rest waits for it again.
        return Change(event=Event.BOOKED, replan=Replan.AFRESH)
    return Change(event=None, replan=Replan.NOTHING)
