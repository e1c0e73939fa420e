"""When a message is tried again, when it is not, and that it is never said twice for it."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from service.messaging import dispatching
from service.messaging.opening import open_batch
from service.messaging.sending import NOT_BEGUN, backoff
from service.messaging.settling import _settle
from service.providers.outcome import NotFound, Outcome
from service.providers.twilio_codes import why_refused
from service.providers.twilio_send import OutgoingSms
from service.storage.uncertain import uncertain_messages
from tests.clinic import ClinicUnderTest, visit
from tests.messaging.test_one_bad_row import OTHER_PHONE, take_two

START = datetime(2027, 3, 16, 16, tzinfo=UTC)


def refuse_all(clinic: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch, status: int, code: int) -> None:
    """A refusal that the sandbox does not know how to make."""

    async def send(_sms: OutgoingSms) -> Outcome:
        return why_refused(status, code).refused()

    monkeypatch.setattr(clinic.services.twilio, "send", send)


def sender_pause(clinic: ClinicUnderTest) -> datetime | None:
    with clinic.services.database.system() as connection:
        paused: datetime | None = connection.scalar(text("SELECT max(paused_until) FROM senders"))
    return paused


def test_an_outage_of_minutes_does_not_lose_a_text_that_is_of_use_for_hours(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(START)
    clinic.fault("429", times=9)
    clinic.dispatch_until(clinic.message("aftercare").expires_at)
    assert clinic.message("aftercare").state == "handed_over"


def test_the_wait_between_tries_grows_to_ten_minutes_and_no_further() -> None:
    assert all(backoff(number) <= timedelta(minutes=10) for number in (1, 7, 200, 30_000))
    assert backoff(30_000) >= timedelta(minutes=5)


@pytest.mark.parametrize("code", [21617, 21602, 21608, 21654, 21655, 21656])
def test_a_text_that_twilio_cannot_take_is_not_the_senders_fault(
    clinic: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    clinic.take(visit())
    refuse_all(clinic, monkeypatch, 400, code)
    clinic.dispatch(clinic.message("prepare").due_at)
    assert clinic.message("prepare").state == "failed"
    assert sender_pause(clinic) is None


def test_a_paused_sender_still_answers_a_patients_own_text(
    clinic: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_two(clinic)
    with monkeypatch.context() as broken:
        refuse_all(clinic, broken, 401, 20003)
        clinic.dispatch(clinic.message("prepare").due_at)
    pause = sender_pause(clinic)
    assert pause is not None
    assert pause > clinic.now
    clinic.hear("I want to kill myself")
    clinic.dispatch()
    [entry] = clinic.ledger()
    assert "988" in entry["body"]


def test_a_search_that_judged_an_earlier_attempt_does_not_send_again(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.fault("drop_before_accepting")
    clinic.dispatch(clinic.message("prepare").due_at)
    database, organisation_id, settings = clinic.services.database, clinic.organisation_id, clinic.services.settings
    with database.organisation(organisation_id) as connection:
        [judged] = uncertain_messages(connection, organisation_id, 5)
    clinic.now += timedelta(minutes=4)
    assert _settle(database, organisation_id, judged, NotFound(), settings, clinic.now)
    clinic.fault("timeout_after_accepting")
    clinic.dispatch()
    assert not _settle(database, organisation_id, judged, NotFound(), settings, clinic.now)
    clinic.dispatch()
    assert len(clinic.ledger()) == 1


def test_no_call_begins_that_could_outlive_the_lease(clinic: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic.take(visit())
    settings = clinic.services.settings
    short = settings.model_copy(update={"sending_lease": settings.provider_timeout + timedelta(seconds=1.2)})
    monkeypatch.setattr(clinic.services.dispatcher, "_settings", short)

    def slow(*given: object, **named: object) -> object:
        time.sleep(0.4)  # as long as an import may hold a row
        return open_batch(*given, **named)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(dispatching, "open_batch", slow)
    clinic.dispatch(clinic.message("prepare").due_at)
    assert clinic.ledger() == []
    waiting = clinic.message("prepare")
    assert (waiting.state, waiting.reason) == ("planned", NOT_BEGUN.code)
    monkeypatch.undo()
    clinic.dispatch(clinic.now + timedelta(seconds=2))
    assert len(clinic.ledger()) == 1


def test_a_call_that_breaks_is_uncertain_and_the_others_are_answered(
    clinic: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_two(clinic)
    real = clinic.services.twilio.send

    async def send(sms: OutgoingSms) -> Outcome:
        if sms.to == OTHER_PHONE:
            raise RuntimeError("nobody foresaw this")
        return await real(sms)

    monkeypatch.setattr(clinic.services.twilio, "send", send)
    clinic.dispatch(max(row.due_at for row in clinic.messages() if row.step == "prepare"))
    assert sorted(row.state for row in clinic.messages() if row.step == "prepare") == ["handed_over", "uncertain"]


def test_a_refusal_of_our_set_up_becomes_one_task_however_many_messages_meet_it(
    clinic: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_two(clinic)
    refuse_all(clinic, monkeypatch, 401, 20003)
    clinic.dispatch(max(row.due_at for row in clinic.messages() if row.step == "prepare"))
    clinic.dispatch(clinic.now + timedelta(minutes=2))
    assert [task.kind for task in clinic.rows("tasks")] == ["set_up_refused"]
