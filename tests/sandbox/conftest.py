"""The real sandbox under uvicorn, and a service that listens to what it posts."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import requests
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from sendgrid import SendGridAPIClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from service.sandbox.app import create_app
from service.sandbox.faults import Switches
from service.sandbox.keys import new_event_keys
from service.settings import Settings
from tests.sandbox.listener import Listener, listening_app

ACCOUNT = "AC" + "a" * 32
TOKEN = "b" * 32
SERVICE = "MG" + "c" * 32
API_KEY = "SG.pretend"
PHONE = "+19165550123"
T = TypeVar("T")
PRIVATE_KEY, PUBLIC_KEY = new_event_keys()


def eventually(look: Callable[[], T], *, seconds: float = 8) -> T:
    """The first truthy thing `look` finds; fails when there is none in time."""
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError("waited in vain")


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The application on a free port of this machine; its base address."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    eventually(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()


@pytest.fixture(scope="session")
def served_listener() -> Iterator[tuple[Listener, str]]:
    listener = Listener()
    with served(listening_app(listener, auth_token=TOKEN)) as url:
        yield listener, url


@pytest.fixture
def listener(served_listener: tuple[Listener, str]) -> Listener:
    served_listener[0].forget()
    return served_listener[0]


@pytest.fixture
def service_url(served_listener: tuple[Listener, str], listener: Listener) -> str:
    return served_listener[1]


@pytest.fixture
def settings(service_url: str, tmp_path: Path) -> Settings:
    """For a test that starts a sandbox of its own."""
    return settings_for(service_url, tmp_path)


def settings_for(service_url: str, directory: Path) -> Settings:
    return Settings.model_construct(
        public_base_url=service_url,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=SecretStr(TOKEN),
        twilio_messaging_service_sid=SERVICE,
        sendgrid_api_key=SecretStr(API_KEY),
        sandbox_dir=directory / "sandbox",
        sandbox_sendgrid_private_key=SecretStr(PRIVATE_KEY),
        provider_timeout=timedelta(seconds=1),
    )


@pytest.fixture(scope="session")
def served_sandbox(served_listener: tuple[Listener, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = settings_for(served_listener[1], tmp_path_factory.mktemp("sandbox"))
    with served(create_app(settings, switches=Switches(step=timedelta(seconds=0.03)))) as url:
        yield url


@pytest.fixture
def sandbox(served_sandbox: str, listener: Listener) -> str:
    """The sandbox with nothing in it."""
    for path in ("ledger", "faults"):
        requests.delete(f"{served_sandbox}/{path}", timeout=5).raise_for_status()
    listener.forget()  # what the last test's texts still had to tell
    return served_sandbox


@pytest.fixture
def twilio(sandbox: str) -> Client:
    client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(timeout=3))
    client.api.base_url = sandbox
    return client


@pytest.fixture
def sendgrid(sandbox: str) -> SendGridAPIClient:
    client = SendGridAPIClient(API_KEY, host=sandbox)
    client.client.timeout = 3
    return client


@pytest.fixture
def add_fault(sandbox: str) -> Callable[..., None]:
    def add(fault: str, *, target: str = "*", times: int | None = None) -> None:
        rule = {"fault": fault, "target": target, "times": times}
        requests.post(f"{sandbox}/faults", json=rule, timeout=3).raise_for_status()

    return add
