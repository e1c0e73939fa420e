"""What a front desk does with the pages, on a phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.pages.conftest import Site
from tests.web.house import EMAIL, PASSWORD


def sign_in(page: Page) -> None:
    page.goto("/")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Board")).to_be_visible()


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_staff_sign_in_and_confirm_a_visit_by_hand(page: Page) -> None:
    sign_in(page)
    page.get_by_role("link", name="Omar Alvarez").click()
    page.get_by_role("button", name="Confirm by hand").click()
    expect(page.get_by_text("by hand, Dana Reyes")).to_be_visible()
    page.get_by_role("link", name="Board", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="Omar Alvarez")).to_contain_text("Confirmed")


def test_staff_read_a_reply(page: Page) -> None:
    sign_in(page)
    page.get_by_role("link", name="Inbox").click()
    page.get_by_role("button", name="Mark as read").click()
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()


def test_the_board_can_be_reached_by_keyboard_alone(page: Page) -> None:
    page.goto("/sign-in")
    for keys in (EMAIL, PASSWORD):
        page.keyboard.press("Tab")
        page.keyboard.type(keys)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Board")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_is_wider_than_the_screen(page: Page, site: Site, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page)
    about = site.house.one("SELECT id FROM appointments WHERE external_id = 'A-1'").id
    message = site.house.message("confirm", about)
    link = site.house.link(message)
    for path in ("/", "/inbox", "/messages?state=planned", f"/appointments/{about}", f"/messages/{message}", link):
        page.goto(path)
        assert overflow(page) == 0, path


def test_everything_to_press_is_large_enough(page: Page, site: Site) -> None:
    sign_in(page)
    about = site.house.one("SELECT id FROM appointments WHERE external_id = 'A-1'").id
    for path in ("/", "/inbox", f"/appointments/{about}"):
        page.goto(path)
        sizes = [
            box
            for control in page.locator("button, select, input:visible, summary").all()
            if (box := control.bounding_box())
        ]
        assert sizes
        assert min(min(box["height"], box["width"]) for box in sizes) >= 24
