from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.domain.incoming import IncomingVisit
from service.domain.values import Channel
from service.intake.csv_file import LineRead, read_visits
from service.intake.csv_source import UnusableFile, open_csv
from service.intake.problem import Problem, Severity
from tests.intake.exports import PHOENIX, SACRAMENTO, export, line, mapping, read


def visit_of(folder: Path, text: str) -> IncomingVisit:
    (found,) = read(export(folder, text))
    assert found.visit is not None
    return found.visit


def problems_of(folder: Path, text: str, severity: Severity) -> list[Problem]:
    (found,) = read(export(folder, text))
    assert (found.visit is None) is (severity is Severity.REFUSED)
    assert {problem.severity for problem in found.problems} <= {severity}
    return list(found.problems)


def read_with_end_times(folder: Path, ends: str) -> list[LineRead]:
    columns = replace(mapping().columns, length_minutes=None, end_time="Ends")
    path = export(folder, line(length=ends))
    path.write_text(path.read_text(encoding="utf-8-sig").replace("Length (min)", "Ends"), encoding="utf-8")
    with open_csv(path) as source:
        return list(read_visits(source, replace(mapping(), columns=columns)))


def test_an_ordinary_line_has_nothing_wrong_with_it(tmp_path: Path) -> None:
    assert problems_of(tmp_path, line(), Severity.WARNING) == []


def test_times_are_the_clinics_own_and_become_instants(tmp_path: Path) -> None:
    winter = visit_of(tmp_path, line(date="03/13/2027"))  # Saturday, the day before the clocks change
    summer = visit_of(tmp_path, line(date="03/14/2027"))  # Sunday
    arizona = visit_of(tmp_path, line(date="03/14/2027", location="Phoenix"))
    assert winter.starts_at == datetime(2027, 3, 13, 17, 0, tzinfo=UTC)
    assert summer.starts_at == arizona.starts_at == datetime(2027, 3, 14, 16, 0, tzinfo=UTC)
    assert summer.ends_at - summer.starts_at == timedelta(minutes=50)
    assert winter.booked_at == datetime(2027, 3, 1, 18, 0, tzinfo=UTC)


def test_accents_and_apostrophes_survive(tmp_path: Path) -> None:
    visit = visit_of(tmp_path, line(first_name=" Ana-Luci\u0301a ", last_name="O'Brien  Nguyễn"))
    assert (visit.given_name, visit.family_name) == ("Ana-Lucía", "O'Brien Nguyễn")


def test_control_characters_reach_neither_names_nor_the_terminal(tmp_path: Path) -> None:
    assert visit_of(tmp_path, line(first_name="A\x1b[31mda")).given_name == "A[31mda"
    (problem,) = problems_of(tmp_path, line(status="\x1b]0;x\x07"), Severity.REFUSED)
    assert problem.value == "]0;x"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Date", "02/31/2027"),
        ("Date", "03/16/0027"),
        ("Date", ""),
        ("Time", "25:99"),
        ("Location", "Sacrmento"),
        ("Appt Type", "Foot Bath"),
        ("Status", "Maybe"),
        ("Appt ID", ""),
        ("Patient ID", ""),
        ("Length (min)", "-40"),
        ("Length (min)", "forty"),
        ("Length (min)", "99999999999"),
    ],
)
def test_a_bad_line_is_refused_with_its_column_and_value(tmp_path: Path, column: str, value: str) -> None:
    key = column.lower().replace(" (min)", "").replace(" ", "_")
    (problem,) = problems_of(tmp_path, line(**{key: value}), Severity.REFUSED)
    assert (problem.line, problem.column, problem.value) == (2, column, value)
    assert problem.remedy


def test_all_that_refuses_a_line_is_told_at_once_and_nothing_else(tmp_path: Path) -> None:
    text = line(date="02/31/2027", time="25:99", location="Nowhere", mobile_phone="none")
    columns = [problem.column for problem in problems_of(tmp_path, text, Severity.REFUSED)]
    assert columns == ["Location", "Date", "Time"]


@pytest.mark.parametrize("text", ["A1,P1,Quinn", line() + ",one,two"])
def test_a_line_with_too_few_or_too_many_values_is_refused(tmp_path: Path, text: str) -> None:
    (problem,) = problems_of(tmp_path, text, Severity.REFUSED)
    assert "17 columns" in problem.problem


def test_empty_values_behind_the_last_column_do_no_harm(tmp_path: Path) -> None:
    assert visit_of(tmp_path, line() + ",,,").external_id == "A1"


def test_a_patient_nobody_can_reach_is_taken_with_a_warning(tmp_path: Path) -> None:
    text = line(mobile_phone="", email="")
    (problem,) = problems_of(tmp_path, text, Severity.WARNING)
    assert "Nothing can reach this patient" in problem.problem
    assert visit_of(tmp_path, text).contacts == ()


