"""When a step is said: its wish, what sending hours make of it, and what becomes of a wish that is late."""

from datetime import datetime, timedelta
from typing import NamedTuple

from service.domain import explain
from service.domain.hours import Fit, fit, obstacle_at
from service.domain.scene import Late, Scene, Wish, skip, speaks_after_start
from service.domain.schedule import BeforeClock, OnEvent, OnStep, Step, Timing
from service.domain.step_events import happened_at
from service.domain.timing import is_after_visit, moment
from service.domain.values import (
    Appointment,
    AppointmentStatus,
    Contact,
    Event,
    Plan,
    PlannedMessage,
    Question,
    Shift,
    Skipped,
    SkipReason,
)


def timed(scene: Scene, step: Step, contact: Contact) -> PlannedMessage | Skipped | Late:
    """The message at its allowed time, the reason why there is none, or a late wish to be settled."""
    wish = _wish(scene, step, contact)
    if wish is None:
        return skip(step, SkipReason.CONDITION, explain.no_clock(step.timing))
    due_at = wish.due_at
    if due_at >= wish.expires_at:
        return _of_no_use(scene, wish)
    if due_at < scene.now:
        return _late(scene, wish)
    found = _fit(scene, wish, due_at, step.shift, scene.now)
    if found is not None:
        return _message(wish, found.at, _why(scene, wish, found))
    was_possible = _fit(scene, wish, due_at, step.shift, None) is not None
    return _late(scene, wish) if was_possible else _outside_hours(scene, wish)


def settle_late(scene: Scene, outcomes: list[PlannedMessage | Skipped | Late]) -> Plan:
    """One late wish, the most important that can still go out, is caught up on; the others yield to it."""
    late = [outcome.wish for outcome in outcomes if isinstance(outcome, Late)]
    chances = [_Chance(wish, found) for wish in late if (found := _soonest(scene, wish)) is not None]
    chosen = min(chances, key=_importance, default=None)
    return [_settled(scene, o.wish, chosen, chances) if isinstance(o, Late) else o for o in outcomes]


class _Chance(NamedTuple):
    wish: Wish
    found: Fit


def _importance(chance: _Chance) -> tuple[int, float]:
    return chance.wish.step.priority, -chance.wish.due_at.timestamp()


def _settled(scene: Scene, wish: Wish, chosen: _Chance | None, chances: list[_Chance]) -> PlannedMessage | Skipped:
    if chosen is None or all(chance.wish is not wish for chance in chances):
        why = explain.no_longer_of_use(wish.expires_at, scene.zone)
        return skip(wish.step, SkipReason.OUTSIDE_HOURS, why, wish.due_at)
    if chosen.wish is wish:
        said, at = _said(scene, wish), chosen.found.at
        why = explain.catching_up(said, scene.zone, due_at=wish.due_at, at=at, now=scene.now)
        return _message(wish, at, why)
    why = explain.late_booking(wish.due_at, scene.zone, chosen.wish.step.title)
    return skip(wish.step, SkipReason.LATE_BOOKING, why, wish.due_at)


# --- the wish ----------------------------------------------------------------------------------


def _timing(scene: Scene, step: Step) -> Timing:
    """The step's timing, with the clinic's own hold for a move that names none."""
    if isinstance(step.timing, OnEvent) and step.timing.event is Event.MOVED and not step.timing.wait:
        return OnEvent(event=Event.MOVED, wait=scene.clinic.hold_moved)
    return step.timing


def _wish(scene: Scene, step: Step, contact: Contact) -> Wish | None:
    event_at = happened_at(scene, step.timing) if isinstance(step.timing, OnStep) else scene.now
    asked_at = moment(_timing(scene, step), scene.appointment, scene.schedule, scene.zone, event_at)
    if asked_at is None:
        return None
    due_at = max(asked_at, _attended_from(scene)) if is_after_visit(step.timing) else asked_at
    expires_at = _expires_at(scene.appointment, step, due_at)
    return Wish(
        step=step,
        contact=contact,
        # What another step caused is planned when that is noticed, which is never late by a step's own fault.
        due_at=max(due_at, scene.now) if isinstance(step.timing, OnStep) else due_at,
        expires_at=expires_at,
        waits_for_attendance=due_at > asked_at,
    )


