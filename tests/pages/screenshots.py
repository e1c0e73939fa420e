"""Writes the pictures of README and docs from running pages: `make screenshots`."""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from service.storage.migrate import upgrade
from tests import servers
from tests.stack import Stack, running_stack
from tests.stories.journey import Journey

DESK, PHONE = 1280, 390
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run"]


def main(folder: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is not here. On Debian: apt-get install chromium")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="handrail-") as scratch,
        servers.open_folder() as data,
        servers.running_postgres(data) as url,
        servers.empty_database(url) as database,
    ):
        upgrade(database.admin_url, database.app_url)
        with running_stack(database, Path(scratch)) as stack, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            _tell_a_story(Journey(stack))
            for width in (DESK, PHONE):
                _take_all(browser, stack, folder, width)
            browser.close()


def _tell_a_story(journey: Journey) -> None:
    """A few answers, so that the pages show what they are for."""
    journey.settle()
    phones = list(dict.fromkeys(entry["to"] for entry in journey.ledger() if entry["channel"] == "sms"))
    for phone, words in zip(
        phones, ("1", "C", "yes but my ride fell through", "Can I take my pills in the morning?"), strict=False
    ):
        journey.write(phone, words)


def _take_all(browser: Browser, stack: Stack, folder: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme="light")
    suffix = "" if width == DESK else "-phone"
    _sign_in(page, stack)
    page.screenshot(path=folder / f"board{suffix}.png")
    page.locator("td a, th a").first.click()
    page.screenshot(path=folder / f"appointment{suffix}.png")
    page.goto(f"{stack.web_url}/inbox")
    page.screenshot(path=folder / f"inbox{suffix}.png")
    if width == PHONE:
        page.goto(stack.sandbox_url)
        page.locator('a[href^="/phones/"]').first.click()
        page.screenshot(path=folder / "pretend-phone.png")
    page.close()


def _sign_in(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.web_url}/sign-in")
    page.fill("input[name=email]", "manager@lakeside.example")
    page.fill("input[name=password]", stack.env["DEMO_PASSWORD"])
    page.locator("main button").click()
    page.wait_for_url(f"{stack.web_url}/")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
