"""What outlives a restart, and what forgetting forgets."""

from datetime import timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from service.sandbox.app import create_app
from service.sandbox.faults import Switches
from service.settings import BadSettings, Settings
from tests.sandbox.conftest import ACCOUNT, PHONE, SERVICE, TOKEN, eventually, served

SLOW = Switches(step=timedelta(seconds=30))
QUICK = Switches(step=timedelta(seconds=0.02))


def _client(url: str) -> Client:
    client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(timeout=3))
    client.api.base_url = url
    return client


def test_a_text_left_on_its_way_arrives_after_a_restart(settings: Settings) -> None:
    with served(create_app(settings, switches=SLOW)) as url:
        sid = _client(url).messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello").sid
    with served(create_app(settings, switches=QUICK)) as url:
        text = _client(url).messages(sid)
        eventually(lambda: text.fetch().status == "delivered")
        assert text.fetch().body == "Hello"


def test_stop_outlives_a_restart(settings: Settings) -> None:
    with served(create_app(settings, switches=QUICK)) as url:
        requests.post(f"{url}/phones/{PHONE}.json", json={"text": "STOP"}, timeout=5)
    with served(create_app(settings, switches=QUICK)) as url, pytest.raises(TwilioRestException, match="unsubscribed"):
        _client(url).messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello")


def test_a_line_that_was_cut_off_costs_only_itself(settings: Settings) -> None:
    with served(create_app(settings, switches=SLOW)) as url:
        _client(url).messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello")
    with (settings.sandbox_dir / "journal.jsonl").open("ab") as journal:
        journal.write(b'{"kind":"text","sid":"SM')
    with served(create_app(settings, switches=SLOW)) as url:
        assert requests.get(f"{url}/ledger", timeout=3).json()["count"] == 1


def test_forgetting_empties_phones_and_lifts_stop(twilio: Client, sandbox: str) -> None:
    requests.post(f"{sandbox}/phones/{PHONE}.json", json={"text": "STOP"}, timeout=5)
    assert requests.post(f"{sandbox}/forget", timeout=3).status_code == 200
    assert requests.get(f"{sandbox}/phones/{PHONE}.json", timeout=3).json()["lines"] == []
    assert twilio.messages.create(to=PHONE, messaging_service_sid=SERVICE, body="Hello").status == "accepted"


def test_without_a_signing_key_the_sandbox_does_not_start(settings: Settings) -> None:
    keyless = settings.model_copy(update={"sandbox_sendgrid_private_key": settings.twilio_auth_token})
    with pytest.raises(BadSettings, match="SANDBOX_SENDGRID_PRIVATE_KEY"):
        create_app(keyless)