def _attended_from(scene: Scene) -> datetime:
    """The moment from which attendance is known or may be assumed."""
    visit = scene.appointment
    is_recorded = visit.attended_at is not None or visit.status is AppointmentStatus.ATTENDED
    return visit.ends_at if is_recorded else visit.ends_at + scene.clinic.assume_attended_after


def _expires_at(appointment: Appointment, step: Step, due_at: datetime) -> datetime:
    useful = step.useful_until
    if useful.after_due is None:
        return appointment.starts_at - (useful.before_start or timedelta())
    expires_at = due_at + useful.after_due
    return expires_at if speaks_after_start(step) else min(expires_at, appointment.starts_at)


def _fit(scene: Scene, wish: Wish, due_at: datetime, shift: Shift, not_before: datetime | None) -> Fit | None:
    return fit(
        due_at,
        hours=scene.clinic.sending_hours,
        timezone=scene.recipient_zone,
        holidays=scene.holidays,
        shift=shift,
        not_before=not_before,
        not_after=wish.expires_at - timedelta.resolution,
    )


def _soonest(scene: Scene, wish: Wish) -> Fit | None:
    return _fit(scene, wish, scene.now, Shift.LATER, scene.now)


# --- the outcome -------------------------------------------------------------------------------


def _message(wish: Wish, at: datetime, why: str) -> PlannedMessage:
    return PlannedMessage(
        step=wish.step.key,
        channel=wish.contact.channel,
        contact_id=wish.contact.id,
        category=wish.step.category,
        priority=wish.step.priority,
        due_at=at,
        expires_at=wish.expires_at,
        why=why,
    )


def _said(scene: Scene, wish: Wish) -> str:
    said = explain.timing(_timing(scene, wish.step), scene.appointment, scene.zone)
    if wish.waits_for_attendance:
        said = explain.once_attended(said, wish.due_at, scene.zone)
    if scene.recipient.clock_overrides and _tells_clocks(wish.step):
        said = explain.own_clock(said)
    return said


def _tells_clocks(step: Step) -> bool:
    return isinstance(step.timing, BeforeClock) or step.asks is Question.FASTING


def _why(scene: Scene, wish: Wish, found: Fit) -> str:
    return explain.message(
        _said(scene, wish),
        scene.appointment,
        clinic_zone=scene.zone,
        recipient_zone=scene.recipient_zone,
        channel=wish.contact.channel,
        due_at=wish.due_at,
        at=found.at,
        moved=found.moved,
    )


def _late(scene: Scene, wish: Wish) -> Skipped | Late:
    if wish.expires_at <= scene.now:
        return _of_no_use(scene, wish)
    if not wish.step.catch_up:
        why = explain.time_passed(wish.due_at, scene.zone)
        return skip(wish.step, SkipReason.TIME_PASSED, why, wish.due_at)
    return Late(wish=wish)


def _of_no_use(scene: Scene, wish: Wish) -> Skipped:
    why = explain.no_longer_of_use(wish.expires_at, scene.zone)
    return skip(wish.step, SkipReason.NO_LONGER_OF_USE, why, wish.due_at)


def _outside_hours(scene: Scene, wish: Wish) -> Skipped:
    moved = obstacle_at(
        wish.due_at,
        hours=scene.clinic.sending_hours,
        timezone=scene.recipient_zone,
        holidays=scene.holidays,
    )
    why = explain.outside_hours(
        wish.due_at,
        clinic_zone=scene.zone,
        recipient_zone=scene.recipient_zone,
        moved=moved,
        channel=wish.contact.channel,
    )
    return skip(wish.step, SkipReason.OUTSIDE_HOURS, why, wish.due_at)
