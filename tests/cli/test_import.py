"""`handrail import` as an operator meets it, with a real database behind it."""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from service.cli import import_ as command
from service.domain.incoming import IncomingVisit, Taken
from service.intake.importing import Take
from service.wiring import Services
from tests.clinic import configured, environment_for, settings_for
from tests.intake.exports import export, line
from tests.servers import Database


@pytest.fixture(autouse=True)
def _installation(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(database, tmp_path, "http://127.0.0.1:9")
    services = Services(settings)
    configured(services)
    services.close()
    for name, value in environment_for(settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(command.import_)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_clean_file_ends_well(tmp_path: Path) -> None:
    result = run(export(tmp_path, line()))
    assert result.exit_code == 0
    assert "refused" in result.stdout


def test_a_refused_line_is_shown_with_its_column_value_and_remedy(tmp_path: Path) -> None:
    result = run(export(tmp_path, line(), line(appt_id="A2", location="Sacrmento")))
    assert result.exit_code == 3
    (row,) = [text for text in result.stdout.splitlines() if "Sacrmento" in text]
    assert all(word in row for word in ("3", "Location", "This word is not known", 'Did you mean "Sacramento"?'))


def test_lines_with_the_same_problem_share_a_row(tmp_path: Path) -> None:
    silent = [line(appt_id=f"A{n}", patient_id=f"P{n}", ok_to_text="") for n in range(5)]
    result = run(export(tmp_path, *silent))
    assert "2, 3, 4 and 2 more" in result.stdout


def test_the_form_for_programs_has_every_count_and_problem(tmp_path: Path) -> None:
    result = run(export(tmp_path, line(), line(appt_id="A2", time="25:99")), "--json")
    assert json.loads(result.stdout) == {
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": 1,
        "warnings": 0,
        "problems": [
            {
                "line": 3,
                "column": "Time",
                "value": "25:99",
                "problem": "There is no such time of day",
                "remedy": "Write it like 03:05 PM.",
                "severity": "refused",
            }
        ],
    }


def test_a_dry_run_says_that_it_was_one(tmp_path: Path) -> None:
    assert "dry run: nothing was kept" in run(export(tmp_path, line()), "--dry-run").stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--mapping", "clinic-exprot"], 'Did you mean "clinic-export"?'),
        (["--clinic", "Sacrmento"], 'Did you mean "Sacramento"?'),
    ],
)
def test_a_name_that_does_not_exist_is_answered_with_one_that_does(
    tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    result = run(export(tmp_path, line()), *arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert result.stdout == ""


def test_a_file_no_mapping_reads_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("Name,When\nAda,tomorrow\n")
    result = run(path)
    assert result.exit_code == 2
    assert '"Appt ID" is missing' in result.stderr


def test_mistakes_in_the_configuration_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imports = tmp_path / "imports"
    imports.mkdir()
    (imports / "clinic-export.toml").write_text('name = "other"\n')
    monkeypatch.setenv("CONFIG_DIR", str(tmp_path))
    result = run(export(tmp_path, line()))
    assert result.exit_code == 2
    assert "clinic-export.toml:1" in result.stderr


def test_a_report_file_holds_every_problem_and_runs_no_formula(tmp_path: Path) -> None:
    report = tmp_path / "problems.csv"
    run(export(tmp_path, line(mobile_phone="=1+1"), line(appt_id="A2", date="")), "--report", report)
    rows = list(csv.reader(report.open(encoding="utf-8-sig")))
    assert [row[:4] for row in rows[1:]] == [
        ["2", "warning", "Mobile Phone", "'=1+1"],
        ["3", "refused", "Date", ""],
    ]
    assert report.stat().st_mode & 0o077 == 0


def test_a_report_never_overwrites_the_export(tmp_path: Path) -> None:
    path = export(tmp_path, line())
    before = path.read_bytes()
    assert run(path, "--report", path).exit_code == 2
    assert path.read_bytes() == before


def test_ctrl_c_says_what_is_in_and_that_running_again_is_safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def interrupted(visits: Sequence[IncomingVisit]) -> list[Taken]:
        if calls:
            raise KeyboardInterrupt
        calls.append(len(visits))
        return [Taken.NEW] * len(visits)

    @contextmanager
    def taker(dry_run: bool, *, source: str) -> Iterator[Take]:
        yield interrupted

    monkeypatch.setattr(command, "_taker", taker)
    result = run(export(tmp_path, *(line(appt_id=f"A{n}") for n in range(300))))
    assert result.exit_code == 130
    assert "200 lines are in" in result.stderr
    assert "safe" in result.stderr


def test_the_same_file_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    path = export(tmp_path, line(), line(appt_id="A2"))
    assert json.loads(run(path, "--json").stdout)["new"] == 2
    assert json.loads(run(path, "--json").stdout)["unchanged"] == 2


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(tmp_path: Path) -> None:
    path = export(tmp_path, line())
    assert json.loads(run(path, "--dry-run", "--json").stdout)["new"] == 1
    assert json.loads(run(path, "--json").stdout)["new"] == 1
