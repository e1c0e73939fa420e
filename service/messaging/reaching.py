"""The first promise: a patient hears what matters, or a person at the clinic knows that they did not, in time to phone.

Every end of a message that may leave a patient untold comes here; here alone it is decided whether it matters.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from service.domain.states import State
from service.domain.values import AppointmentStatus, Category, Priority, Question, SkipReason
from service.storage.appointments import Item, readiness_of
from service.storage.staff_tasks import NewTask, open_keys, raise_tasks
from service.storage.unheard import About, Unheard, told_since_last_planned, unheard, visits_out_of_reach

OUT_OF_REACH = "out_of_reach"
LATEST_TASK = timedelta(hours=4)
TIME_TO_PHONE = timedelta(hours=1)
DAY_BEFORE = timedelta(days=1)
AFTERCARE_MATTERS_FOR = timedelta(days=1)

_BEFORE = "Phone the patient before the visit: its time, what to eat and drink until when, and the ride home."
_CANCELLED = "Phone the patient: the visit is cancelled, and they may not know."
_AFTER = "Phone the patient: how they are, that they rest, and that they do not drive yet."
_NO_WAY = "No message can reach this patient before the visit."

_HAPPENED = {
    "not_reached": "A message about this visit did not arrive.",
    "expired": "A message about this visit could not be sent in time.",
    "cannot_be_told": "A message about this visit was not sent.",
}
_REFUSED = frozenset({State.FAILED, State.UNDELIVERED})
_NEVER_SENT = frozenset({State.EXPIRED, State.SUPPRESSED, State.SKIPPED})
_NOT_TRUE_ANY_MORE = frozenset({"moved", "not_standing", "condition"})  # reasons of the last check
_NEVER_TRIED = frozenset({"bad_text", "unreadable"})  # why opening itself gave a message up
_NO_WAY_TO_SAY_IT = frozenset({SkipReason.NO_CONTACT, SkipReason.NO_PERMISSION, SkipReason.OUTSIDE_HOURS})
_NOTICES = frozenset({"moved", "cancelled"})
_SETTLES = {Question.CONFIRM: Item.CONFIRMED, Question.RIDE: Item.RIDE}


def tell_if_nobody_hears(
    connection: Connection, organisation_id: UUID, message_ids: Iterable[UUID], now: datetime, why: str = ""
) -> None:
    """Raises a task for each visit whose patient misses something that matters because these messages ended.

    Call in the transaction that ended them, after their new states are stored. `why`: one or two sentences for staff.
    """
    ended = [message for message in unheard(connection, message_ids) if _matters(message) and _is_of_use(message, now)]
    known = readiness_of(connection, {message.visit.id for message in ended})
    untold = [message for message in ended if not _is_settled(message, known.get(message.visit.id, ()))]
    phoned_anyway = open_keys(connection, [_key(OUT_OF_REACH, message.visit) for message in untold])
    tasks = [
        _task(message, why, now)
        for message in untold
        if _is_after(message) or _key(OUT_OF_REACH, message.visit) not in phoned_anyway
    ]
    raise_tasks(connection, organisation_id, tasks, now)


def tell_of_unreachable(
    connection: Connection, organisation_id: UUID, appointment_ids: Sequence[UUID], now: datetime
) -> None:
    """Raises one task for each visit ahead whose plan reaches nobody. Call when the plans are stored.

    Once a visit and time: a new plan that still reaches nobody is no news, and staff may have phoned already.
    """
    lost = {_key(OUT_OF_REACH, visit): visit for visit in visits_out_of_reach(connection, appointment_ids, now)}
    if not lost:
        return
    told = told_since_last_planned(connection, list(lost), [visit.id for visit in lost.values()])
    tasks = [
        NewTask(
            kind=OUT_OF_REACH,
            say=f"{_NO_WAY} {_what_to_say(visit, is_after=False)}",
            dedupe_key=key,
            deadline_at=max(_in_time(visit, now), visit.starts_at - DAY_BEFORE),
            clinic_id=visit.clinic_id,
            patient_id=visit.patient_id,
            appointment_id=visit.id,
        )
        for key, visit in lost.items()
        if key not in told
    ]
    raise_tasks(connection, organisation_id, tasks, now)


def _matters(message: Unheard) -> bool:
    """Check-ins and invitations do not. A refusal does for any reminder: the number itself may be wrong."""
    if message.category is not Category.REMINDER or message.is_said_elsewhere:
        return False
    if message.state in _REFUSED:
        return True
    if message.state not in _NEVER_SENT or message.reason in _NOT_TRUE_ANY_MORE:
        return False
    if message.state is State.SKIPPED and message.reason not in _NO_WAY_TO_SAY_IT:
        return False
    is_last_word = message.asks is Question.CONFIRM or _is_notice(message)
    return message.priority <= Priority.SAFETY or is_last_word


def _is_notice(message: Unheard) -> bool:
    return message.step in _NOTICES or message.text_name.removeprefix("common.") in _NOTICES


def _tells_of_cancelling(message: Unheard) -> bool:
    return "cancelled" in (message.step, message.text_name.removeprefix("common."))


def _is_of_use(message: Unheard, now: datetime) -> bool:
    visit = message.visit
    if message.visit_starts_at != visit.starts_at:
        return False  # the plan of the new time says it again
    if _is_after(message):
        stands = visit.status in (AppointmentStatus.BOOKED, AppointmentStatus.ATTENDED)
        return stands and now < visit.ends_at + AFTERCARE_MATTERS_FOR
    wanted = AppointmentStatus.CANCELLED if _tells_of_cancelling(message) else AppointmentStatus.BOOKED
    return visit.status is wanted and now < visit.starts_at


def _is_after(message: Unheard) -> bool:
    return message.due_at is not None and message.due_at >= message.visit.starts_at


def _is_settled(message: Unheard, known: Iterable[Item]) -> bool:
    """A question never sent, which was answered in another way."""
    answer = _SETTLES.get(message.asks) if message.asks else None
    return message.state in _NEVER_SENT and answer is not None and answer in known


def _task(message: Unheard, why: str, now: datetime) -> NewTask:
    visit, kind = message.visit, _kind(message)
    is_after = _is_after(message)
    return NewTask(
        kind=kind,
        say=" ".join(part for part in (_HAPPENED[kind], why, _what_to_say(visit, is_after=is_after)) if part),
        dedupe_key=_key(kind, visit) + (":after" if is_after else ""),
        deadline_at=now + LATEST_TASK if is_after else _in_time(visit, now),
        clinic_id=visit.clinic_id,
        patient_id=visit.patient_id,
        appointment_id=visit.id,
        message_id=message.id,
    )


def _kind(message: Unheard) -> str:
    if message.state is State.EXPIRED:
        return "expired"
    was_tried = message.state in _REFUSED and message.reason not in _NEVER_TRIED
    return "not_reached" if was_tried else "cannot_be_told"


def _what_to_say(visit: About, *, is_after: bool) -> str:
    if visit.status is AppointmentStatus.CANCELLED:
        return _CANCELLED
    return _AFTER if is_after else _BEFORE


def _key(kind: str, visit: About) -> str:
    """One open task of a kind for a visit as it stands: moved or cancelled, it is another thing to say."""
    return f"{kind}:{visit.id}:{visit.status}:{visit.starts_at.timestamp():.0f}"


def _in_time(visit: About, now: datetime) -> datetime:
    return max(now, min(now + LATEST_TASK, visit.starts_at - TIME_TO_PHONE))
