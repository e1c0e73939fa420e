"""The whole journey on real parts: an export, a jump of the clock, a text, an answer, a move, a stop.

PostgreSQL, broker, worker, scheduler, web program and sandbox are real processes; only the providers are pretended.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.servers import Database
from tests.stack import running_stack
from tests.stories.journey import Journey

EXPORT = Path(__file__).parent / "export.csv"
MARIA = "+19165550136"
SUNDAY_NOON = datetime(2027, 3, 14, 19, tzinfo=UTC)  # in Sacramento, where the clocks changed in the night before


@pytest.fixture
def journey(database: Database, tmp_path: Path) -> Iterator[Journey]:
    with running_stack(database, tmp_path, {"DEMONSTRATION": "false"}) as stack:
        yield Journey(stack)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Three lines as a practice system writes them: María's two visits in Sacramento, one of somebody in Phoenix."""
    file = tmp_path / "export.csv"
    file.write_text(EXPORT.read_text(encoding="utf-8"), encoding="utf-8-sig")
    return file


def new_texts(journey: Journey, heard: list[str]) -> list[str]:
    """What María's phone got since `heard`, which is brought up to date."""
    now = journey.texts_to(MARIA)
    fresh = now[len(heard) :]
    heard[:] = now
    return fresh


def row_of_maria(journey: Journey, day: str) -> str:
    """Her line of the board, as the browser gets it."""
    page = journey.page(f"/?day={day}")
    rows: list[str] = re.findall(r"<tr\b.*?</tr>", page, re.DOTALL)
    return next(row for row in rows if "María" in row)


def test_from_a_clinics_export_to_an_understood_answer_a_move_and_a_stop(journey: Journey, export: Path) -> None:
    heard: list[str] = []
    journey.sign_in()

    assert journey.import_file(export)["new"] == 3
    assert journey.import_file(export)["unchanged"] == 3

    journey.set_clock(SUNDAY_NOON - timedelta(minutes=1))
    new_texts(journey, heard)
    journey.set_clock(SUNDAY_NOON + timedelta(seconds=1))
    [fasting] = new_texts(journey, heard)
    assert "2:00 AM Mon" in fasting
    assert "8:00 AM Mon" in fasting
    assert fasting.startswith("Lakeside Clinic:")

    journey.write(MARIA, "C")
    journey.settle()
    [thanks] = new_texts(journey, heard)
    assert "confirmed for tomorrow, Mon, Mar 15 at 10:00 AM" in thanks
    assert "✓</span> Confirmed" in row_of_maria(journey, "2027-03-15")

    moved = export.read_text(encoding="utf-8-sig").replace("03/15/2027,10:00 AM", "03/16/2027,11:00 AM")
    export.write_text(moved, encoding="utf-8-sig")
    result = journey.import_file(export)
    assert (result["changed"], result["unchanged"]) == (1, 2)
    journey.set_clock(SUNDAY_NOON + timedelta(minutes=4))
    news = new_texts(journey, heard)
    assert any("Tue, Mar 16 at 11:00 AM" in text and "no longer count" in text for text in news)
    row = row_of_maria(journey, "2027-03-16")
    assert "✓</span> Confirmed" not in row
    journey.set_clock(SUNDAY_NOON + timedelta(days=1, seconds=1))
    assert any("3:00 AM Tue" in text for text in new_texts(journey, heard))

    journey.write(MARIA, "STOP")
    new_texts(journey, heard)
    journey.set_clock(SUNDAY_NOON + timedelta(days=3))
    assert new_texts(journey, heard) == []
    [appointment] = set(re.findall(r"/appointments/[0-9a-f-]{36}", row))
    page = journey.page(appointment)
    assert "permission was refused or withdrawn" in page
    assert "Stopped all messages" in page or "stop" in page.lower()
