from dataclasses import replace

import pytest

from service.intake.csv_source import UnusableFile
from service.intake.mapping import mapping_called, mapping_for
from tests.intake.exports import ORDINARY, mapping

HEADER = tuple(ORDINARY)


def test_a_mapping_fits_whatever_the_order_case_and_padding_of_the_columns() -> None:
    header = [f" {name.upper()} " for name in reversed(HEADER)]
    assert mapping_for(header, [mapping()]).name == "clinic-export"


def test_of_two_that_fit_the_one_that_reads_more_is_chosen() -> None:
    less = replace(mapping(), name="less", columns=replace(mapping().columns, booked=None))
    assert mapping_for(HEADER, [less, mapping()]).name == "clinic-export"


def test_two_that_fit_equally_well_are_for_the_operator_to_choose() -> None:
    twin = replace(mapping(), name="twin")
    with pytest.raises(UnusableFile, match=r"clinic-export, twin.*--mapping"):
        mapping_for(HEADER, [mapping(), twin])


def test_an_unknown_header_is_answered_with_what_is_missing_and_what_comes_close() -> None:
    header = ["Mobile Phone No" if name == "Mobile Phone" else name for name in HEADER]
    with pytest.raises(UnusableFile) as refusal:
        mapping_for(header, [mapping()])
    assert '"Mobile Phone" is missing. Did you mean "Mobile Phone No"?' in str(refusal.value)
    assert "config/imports/clinic-export.toml" in str(refusal.value)


def test_a_mapping_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(UnusableFile, match="There are: clinic-export"):
        mapping_called("clinik-export", HEADER, [mapping()])


def test_a_mapping_asked_for_by_name_must_fit_too() -> None:
    with pytest.raises(UnusableFile, match='"Status" is missing'):
        mapping_called("clinic-export", [name for name in HEADER if name != "Status"], [mapping()])


def test_a_column_nobody_speaks_of_is_known_as_such() -> None:
    assert mapping().unknown_in([*HEADER, "Insurance"]) == ("Insurance",)
