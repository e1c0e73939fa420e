"""A clinician's own fasting times for a patient. The session is Tue, Mar 16, 9:00 AM."""

from datetime import UTC, date, datetime, timedelta

from service.domain.values import Clock
from service.messaging.overrides import set_override
from service.storage.sealing import Sealed
from service.storage.tables import clock_overrides
from tests.clinic import ClinicUnderTest, visit
from tests.messaging.receipts import kinds, sweep

FASTING_DUE = datetime(2027, 3, 15, 19, tzinfo=UTC)  # Mon 12:00 in Sacramento
TWELVE = {Clock.SOLIDS: timedelta(hours=12), Clock.CLEAR_LIQUIDS: timedelta(hours=4)}


def override(clinic: ClinicUnderTest, *, review_on: date = date(2027, 6, 1)) -> int:
    [appointment] = clinic.rows("appointments")
    with clinic.services.database.organisation(clinic.organisation_id) as connection:
        return set_override(
            connection,
            clinic.organisation_id,
            appointment.patient_id,
            clocks=TWELVE,
            review_on=review_on,
            why="GLP-1",
            actor="Dr. Osei",
            now=clinic.now,
        )


def test_the_patient_is_told_the_times_that_were_set_for_them(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    assert override(clinic) == 1
    clinic.dispatch_until(FASTING_DUE)
    [said] = [entry["body"] for entry in clinic.ledger() if "9:00 PM Mon" in entry["body"]]
    assert "5:00 AM Tue" in said
    assert "1:00 AM Tue" not in said


def test_a_step_that_counts_from_a_clock_moves_with_it_and_says_so(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    before = clinic.message("day_of")
    override(clinic)
    assert before.due_at == clinic.message("day_of").due_at  # both fall on Mon, before sending hours end
    assert "with the cut-offs set for this patient" in clinic.message("day_of").why
    assert clinic.message("day_of").appointment_version == 2


def test_a_visit_booked_later_uses_them_too(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    override(clinic)
    later = datetime(2027, 3, 23, 16, tzinfo=UTC)
    clinic.take(visit(external_id="A2", starts_at=later, ends_at=later + timedelta(minutes=40)))
    assert "set for this patient" in clinic.message("fasting").why


def test_who_was_told_the_usual_times_already_is_phoned(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING_DUE)
    override(clinic)
    assert "clocks_set" in kinds(clinic)


def test_an_overdue_review_is_asked_for_once(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    override(clinic, review_on=date(2027, 3, 2))
    sweep(clinic)
    assert "review_clocks" not in kinds(clinic)
    for hours in (24, 48):
        clinic.now += timedelta(hours=hours)
        sweep(clinic)
    assert kinds(clinic).count("review_clocks") == 1


def test_the_clinical_reason_is_sealed() -> None:
    assert isinstance(clock_overrides.c.why.type, Sealed)
