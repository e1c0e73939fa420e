"""A patient hears what matters, or a person at the clinic is told, once, that they did not."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from service.domain.incoming import IncomingContact
from service.domain.states import State
from service.domain.values import AppointmentStatus, Channel
from service.messaging.hearing import store_receipts
from service.providers.outcome import ErrorClass, Receipt
from tests.clinic import PHONE, ClinicUnderTest, visit
from tests.messaging.busy_import import while_an_import_is_at_work

FASTING = datetime(2027, 3, 15, 19, tzinfo=UTC)  # Mon, Mar 15, noon in Sacramento
START = datetime(2027, 3, 16, 16, tzinfo=UTC)  # Tue, Mar 16, 9:00 AM


def undeliver(clinic: ClinicUnderTest, step: str, error: ErrorClass = ErrorClass.TEMPORARY) -> None:
    """The carrier says that it could not deliver the first message of a step."""
    sent = min(message.id for message in clinic.messages() if message.step == step)
    attempt = max((a for a in clinic.rows("attempts") if a.message_id == sent), key=lambda a: a.number)
    receipt = Receipt(
        provider="twilio",
        event_key=str(uuid4()),
        attempt_id=attempt.id,
        provider_id=attempt.provider_id or "",
        state=State.UNDELIVERED,
        error=error,
        code="30005",
        words="",
        occurred_at=clinic.now,
    )
    store_receipts(clinic.services.database, [receipt], clinic.now)
    clinic.apply_events()


def change(clinic: ClinicUnderTest, statement: str, **values: object) -> None:
    with clinic.services.database.system() as connection:
        connection.execute(text(statement), values)


def finish_all_tasks(clinic: ClinicUnderTest) -> None:
    change(clinic, "UPDATE tasks SET done_at = :now, done_by = 'staff'", now=clinic.now)


def open_tasks(clinic: ClinicUnderTest) -> list[str]:
    return [task.kind for task in clinic.rows("tasks") if task.done_at is None]


def test_a_cancellation_notice_that_does_not_arrive_is_told_to_staff(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING)
    clinic.take(visit(status=AppointmentStatus.CANCELLED, digest=b"2"))
    clinic.dispatch_until(FASTING + timedelta(minutes=5))
    undeliver(clinic, "cancelled", ErrorClass.BAD_ADDRESS)
    [task] = clinic.rows("tasks")
    assert (task.kind, "the visit is cancelled" in task.say) == ("not_reached", True)


def test_after_a_cancellation_no_late_failure_of_an_earlier_text_matters(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING)
    clinic.take(visit(status=AppointmentStatus.CANCELLED, digest=b"2"))
    undeliver(clinic, "fasting")
    assert open_tasks(clinic) == []


def test_aftercare_that_does_not_arrive_is_told_to_staff(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(clinic.message("aftercare").due_at)
    undeliver(clinic, "aftercare", ErrorClass.BAD_ADDRESS)
    [task] = clinic.rows("tasks")
    assert "do not drive" in task.say


def test_aftercare_whose_failure_is_heard_two_days_later_is_no_task(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(clinic.message("aftercare").due_at)
    clinic.now = START + timedelta(days=2)
    undeliver(clinic, "aftercare")
    assert open_tasks(clinic) == []


def test_a_check_in_that_does_not_arrive_is_no_task(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(clinic.message("check_day1").due_at)
    undeliver(clinic, "check_day1")
    assert open_tasks(clinic) == []


def test_a_safety_text_that_waited_too_long_is_told_once(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING - timedelta(seconds=1))
    clinic.dispatch(START - timedelta(minutes=90))
    assert clinic.message("fasting").state == "expired"
    assert open_tasks(clinic) == ["expired"]


def test_a_safety_text_held_past_its_use_by_the_night_is_told(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING - timedelta(seconds=1))
    clinic.dispatch(datetime(2027, 3, 16, 4, tzinfo=UTC))  # the worker comes back at 9 PM
    fasting = clinic.message("fasting")
    assert (fasting.state, fasting.reason) == ("expired", "outside_hours")
    assert [task.message_id for task in clinic.rows("tasks")] == [fasting.id]


def test_a_text_that_cannot_be_made_is_told(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING - timedelta(seconds=1))
    change(clinic, "UPDATE messages SET text_name = 'nowhere.gone' WHERE step = 'fasting'")
    clinic.dispatch(FASTING)
    assert clinic.message("fasting").state == "failed"
    assert open_tasks(clinic) != []


def test_telling_staff_and_an_import_of_the_same_visit_do_not_wait_for_each_other(
    clinic: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING - timedelta(seconds=1))
    clinic.now = START - timedelta(minutes=90)
    cancelled = visit(status=AppointmentStatus.CANCELLED, digest=b"2")
    while_an_import_is_at_work(clinic, monkeypatch, cancelled, clinic.dispatch)
    assert "expired" in open_tasks(clinic)


def test_an_expired_message_that_cannot_be_opened_does_not_stop_the_tick(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING - timedelta(seconds=1))
    change(
        clinic,
        "UPDATE messages SET body = '\\x00'::bytea, expires_at = :soon WHERE step = 'fasting'",
        soon=FASTING - timedelta(seconds=1),
    )
    clinic.dispatch(FASTING)
    assert open_tasks(clinic) == ["expired"]


def test_a_second_failure_is_told_when_the_first_was_dealt_with(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch(clinic.message("prepare").due_at)
    undeliver(clinic, "prepare")
    finish_all_tasks(clinic)
    clinic.dispatch_until(FASTING)
    undeliver(clinic, "fasting")
    assert open_tasks(clinic) == ["not_reached"]


def test_two_failures_before_a_visit_are_one_call_to_make(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING)
    undeliver(clinic, "ride")
    undeliver(clinic, "fasting")
    assert open_tasks(clinic) == ["not_reached"]


def test_a_failed_text_that_is_queued_again_for_another_number_is_no_task(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING)
    corrected = IncomingContact(channel=Channel.SMS, address="+19165550122", permitted=True)
    clinic.take(visit(contacts=(corrected,), digest=b"2"))
    undeliver(clinic, "fasting", ErrorClass.BAD_ADDRESS)
    assert clinic.message("fasting").state == "planned"
    assert open_tasks(clinic) == []


def test_a_new_visit_of_somebody_who_stopped_is_told(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.now += timedelta(minutes=1)
    clinic.hear("STOP")
    week_later = START + timedelta(days=7)
    clinic.take(visit(external_id="A2", starts_at=week_later, ends_at=week_later + timedelta(minutes=40)))
    assert open_tasks(clinic) == ["out_of_reach", "out_of_reach"]


def test_a_visit_booked_at_night_for_the_morning_is_told(clinic: ClinicUnderTest) -> None:
    clinic.now = datetime(2027, 3, 16, 5, tzinfo=UTC)  # Mon, 10 PM
    clinic.take(visit(booked_at=clinic.now))
    assert open_tasks(clinic) == ["out_of_reach"]


def test_staff_who_phoned_somebody_out_of_reach_are_not_asked_again(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.hear("STOP")
    finish_all_tasks(clinic)
    clinic.now += timedelta(hours=1)
    clinic.take(visit(language="es", digest=b"2"))
    assert open_tasks(clinic) == []


def test_a_visit_that_moves_out_of_the_patients_reach_is_told_again(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.hear("STOP")
    finish_all_tasks(clinic)
    later = START + timedelta(hours=3)
    clinic.now += timedelta(hours=1)
    clinic.take(visit(starts_at=later, ends_at=later + timedelta(minutes=40), digest=b"2"))
    assert open_tasks(clinic) == ["out_of_reach"]


def test_a_patient_reached_by_mail_is_not_out_of_reach_when_they_stop_texts(clinic: ClinicUnderTest) -> None:
    mail = IncomingContact(channel=Channel.EMAIL, address="ana@mail.example", permitted=True)
    text_too = IncomingContact(channel=Channel.SMS, address=PHONE, permitted=True)
    clinic.take(visit(contacts=(text_too, mail)))
    clinic.hear("STOP")
    assert open_tasks(clinic) == []
