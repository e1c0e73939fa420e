"""One visit's page."""

import re
from datetime import timedelta

import pytest

from service.domain.states import State
from service.domain.values import AppointmentStatus
from tests.web.browser import Browser
from tests.web.house import House, visit


@pytest.fixture
def about(house: House) -> str:
    """The page of one visit."""
    return f"/appointments/{house.take(visit())}"


def test_the_page_says_who_when_and_how_to_reach_them(browser: Browser, about: str) -> None:
    page = browser.get(about).words
    assert "Maria Alvarez IV infusion · 9:00 AM, Fri, Mar 12, 2027 · Sacramento" in page
    assert "(916) 555-0130" in page
    assert "May be sent reminders: said by the clinic's records" in page


def test_another_organisations_visit_is_not_there(house: House, about: str) -> None:
    other = House(house.database, slug="other").with_staff("omar@elsewhere.example")
    outsider = other.browser("omar@elsewhere.example")
    message = house.message("ride", house.one("SELECT id FROM appointments").id)
    assert outsider.get(about).status == 404
    assert outsider.get(f"/messages/{message}").status == 404
    assert outsider.submit("/", f"{about}/readiness", {"item": "ride", "ok": "yes"}).status == 404
    assert "Maria" not in outsider.get("/").words + outsider.get("/messages?state=planned").words
    other.services.database.close()


def test_confirming_by_hand_shows_who_did_it_and_is_audited(house: House, browser: Browser, about: str) -> None:
    browser.submit(about, f"{about}/readiness", {"item": "confirmed", "ok": "yes"})
    assert "✓ Confirmed by hand, Dana Reyes, 10:00 AM Wed, Mar 10" in browser.get(about).words
    assert house.audited("readiness.confirmed.yes") == 1


def test_a_ride_may_be_noted_and_corrected(house: House, browser: Browser, about: str) -> None:
    for answer in ("yes", "no"):
        browser.submit(about, f"{about}/readiness", {"item": "ride", "ok": answer})
    assert "✕ No ride" in browser.get(about).words
    assert house.one("SELECT count(*) FROM readiness")[0] == 1


@pytest.mark.parametrize("form", [{"item": "mood", "ok": "yes"}, {"item": "ride", "ok": "maybe"}, {}])
def test_what_is_no_item_of_readiness_is_refused(
    house: House, browser: Browser, about: str, form: dict[str, str]
) -> None:
    assert browser.submit(about, f"{about}/readiness", form).status == 400
    assert house.one("SELECT count(*) FROM readiness")[0] == 0


def test_a_cancelled_visit_takes_no_confirmation(house: House, browser: Browser, about: str) -> None:
    token = browser.get(about).csrf
    house.take(visit(status=AppointmentStatus.CANCELLED))
    browser.post(f"{about}/readiness", {"csrf": token, "item": "confirmed", "ok": "yes"})
    assert house.one("SELECT count(*) FROM readiness")[0] == 0
    assert "Confirm by hand" not in browser.get(about).words


def test_looking_at_a_visit_is_audited(house: House, browser: Browser, about: str) -> None:
    browser.get(about)
    seen = house.one("SELECT actor, subject_id FROM audit WHERE action = 'appointment.viewed'")
    assert seen.actor.startswith("staff:")
    assert about.endswith(seen.subject_id)


def test_a_planned_message_shows_the_words_it_would_have(browser: Browser, about: str) -> None:
    page = browser.get(about).words
    assert re.search(r"What it would say .*Maria", page)
    assert "cannot be made" not in page


def test_the_fasting_text_is_shown_with_its_own_times(browser: Browser, about: str) -> None:
    page = browser.get(about).words
    fasting = page[page.index("When to stop eating") :]
    assert re.search(r"\d:\d\d [AP]M", fasting[fasting.index("What it would say") :][:300])


def test_a_message_that_was_refused_says_why_and_what_to_do(house: House, browser: Browser, about: str) -> None:
    message = house.message("ride", house.one("SELECT id FROM appointments").id)
    house.becomes(message, State.HANDED_OVER, State.UNDELIVERED, reason="30006")
    page = browser.get(about).words
    assert "Not delivered" in page
    assert "landline" in page.lower()


def test_after_stop_the_page_says_why_nothing_goes_out(house: House, browser: Browser, about: str) -> None:
    house.hear("STOP")
    page = browser.get(about).words
    assert "No more reminders: said by the patient" in page
    assert "Withdrawn because the patient asked for no more messages." in page
    assert "The patient may not be sent this" in page


def test_a_moved_visit_keeps_its_old_plan_folded_away(house: House, browser: Browser, about: str) -> None:
    house.take(visit(starts_at=visit().starts_at + timedelta(days=1)))
    page = browser.get(about)
    older = page.text[page.text.index('class="older"') :]
    assert "Withdrawn because the visit moved." in older
    assert "Withdrawn" not in page.text[: page.text.index('class="older"')]


def test_a_reply_stands_in_the_timeline_and_can_do_no_harm(house: House, browser: Browser, about: str) -> None:
    house.becomes(house.message("confirm", house.one("SELECT id FROM appointments").id), State.DELIVERED)
    house.hear("<script>alert(1)</script> & is parking free?")
    page = browser.get(about)
    assert "<script" not in page.text
    assert "<script>alert(1)</script> & is parking free?" in page.words
    assert "Patient wrote Asks something" in page.words


def test_a_name_can_do_no_harm(house: House, browser: Browser) -> None:
    about = house.take(visit(given_name='"><img src=x>', external_id="A-9", patient_external_id="P-9"))
    assert "<img src=x" not in browser.get(f"/appointments/{about}").text + browser.get("/").text


def test_a_message_has_a_page_of_its_own(house: House, browser: Browser) -> None:
    message = house.message("ride", house.take(visit()))
    page = browser.get(f"/messages/{message}").words
    assert "Asks about the ride home" in page
    assert house.audited("message.viewed") == 1
