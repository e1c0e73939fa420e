"""`handrail override-clocks` as a clinician's colleague types it."""

import pytest
from typer.testing import CliRunner, Result

from service.cli import application
from tests.clinic import ClinicUnderTest, environment_for, visit
from tests.messaging.receipts import kinds


def override(clinic: ClinicUnderTest, *words: str) -> Result:
    arguments = ["override-clocks", *words, "--review-on", "2099-06-01", "--why", "GLP-1"]
    return CliRunner().invoke(application("override-clocks"), arguments, env=environment_for(clinic.services.settings))


def test_times_that_are_set_are_planned_with_and_the_reason_is_not_repeated(clinic: ClinicUnderTest) -> None:
    clinic.take(visit(starts_at=clinic.now.replace(year=2099), ends_at=clinic.now.replace(year=2099, hour=21)))
    result = override(clinic, "P1", "--solids", "12h", "--clear-liquids", "4h")
    assert result.exit_code == 0, result.output
    assert "Visits planned anew: 1." in result.output
    assert "GLP-1" not in result.output
    assert "set for this patient" in clinic.message("fasting").why
    assert kinds(clinic) == []


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("P9", "--solids", "12h"), "There is no patient 'P9'"),
        (("P1",), "at least one time"),
        (("P1", "--solids", "3 hours-ish"), "--solids: '3 hours-ish' is not a duration"),
        (("P1", "--solids", "72h"), "longer than 48 hours"),
    ],
)
def test_what_cannot_be_set_is_refused_with_its_remedy(
    clinic: ClinicUnderTest, words: tuple[str, ...], problem: str
) -> None:
    clinic.take(visit())
    result = override(clinic, *words)
    assert result.exit_code == 2
    assert problem in result.output
