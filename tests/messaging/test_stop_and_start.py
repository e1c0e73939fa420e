"""Stop and start: the word said last holds, in whatever order the words arrive, and is confirmed once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from service.domain.states import State
from service.domain.values import AppointmentStatus
from service.messaging.hearing import store_inbound, store_receipts
from service.messaging.replying import Heard, take_reply
from service.providers.outcome import ErrorClass, Inbound, Receipt
from service.storage.tables import consent_events, readiness
from tests.clinic import PHONE, ClinicUnderTest, visit
from tests.messaging.busy_import import while_an_import_is_at_work

START = datetime(2027, 3, 16, 16, tzinfo=UTC)  # Tue, Mar 16, 9:00 AM in Sacramento
LATER = START + timedelta(hours=5)


def queued(clinic: ClinicUnderTest) -> list[str]:
    return [message.step for message in clinic.messages() if message.state == "planned"]


def bodies(clinic: ClinicUnderTest) -> list[str]:
    return [entry["body"] for entry in clinic.ledger()]


def hear_late(clinic: ClinicUnderTest, body: str, said_at: datetime) -> None:
    """A text that took its time: it reached us at `said_at`, and is only now understood."""
    heard = Heard(
        event_key=f"late:{body}",
        from_address=PHONE,
        to_address="+19165550100",
        body=body,
        media=0,
        provider_answered=True,
        received_at=said_at,
    )
    with clinic.services.database.organisation(clinic.organisation_id) as connection:
        take_reply(connection, clinic.organisation_id, heard, clinic.services.reply_rules, clinic.now)


def refuse_as_opted_out(clinic: ClinicUnderTest) -> None:
    """The provider says, of the first attempt, that the patient had opted out."""
    attempt = min(clinic.rows("attempts"), key=lambda row: row.started_at)
    receipt = Receipt(
        provider="twilio",
        event_key="21610",
        attempt_id=attempt.id,
        provider_id=attempt.provider_id,
        state=State.FAILED,
        error=ErrorClass.OPTED_OUT,
        code="21610",
        words="",
        occurred_at=clinic.now,
    )
    store_receipts(clinic.services.database, [receipt], clinic.now)
    clinic.apply_events()


def test_a_start_that_arrives_late_does_not_undo_a_later_stop(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    said_at = clinic.now + timedelta(seconds=1)
    clinic.now += timedelta(seconds=2)
    clinic.hear("STOP", provider_answered=True)
    clinic.now += timedelta(seconds=10)
    hear_late(clinic, "START", said_at)
    assert queued(clinic) == []


def test_an_older_word_is_still_written_down(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.now += timedelta(seconds=2)
    clinic.hear("STOP", provider_answered=True)
    hear_late(clinic, "START", clinic.now - timedelta(seconds=1))
    with clinic.services.database.organisation(clinic.organisation_id) as connection:
        given = connection.scalars(select(consent_events.c.given).order_by(consent_events.c.id)).all()
    assert given == [True] * 3 + [False] * 3 + [True] * 3


def test_a_late_refusal_of_an_old_attempt_does_not_undo_a_newer_start(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch(clinic.message("prepare").due_at)
    clinic.now += timedelta(minutes=1)
    clinic.hear("STOP", provider_answered=True)
    clinic.now += timedelta(minutes=1)
    clinic.hear("START", provider_answered=True)
    before = queued(clinic)
    refuse_as_opted_out(clinic)
    assert queued(clinic) == before != []


def test_a_refusal_of_an_attempt_after_the_yes_stops_everything(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch(clinic.message("prepare").due_at)
    refuse_as_opted_out(clinic)
    assert queued(clinic) == []


def test_a_stop_is_confirmed_once_however_often_it_is_said(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    for _ in range(3):
        clinic.hear("please stop texting me")
        clinic.dispatch()
        clinic.now += timedelta(minutes=1)
    assert len(clinic.ledger()) == 1


def test_a_second_stop_after_a_start_is_told_to_staff_again(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    for word in ("STOP", "START", "STOP"):
        clinic.now += timedelta(minutes=1)
        clinic.hear(word)
    assert [task.kind for task in clinic.rows("tasks")] == ["out_of_reach"]


def test_the_answer_to_words_of_crisis_survives_a_stop(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.hear("I want to kill myself")
    clinic.hear("please stop texting me")
    clinic.dispatch()
    assert any("988" in body for body in bodies(clinic))


@pytest.mark.parametrize(
    "changed", [{"status": AppointmentStatus.CANCELLED}, {"starts_at": LATER, "ends_at": LATER + timedelta(minutes=40)}]
)
def test_a_confirmation_is_not_acknowledged_once_the_visit_changed(
    clinic: ClinicUnderTest, changed: dict[str, object]
) -> None:
    clinic.take(visit())
    clinic.dispatch_until(clinic.message("confirm").due_at)
    clinic.hear("C")
    clinic.take(visit(digest=b"2", **changed))
    clinic.dispatch()
    assert not any("you are confirmed" in body for body in bodies(clinic))


def test_a_confirmation_is_acknowledged_while_the_visit_stands(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(clinic.message("confirm").due_at)
    clinic.hear("C")
    clinic.dispatch()
    assert any("you are confirmed" in body for body in bodies(clinic))


def test_a_confirmation_during_a_move_does_not_confirm_the_new_time(
    clinic: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.take(visit())
    clinic.dispatch_until(clinic.message("confirm").due_at)
    moved = visit(starts_at=LATER, ends_at=LATER + timedelta(minutes=40), digest=b"2")
    while_an_import_is_at_work(clinic, monkeypatch, moved, lambda: clinic.hear("C"))
    with clinic.services.database.organisation(clinic.organisation_id) as connection:
        assert connection.execute(select(readiness)).all() == []


def test_a_stop_to_a_number_nobody_is_known_for_counts_where_there_is_one_organisation(
    clinic: ClinicUnderTest,
) -> None:
    clinic.take(visit())
    inbound = Inbound(
        event_key="in",
        provider_id="SM",
        from_address=PHONE,
        to_address="+12025550000",
        body="STOP",
        media=0,
        service="MG-new",
        provider_answered=True,
    )
    clinic.now += timedelta(seconds=1)
    store_inbound(clinic.services.database, inbound, clinic.now)
    clinic.apply_events()
    assert queued(clinic) == []
