from datetime import UTC, datetime

import pytest

from service.cli.wall_times import BadTime, typed_time

SACRAMENTO = "America/Los_Angeles"


@pytest.mark.parametrize(
    ("typed", "timezone", "at"),
    [
        ("2027-03-15T09:00", SACRAMENTO, datetime(2027, 3, 15, 16, 0, tzinfo=UTC)),
        ("2027-03-15 09:00", "America/Phoenix", datetime(2027, 3, 15, 16, 0, tzinfo=UTC)),
        ("2027-03-15T09:00", "Asia/Kathmandu", datetime(2027, 3, 15, 3, 15, tzinfo=UTC)),
        ("2027-03-15T09:00Z", SACRAMENTO, datetime(2027, 3, 15, 9, 0, tzinfo=UTC)),
    ],
)
def test_a_typed_time_is_the_clinics_wall_time_unless_it_says_otherwise(
    typed: str, timezone: str, at: datetime
) -> None:
    found = typed_time(typed, timezone, "--starts-at")

    assert (found.at, found.note) == (at, "")


def test_a_skipped_time_moves_forward_by_the_gap_and_says_so() -> None:
    found = typed_time("2027-03-14T02:30", SACRAMENTO, "--starts-at")  # Sunday, clocks go forward

    assert found.at == datetime(2027, 3, 14, 10, 30, tzinfo=UTC)
    assert found.note == (
        "2:30 AM on 2027-03-14 does not exist in America/Los_Angeles, where clocks go forward; taken as 3:30 AM."
    )


def test_a_repeated_time_is_the_first_and_says_so() -> None:
    found = typed_time("2027-11-07T01:30", SACRAMENTO, "--starts-at")  # Sunday, clocks go back

    assert found.at == datetime(2027, 11, 7, 8, 30, tzinfo=UTC)
    assert "comes twice" in found.note


@pytest.mark.parametrize("typed", ["tomorrow", "2027-02-31T09:00", "2027-03-15T25:99", "2027-03-15", ""])
def test_a_time_that_cannot_be_read_names_the_option_and_the_way_to_write_it(typed: str) -> None:
    with pytest.raises(BadTime, match=r"--starts-at .* Write it like 2027-03-15T09:00\."):
        typed_time(typed, SACRAMENTO, "--starts-at")
