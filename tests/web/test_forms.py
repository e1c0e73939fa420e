"""Every form that changes something carries the session's token; without it nothing changes."""

import pytest

from service.domain.states import State
from tests.web.browser import Browser
from tests.web.house import House, visit


def forms(house: House) -> dict[str, tuple[str, dict[str, str]]]:
    about = house.take(visit())
    house.becomes(house.message("confirm", about), State.DELIVERED)
    house.hear("I need to cancel my appointment")
    task = house.one("SELECT id FROM tasks").id
    reply = house.one("SELECT id FROM replies WHERE needs_staff LIMIT 1").id
    return {
        "readiness": (f"/appointments/{about}/readiness", {"item": "confirmed", "ok": "yes"}),
        "task": (f"/tasks/{task}/done", {}),
        "reply": (f"/replies/{reply}/read", {}),
        "sign out": ("/sign-out", {}),
    }


def changed(house: House) -> list[object]:
    return [
        house.one(f"SELECT count(*) FROM {rows}")[0]
        for rows in (
            "readiness",
            "tasks WHERE done_at IS NOT NULL",
            "replies WHERE read_at IS NOT NULL",
            "staff_sessions",
        )
    ]


@pytest.mark.parametrize("token", ["", "wrong"])
@pytest.mark.parametrize("name", ["readiness", "task", "reply", "sign out"])
def test_a_form_without_our_token_changes_nothing(house: House, browser: Browser, name: str, token: str) -> None:
    action, fields = forms(house)[name]
    before = changed(house)
    answer = browser.post(action, {**fields, "csrf": token})
    assert answer.status == 403
    assert "Nothing was changed" in answer.words
    assert changed(house) == before


@pytest.mark.parametrize("name", ["readiness", "task", "reply", "sign out"])
def test_a_form_with_our_token_does_what_it_says(house: House, browser: Browser, name: str) -> None:
    action, fields = forms(house)[name]
    before = changed(house)
    assert browser.submit("/", action, fields).status == 303
    assert changed(house) != before


def test_the_token_of_a_colleague_is_not_ours(house: House, browser: Browser) -> None:
    colleague = house.with_staff("omar@lakeside.example").browser("omar@lakeside.example")
    action, fields = forms(house)["task"]
    assert browser.post(action, {**fields, "csrf": colleague.get("/").csrf}).status == 403


def test_a_form_of_an_ended_session_leads_through_sign_in_back_to_its_page(house: House, browser: Browser) -> None:
    house.change("DELETE FROM staff_sessions")
    answer = browser.post("/tasks/00000000-0000-0000-0000-000000000000/done", from_page="/?day=2027-03-12")
    assert answer.leads_to == "/sign-in?next=%2F%3Fday%3D2027-03-12"
