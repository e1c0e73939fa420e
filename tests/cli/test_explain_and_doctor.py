"""`handrail explain` and `handrail doctor`, with a real database behind them."""

import base64
import json
from datetime import timedelta

import pytest
import typer
from typer.testing import CliRunner, Result

from service.cli.doctor import doctor
from service.cli.explain import explain
from service.storage.gauges import gauges
from tests.clinic import ClinicUnderTest, environment_for, visit


@pytest.fixture
def installed(clinic: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch) -> ClinicUnderTest:
    for name, value in environment_for(clinic.services.settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")
    return clinic


def run(command: object, *arguments: str) -> Result:
    app = typer.Typer()
    app.command()(command)  # type: ignore[type-var]  # a command function
    return CliRunner().invoke(app, list(arguments))


def test_explain_says_of_every_step_why_it_is_when_it_is(installed: ClinicUnderTest) -> None:
    installed.take(visit())
    told = json.loads(run(explain, "A1", "--json").stdout)["timeline"]
    [fasting] = [entry for entry in told if entry["what"] == "fasting"]
    assert fasting["at_local"] == "2027-03-15T12:00:00-07:00"
    assert fasting["why"] == "1 day before the session at 9:00 AM Tue, Mar 16, at 12:00 PM."


def test_explain_shows_what_was_sent_and_what_a_reply_meant(installed: ClinicUnderTest) -> None:
    installed.take(visit())
    installed.dispatch_until(installed.message("confirm").due_at)
    installed.hear("C")
    told = json.loads(run(explain, "A1", "--json").stdout)["timeline"]
    assert {(entry["what"], entry["state"]) for entry in told} >= {("confirm", "handed_over"), ("reply", "confirm")}


def test_explain_takes_a_messages_id_too(installed: ClinicUnderTest) -> None:
    installed.take(visit())
    told = json.loads(run(explain, str(installed.message("fasting").id), "--json").stdout)["timeline"]
    assert [entry["what"] for entry in told] == ["fasting"]


def test_explain_of_something_unknown_says_what_to_name(installed: ClinicUnderTest) -> None:
    result = run(explain, "A999")
    assert (result.exit_code, "Use the number that was imported" in result.stderr) == (2, True)


def test_the_doctor_finds_that_nothing_ticks(installed: ClinicUnderTest) -> None:
    result = run(doctor, "--json")
    findings = {finding["what"]: finding for finding in json.loads(result.stdout)}
    assert result.exit_code == 1
    assert findings["database"]["well"]
    assert "not going out" in findings["scheduler and worker"]["remedy"]


def test_a_gauge_counts_what_is_due_and_unclaimed(installed: ClinicUnderTest) -> None:
    installed.take(visit())
    due = installed.message("prepare").due_at
    for minutes, counted in ((0, 0), (2, 1)):
        with installed.services.database.system() as connection:
            [late] = [g for g in gauges(connection, due + timedelta(minutes=minutes)) if g.name == "due and unclaimed"]
        assert late.count == counted


@pytest.mark.parametrize(
    ("name", "words"),
    [("HANDRAIL_KEYS", "sealed with a key"), ("HANDRAIL_INDEX_KEY", "nobody who writes is recognised")],
)
def test_the_doctor_notices_a_lost_key(
    installed: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    installed.take(visit())
    other = base64.b64encode(bytes(range(32))).decode()
    monkeypatch.setenv(name, f"k9:{other}" if name == "HANDRAIL_KEYS" else other)
    findings = {finding["what"]: finding for finding in json.loads(run(doctor, "--json").stdout)}
    assert words in findings["keys"]["words"]
