"""Applying, simulating and saying how to stop, on a real database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.domain.values import Channel
from service.messaging import replanning
from service.messaging.config_folder import BadFolder, load_folder
from service.messaging.replanning import Applied, apply_schedule
from service.messaging.saving_schedules import save_schedule, schedule_called
from service.messaging.schedule_bundle import source_of
from service.messaging.simulating import simulate
from tests.clinic import ClinicUnderTest, visit
from tests.messaging.small_folder import small_folder

BEGIN = datetime(2027, 3, 1, tzinfo=UTC)


def change(clinic: ClinicUnderTest, old: str, new: str) -> None:
    with clinic.services.database.organisation(clinic.organisation_id) as connection:
        source = source_of(schedule_called(connection, "iv-infusion").bundle)
        assert old in source
        save_schedule(
            connection,
            clinic.organisation_id,
            "iv-infusion",
            source.replace(old, new, 1),
            {},
            base_version=1,
            actor="test",
            reason="test",
            now=clinic.now,
        )


def applied(clinic: ClinicUnderTest, at_most: int | None = None) -> Applied:
    return apply_schedule(
        clinic.services.database,
        clinic.organisation_id,
        "iv-infusion",
        now=clinic.now,
        actor="test",
        at_most=at_most,
    )


def test_what_was_interrupted_is_resumed(clinic: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replanning, "AT_ONCE", 1)
    clinic.take(*(visit(external_id=f"A{n}", patient_external_id=f"P{n}") for n in range(3)))
    change(clinic, "days_after = 3\nat = 11", "days_after = 3\nat = 12")
    assert applied(clinic, at_most=1) == Applied(version=2, appointments=1, left=2)
    assert applied(clinic) == Applied(version=2, appointments=2, left=0)
    assert applied(clinic).appointments == 0


def test_applying_makes_nothing_go_out_at_once(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(clinic.message("confirm").due_at)
    change(
        clinic,
        'key = "no_show"',
        'key = "welcome"\ntitle = "W"\non = "booked"\ntext = "iv.ride"\n[[steps]]\nkey = "no_show"',
    )
    sent = len(clinic.ledger())
    applied(clinic)
    clinic.dispatch(clinic.now + timedelta(minutes=5))
    assert len(clinic.ledger()) == sent
    assert clinic.message("welcome").state == "skipped"


def test_what_was_told_is_not_told_again_after_applying(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(clinic.message("prepare").due_at)
    change(clinic, "days_before = 7", "days_before = 6")
    applied(clinic)
    assert clinic.message("prepare").reason == "already_told"


def test_a_simulation_counts_and_stores_nothing(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    before = clinic.messages()
    found = simulate(
        clinic.services.database,
        clinic.organisation_id,
        BEGIN,
        BEGIN + timedelta(days=31),
        candidate=None,
        now=clinic.now,
    )
    assert (found.appointments, found.by_step["fasting"], found.by_channel) == (1, 1, {Channel.SMS: found.messages})
    assert found.segments >= found.messages
    assert clinic.messages() == before


def test_the_first_text_says_how_to_stop_and_the_next_need_not(clinic: ClinicUnderTest) -> None:
    clinic.take(visit(booked_at=clinic.now))
    clinic.dispatch_until(clinic.message("ride").due_at)
    first, second = [entry["body"] for entry in clinic.ledger()][:2]
    assert first.count("STOP") == 1
    assert "STOP" not in second


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('after_end = "3h"', 'before_start = "2h"\nasks = "ride"', "asks for a ride when too little time"),
        ('after_end = "3h"', 'days_before = 1\nat = 03:00:00\nshift = "drop"', "can never be sent"),
        ('after_end = "3h"', 'after_end = "3h"\nonly_if = ["first_visit", "repeat_visit"]', "can never be sent"),
    ],
)
def test_steps_that_cannot_do_their_work_are_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(BadFolder, match=problem):
        load_folder(small_folder(tmp_path, schedules_iv=(old, new)))


def test_two_steps_with_the_same_text_are_flagged(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, schedules_iv=('after_end = "3h"', 'after_end = "3h"\ntext = "iv.fasting"'))
    with pytest.raises(BadFolder) as refused:
        load_folder(folder)
    assert any("says the same as the step 'fasting'" in each.problem for each in refused.value.warnings)


@pytest.mark.parametrize(("today", "flagged"), [("2027-11-01", 0), ("2027-11-02", 1)])
def test_a_review_is_overdue_the_day_after_its_year(tmp_path: Path, today: str, flagged: int) -> None:
    found = load_folder(small_folder(tmp_path), today=datetime.fromisoformat(today).date())
    assert [each.where for each in found.warnings] == ["reviewed_on"] * flagged


def test_an_overdue_review_is_refused_where_the_clinic_says_so(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, clinics_sacramento=("phone", "refuse_overdue_reviews = true\nphone"))
    with pytest.raises(BadFolder, match="the review was due by 2027-11-01"):
        load_folder(folder, today=datetime(2028, 1, 1, tzinfo=UTC).date())
