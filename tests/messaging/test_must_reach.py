"""Reached, or somebody knows: 18 hours before the session, Mon, Mar 15, 3:00 PM, a person is asked to phone."""

from datetime import UTC, datetime, timedelta

from service.domain.incoming import IncomingContact
from service.domain.states import State
from service.domain.values import AppointmentStatus, Channel
from tests.clinic import PHONE, ClinicUnderTest, visit
from tests.messaging.receipts import kinds, sweep, told_of

FASTING_DUE = datetime(2027, 3, 15, 19, tzinfo=UTC)  # Mon 12:00 in Sacramento
DEADLINE = datetime(2027, 3, 15, 22, tzinfo=UTC)  # Mon 3:00 PM in Sacramento
REFUSED = (IncomingContact(channel=Channel.SMS, address=PHONE, permitted=False),)


def calls(clinic: ClinicUnderTest) -> list[str]:
    return sorted(task.say for task in clinic.rows("tasks") if task.kind == "must_reach")


def test_who_was_not_reached_by_the_deadline_is_phoned_and_staff_know_what_to_say(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING_DUE)
    clinic.now = DEADLINE - timedelta(seconds=1)
    sweep(clinic)
    assert calls(clinic) == []
    clinic.now = DEADLINE
    sweep(clinic)
    ride, fasting = calls(clinic)
    assert "Asks about the ride home" in ride
    assert "Ask who takes them home." in ride
    assert "the session at 9:00 AM Tue, Mar 16" in fasting
    assert "The cut-off for solid food: 1:00 AM Tue, Mar 16." in fasting
    assert "Ana" not in fasting


def test_a_call_is_asked_for_once_however_often_it_is_looked_for(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.now = DEADLINE
    for minutes in range(3):
        clinic.now = DEADLINE + timedelta(minutes=minutes)
        sweep(clinic)
    assert kinds(clinic).count("must_reach") == 2


def test_who_was_reached_is_not_phoned(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING_DUE)
    told_of(clinic, "ride", State.DELIVERED)
    told_of(clinic, "fasting", State.DELIVERED)
    clinic.now = DEADLINE
    sweep(clinic)
    assert calls(clinic) == []


def test_who_may_not_be_texted_is_phoned(clinic: ClinicUnderTest) -> None:
    clinic.take(visit(contacts=REFUSED))
    clinic.now = DEADLINE
    sweep(clinic)
    assert len(calls(clinic)) == 2


def test_who_has_no_number_is_phoned(clinic: ClinicUnderTest) -> None:
    clinic.take(visit(contacts=()))
    clinic.now = DEADLINE
    sweep(clinic)
    assert len(calls(clinic)) == 2


def test_who_answered_that_there_is_a_ride_is_phoned_about_fasting_alone(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(clinic.message("ride").due_at)
    clinic.hear("1")
    clinic.now = DEADLINE
    sweep(clinic)
    assert len(calls(clinic)) == 1
    assert "When to stop eating" in calls(clinic)[0]


def test_nobody_is_phoned_about_a_visit_that_was_cancelled(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.take(visit(status=AppointmentStatus.CANCELLED, digest=b"cancelled"))
    clinic.now = DEADLINE
    sweep(clinic)
    assert calls(clinic) == []


def test_a_visit_booked_after_the_deadline_gets_its_message_before_anybody_phones(clinic: ClinicUnderTest) -> None:
    clinic.now = DEADLINE + timedelta(hours=1)
    clinic.take(visit())
    sweep(clinic)
    assert calls(clinic) == []
    clinic.now += timedelta(minutes=15)
    sweep(clinic)
    assert len(calls(clinic)) == 2


def test_a_visit_that_moved_is_looked_at_anew(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.now = DEADLINE
    sweep(clinic)
    later = datetime(2027, 3, 18, 17, tzinfo=UTC)  # Thu 10:00 AM
    clinic.take(visit(starts_at=later, ends_at=later + timedelta(minutes=40), digest=b"moved"))
    clinic.now = later - timedelta(hours=18)
    sweep(clinic)
    assert len(calls(clinic)) == 4
