"""Signing in, and everything that must not let anybody in."""

import hashlib
from datetime import timedelta

import pytest

from tests.servers import Database
from tests.web.browser import Browser
from tests.web.house import EMAIL, PASSWORD, House


def test_after_signing_in_one_is_at_the_page_asked_for(house: House) -> None:
    browser = house.stranger()
    asked = browser.get("/messages?state=planned")
    assert asked.status == 303
    assert browser.sign_in(EMAIL, PASSWORD, at=asked.leads_to).leads_to == "/messages?state=planned"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
def test_signing_in_never_leads_to_another_site(house: House, elsewhere: str) -> None:
    browser = house.stranger()
    form = {"csrf": browser.get("/sign-in").csrf, "email": EMAIL, "password": PASSWORD, "next": elsewhere}
    assert browser.post("/sign-in", form).leads_to == "/"


def test_an_address_is_known_however_it_is_spelled(house: House) -> None:
    assert house.stranger().sign_in(f"  {EMAIL.upper()} ", PASSWORD).status == 303


def test_a_wrong_password_reads_like_an_unknown_address(house: House) -> None:
    wrong, unknown = house.stranger().sign_in(EMAIL, "wrong"), house.stranger().sign_in("who@else.example", PASSWORD)
    assert wrong.status == unknown.status == 422
    assert wrong.words == unknown.words


def test_a_disabled_account_signs_nobody_in_and_ends_its_session(house: House, browser: Browser) -> None:
    house.change("UPDATE staff SET disabled_at = now()")
    assert browser.get("/").leads_to == "/sign-in"
    assert house.stranger().sign_in(EMAIL, PASSWORD).status == 422


def test_what_was_typed_stays_but_never_the_password(house: House) -> None:
    answer = house.stranger().sign_in(EMAIL, "secret-typo")
    assert f'value="{EMAIL}"' in answer.text
    assert "secret-typo" not in answer.text


@pytest.mark.parametrize("email", [EMAIL, "nobody@lakeside.example"])
def test_after_five_wrong_tries_even_the_right_password_must_wait(house: House, email: str) -> None:
    browser = house.stranger()
    assert [browser.sign_in(email, "wrong").status for _ in range(5)] == [422] * 5
    assert browser.sign_in(email, PASSWORD).status == 429


def test_tries_count_together_in_every_process(house: House, database: Database) -> None:
    other_process = House(database)
    for turn in range(5):
        Browser((house, other_process)[turn % 2].app).sign_in(EMAIL, "wrong")
    assert other_process.stranger().sign_in(EMAIL, PASSWORD).status == 429


def test_a_stranger_elsewhere_does_not_lock_staff_out(house: House) -> None:
    for _ in range(6):
        house.stranger("203.0.113.9").sign_in(EMAIL, "wrong")
    assert house.stranger("192.0.2.1").sign_in(EMAIL, PASSWORD).status == 303


def test_a_success_makes_earlier_tries_count_no_longer(house: House) -> None:
    for password in ["wrong"] * 4 + [PASSWORD] + ["wrong"] * 4:
        house.stranger().sign_in(EMAIL, password)
    assert house.stranger().sign_in(EMAIL, PASSWORD).status == 303


def test_the_audit_of_tries_holds_no_address(house: House) -> None:
    house.stranger().sign_in(EMAIL, "wrong")
    kept = house.one("SELECT subject_id, actor FROM audit WHERE action = 'sign_in.tried'")
    assert kept.actor == "visitor"
    assert "dana" not in kept.subject_id
    assert "192.0.2.1" not in kept.subject_id


def test_a_sign_in_sent_from_another_site_is_refused(house: House) -> None:
    browser = house.stranger()
    browser.get("/sign-in")
    answer = browser.post("/sign-in", {"csrf": "x" * 43, "email": EMAIL, "password": PASSWORD})
    assert answer.status == 403
    assert "handrail" not in browser.cookies


def test_only_a_hash_of_the_cookie_is_stored(house: House, browser: Browser) -> None:
    stored = house.one("SELECT token_hash FROM staff_sessions")
    assert bytes(stored.token_hash) == hashlib.sha256(browser.cookies["handrail"].encode()).digest()


def test_the_cookie_is_for_our_pages_only(house: House) -> None:
    (cookie,) = house.stranger().sign_in(EMAIL, PASSWORD).cookies
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_bound_to_the_host(house: House, database: Database) -> None:
    behind_https = House(database, settings={"SECURE_COOKIES": "true"})
    (cookie,) = behind_https.stranger().sign_in(EMAIL, PASSWORD).cookies
    assert cookie.startswith("__Host-handrail=")
    assert "Secure" in cookie


@pytest.mark.parametrize(
    ("column", "age", "stays"),
    [
        ("seen_at", timedelta(minutes=59), True),
        ("seen_at", timedelta(minutes=61), False),
        ("created_at", timedelta(hours=11, minutes=59), True),
        ("created_at", timedelta(hours=12, minutes=1), False),
    ],
)
def test_a_session_ends_when_idle_or_old(
    house: House, browser: Browser, column: str, age: timedelta, stays: bool
) -> None:
    house.change(f"UPDATE staff_sessions SET {column} = {column} - CAST(:age AS interval)", age=age)
    assert (browser.get("/").status == 200) is stays


def test_a_session_that_is_used_stays(house: House, browser: Browser) -> None:
    for _ in range(3):
        house.change("UPDATE staff_sessions SET seen_at = seen_at - interval '40 minutes'")
        assert browser.get("/").status == 200


def test_signing_out_ends_the_session_for_a_copied_cookie_too(house: House, browser: Browser) -> None:
    copied = dict(browser.cookies)
    browser.submit("/", "/sign-out")
    browser.cookies = copied
    assert browser.get("/").leads_to == "/sign-in"
