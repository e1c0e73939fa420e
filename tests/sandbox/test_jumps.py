"""Moving the service's clock from the sandbox."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
from twilio.rest import Client

from tests.sandbox.conftest import PHONE, SERVICE, eventually
from tests.sandbox.listener import Listener


@pytest.fixture
def due(listener: Listener) -> list[datetime]:
    start = datetime.now(UTC).replace(microsecond=0)
    listener.due_at = [start + timedelta(hours=hours) for hours in (3, 9, 30)]
    return listener.due_at


def _jump(sandbox: str, **form: str) -> requests.Response:
    return requests.post(f"{sandbox}/clock/jump", data=form, timeout=5)


def test_a_day_is_jumped_message_by_message(sandbox: str, listener: Listener, due: list[datetime]) -> None:
    before = listener.now
    assert _jump(sandbox, by="day").status_code == 200
    eventually(lambda: len(listener.moved_to) == 3)
    assert listener.moved_to[:2] == due[:2]
    assert abs(listener.moved_to[2] - before - timedelta(days=1)) < timedelta(seconds=5)


def test_to_the_next_message_is_one_jump(sandbox: str, listener: Listener, due: list[datetime]) -> None:
    assert "Clock" in _jump(sandbox, by="next").text
    eventually(lambda: "Arrived" in requests.get(f"{sandbox}/clock", timeout=3).text)
    assert listener.moved_to == due[:1]


def test_it_rests_while_something_is_waiting_and_can_be_stopped(
    sandbox: str, listener: Listener, due: list[datetime]
) -> None:
    listener.waiting = 2
    _jump(sandbox, by="day")
    page = requests.get(f"{sandbox}/clock", timeout=3).text
    assert "On the way to" in page
    assert 'http-equiv="refresh"' in page
    assert _jump(sandbox, by="hour").status_code == 409
    assert "Stopped at" in requests.post(f"{sandbox}/clock/stop", timeout=3).text
    assert listener.moved_to == []


def test_a_wall_time_is_read_in_the_zone_of_the_page(sandbox: str, listener: Listener) -> None:
    browser = requests.Session()
    browser.post(f"{sandbox}/clock/zone", data={"zone": "America/Phoenix"}, timeout=3)
    browser.post(f"{sandbox}/clock/jump", data={"to": "2031-03-15T09:00"}, timeout=3)
    eventually(lambda: listener.moved_to)
    assert listener.moved_to == [datetime(2031, 3, 15, 16, 0, tzinfo=UTC)]  # a Saturday; Arizona is 7 hours behind


@pytest.mark.parametrize("form", [{"to": "2001-01-01T00:00"}, {"to": "tomorrow"}, {"by": "next"}, {}])
def test_a_jump_to_nowhere_is_refused_with_a_reason(sandbox: str, listener: Listener, form: dict[str, str]) -> None:
    answer = _jump(sandbox, **form)
    assert answer.status_code == 409
    assert "That did not work" in answer.text
    assert listener.moved_to == []


def test_texts_keep_the_services_time_while_it_does_not_answer(twilio: Client, listener: Listener) -> None:
    listener.offset = timedelta(days=90)
    twilio.messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello")
    listener.is_away.set()
    text = twilio.messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello again")
    assert text.date_created is not None
    assert abs(text.date_created - listener.now) < timedelta(seconds=5)


def test_texts_bear_the_services_time(twilio: Client, listener: Listener) -> None:
    listener.offset = timedelta(days=90)
    text = twilio.messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello")
    assert text.date_created is not None
    assert abs(text.date_created - listener.now) < timedelta(seconds=5)
