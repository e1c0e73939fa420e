"""Whole files as they come: encodings, separators, damage, and the export of a real practice system."""

from collections import Counter
from pathlib import Path

import pytest

from service.domain.values import AppointmentStatus, Kind
from service.intake.csv_source import UnusableFile, open_csv
from service.intake.problem import Severity
from tests.intake.exports import FILES, REAL_EXPORT, read


@pytest.mark.parametrize("name", ["semicolons-windows-1252.csv", "tabs-utf-16.csv"])
def test_other_separators_and_encodings_give_the_same_visits(name: str) -> None:
    first, second = (found.visit for found in read(FILES / name))
    assert first is not None
    assert second is not None
    assert (first.given_name, first.family_name, first.contacts[1].address) == ("Zoë", "Müller", "zoë@example.org")
    assert (second.given_name, second.family_name, second.kind) == ("José", "Peña", Kind.ORAL)


def test_another_encoding_is_pointed_out_once() -> None:
    found = read(FILES / "semicolons-windows-1252.csv")
    notices = [p for line in found for p in line.problems if "Windows-1252" in p.problem]
    assert [notice.line for notice in notices] == [2]


def test_each_trouble_costs_its_own_line_and_no_other() -> None:
    found = read(FILES / "every-trouble.csv")
    assert [line.line for line in found if line.visit is None] == [3, 5, 6, 7, 11]
    taken = [line.visit.external_id for line in found if line.visit]
    assert taken == ["C1", "C3", "C7"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n\n", "is empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"Status,status\n", "more than one column called Status, status"),
        (b"x" * 70_000, "does not begin with a header"),
    ],
)
def test_a_file_without_a_table_is_refused_as_a_whole(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(content)
    with pytest.raises(UnusableFile, match=complaint), open_csv(path):
        pass


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match=r"nowhere\.csv cannot be read"), open_csv(tmp_path / "nowhere.csv"):
        pass


if REAL_EXPORT.exists():

    def test_of_the_practice_systems_export_four_lines_are_refused() -> None:
        refusals = {
            (p.line, p.column, p.value)
            for line in read(REAL_EXPORT)
            for p in line.problems
            if p.severity is Severity.REFUSED
        }
        assert refusals == {
            (32, "Date", "02/30/2027"),
            (33, "Time", "25:99"),
            (62, "Appt ID", ""),
            (63, "Location", "Sacrmento"),
        }

    def test_every_phone_of_the_practice_systems_export_is_understood() -> None:
        found = read(REAL_EXPORT)
        assert not [p for line in found for p in line.problems if "no phone number;" in p.problem]
        assert [line.line for line in found for p in line.problems if "Nothing can reach" in p.problem] == [253]

    def test_every_status_of_the_practice_systems_export_has_its_meaning() -> None:
        visits = [line.visit for line in read(REAL_EXPORT) if line.visit]
        assert len(visits) == 250
        assert sum(visit.confirmed for visit in visits) == 16
        assert Counter(visit.status for visit in visits) == {
            AppointmentStatus.BOOKED: 204,
            AppointmentStatus.ATTENDED: 24,
            AppointmentStatus.CANCELLED: 18,
            AppointmentStatus.NO_SHOW: 4,
        }
