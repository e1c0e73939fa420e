"""What a schedule means for one appointment: for each step one message, or one reason why there is none.

`plan` is pure: the same inputs give the same plan. Whether a step may be said is asked in `refusals`,
when it is said in `due`, and what the patient has heard so far in `heard`.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from service.domain import explain
from service.domain.channels import on_all_channels
from service.domain.clocks import own_rules
from service.domain.due import settle_late, timed
from service.domain.heard import heard, is_on
from service.domain.refusals import refusal, unmet, unreachable, usable_contacts
from service.domain.scene import Late, Scene
from service.domain.schedule import OnEvent, Schedule, Step
from service.domain.values import (
    Appointment,
    Clinic,
    Event,
    History,
    Plan,
    PlannedMessage,
    Recipient,
    Skipped,
    SkipReason,
)

__all__ = ["NO_STEP", "plan", "unmet", "usable_contacts"]

AFTER_THE_NEWS = timedelta(minutes=1)
NO_STEP = "-"  # stands where a plan has no steps to speak of; no real key looks like it


def plan(
    appointment: Appointment,
    schedule: Schedule | None,
    clinic: Clinic,
    recipient: Recipient,
    history: History,
    now: datetime,
    cause: Event,
) -> Plan:
    """The messages of one appointment, in the order of the schedule's steps.

    BOOKED and MOVED answer for every step; CANCELLED, NO_SHOW and ATTENDED only for the steps said on that
    event. Without a schedule the plan is one `Skipped` with the step `NO_STEP`.
    """
    if schedule is None:
        why = explain.no_schedule(appointment.kind)
        return [Skipped(step=NO_STEP, reason=SkipReason.NO_SCHEDULE, why=why)]
    schedule = own_rules(schedule, recipient)
    scene = Scene(
        appointment=appointment,
        schedule=schedule,
        clinic=clinic,
        recipient=recipient,
        history=history,
        heard=heard(history, schedule, appointment, clinic.name),
        now=now,
        cause=cause,
    )
    outcomes = [_outcome(scene, step) for step in schedule.steps if _concerns(cause, step)]
    return _news_first(scene, on_all_channels(scene, settle_late(scene, outcomes)))


def _news_first(scene: Scene, planned: Plan) -> Plan:
    """Whoever is told that a visit moved hears that first: it says that earlier times no longer count."""
    moved = {step.key for step in scene.schedule.steps if is_on(step, Event.MOVED)}
    news_at = max((m.due_at for m in planned if isinstance(m, PlannedMessage) and m.step in moved), default=None)
    if news_at is None:
        return planned
    earliest = news_at + AFTER_THE_NEWS
    return [
        replace(item, due_at=earliest)
        if isinstance(item, PlannedMessage) and item.step not in moved and item.due_at < earliest < item.expires_at
        else item
        for item in planned
    ]


def _concerns(cause: Event, step: Step) -> bool:
    if cause in (Event.BOOKED, Event.MOVED):
        return True
    return isinstance(step.timing, OnEvent) and step.timing.event is cause


def _outcome(scene: Scene, step: Step) -> PlannedMessage | Skipped | Late:
    refused = refusal(scene, step)
    if refused is not None:
        return refused
    usable = usable_contacts(scene.recipient, step.channels, step.category)
    return timed(scene, step, usable[0]) if usable else unreachable(scene, step)
