"""Receipts: stored once, applied in any order, forward only."""

from datetime import timedelta
from uuid import UUID

import pytest

from service.domain.states import State
from service.messaging.hearing import store_inbound, store_receipts
from service.providers.outcome import ErrorClass, Inbound, Receipt
from tests.clinic import PHONE, ClinicUnderTest, visit


@pytest.fixture
def sent(clinic: ClinicUnderTest) -> ClinicUnderTest:
    """The clinic, after its first message was handed over."""
    clinic.take(visit())
    clinic.dispatch(clinic.message("prepare").due_at)
    return clinic


def receipt(clinic: ClinicUnderTest, state: State, **differs: object) -> Receipt:
    [entry] = clinic.ledger()
    plain: dict[str, object] = {
        "provider": "twilio",
        "event_key": f"twilio:{entry['provider_id']}:{state}",
        "attempt_id": UUID(entry["attempt"]),
        "provider_id": entry["provider_id"],
        "state": state,
        "error": None,
        "code": "",
        "words": "",
        "occurred_at": clinic.now,
    }
    return Receipt(**plain | differs)  # type: ignore[arg-type]  # a test names the fields it changes


def hear(clinic: ClinicUnderTest, *receipts: Receipt) -> int:
    stored = sum(store_receipts(clinic.services.database, [one], clinic.now) for one in receipts)
    clinic.apply_events()
    return stored


def test_a_delivery_report_settles_the_message(sent: ClinicUnderTest) -> None:
    hear(sent, receipt(sent, State.SENT), receipt(sent, State.DELIVERED))
    assert sent.message("prepare").state == "delivered"


def test_a_late_sent_never_undoes_delivered(sent: ClinicUnderTest) -> None:
    hear(sent, receipt(sent, State.DELIVERED))
    hear(sent, receipt(sent, State.SENT))
    assert sent.message("prepare").state == "delivered"


def test_the_same_report_twice_is_stored_once(sent: ClinicUnderTest) -> None:
    assert hear(sent, receipt(sent, State.SENT), receipt(sent, State.SENT)) == 1


def test_a_report_for_a_message_we_lost_track_of_settles_it(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.fault("timeout_after_accepting")
    clinic.dispatch(clinic.message("prepare").due_at)
    assert clinic.message("prepare").state == "uncertain"
    hear(clinic, receipt(clinic, State.DELIVERED))
    assert clinic.message("prepare").state == "delivered"
    assert clinic.rows("attempts")[0].provider_id


def test_a_failure_before_a_visit_becomes_a_task(sent: ClinicUnderTest) -> None:
    failed = receipt(sent, State.UNDELIVERED, error=ErrorClass.BAD_ADDRESS, code="30005", words="Unknown number.")
    hear(sent, failed)
    assert sent.message("prepare").state == "undelivered"
    [task] = sent.rows("tasks")
    assert (task.kind, "Unknown number." in task.say) == ("not_reached", True)


def test_an_opt_out_heard_from_the_provider_stops_everything_to_that_number(sent: ClinicUnderTest) -> None:
    hear(sent, receipt(sent, State.FAILED, error=ErrorClass.OPTED_OUT, code="21610", words="STOP."))
    assert [row for row in sent.messages() if row.state == "planned"] == []


def test_a_report_for_an_unknown_message_waits_an_hour_and_is_then_laid_aside(sent: ClinicUnderTest) -> None:
    stranger = receipt(sent, State.SENT, attempt_id=UUID(int=1), provider_id="SM0", event_key="twilio:SM0:sent")
    hear(sent, stranger)
    sent.now += timedelta(minutes=70)
    sent.apply_events()
    assert sent.message("prepare").state == "handed_over"


def test_an_event_that_cannot_be_applied_does_not_hold_up_the_next(sent: ClinicUnderTest) -> None:
    lost = Inbound(
        event_key="twilio:in:SM9",
        provider_id="SM9",
        from_address=PHONE,
        to_address="+16025550000",
        body="C",
        media=0,
        service="MG-nobody",
        provider_answered=False,
    )
    store_inbound(sent.services.database, lost, sent.now)
    hear(sent, receipt(sent, State.DELIVERED))
    assert sent.message("prepare").state == "delivered"
