"""`diff-schedule`, `apply-schedule`, `simulate` and `add-api-key`, with a real database behind them."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from service.cli.add_api_key import add_api_key
from service.cli.apply_schedule import apply_schedule
from service.cli.diff_schedule import diff_schedule
from service.cli.simulate import simulate
from tests.clinic import ROOT, ClinicUnderTest, environment_for, visit


@pytest.fixture
def installed(clinic: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch) -> ClinicUnderTest:
    for name, value in environment_for(clinic.services.settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")
    clinic.take(visit(starts_at=visit().starts_at.replace(year=2030), ends_at=visit().ends_at.replace(year=2030)))
    return clinic


def run(command: object, *arguments: str) -> Result:
    app = typer.Typer()
    app.command()(command)  # type: ignore[type-var]  # a command function
    return CliRunner().invoke(app, list(arguments))


def test_diff_names_the_visit_whose_message_moves(installed: ClinicUnderTest, tmp_path: Path) -> None:
    file = tmp_path / "iv.toml"
    source = (ROOT / "config/schedules/iv.toml").read_text(encoding="utf-8")
    file.write_text(source.replace("days_after = 3\nat = 11", "days_after = 3\nat = 12"), encoding="utf-8")
    found = json.loads(run(diff_schedule, str(file), "--json").stdout)
    assert found["counts"] == {"added": 0, "moved": 1, "reworded": 0, "withdrawn": 0}
    assert [(each["appointment"], each["step"]) for each in found["changes"]] == [("A1", "check_day3")]


def test_diff_of_the_schedule_in_force_finds_nothing(installed: ClinicUnderTest) -> None:
    found = json.loads(run(diff_schedule, str(ROOT / "config/schedules/iv.toml"), "--json").stdout)
    assert (found["appointments"], found["affected"]) == (1, 0)


def test_apply_of_an_unknown_schedule_names_those_there_are(installed: ClinicUnderTest) -> None:
    result = run(apply_schedule, "nothing")
    assert (result.exit_code, "iv-infusion" in result.stderr) == (2, True)


def test_simulate_prints_counts_cost_and_clashes(installed: ClinicUnderTest) -> None:
    days = ("--from", "2030-03-01", "--to", "2030-04-01")
    found = json.loads(run(simulate, *days, "--price", "0.01", "--json").stdout)
    assert found["cost"] == f"{found['segments'] / 100:.2f}"
    assert sum(found["by_hour"].values()) == found["messages"] > 0
    assert "visits" in run(simulate, *days).stdout


def test_a_key_is_shown_once_and_its_name_taken(installed: ClinicUnderTest) -> None:
    assert run(add_api_key, "ehr").stdout.startswith("hr_")
    assert run(add_api_key, "ehr").exit_code == 2