def test_a_bad_number_beside_a_good_address_is_a_warning(tmp_path: Path) -> None:
    text = line(mobile_phone="916-555")
    (problem,) = problems_of(tmp_path, text, Severity.WARNING)
    assert (problem.column, problem.value) == ("Mobile Phone", "916-555")
    assert [contact.channel for contact in visit_of(tmp_path, text).contacts] == [Channel.EMAIL]


@pytest.mark.parametrize(("answer", "permitted"), [("N", False), (" n ", False), ("", None), ("perhaps", False)])
def test_without_a_clear_yes_nobody_is_texted(tmp_path: Path, answer: str, permitted: bool | None) -> None:
    text = line(ok_to_text=answer)
    (problem,) = problems_of(tmp_path, text, Severity.WARNING)
    assert problem.column == "OK to text"
    sms, email = visit_of(tmp_path, text).contacts
    assert (sms.permitted, email.permitted) == (permitted, True)


def test_a_patient_with_a_yes_and_a_no_is_pointed_out_once(tmp_path: Path) -> None:
    lines = [line(appt_id=f"A{n}", ok_to_text=answer) for n, answer in enumerate("YNYN")]
    told = [p.line for found in read(export(tmp_path, *lines)) for p in found.problems if "says otherwise" in p.problem]
    assert told == [3]


def test_a_skipped_wall_time_moves_forward_and_is_pointed_out(tmp_path: Path) -> None:
    text = line(date="03/14/2027", time="2:30 AM")  # Sunday, clocks go from 2 to 3
    (problem,) = problems_of(tmp_path, text, Severity.WARNING)
    assert "3:30 AM PDT" in problem.problem
    assert visit_of(tmp_path, text).starts_at == datetime(2027, 3, 14, 10, 30, tzinfo=UTC)


def test_a_repeated_wall_time_means_the_first_and_is_pointed_out(tmp_path: Path) -> None:
    text = line(date="11/07/2027", time="1:30 AM")  # Sunday, clocks go from 2 to 1
    (problem,) = problems_of(tmp_path, text, Severity.WARNING)
    assert "1:30 AM PDT" in problem.problem
    assert visit_of(tmp_path, text).starts_at == datetime(2027, 11, 7, 8, 30, tzinfo=UTC)


def test_a_zone_without_clock_changes_has_nothing_to_point_out(tmp_path: Path) -> None:
    assert problems_of(tmp_path, line(date="03/14/2027", time="2:30 AM", location="Phoenix"), Severity.WARNING) == []


def test_a_file_of_one_clinic_refuses_lines_of_another_and_fills_in_where_none_is_named(tmp_path: Path) -> None:
    path = export(tmp_path, line(), line(appt_id="A2", location=""), line(appt_id="A3", location="Phoenix"))
    clinics = [found.visit and found.visit.clinic for found in read(path, only=SACRAMENTO)]
    assert clinics == ["Sacramento", "Sacramento", None]
    assert read(path, only=PHOENIX)[0].problems[0].column == "Location"


@pytest.mark.parametrize("ends", ["8:45 AM", "9:00 AM", "25:99"])
def test_an_end_that_is_not_after_the_start_is_refused(tmp_path: Path, ends: str) -> None:
    (found,) = read_with_end_times(tmp_path, ends)
    assert found.visit is None
    assert [problem.column for problem in found.problems] == ["Ends"]


def test_an_export_may_give_end_times_in_place_of_lengths(tmp_path: Path) -> None:
    (found,) = read_with_end_times(tmp_path, "9:40 AM")
    assert found.visit is not None
    assert found.visit.ends_at - found.visit.starts_at == timedelta(minutes=40)


def test_a_file_without_locations_needs_to_be_told_its_clinic(tmp_path: Path) -> None:
    nowhere = replace(mapping(), columns=replace(mapping().columns, location=None))
    with open_csv(export(tmp_path, line(location="Phoenix"))) as source:
        with pytest.raises(UnusableFile, match="--clinic"):
            read_visits(source, nowhere)
        (found,) = read_visits(source, nowhere, only=SACRAMENTO)
    assert found.visit is not None
    assert found.visit.clinic == "Sacramento"


def test_spelling_and_ignored_columns_do_not_change_the_digest(tmp_path: Path) -> None:
    plain = visit_of(tmp_path, line())
    other = line(dob="07/07/1990", mobile_phone="+1 916.555.0101 x2", status=" BOOKED", time="09:00 am")
    assert visit_of(tmp_path, other).digest == plain.digest


@pytest.mark.parametrize(
    "changed",
    [
        {"time": "9:15 AM"},
        {"length": "60"},
        {"status": "Confirmed"},
        {"ok_to_text": "N"},
        {"language": "es"},
        {"location": "Phoenix"},
        {"first_name": "Eve"},
        {"email": ""},
    ],
)
def test_every_change_of_meaning_changes_the_digest(tmp_path: Path, changed: dict[str, str]) -> None:
    assert visit_of(tmp_path, line(**changed)).digest != visit_of(tmp_path, line()).digest
