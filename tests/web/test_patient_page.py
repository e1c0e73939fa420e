"""What opens behind the link in a message."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from service.domain.incoming import IncomingContact
from service.domain.values import AppointmentStatus, Channel
from tests.web.house import House, visit

EVERYTHING = "SELECT (SELECT count(*) FROM readiness) + (SELECT count(*) FROM audit) AS count"


@pytest.fixture
def about(house: House) -> UUID:
    return house.take(visit())


@pytest.fixture
def link(house: House, about: UUID) -> str:
    return house.link(house.message("confirm", about))


def test_the_page_says_the_message_the_visit_and_the_phone(house: House, link: str) -> None:
    page = house.stranger().get(link).words
    assert "Hello Maria" in page
    assert "Fri, Mar 12 at 9:00 AM" in page
    assert "I'll be there" in page
    assert "Call us (916) 555-0180" in page


def test_looking_changes_nothing(house: House, link: str) -> None:
    before = house.one(EVERYTHING).count
    house.stranger().get(link)
    assert house.one(EVERYTHING).count == before


def test_one_press_confirms_and_is_audited_as_the_patients(house: House, link: str, about: UUID) -> None:
    patient = house.stranger()
    assert patient.post(link).leads_to == link
    assert "You told us that you will be there." in patient.get(link).words
    known = house.one("SELECT item, ok, how, actor FROM readiness WHERE appointment_id = :id", id=about)
    assert tuple(known) == ("confirmed", True, "page", "patient")
    assert house.audited("readiness.confirmed.yes") == 1


def test_two_presses_confirm_once(house: House, link: str) -> None:
    for _ in range(2):
        house.stranger().post(link)
    assert house.audited("readiness.confirmed.yes") == 1


def test_a_message_that_did_not_ask_offers_no_button(house: House, about: UUID) -> None:
    link = house.link(house.message("ride", about))
    assert "I'll be there" not in house.stranger().get(link).words
    house.stranger().post(link)
    assert house.one("SELECT count(*) FROM readiness")[0] == 0


def test_a_moved_visit_shows_its_present_time_and_takes_no_confirmation(house: House, link: str) -> None:
    house.take(visit(starts_at=visit().starts_at + timedelta(days=1)))
    patient = house.stranger()
    patient.post(link)
    page = patient.get(link).words
    assert "This visit has moved since we wrote to you." in page
    assert "Sat, Mar 13 at 9:00 AM" in page
    assert "Mar 12" not in page
    assert house.one("SELECT count(*) FROM readiness")[0] == 0


def test_a_cancelled_visit_is_not_announced_again(house: House, link: str) -> None:
    house.take(visit(status=AppointmentStatus.CANCELLED))
    patient = house.stranger()
    patient.post(link)
    page = patient.get(link).words
    assert "This visit no longer stands." in page
    assert "Mar 12" not in page
    assert house.one("SELECT count(*) FROM readiness")[0] == 0


def test_a_spanish_speaker_reads_spanish(house: House) -> None:
    about = house.take(visit(language="es", external_id="A-2", patient_external_id="P-2"))
    answer = house.stranger().get(house.link(house.message("confirm", about)))
    assert '<html lang="es">' in answer.text
    assert "Ahí estaré" in answer.words
    assert "viernes 12 de marzo" in answer.words


def test_the_title_names_nobody_and_no_treatment(house: House, link: str) -> None:
    title = re.search(r"<title>(.*?)</title>", house.stranger().get(link).text)
    assert title is not None
    assert title[1] == "A message for you"


def test_a_patients_page_is_small_and_loads_nothing_from_elsewhere(house: House, link: str) -> None:
    answer = house.stranger().get(link)
    assert len(answer.text) < 30_000
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', answer.text)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_over_forged_or_cut_tells_nothing(house: House, about: UUID, method: str) -> None:
    message = house.message("confirm", about)
    good = house.link(message)
    forged = good[:40] + ("A" if good[40] != "A" else "B") + good[41:]
    for link in (house.link(message, timedelta(0)), good[:-1], forged, "/m/%C3%A9"):
        answer = getattr(house.stranger(), method)(link)
        assert answer.status == 404, link
        assert "This link no longer works" in answer.words
        assert "Este enlace ya no funciona" in answer.words
        assert "Maria" not in answer.text
        assert "Lakeside" not in answer.text


def test_a_link_to_a_message_that_is_gone_tells_nothing(house: House) -> None:
    assert house.stranger().get(house.link(UUID(int=7))).status == 404


MAIL = (IncomingContact(channel=Channel.EMAIL, address="maria@example.com", permitted=True),)


def test_one_click_ends_e_mails_and_only_a_click_does(house: House) -> None:
    about = house.take(visit(contacts=MAIL, external_id="A-9", patient_external_id="P-9"))
    link = house.link(house.message("confirm", about))
    patient = house.stranger()
    assert "Stop these e-mails" in patient.get(link).words
    assert "Stop these e-mails" in patient.get(f"{link}/stop").words
    assert house.one("SELECT count(*) FROM consent_events WHERE NOT given")[0] == 0
    assert "You will get no more e-mails" in patient.post(f"{link}/stop").words
    assert house.one("SELECT count(*) FROM consent_events WHERE NOT given AND source = 'patient'")[0] == 3
    assert house.one("SELECT count(*) FROM messages WHERE state = 'planned'")[0] == 0
    patient.post(f"{link}/stop")
    assert house.one("SELECT count(*) FROM consent_events WHERE NOT given")[0] == 3


def test_the_page_of_a_text_offers_nothing_about_e_mail(house: House, link: str) -> None:
    patient = house.stranger()
    assert "e-mails" not in patient.get(link).words
    patient.post(f"{link}/stop")
    assert house.one("SELECT count(*) FROM consent_events WHERE NOT given")[0] == 0
