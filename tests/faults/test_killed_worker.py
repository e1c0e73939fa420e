"""A worker that dies between writing an attempt down and hearing the answer: one message on the phone, never two."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.servers import Database
from tests.stack import running_stack
from tests.stories.journey import Journey

EXPORT = Path(__file__).parent.parent / "stories" / "export.csv"
MARIA = "+19165550136"
BEFORE = datetime(2027, 3, 14, 18, 55, tzinfo=UTC)  # Sun 11:55 AM in Sacramento
FASTING_DUE = datetime(2027, 3, 14, 19, 0, 1, tzinfo=UTC)


@pytest.fixture
def journey(database: Database, tmp_path: Path) -> Iterator[Journey]:
    with running_stack(database, tmp_path, {"DEMONSTRATION": "false"}) as stack:
        yield Journey(stack)


def state_of_fasting(database: Database) -> str:
    with psycopg.connect(database.admin_url) as connection:
        row = connection.execute(
            "SELECT m.state FROM messages m JOIN appointments a ON a.id = m.appointment_id"
            " WHERE a.external_id = 'A4253' AND m.step = 'fasting'"
        ).fetchone()
    assert row is not None
    return str(row[0])


def test_killed_after_the_provider_accepted_it_is_settled_by_the_callback(journey: Journey, database: Database) -> None:
    journey.import_file(EXPORT)
    journey.set_clock(BEFORE)
    heard = len(journey.texts_to(MARIA))
    journey.fault("timeout_after_accepting", target=MARIA, times=1)
    journey.move_clock(FASTING_DUE)
    journey.stack.wait_until(lambda: len(journey.texts_to(MARIA)) > heard, "the provider accepted the text")
    journey.stack.kill_worker()
    assert state_of_fasting(database) == "sending"
    journey.stack.start_worker()
    journey.stack.wait_until(lambda: state_of_fasting(database) == "delivered", "the callback settled it", seconds=30)
    journey.settle()
    assert len(journey.texts_to(MARIA)) == heard + 1


def test_killed_before_the_provider_heard_of_it_it_is_sent_once_all_the_same(
    journey: Journey, database: Database
) -> None:
    journey.import_file(EXPORT)
    journey.set_clock(BEFORE)
    heard = len(journey.texts_to(MARIA))
    journey.stack.kill_worker()
    journey.move_clock(FASTING_DUE)
    journey.stack.start_worker()
    journey.stack.wait_until(lambda: state_of_fasting(database) == "delivered", "it was sent", seconds=30)
    assert len(journey.texts_to(MARIA)) == heard + 1
