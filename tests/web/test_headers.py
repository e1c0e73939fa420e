"""What every answer tells the browser."""

from uuid import UUID

import pytest

from service.domain.states import State
from tests.servers import Database
from tests.web.browser import Answer, Browser
from tests.web.house import House, visit


def is_strict(answer: Answer) -> bool:
    policy = answer.headers.get("content-security-policy", "")
    return (
        policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")
        and "frame-ancestors 'none'" in policy
        and "unsafe" not in policy
        and answer.headers["x-content-type-options"] == "nosniff"
    )


def has_nothing_inline(answer: Answer) -> bool:
    return not any(mark in answer.text for mark in ("<script", "<style", " style=", " onclick=", " onload=", "://cdn"))


def test_every_page_is_strict_and_kept_by_no_cache(house: House, browser: Browser) -> None:
    about = house.take(visit())
    message = house.message("ride", about)
    paths = ["/", "/sign-in", "/inbox", "/messages", f"/appointments/{about}", f"/messages/{message}"]
    for path in [*paths, house.link(message), "/nowhere", "/m/forged"]:
        answer = browser.get(path)
        assert is_strict(answer), path
        assert has_nothing_inline(answer), path
        assert answer.headers["cache-control"] == "no-store", path


def test_patients_pages_tell_nobody_where_they_came_from(house: House) -> None:
    link = house.link(house.message("ride", house.take(visit())))
    answer = house.stranger().get(link)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]


def test_https_is_insisted_on_where_there_is_https(house: House, database: Database) -> None:
    behind_https = House(database, settings={"SECURE_COOKIES": "true"})
    assert "max-age" in behind_https.stranger().get("/sign-in").headers["strict-transport-security"]
    assert "strict-transport-security" not in house.stranger().get("/sign-in").headers


def test_the_stylesheet_is_ours_and_may_be_kept(house: House) -> None:
    answer = house.stranger().get("/static/handrail.css")
    assert answer.status == 200
    assert "public" in answer.headers["cache-control"]
    assert "url(" not in answer.text


@pytest.mark.parametrize("path", ["/nowhere", "/appointments/x", "/appointments/00000000-0000-0000-0000-000000000000"])
def test_what_is_not_there_is_said_in_words(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status == 404
    assert "Nothing here" in answer.words


def test_a_fault_of_ours_is_a_strict_page_without_its_details(house: House, browser: Browser) -> None:
    about = house.take(visit())
    house.change("UPDATE patients SET given_name = 'unreadable'::bytea")
    answer = browser.get(f"/appointments/{about}")
    assert answer.status == 500
    assert is_strict(answer)
    assert "Something went wrong" in answer.words
    assert "HANDRAIL_KEYS" not in answer.text


def test_without_the_database_the_page_says_what_it_means_for_patients(database: Database) -> None:
    nowhere = House(database, settings={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    browser = nowhere.stranger()
    browser.cookies["handrail"] = "x"
    for path, words in (("/", "no message is lost"), (nowhere.link(UUID(int=7)), "call the clinic")):
        answer = browser.get(path)
        assert (answer.status, is_strict(answer)) == (503, True)
        assert words in answer.words


def test_programs_get_no_page(house: House) -> None:
    answer = house.stranger().post("/webhooks/twilio/status?m=x")
    assert (answer.status, answer.text) == (403, "The signature is missing or wrong.")


def test_states_are_told_by_words_and_shape(house: House, browser: Browser) -> None:
    about = house.take(visit())
    house.becomes(house.message("ride", about), State.DELIVERED)
    assert "✓ Told" in browser.get("/").words
