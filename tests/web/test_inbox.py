"""The inbox."""

from datetime import timedelta

import pytest

from service.domain.states import State
from tests.web.browser import Browser
from tests.web.house import House, visit


@pytest.fixture(autouse=True)
def asked(house: House) -> None:
    """A patient who was asked to confirm."""
    house.becomes(house.message("confirm", house.take(visit())), State.DELIVERED)


def test_an_empty_inbox_says_what_comes_here(browser: Browser) -> None:
    assert "Nothing waits for you." in browser.get("/inbox").words


def test_the_most_urgent_stands_first_then_the_longest_waiting(house: House, browser: Browser) -> None:
    house.hear("is parking free?", key="1", ago=timedelta(minutes=10))
    house.hear("what should I wear?", key="2", ago=timedelta(minutes=40))
    house.hear("I want to end it all", key="3")
    page = browser.get("/inbox").words
    assert page.index("end it all") < page.index("what should I wear") < page.index("is parking free")
    assert "✕ Now May be in danger" in page
    assert "40 min ago" in page


def test_every_page_counts_what_is_unread(house: House, browser: Browser) -> None:
    house.hear("is parking free?")
    assert "Inbox 1 unread" in browser.get("/messages").words


def test_what_a_patient_wrote_is_shown_and_never_run(house: House, browser: Browser) -> None:
    house.hear("<script>alert(1)</script> what should I wear?")
    page = browser.get("/inbox")
    assert "<script" not in page.text
    assert "<script>alert(1)</script> what should I wear?" in page.words


def test_a_reply_once_read_moves_below_with_the_readers_name(house: House, browser: Browser) -> None:
    house.hear("is parking free?")
    reply = house.one("SELECT id FROM replies").id
    browser.submit("/inbox", f"/replies/{reply}/read")
    page = browser.get("/inbox").words
    assert "Nothing waits for you." in page
    assert "read by Dana Reyes" in page
    assert house.audited("reply.read") == 1


def test_a_reply_that_settled_itself_stands_below(house: House, browser: Browser) -> None:
    house.hear("C")
    page = browser.get("/inbox").words
    assert "Nothing waits for you." in page
    assert "C Confirms settled by itself" in page


def test_older_replies_are_a_page_further(house: House, browser: Browser) -> None:
    for number in range(52):
        house.hear("thanks!", key=str(number), ago=timedelta(minutes=number))
    first = browser.get("/inbox")
    older = browser.get(first.text.split('href="/inbox?before=')[1].split('"')[0].join(["/inbox?before=", ""]))
    assert first.text.count('<td data-label="Wrote"') == 50
    assert older.text.count('<td data-label="Wrote"') == 2
