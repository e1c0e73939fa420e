"""A text whose webhook found nobody is heard by asking; one that was heard already is not heard twice."""

import json
import urllib.parse
import urllib.request
from datetime import timedelta

import pytest

from service.messaging.hearing import store_inbound
from service.messaging.listening import listen
from service.providers.outcome import CannotTell
from service.sandbox.numbers import sending_number
from service.storage.heartbeats import last_beats
from tests.clinic import PHONE, ClinicUnderTest, visit
from tests.messaging.test_one_bad_row import inbound


@pytest.fixture
def known(clinic: ClinicUnderTest) -> ClinicUnderTest:
    """A clinic whose number a patient has written to before."""
    clinic.take(visit())
    ours = sending_number(clinic.services.settings.twilio_messaging_service_sid)
    store_inbound(clinic.services.database, inbound("before", "hello", to_address=ours), clinic.now)
    clinic.apply_events()
    return clinic


def type_on_phone(clinic: ClinicUnderTest, body: str) -> None:
    """On the sandbox's phone; its webhook finds nobody."""
    address = f"{clinic.sandbox_url}/phones/{urllib.parse.quote(PHONE)}.json"
    content = json.dumps({"text": body}).encode()
    request = urllib.request.Request(address, content, {"Content-Type": "application/json"}, method="POST")
    urllib.request.urlopen(request).close()


def look(clinic: ClinicUnderTest) -> int:
    parts = clinic.services
    return listen(parts.database, parts.twilio, parts.loop, clinic.now)


def test_a_text_that_came_in_while_nobody_listened_is_heard(known: ClinicUnderTest) -> None:
    type_on_phone(known, "STOP")
    assert look(known) == 1
    known.apply_events()
    assert [row for row in known.messages() if row.state == "planned"] == []


def test_a_text_is_heard_once_however_often_one_looks(known: ClinicUnderTest) -> None:
    type_on_phone(known, "C")
    assert [look(known) for _ in range(3)] == [1, 0, 0]


def test_a_look_that_failed_is_made_good_by_the_next(known: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    async def inbound_since(**_where: object) -> CannotTell:
        return CannotTell(code="not_reached", words="")

    with monkeypatch.context() as away:
        away.setattr(known.services.twilio, "inbound_since", inbound_since)
        type_on_phone(known, "C")
        assert look(known) == 0
    assert "listened" not in last_beats(known.services.database)
    known.now += timedelta(hours=3)
    assert look(known) == 1
