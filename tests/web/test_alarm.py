"""The red bar: reminders are not going out, and everybody must know."""

from datetime import timedelta

import pytest

from service.storage.heartbeats import beat
from service.storage.vital_signs import VitalSigns
from service.web.pages.frame import alarm
from tests.servers import Database
from tests.web.browser import Browser
from tests.web.house import NOW, House, visit

BAR = "Reminders are not going out."


def signs(ticked: timedelta | None, overdue: timedelta | None) -> VitalSigns:
    return VitalSigns(
        unread=0,
        ticked_at=None if ticked is None else NOW - ticked,
        oldest_due_at=None if overdue is None else NOW - overdue,
    )


@pytest.mark.parametrize(
    ("ticked", "overdue", "words"),
    [
        (timedelta(seconds=1), None, ""),
        (timedelta(seconds=9), timedelta(seconds=59), ""),
        (timedelta(seconds=11), None, "Nothing has looked for due messages for 1 minute."),
        (timedelta(hours=3), None, "Nothing has looked for due messages for 3 hours."),
        (None, None, "has not started"),
        (timedelta(seconds=1), timedelta(minutes=5), "The oldest waiting message is 5 minutes late."),
    ],
)
def test_the_bar_is_red_when_nobody_looks_or_messages_pile_up(
    ticked: timedelta | None, overdue: timedelta | None, words: str
) -> None:
    said = alarm(signs(ticked, overdue), NOW)
    assert words in said
    assert bool(said) is bool(words)


def test_a_beat_just_now_keeps_the_bar_away(browser: Browser) -> None:
    assert BAR not in browser.get("/").words


def test_a_silent_scheduler_shows_on_every_page(house: House, browser: Browser) -> None:
    beat(house.services.database, "tick", NOW - timedelta(minutes=4))
    for path in ("/", "/inbox", "/messages"):
        assert BAR in browser.get(path).words


def test_a_message_that_nobody_takes_shows(house: House, browser: Browser) -> None:
    message = house.message("ride", house.take(visit()))
    house.change(
        "UPDATE messages SET state = 'planned', due_at = :at WHERE id = :id", id=message, at=NOW - timedelta(minutes=7)
    )
    assert "7 minutes late" in browser.get("/").words


def test_the_sandbox_is_named_with_the_services_time(house: House, browser: Browser, database: Database) -> None:
    assert "Sandbox" not in browser.get("/").words
    pretending = House(database, settings={"SANDBOX": "true", "SANDBOX_PORT": "8149"})
    page = pretending.browser().get("/")
    assert "Sandbox. Nothing reaches a real phone. It is 11:00 AM Wed, Mar 10 in Phoenix." in page.words
    assert 'href="http://127.0.0.1:8149/"' in page.text
    pretending.services.database.close()
