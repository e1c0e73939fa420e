import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from service.cli.preview import preview
from tests.messaging.small_folder import small_folder

app = typer.Typer()
app.command()(preview)


def run(folder: Path, *extra: str, **options: str) -> Result:
    asked = {"schedule": "iv-infusion", "starts-at": "2027-03-16T09:00", "timezone": "America/Los_Angeles"}
    pairs = [part for name, value in (asked | options).items() for part in (f"--{name}", value)]
    return CliRunner().invoke(app, [*pairs, "--config", str(folder), *extra], env={"COLUMNS": "100"})


def test_json_has_exactly_the_documented_keys(tmp_path: Path) -> None:
    shown = json.loads(run(small_folder(tmp_path), "--json").stdout)
    fasting, _ = shown["messages"]

    assert list(shown) == ["messages", "skipped"]
    assert fasting == {
        "step": "fasting",
        "channel": "sms",
        "due_at": "2027-03-15T19:00:00Z",
        "due_local": "2027-03-15T12:00:00-07:00",
        "expires_at": "2027-03-16T14:00:00Z",
        "text": "Lakeside Clinic: eat until 1:00 AM Tue, drink until 7:00 AM Tue.",
        "subject": None,
        "segments": 1,
        "why": "1 day before the session at 9:00 AM Tue, Mar 16, at 12:00 PM.",
    }


def test_skipped_steps_have_a_reason_and_a_sentence(tmp_path: Path) -> None:
    late = {"booked-at": "2027-03-16T08:30"}
    shown = json.loads(run(small_folder(tmp_path), "--json", **late).stdout)

    assert [list(each) for each in shown["skipped"]] == [["step", "reason", "why"]]
    assert shown["skipped"][0]["step"] == "fasting"


def test_the_length_of_the_visit_moves_what_follows_it(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    short, long = (json.loads(run(folder, "--json", minutes=minutes).stdout) for minutes in ("40", "100"))

    assert short["messages"][1]["due_at"] == "2027-03-16T19:40:00Z"
    assert long["messages"][1]["due_at"] == "2027-03-16T20:40:00Z"


def test_a_patient_elsewhere_reads_the_name_of_the_clinics_zone(tmp_path: Path) -> None:
    elsewhere = {"patient-timezone": "America/New_York"}
    shown = json.loads(run(small_folder(tmp_path), "--json", **elsewhere).stdout)

    assert "1:00 AM Tue Pacific time" in shown["messages"][0]["text"]


def test_a_schedule_is_found_by_its_file_name_too(tmp_path: Path) -> None:
    assert run(small_folder(tmp_path), schedule="iv").exit_code == 0


def test_the_table_for_people_shows_words_and_reasons(tmp_path: Path) -> None:
    shown = run(small_folder(tmp_path)).stdout

    assert "IV session: what is said when" in shown
    assert "SMS, 1 segment" in shown
    assert "No driving before 9:40 AM Wed." in shown


def test_a_start_that_the_clocks_skip_is_said_beside_the_result(tmp_path: Path) -> None:
    found = run(small_folder(tmp_path), "--json", **{"starts-at": "2027-03-14T02:30"})

    assert "taken as 3:30 AM" in found.stderr
    assert json.loads(found.stdout)["messages"]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("schedule", "nope", "There is no schedule 'nope'. Use one of iv-infusion."),
        ("timezone", "PST", "--timezone 'PST' is not a time zone."),
        ("patient-timezone", "Mars", "--patient-timezone 'Mars' is not a time zone."),
        ("starts-at", "tomorrow", "--starts-at 'tomorrow' is not a date and time."),
        ("booked-at", "2027-03-15", "--booked-at '2027-03-15' has no time of day."),
    ],
)
def test_what_cannot_be_previewed_ends_with_2_and_says_what_to_type(
    tmp_path: Path, option: str, value: str, said: str
) -> None:
    found = run(small_folder(tmp_path), **{option: value})

    assert found.exit_code == 2
    assert said in found.stderr
    assert found.stdout == ""


def test_a_folder_with_mistakes_is_refused_with_its_mistakes(tmp_path: Path) -> None:
    found = run(small_folder(tmp_path, templates_en_iv=("home safe?", "ketamine?")))

    assert found.exit_code == 2
    assert "iv.toml:5: home_safe.sms: says 'ketamine'" in found.stderr


def test_a_zone_without_a_clinic_and_an_unknown_language_are_noted(tmp_path: Path) -> None:
    found = run(small_folder(tmp_path), timezone="America/Denver", language="fr")

    assert found.exit_code == 0
    assert "No clinic is in America/Denver" in found.stderr
    assert "There are no texts in 'fr'" in found.stderr
