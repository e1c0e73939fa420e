"""The board, as its words read."""

from datetime import UTC, datetime, timedelta

from service.domain.incoming import IncomingContact
from service.domain.states import State
from service.domain.values import AppointmentStatus, Channel, Kind
from tests.web.browser import Browser
from tests.web.house import NOW, House, visit

TOMORROW = datetime(2027, 3, 11, 17, tzinfo=UTC)  # 9 AM in Sacramento


def test_an_empty_board_teaches_how_to_begin(browser: Browser) -> None:
    assert "handrail import" in browser.get("/").words


def test_a_visit_stands_at_its_clinics_time(house: House, browser: Browser) -> None:
    house.take(visit(), visit(external_id="A-2", patient_external_id="P-2", clinic="Phoenix"))
    page = browser.get("/").words
    assert "Friday, March 12" in page
    assert "Sacramento · 1 visit" in page
    assert "9:00 AM Maria Alvarez IV infusion · Dr. Osei" in page
    assert "10:00 AM Maria Alvarez" in page  # Phoenix keeps no summer time: one hour ahead until Sunday


def test_a_late_visit_stays_on_its_clinics_day(house: House, browser: Browser) -> None:
    house.take(visit(starts_at=datetime(2027, 3, 13, 1, tzinfo=UTC)))  # already Saturday in UTC
    page = browser.get("/").words
    assert "Friday, March 12 Sacramento" in page
    assert "Saturday" not in page


def test_told_means_delivered_and_not_merely_sent(house: House, browser: Browser) -> None:
    message = house.message("ride", house.take(visit()))
    house.becomes(message, State.HANDED_OVER, State.SENT)
    assert "On its way" in browser.get("/").words
    house.becomes(message, State.DELIVERED)
    assert "✓ Told" in browser.get("/").words


def test_what_was_told_of_another_time_counts_no_longer(house: House, browser: Browser) -> None:
    house.becomes(house.message("ride", house.take(visit())), State.DELIVERED)
    house.take(visit(starts_at=TOMORROW + timedelta(days=2)))
    assert "✓ Told" not in browser.get("/").words


def test_a_visit_in_trouble_stands_first(house: House, browser: Browser) -> None:
    fine = visit(
        given_name="Early",
        external_id="A-0",
        patient_external_id="P-0",
        starts_at=visit().starts_at - timedelta(hours=1),
    )
    house.take(fine)
    house.becomes(house.message("ride", house.take(visit())), State.HANDED_OVER, State.UNDELIVERED, reason="30003")
    page = browser.get("/").words
    assert "1 message not delivered" in page
    assert page.index("Maria Alvarez") < page.index("Early Alvarez")


def test_a_step_that_failed_and_then_arrived_is_no_trouble(house: House, browser: Browser) -> None:
    message = house.message("ride", house.take(visit()))
    house.becomes(message, State.HANDED_OVER, State.UNDELIVERED, State.DELIVERED)
    assert "not delivered" not in browser.get("/").words


def test_the_day_before_a_ride_not_known_must_be_acted_on(house: House, browser: Browser) -> None:
    house.take(visit())
    assert "Ride not known" not in browser.get("/").words
    house.take(visit(starts_at=TOMORROW))
    assert "1 to act on" in browser.get("/").words
    assert "✕ Ride not known" in browser.get("/").words


def test_a_consultation_needs_no_ride_and_no_fasting(house: House, browser: Browser) -> None:
    house.take(visit(kind=Kind.CONSULTATION, starts_at=TOMORROW))
    page = browser.get("/").words
    assert page.count("Not needed") == 2
    assert "Ride not known" not in page


def test_a_patient_out_of_reach_must_be_phoned(house: House, browser: Browser) -> None:
    house.take(visit(contacts=()))
    refused = IncomingContact(channel=Channel.SMS, address="+19165550131", permitted=False)
    house.take(visit(external_id="A-2", patient_external_id="P-2", contacts=(refused,)))
    page = browser.get("/").words
    assert "No phone number or e-mail" in page
    assert "No permission to send messages" in page


def test_a_patient_who_said_stop_shows_as_such(house: House, browser: Browser) -> None:
    house.take(visit())
    house.hear("STOP")
    page = browser.get("/").words
    assert "Asked for no more messages" in page
    assert "No message can reach this patient before the visit." in page


def test_a_cancelled_visit_asks_for_nothing(house: House, browser: Browser) -> None:
    house.take(visit(starts_at=TOMORROW))
    house.take(visit(starts_at=TOMORROW, status=AppointmentStatus.CANCELLED))
    page = browser.get("/").words
    assert "Cancelled" in page
    assert "to act on" not in page


def test_the_board_shows_one_clinic_alone(house: House, browser: Browser) -> None:
    house.take(visit(), visit(external_id="A-2", patient_external_id="P-2", given_name="Omar", clinic="Phoenix"))
    phoenix = house.one("SELECT id FROM clinics WHERE name = 'Phoenix'").id
    page = browser.get(f"/?clinic={phoenix}").words
    assert "Omar" in page
    assert "Maria" not in page


def test_seven_days_are_shown_from_any_day(house: House, browser: Browser) -> None:
    house.take(visit(starts_at=NOW + timedelta(days=40)))
    assert "Maria" not in browser.get("/").words
    assert "Maria" in browser.get("/?day=2027-04-18").words
    assert browser.get("/?day=0001-01-01").status == browser.get("/?day=nonsense&clinic=x").status == 200


def test_a_task_is_done_once_and_audited(house: House, browser: Browser) -> None:
    house.take(visit())
    house.becomes(house.message("confirm", house.one("SELECT id FROM appointments").id), State.DELIVERED)
    house.hear("I need to cancel my appointment")
    assert "The patient wants to cancel." in browser.get("/").words
    task = house.one("SELECT id FROM tasks").id
    for _ in range(2):
        browser.submit("/", f"/tasks/{task}/done")
    assert "The patient wants to cancel." not in browser.get("/").words
    assert house.audited("task.done") == 1
