"""From due to answered, against the sandbox and the real database."""

from datetime import UTC, datetime, timedelta

from tests.clinic import PHONE, ClinicUnderTest, visit

FASTING_DUE = datetime(2027, 3, 15, 19, tzinfo=UTC)  # Mon 12:00 in Sacramento, daylight saving time


def test_a_due_message_reaches_the_phone_once(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    fasting = clinic.message("fasting")
    assert fasting.due_at == FASTING_DUE
    clinic.dispatch_until(FASTING_DUE - timedelta(seconds=1))
    before = len(clinic.ledger())
    assert clinic.dispatch(FASTING_DUE) == 1
    assert clinic.dispatch(FASTING_DUE) == 0
    [entry] = clinic.ledger()[before:]
    assert entry["to"] == PHONE
    assert "1:00 AM Tue" in entry["body"]
    assert clinic.message("fasting").state == "handed_over"


def test_an_attempt_is_written_down_with_the_id_that_the_provider_was_given(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch(clinic.message("prepare").due_at)
    [attempt] = clinic.rows("attempts")
    assert [entry["attempt"] for entry in clinic.ledger()] == [str(attempt.id)]
    assert attempt.provider_id == clinic.ledger()[0]["provider_id"]


def test_a_timeout_after_the_provider_accepted_is_uncertain_and_never_sent_again(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.fault("timeout_after_accepting")
    due = clinic.message("prepare").due_at
    clinic.dispatch(due)
    assert clinic.message("prepare").state == "uncertain"
    clinic.dispatch(due + timedelta(minutes=2))
    assert len(clinic.ledger()) == 1


def test_a_refusal_that_is_temporary_is_tried_again_later(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.fault("429")
    due = clinic.message("prepare").due_at
    clinic.dispatch(due)
    waiting = clinic.message("prepare")
    assert waiting.state == "planned"
    assert due < waiting.due_at <= due + timedelta(seconds=10)
    clinic.dispatch(waiting.due_at)
    assert len(clinic.ledger()) == 1
    assert clinic.message("prepare").state == "handed_over"
