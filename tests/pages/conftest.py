"""A real browser before the real program, on a real port."""

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from service.domain.states import State
from tests.servers import Database
from tests.stack import free_ports
from tests.web.house import House, visit

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


@dataclass(frozen=True, kw_only=True)
class Site:
    house: House
    url: str


@pytest.fixture(scope="package")  # its event loop must be gone before other packages run theirs
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; `apt-get install chromium` brings one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def site(database: Database) -> Iterator[Site]:
    """With one visit that was told of, one that was not reached, and a reply to read."""
    (port,) = free_ports(1)
    house = House(database, settings={"PUBLIC_BASE_URL": f"http://127.0.0.1:{port}"}).furnish()
    about = house.take(visit(external_id="A-2", patient_external_id="P-2", given_name="Omar"), visit())
    house.becomes(house.message("confirm", about), State.DELIVERED)
    house.hear("is parking free? " + "a" * 200)
    server = uvicorn.Server(uvicorn.Config(house.app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the program did not start"
        time.sleep(0.02)
    yield Site(house=house, url=f"http://127.0.0.1:{port}")
    server.should_exit = True
    thread.join()


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """A narrow phone. What the browser complains of fails the test."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=site.url)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []
