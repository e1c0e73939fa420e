"""Which question a reply answers."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from service.domain.binding import bind, is_ambiguous, is_open, latest_question
from service.domain.reply_rules import Intent
from service.domain.values import Question

NOW = datetime(2027, 3, 15, 20, tzinfo=UTC)
HERS, HIS = UUID(int=1), UUID(int=2)


@dataclass(frozen=True, kw_only=True)
class Said:
    appointment_id: UUID | None = HERS
    question: Question | None = Question.CONFIRM
    handed_over_at: datetime = NOW - timedelta(hours=2)
    visit_starts_at: datetime | None = NOW + timedelta(days=1)
    visit_stands: bool = True
    is_answered: bool = False


def test_the_newest_question_of_the_kind_is_answered() -> None:
    ride = Said(question=Question.RIDE, handed_over_at=NOW - timedelta(hours=1))
    confirm = Said()
    assert bind(Intent.CONFIRM, [ride, confirm], NOW).answered is confirm
    assert bind(Intent.RIDE_YES, [ride, confirm], NOW).answered is ride
    assert latest_question([ride, confirm], NOW) is ride


@pytest.mark.parametrize(
    "over",
    [
        Said(visit_stands=False),
        Said(visit_starts_at=NOW - timedelta(minutes=1)),
        Said(question=None),
        Said(is_answered=True),
        Said(question=Question.SCORE, handed_over_at=NOW - timedelta(days=4)),
    ],
)
def test_a_question_that_is_over_is_not_open(over: Said) -> None:
    assert not is_open(over, NOW)


def test_a_score_may_come_after_the_visit() -> None:
    asked = Said(question=Question.SCORE, visit_starts_at=NOW - timedelta(days=1))
    assert bind(Intent.SCORE, [asked], NOW).answered is asked


def test_two_visits_asked_about_together_leave_the_answer_unsure() -> None:
    assert not bind(Intent.CONFIRM, [Said(), Said(appointment_id=HIS)], NOW).is_sure
    long_ago = Said(appointment_id=HIS, handed_over_at=NOW - timedelta(days=2))
    assert bind(Intent.CONFIRM, [Said(), long_ago], NOW).is_sure


def test_a_yes_that_nobody_asked_for_is_sure_only_with_one_visit_ahead() -> None:
    told = Said(question=Question.FASTING)
    assert bind(Intent.CONFIRM, [told], NOW).is_sure
    assert not bind(Intent.CONFIRM, [told, Said(question=None, appointment_id=HIS)], NOW).is_sure
    assert not bind(Intent.RIDE_YES, [Said(question=None)], NOW).is_sure


def test_a_text_from_a_number_that_heard_nothing_answers_nothing() -> None:
    assert bind(Intent.CONFIRM, [], NOW).answered is None


def test_an_answered_question_leaves_the_next_digit_to_the_one_before() -> None:
    score = Said(question=Question.SCORE, handed_over_at=NOW - timedelta(minutes=30), is_answered=True)
    ride = Said(question=Question.RIDE)
    assert latest_question([score, ride], NOW) is ride


def test_two_kinds_of_question_put_together_make_a_digit_ambiguous() -> None:
    score = Said(question=Question.SCORE, handed_over_at=NOW - timedelta(hours=2, minutes=1))
    ride = Said(question=Question.RIDE)
    assert is_ambiguous([ride, score], NOW)
    assert not is_ambiguous([ride, Said(question=Question.SCORE, handed_over_at=NOW - timedelta(hours=5))], NOW)


def test_a_wish_that_answers_nothing_is_about_a_visit_ahead_rather_than_one_that_is_over() -> None:
    over = Said(visit_starts_at=NOW - timedelta(days=1), question=None)
    ahead = Said(question=None, appointment_id=HIS)
    assert bind(Intent.CANCEL, [over, ahead], NOW).answered is ahead
