"""Which question a reply answers. Pure: a reply belongs to what was asked of that number, not to "the next visit"."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from service.domain.reply_rules import Intent
from service.domain.values import Question

SCORE_STAYS_OPEN = timedelta(days=3)
ASKED_TOGETHER = timedelta(hours=1)

ANSWERS: dict[Intent, Question] = {
    Intent.CONFIRM: Question.CONFIRM,
    Intent.RIDE_YES: Question.RIDE,
    Intent.RIDE_NO: Question.RIDE,
    Intent.FASTING_OK: Question.FASTING,
    Intent.FASTING_BROKEN: Question.FASTING,
    Intent.SCORE: Question.SCORE,
}


class Asked(Protocol):
    """A message that was sent, as binding looks at it."""

    @property
    def appointment_id(self) -> UUID | None: ...
    @property
    def question(self) -> Question | None: ...
    @property
    def handed_over_at(self) -> datetime: ...
    @property
    def visit_starts_at(self) -> datetime | None: ...
    @property
    def visit_stands(self) -> bool: ...
    @property
    def is_answered(self) -> bool: ...


A = TypeVar("A", bound=Asked)


@dataclass(frozen=True, kw_only=True)
class Binding(Generic[A]):
    """The message a reply answers. `is_sure` is False where it could as well be about another visit."""

    answered: A | None
    is_sure: bool


def is_open(asked: Asked, now: datetime) -> bool:
    """Whether an answer is still owed: none came, and the visit stands at the time asked about, ahead or just over.

    An answered question is closed: the next "1" or "2" belongs to the one before it.
    """
    if asked.question is None or asked.visit_starts_at is None or not asked.visit_stands or asked.is_answered:
        return False
    if asked.question is Question.SCORE:
        return now - asked.handed_over_at < SCORE_STAYS_OPEN
    return now < asked.visit_starts_at


def is_ambiguous(spoken: list[A], now: datetime) -> bool:
    """Whether a bare digit could answer two different questions that were put close together."""
    questions = [asked for asked in spoken if is_open(asked, now)]
    newest = next(iter(questions), None)
    return newest is not None and any(
        asked.question is not newest.question and newest.handed_over_at - asked.handed_over_at < ASKED_TOGETHER
        for asked in questions[1:]
    )


def latest_question(spoken: list[A], now: datetime) -> A | None:
    """The newest question that is open. `spoken` is newest first."""
    return next((asked for asked in spoken if is_open(asked, now)), None)


def bind(intent: Intent, spoken: list[A], now: datetime) -> Binding[A]:
    """What a reply of this intent answers. `spoken` is newest first."""
    wanted = ANSWERS.get(intent)
    questions = [asked for asked in spoken if is_open(asked, now) and wanted in (None, asked.question)]
    if not questions:
        return _unasked(intent, spoken, now)
    newest = questions[0]
    rivals = [
        asked
        for asked in questions
        if asked.appointment_id != newest.appointment_id
        and newest.handed_over_at - asked.handed_over_at < ASKED_TOGETHER
    ]
    return Binding(answered=newest, is_sure=not rivals)


def _unasked(intent: Intent, spoken: list[A], now: datetime) -> Binding[A]:
    """Nobody asked, yet a "C" under a text about the one visit ahead can only mean that visit."""
    ahead = [m for m in spoken if m.visit_stands and m.visit_starts_at is not None and now < m.visit_starts_at]
    visits = {message.appointment_id for message in ahead}
    if intent is Intent.CONFIRM and len(visits) == 1:
        return Binding(answered=ahead[0], is_sure=True)
    return Binding(answered=next(iter([*ahead, *spoken]), None), is_sure=False)
