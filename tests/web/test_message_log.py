"""The log of messages."""

import html
import re

from service.domain.states import State
from tests.web.browser import Browser
from tests.web.house import House, visit


def ids_on(page: str) -> list[str]:
    return re.findall(r'href="/messages/([0-9a-f-]{36})"', page)


def next_page(page: str) -> str:
    found = re.search(r'href="(/messages\?[^"]*after=[^"]*)"', page)
    return html.unescape(found[1]) if found else ""


def test_states_are_told_in_words(house: House, browser: Browser) -> None:
    message = house.message("ride", house.take(visit()))
    house.change("UPDATE messages SET due_at = due_at - interval '9 days' WHERE id = :id", id=message)
    house.becomes(message, State.DELIVERED)
    page = browser.get("/messages").words
    assert "Asks about the ride home Text ✓ Delivered" in page


def test_the_log_never_shows_what_a_message_says(house: House, browser: Browser) -> None:
    message = house.message("ride", house.take(visit()))
    said = re.search(r'class="said">([^<]{20})', browser.get(f"/messages/{message}").text)
    assert said is not None
    assert said[1] not in browser.get("/messages?state=planned").text


def test_planned_messages_come_soonest_first(house: House, browser: Browser) -> None:
    house.take(visit())
    due = [row.id for row in house.all("SELECT id FROM messages WHERE state = 'planned' ORDER BY due_at, id")]
    assert ids_on(browser.get("/messages?state=planned").text) == [str(message) for message in due]


def test_pages_together_show_every_message_once(house: House, browser: Browser) -> None:
    house.take(*(visit(external_id=f"A-{n}", patient_external_id=f"P-{n}") for n in range(12)))
    wanted = {str(row.id) for row in house.all("SELECT id FROM messages WHERE state = 'planned'")}
    path, seen = "/messages?state=planned", list[str]()
    while path:
        page = browser.get(path).text
        seen += ids_on(page)
        path = next_page(page)
    assert len(wanted) > 50
    assert sorted(seen) == sorted(wanted)


def test_one_clinic_and_one_day_can_be_chosen(house: House, browser: Browser) -> None:
    house.take(visit(), visit(external_id="A-2", patient_external_id="P-2", given_name="Omar", clinic="Phoenix"))
    phoenix = house.one("SELECT id FROM clinics WHERE name = 'Phoenix'").id
    page = browser.get(f"/messages?state=planned&clinic={phoenix}&day=2027-03-12").words
    assert "Omar" in page
    assert "Maria" not in page
    assert "Sat, Mar 13" not in page


def test_nonsense_in_the_address_shows_the_log(browser: Browser) -> None:
    answer = browser.get("/messages?state=x&clinic=y&day=z&after=2027-01-01T00:00:00~no")
    assert answer.status == 200
    assert "No messages here" in answer.words
