"""Whether a step may be said at all, whatever its time: is it the news, does the visit stand, is it known?"""

from service.domain import explain
from service.domain.scene import Scene, skip, speaks_after_start
from service.domain.schedule import OnEvent, OnStep, Step
from service.domain.step_events import not_yet
from service.domain.timing import is_after_visit
from service.domain.values import (
    AppointmentStatus,
    Category,
    Channel,
    Condition,
    Contact,
    Event,
    History,
    Recipient,
    Skipped,
    SkipReason,
)


def refusal(scene: Scene, step: Step) -> Skipped | None:
    """The first reason, in this order, why the step is not said."""
    return _not_the_news(scene, step) or _not_standing(scene, step) or _known(scene, step) or _unmet(scene, step)


def unmet(conditions: tuple[Condition, ...], history: History, recipient: Recipient) -> Condition | None:
    """The first condition that does not hold. Asked when planning, and again right before sending."""
    return next((c for c in conditions if not _holds(c, history, recipient)), None)


def usable_contacts(recipient: Recipient, channels: tuple[Channel, ...], category: Category) -> list[Contact]:
    """The contact points that may be used for this, best first: the order is the patient's own."""
    return [c for c in recipient.contacts if c.channel in channels and category in c.allowed]


def unreachable(scene: Scene, step: Step) -> Skipped:
    """The reason for a step that no contact point may be used for."""
    on_file = [contact for contact in scene.recipient.contacts if contact.channel in step.channels]
    if not on_file:
        return skip(step, SkipReason.NO_CONTACT, explain.no_contact(step.channels))
    words = next((contact.refusal for contact in on_file if contact.refusal), "")
    return skip(step, SkipReason.NO_PERMISSION, explain.no_permission(words))


def _holds(condition: Condition, history: History, recipient: Recipient) -> bool:
    match condition:
        case Condition.UNCONFIRMED:
            return not history.confirmed
        case Condition.RIDE_UNKNOWN:
            return not history.ride_known
        case Condition.FIRST_VISIT:
            return recipient.visits_before == 0
        case Condition.REPEAT_VISIT:
            return recipient.visits_before > 0
        case Condition.ATTENDED:
            return history.attended
        case Condition.NO_EMAIL:
            return not _at_hand(recipient, Channel.EMAIL)
        case Condition.NO_SMS:
            return not _at_hand(recipient, Channel.SMS)


def _at_hand(recipient: Recipient, channel: Channel) -> bool:
    return any(contact.channel is channel and contact.allowed for contact in recipient.contacts)


def speaks_another(step: Step, recipient: Recipient) -> bool:
    """Whether the step is for other languages than the patient's."""
    return bool(step.only_if_language) and recipient.language[:2] not in step.only_if_language


def _not_the_news(scene: Scene, step: Step) -> Skipped | None:
    if isinstance(step.timing, OnStep):
        return not_yet(scene, step, step.timing)
    if not isinstance(step.timing, OnEvent):
        return None
    event = step.timing.event
    if event is not scene.heard.news(scene.cause) and not _attendance_stands(scene, event):
        nothing_moved = event is Event.MOVED and scene.cause is Event.MOVED
        why = explain.nothing_to_move() if nothing_moved else explain.not_this_event(event)
        return skip(step, SkipReason.NOT_THIS_EVENT, why)
    if event is Event.CANCELLED and not scene.heard.now_believed:
        return skip(step, SkipReason.NOT_THIS_EVENT, explain.nothing_to_cancel())
    if _is_old_news(scene, step, step.timing):
        return skip(step, SkipReason.NO_LONGER_OF_USE, explain.old_news(event))
    return None


def _attendance_stands(scene: Scene, event: Event) -> bool:
    """A plan made afresh keeps what follows from attendance, or another phone number would undo it."""
    came = scene.appointment.status is AppointmentStatus.ATTENDED
    return came and event is Event.ATTENDED and scene.cause in (Event.BOOKED, Event.MOVED)


def _is_old_news(scene: Scene, step: Step, timing: OnEvent) -> bool:
    """An imported history must not tell people of what happened weeks ago as if it were new."""
    visit = scene.appointment
    happened_at = {
        Event.BOOKED: None if scene.heard.taken_back else visit.booked_at,
        Event.NO_SHOW: visit.ends_at,
        Event.ATTENDED: visit.attended_at,
    }.get(timing.event)
    of_use_for = step.useful_until.after_due
    if happened_at is None or of_use_for is None:
        return False
    return happened_at + timing.wait + of_use_for <= scene.now


def _not_standing(scene: Scene, step: Step) -> Skipped | None:
    visit, after = scene.appointment, speaks_after_start(step)
    began = visit.starts_at <= scene.now
    if visit.status is AppointmentStatus.NO_SHOW and is_after_visit(step.timing):
        return skip(step, SkipReason.NOT_ATTENDED, explain.not_attended())
    if not _status_allows(scene, step, after or began):
        return skip(step, SkipReason.NOT_STANDING, explain.not_standing(visit.status))
    if began and not after:
        return skip(step, SkipReason.TIME_PASSED, explain.visit_began(visit, scene.zone))
    return None


def _status_allows(scene: Scene, step: Step, fits_attended: bool) -> bool:
    match scene.appointment.status:
        case AppointmentStatus.BOOKED:
            return True
        case AppointmentStatus.ATTENDED:
            return fits_attended
        case AppointmentStatus.RETRACTED:
            return False
        case AppointmentStatus.CANCELLED:
            return _tells_of(step, Event.CANCELLED) and scene.cause is Event.CANCELLED
        case AppointmentStatus.NO_SHOW:
            return _tells_of(step, Event.NO_SHOW) and scene.cause is Event.NO_SHOW


def _tells_of(step: Step, event: Event) -> bool:
    return isinstance(step.timing, OnEvent) and step.timing.event is event


def _known(scene: Scene, step: Step) -> Skipped | None:
    if not scene.heard.knows(step):
        return None
    return skip(step, SkipReason.ALREADY_TOLD, explain.already_told())


def _unmet(scene: Scene, step: Step) -> Skipped | None:
    if speaks_another(step, scene.recipient):
        return skip(step, SkipReason.CONDITION, explain.another_language(step.only_if_language))
    condition = unmet(step.only_if, scene.history, scene.recipient)
    return None if condition is None else skip(step, SkipReason.CONDITION, explain.condition(condition))
