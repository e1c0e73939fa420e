"""A text about a cut-off is of use before it. The small folder's cut-offs: 8 and 2 hours before the start."""

from pathlib import Path

import pytest

from tests.messaging.small_folder import small_folder
from tests.messaging.test_config_checks import warnings_in
from tests.messaging.test_config_folder import only_mistake_in

TIMING = "days_before = 1\nat = 12:00:00"


@pytest.mark.parametrize("timing", ['before_start = "1h"', 'after_end = "1h"', "days_after = 1\nat = 09:00:00"])
def test_a_fasting_text_after_its_last_cut_off_is_a_mistake(tmp_path: Path, timing: str) -> None:
    uses = 'expires_before_start = "2h"'
    folder = small_folder(tmp_path, schedules_iv=(f"{TIMING}\n{uses}", timing))

    assert "'clear_liquids', which has passed by then" in only_mistake_in(folder)[2]


@pytest.mark.parametrize(
    ("timing", "problem"),
    [
        ('before_start = "3h"', "its text names the clock 'solids', which has passed by then"),
        (
            "days_before = 1\nat = 23:30:00",
            "its text names the clock 'solids', which has passed by then for a visit at 07:00",
        ),
    ],
)
def test_a_fasting_text_after_its_first_cut_off_is_a_warning(tmp_path: Path, timing: str, problem: str) -> None:
    folder = small_folder(tmp_path, schedules_iv=(TIMING, timing))

    assert [found for _, _, found in warnings_in(folder)] == [problem]


@pytest.mark.parametrize(
    "timing", ['before_start = "9h"', 'before_clock = "solids"\nby = "1h"', "days_before = 1\nat = 22:00:00"]
)
def test_a_fasting_text_before_its_cut_offs_is_fine(tmp_path: Path, timing: str) -> None:
    assert warnings_in(small_folder(tmp_path, schedules_iv=(TIMING, timing))) == []


def test_a_fasting_text_that_stays_of_use_past_its_last_cut_off_is_a_warning(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, schedules_iv=('expires_before_start = "2h"', 'expires_before_start = "1h"'))

    assert warnings_in(folder) == [
        ("schedules/iv.toml", 17, "it may still go out after 'clear_liquids', the last clock its text names")
    ]
