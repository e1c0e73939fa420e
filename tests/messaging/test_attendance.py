"""Attended, missed, cancelled, and back again. The session is Tue, Mar 16, 9:00 to 9:40 AM."""

from datetime import UTC, datetime, timedelta

from service.domain.values import AppointmentStatus
from service.messaging.dispatching import tick
from service.messaging.opening import open_batch
from tests.clinic import ClinicUnderTest, visit

AFTER = datetime(2027, 3, 16, 17, tzinfo=UTC)  # Tue 10:00 AM in Sacramento
LATER = datetime(2027, 3, 18, 17, tzinfo=UTC)  # Thu 10:00 AM in Sacramento
FASTING_DUE = datetime(2027, 3, 15, 19, tzinfo=UTC)  # Mon 12:00 in Sacramento


def queued(clinic: ClinicUnderTest) -> set[str]:
    return {row.step for row in clinic.messages() if row.state == "planned"}


def becomes(clinic: ClinicUnderTest, status: AppointmentStatus) -> None:
    clinic.take(visit(status=status, digest=f"{status}:{clinic.now}".encode()))


def test_a_visit_recorded_as_missed_by_mistake_gets_its_check_ins_back(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING_DUE)
    clinic.now = AFTER
    becomes(clinic, AppointmentStatus.NO_SHOW)
    assert queued(clinic) == {"no_show"}
    becomes(clinic, AppointmentStatus.ATTENDED)
    assert {"aftercare", "home_safe", "check_day1", "check_day14"} <= queued(clinic)
    assert "no_show" not in queued(clinic)


def test_a_visit_that_is_missed_after_all_loses_its_check_ins(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.now = AFTER
    becomes(clinic, AppointmentStatus.ATTENDED)
    becomes(clinic, AppointmentStatus.NO_SHOW)
    assert queued(clinic) == {"no_show"}


def test_attendance_taken_back_plans_the_check_ins_anew_as_assumed(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.now = AFTER
    becomes(clinic, AppointmentStatus.ATTENDED)
    becomes(clinic, AppointmentStatus.BOOKED)
    [appointment] = clinic.rows("appointments")
    assert (appointment.status, appointment.attended_at) == ("booked", None)
    assert {"aftercare", "home_safe", "check_day1"} <= queued(clinic)
    assert {row.appointment_version for row in clinic.messages() if row.state == "planned"} == {2}


def test_a_visit_cancelled_and_booked_again_at_the_same_time_is_told_everything_anew(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(clinic.message("ride").due_at)
    becomes(clinic, AppointmentStatus.CANCELLED)
    clinic.dispatch(clinic.message("cancelled").due_at)
    clinic.now += timedelta(minutes=1)
    becomes(clinic, AppointmentStatus.BOOKED)
    assert {"fasting", "check_day1"} <= queued(clinic)
    assert clinic.message("ride").reason != "already_told"


def test_a_cancellation_undone_before_it_was_said_says_nothing_twice(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(clinic.message("ride").due_at)
    becomes(clinic, AppointmentStatus.CANCELLED)
    clinic.now += timedelta(minutes=1)
    becomes(clinic, AppointmentStatus.BOOKED)
    assert clinic.message("cancelled").state == "cancelled"
    assert clinic.message("ride").reason == "already_told"
    assert "fasting" in queued(clinic)


def test_a_move_while_a_message_is_being_sent_is_told_of(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    open_without_an_answer(clinic, clinic.message("prepare").due_at)
    assert clinic.message("prepare").state == "sending"
    clinic.take(visit(starts_at=LATER, ends_at=LATER + timedelta(minutes=40), digest=b"moved"))
    assert clinic.message("moved").state == "planned"
    assert clinic.message("moved").due_at - clinic.now == timedelta(minutes=3)


def open_without_an_answer(clinic: ClinicUnderTest, at: datetime) -> None:
    """As if the provider were answering just now: the attempt is written down, and no more."""
    clinic.now = at
    services = clinic.services
    for organisation_id, claimed in tick(services.database, services.settings, at):
        with services.database.organisation(organisation_id) as connection:
            open_batch(
                connection,
                organisation_id,
                claimed,
                links=services.links,
                sms_sender=services.settings.twilio_messaging_service_sid,
                email_from=services.settings.email_from,
                now=at,
                lease_until=at + timedelta(minutes=2),
            )
