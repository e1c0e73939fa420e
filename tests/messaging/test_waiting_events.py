"""The order in which events are applied, and how long those that cannot be are put off."""

from datetime import datetime, timedelta

from sqlalchemy import text

from service.domain.states import State
from service.messaging.hearing import EVENTS_AT_ONCE, store_inbound, store_receipts
from service.providers.outcome import Receipt
from tests.clinic import ClinicUnderTest, visit
from tests.messaging.test_one_bad_row import inbound


def store_strangers(clinic: ClinicUnderTest, count: int) -> None:
    """Receipts of messages that nobody here sent."""
    receipts = [
        Receipt(
            provider="twilio",
            event_key=f"stranger{number}",
            attempt_id=None,
            provider_id=f"SM{number}",
            state=State.DELIVERED,
            error=None,
            code="",
            words="",
            occurred_at=clinic.now,
        )
        for number in range(count)
    ]
    store_receipts(clinic.services.database, receipts, clinic.now)


def look_again_at(clinic: ClinicUnderTest) -> datetime:
    with clinic.services.database.system() as connection:
        found: datetime = connection.execute(text("SELECT max(look_again_at) FROM provider_events")).scalar_one()
    return found


def test_a_stop_goes_before_any_pile_of_receipts(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    store_strangers(clinic, EVENTS_AT_ONCE)
    store_inbound(clinic.services.database, inbound("in", "STOP"), clinic.now)
    clinic.apply_events()
    assert [row for row in clinic.messages() if row.state == "planned"] == []


def test_what_was_put_off_does_not_go_before_what_is_new(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch(clinic.message("prepare").due_at)
    store_strangers(clinic, EVENTS_AT_ONCE)
    clinic.apply_events()
    clinic.now += timedelta(seconds=6)
    [attempt] = clinic.rows("attempts")
    receipt = Receipt(
        provider="twilio",
        event_key="ours",
        attempt_id=attempt.id,
        provider_id=attempt.provider_id,
        state=State.DELIVERED,
        error=None,
        code="",
        words="",
        occurred_at=clinic.now,
    )
    store_receipts(clinic.services.database, [receipt], clinic.now)
    clinic.apply_events()
    assert clinic.message("prepare").state == "delivered"


def test_an_event_is_put_off_for_longer_each_time_but_never_for_more_than_five_minutes(clinic: ClinicUnderTest) -> None:
    store_strangers(clinic, 1)
    waits = []
    for _ in range(9):
        clinic.apply_events()
        waits.append((look_again_at(clinic) - clinic.now).total_seconds())
        clinic.now = look_again_at(clinic)
    assert waits == [5, 5, 10, 20, 40, 80, 160, 300, 300]
