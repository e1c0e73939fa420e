"""Another channel, where the first did not get through. The fasting text is due Mon, Mar 15, 12:00 PM."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.incoming import IncomingContact, IncomingVisit
from service.domain.states import State
from service.domain.values import Channel
from tests.clinic import ClinicUnderTest, visit
from tests.messaging.receipts import kinds, sweep, told_of

FASTING_DUE = datetime(2027, 3, 15, 19, tzinfo=UTC)  # Mon 12:00 in Sacramento
EMAIL = IncomingContact(channel=Channel.EMAIL, address="ana@example.com", permitted=True)


def with_email(**differs: object) -> IncomingVisit:
    return visit(contacts=(*visit().contacts, EMAIL), **differs)


def fasting(clinic: ClinicUnderTest) -> list[tuple[int, str, str]]:
    """(occurrence, channel, state) of each message of the step that was not withdrawn."""
    rows = [row for row in clinic.messages() if row.step == "fasting" and row.state not in ("cancelled", "skipped")]
    return [(row.occurrence, row.channel, row.state) for row in sorted(rows, key=lambda row: row.id)]


@pytest.fixture
def texted(clinic: ClinicUnderTest) -> ClinicUnderTest:
    """The fasting text has just been handed over."""
    clinic.take(with_email())
    clinic.dispatch_until(FASTING_DUE)
    return clinic


def test_two_hours_after_a_text_was_not_delivered_an_email_says_it_again(texted: ClinicUnderTest) -> None:
    told_of(texted, "fasting", State.UNDELIVERED, code="30005")
    sweep(texted)
    assert fasting(texted) == [(1, "sms", "undelivered")]
    texted.now = FASTING_DUE + timedelta(hours=2)
    sweep(texted)
    assert fasting(texted) == [(1, "sms", "undelivered"), (2, "email", "planned")]
    assert texted.message("fasting").why == "Said again by e-mail, because the text was not delivered."
    texted.dispatch()
    assert texted.ledger()[-1]["to"] == "ana@example.com"


def test_it_is_never_said_a_third_time(texted: ClinicUnderTest) -> None:
    told_of(texted, "fasting", State.UNDELIVERED, code="30005")
    texted.now = FASTING_DUE + timedelta(hours=2)
    for _ in range(3):
        sweep(texted)
        texted.dispatch()
    assert [channel for _, channel, _ in fasting(texted)] == ["sms", "email"]


def test_a_text_that_may_yet_arrive_is_not_said_again(texted: ClinicUnderTest) -> None:
    told_of(texted, "fasting", State.SENT)
    texted.now = FASTING_DUE + timedelta(hours=5)
    sweep(texted)
    assert fasting(texted) == [(1, "sms", "sent")]


def test_a_failure_that_may_have_arrived_all_the_same_is_not_said_again(texted: ClinicUnderTest) -> None:
    told_of(texted, "fasting", State.UNDELIVERED, code="30410")
    texted.now = FASTING_DUE + timedelta(hours=5)
    sweep(texted)
    assert fasting(texted) == [(1, "sms", "undelivered")]


def test_an_uncertain_text_is_not_said_again(clinic: ClinicUnderTest) -> None:
    clinic.take(with_email())
    clinic.dispatch_until(FASTING_DUE - timedelta(seconds=1))
    clinic.fault("timeout_after_accepting")
    clinic.dispatch(FASTING_DUE)
    clinic.now = FASTING_DUE + timedelta(hours=5)
    sweep(clinic)
    assert fasting(clinic) == [(1, "sms", "uncertain")]


def test_a_landline_is_told_by_email_at_once_and_never_texted_again(texted: ClinicUnderTest) -> None:
    told_of(texted, "fasting", State.UNDELIVERED, code="30006")
    assert [said[1:] for said in fasting(texted)] == [("sms", "undelivered"), ("email", "planned")]
    ahead = {row.channel for row in texted.messages() if row.state == "planned"}
    assert ahead == {"email"}


def test_a_landline_without_an_email_address_is_for_a_person(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING_DUE)
    told_of(clinic, "fasting", State.UNDELIVERED, code="30006")
    assert "planned" not in {row.state for row in clinic.messages()}
    assert "landline" in clinic.message("check_day1").why
    assert "not_reached" in kinds(clinic)


def test_an_email_that_nobody_agreed_to_is_not_sent(clinic: ClinicUnderTest) -> None:
    clinic.take(visit(contacts=(*visit().contacts, replace(EMAIL, permitted=False))))
    clinic.dispatch_until(FASTING_DUE)
    told_of(clinic, "fasting", State.UNDELIVERED, code="30005")
    clinic.now = FASTING_DUE + timedelta(hours=2)
    sweep(clinic)
    assert fasting(clinic) == [(1, "sms", "undelivered")]
    assert "not_reached" in kinds(clinic)


def test_what_is_said_again_keeps_to_sending_hours(texted: ClinicUnderTest) -> None:
    told_of(texted, "fasting", State.UNDELIVERED, code="30005")
    texted.now = datetime(2027, 3, 16, 4, tzinfo=UTC)  # Mon 9:00 PM in Sacramento; of use until Tue 7:00 AM
    sweep(texted)
    assert fasting(texted) == [(1, "sms", "undelivered")]


def test_a_visit_that_moved_is_not_told_of_its_old_time(texted: ClinicUnderTest) -> None:
    told_of(texted, "fasting", State.UNDELIVERED, code="30005")
    later = datetime(2027, 3, 18, 17, tzinfo=UTC)
    texted.take(with_email(starts_at=later, ends_at=later + timedelta(minutes=40), digest=b"moved"))
    texted.now = FASTING_DUE + timedelta(hours=2)
    sweep(texted)
    assert {row.visit_starts_at for row in texted.messages() if row.state == "planned"} == {later}
