"""What follows an unanswered check-in. It goes out Wed, Mar 17, 11:00 AM, the day after the session."""

from datetime import UTC, datetime, timedelta

import pytest

from service.domain.values import AppointmentStatus
from tests.clinic import ClinicUnderTest, visit
from tests.messaging.receipts import kinds, sweep

CHECK_DUE = datetime(2027, 3, 17, 18, tzinfo=UTC)  # Wed 11:00 AM in Sacramento
ONE_DAY = timedelta(hours=24)


@pytest.fixture
def checked(clinic: ClinicUnderTest) -> ClinicUnderTest:
    """The check-in of the day after has just gone out."""
    clinic.take(visit())
    clinic.dispatch_until(CHECK_DUE)
    return clinic


def again(clinic: ClinicUnderTest) -> list[str]:
    return [row.state for row in clinic.messages() if row.step == "check_again"]


def test_a_step_that_waits_for_another_is_not_part_of_the_stored_plan(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    assert again(clinic) == []


def test_silence_for_a_day_brings_a_second_text_and_a_call(checked: ClinicUnderTest) -> None:
    sent_at = checked.message("check_day1").handed_over_at
    checked.now = sent_at + ONE_DAY - timedelta(seconds=1)
    sweep(checked)
    assert again(checked) == []
    checked.now = sent_at + ONE_DAY
    sweep(checked)
    assert again(checked) == ["planned"]
    assert "got no answer" in checked.message("check_again").why
    assert "follow_up" in kinds(checked)
    checked.dispatch()
    assert "we have not heard from you" in checked.ledger()[-1]["body"]


def test_silence_is_followed_up_once(checked: ClinicUnderTest) -> None:
    for minutes in range(3):
        checked.now = CHECK_DUE + ONE_DAY + timedelta(minutes=1 + minutes)
        sweep(checked)
        checked.dispatch()
    assert len(again(checked)) == 1
    assert kinds(checked).count("follow_up") == 1


def test_an_answer_leaves_nothing_to_follow_up(checked: ClinicUnderTest) -> None:
    checked.hear("7")
    checked.now = CHECK_DUE + ONE_DAY + timedelta(minutes=1)
    sweep(checked)
    assert again(checked) == []


def test_an_answer_that_comes_just_before_the_second_text_stops_it(checked: ClinicUnderTest) -> None:
    checked.now = CHECK_DUE + ONE_DAY + timedelta(minutes=1)
    sweep(checked)
    checked.hear("7")
    checked.dispatch(max(checked.now, checked.message("check_again").due_at))
    assert (checked.message("check_again").state, checked.message("check_again").reason) == ("suppressed", "answered")


def test_who_turns_out_not_to_have_come_is_not_asked_again(checked: ClinicUnderTest) -> None:
    checked.take(visit(status=AppointmentStatus.NO_SHOW, digest=b"missed"))
    checked.now = CHECK_DUE + ONE_DAY + timedelta(minutes=1)
    sweep(checked)
    assert "planned" not in again(checked)
    assert "follow_up" not in kinds(checked)
