"""What an appointment from outside changes, and what it leaves alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from service.domain.incoming import IncomingContact, Taken
from service.domain.values import AppointmentStatus, Channel
from tests.clinic import PHONE, ClinicUnderTest, visit

LATER = datetime(2027, 3, 18, 17, tzinfo=UTC)  # Thu 10:00 AM in Sacramento


def states(clinic: ClinicUnderTest) -> dict[str, str]:
    """The newest row of each step."""
    return {row.step: row.state for row in sorted(clinic.messages(), key=lambda row: row.id)}


def test_a_new_visit_is_stored_with_its_plan(clinic: ClinicUnderTest) -> None:
    assert clinic.take(visit()) == [Taken.NEW]
    assert {"prepare", "confirm", "ride", "fasting", "day_of", "check_day14"} <= states(clinic).keys()
    assert states(clinic)["fasting"] == "planned"


def test_the_same_visit_again_changes_nothing(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    before = clinic.messages()
    assert clinic.take(visit()) == [Taken.UNCHANGED]
    assert clinic.messages() == before


def test_a_visit_that_moves_before_anything_was_said_is_planned_anew_in_silence(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    moved = visit(starts_at=LATER, ends_at=LATER + timedelta(minutes=40), digest=b"moved")
    assert clinic.take(moved) == [Taken.CHANGED]
    old = [row for row in clinic.messages() if row.appointment_version == 1 and row.due_at and row.state != "skipped"]
    assert {row.state for row in old} == {"cancelled"}
    assert "moved" not in {row.step for row in clinic.messages()}


def test_a_visit_that_moves_after_a_text_tells_the_patient_after_a_short_hold(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch(clinic.message("prepare").due_at)
    clinic.take(visit(starts_at=LATER, ends_at=LATER + timedelta(minutes=40), digest=b"moved"))
    told = clinic.message("moved")
    assert told.due_at - clinic.now == timedelta(minutes=3)
    clinic.dispatch(told.due_at)
    assert "Thu, Mar 18 at 10:00 AM" in clinic.ledger()[-1]["body"]


def test_moved_and_moved_back_within_the_hold_says_nothing(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch(clinic.message("prepare").due_at)
    clinic.take(visit(starts_at=LATER, ends_at=LATER + timedelta(minutes=40), digest=b"moved"))
    clinic.take(visit(digest=b"moved back"))
    assert clinic.message("moved").state == "cancelled"
    assert states(clinic)["fasting"] == "planned"


def test_a_cancelled_visit_withdraws_everything_and_says_so_if_anything_was_said(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch(clinic.message("prepare").due_at)
    clinic.take(visit(status=AppointmentStatus.CANCELLED, digest=b"cancelled"))
    assert [row.step for row in clinic.messages() if row.state == "planned"] == ["cancelled"]


def test_moving_a_visit_forgets_that_it_was_confirmed(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(datetime(2027, 3, 13, 19, tzinfo=UTC))
    clinic.hear("C")
    clinic.take(visit(starts_at=LATER, ends_at=LATER + timedelta(minutes=40), digest=b"moved"))
    assert clinic.message("confirm").state in ("planned", "skipped")
    assert clinic.message("confirm").reason != "condition"


def test_a_no_on_any_of_a_patients_visits_stops_texts_about_all_of_them(clinic: ClinicUnderTest) -> None:
    refused = (IncomingContact(channel=Channel.SMS, address=PHONE, permitted=False),)
    clinic.take(visit())
    clinic.take(visit(external_id="A2", contacts=refused, starts_at=LATER, ends_at=LATER + timedelta(hours=1)))
    assert "planned" not in states(clinic).values()
    assert {row.reason for row in clinic.messages() if row.state == "skipped"} >= {"no_permission"}


def test_a_new_phone_number_takes_over_what_is_still_to_be_said(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    old = clinic.message("fasting").contact_point_id
    changed = replace(visit().contacts[0], address="+19165550112")
    clinic.take(visit(contacts=(changed,), digest=b"new number"))
    assert clinic.message("fasting").contact_point_id != old
    assert clinic.message("fasting").state == "planned"


def test_the_same_visit_twice_in_one_file_ends_as_the_later_line_says(clinic: ClinicUnderTest) -> None:
    later = visit(starts_at=LATER, ends_at=LATER + timedelta(minutes=40), digest=b"later")
    assert clinic.take(visit(), later) == [Taken.NEW, Taken.CHANGED]
    assert clinic.rows("appointments")[0].starts_at == LATER
