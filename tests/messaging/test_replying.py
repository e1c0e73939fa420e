"""What a patient's text does: to the visit, to what is queued, and for whom it becomes work."""

from datetime import UTC, datetime, timedelta

import pytest

from service.domain.reply_rules import Intent
from service.storage.appointments import Item, readiness_of
from tests.clinic import PHONE, ClinicUnderTest, visit

CONFIRM_DUE = datetime(2027, 3, 13, 19, tzinfo=UTC)  # Sat 10:00 AM + in Sacramento, before daylight saving


@pytest.fixture
def asked(clinic: ClinicUnderTest) -> ClinicUnderTest:
    """The clinic, after the patient was asked to confirm."""
    clinic.take(visit())
    clinic.dispatch_until(clinic.message("confirm").due_at)
    return clinic


def ready(clinic: ClinicUnderTest) -> dict[Item, bool]:
    [appointment] = clinic.rows("appointments")
    with clinic.services.database.organisation(clinic.organisation_id) as connection:
        known = readiness_of(connection, [appointment.id])
    return {item: fact.ok for item, fact in known.get(appointment.id, {}).items()}


@pytest.mark.parametrize("words", ["C", "c.", "1", "👍"])
def test_a_yes_to_the_open_question_confirms_and_is_answered_once(asked: ClinicUnderTest, words: str) -> None:
    before = len(asked.ledger())
    assert asked.hear(words) is Intent.CONFIRM
    assert ready(asked) == {Item.CONFIRMED: True}
    asked.dispatch()
    asked.dispatch()
    [answer] = asked.ledger()[before:]
    assert "you are confirmed" in answer["body"]


def test_a_yes_with_a_condition_confirms_nothing_and_reaches_a_person(asked: ClinicUnderTest) -> None:
    asked.hear("yes but can I come at 3")
    assert ready(asked) == {}
    [reply] = asked.rows("replies")
    assert reply.needs_staff
    assert reply.read_at is None


def test_stop_withdraws_everything_at_once_and_the_page_can_say_why(asked: ClinicUnderTest) -> None:
    asked.hear("STOP", provider_answered=True)
    assert [row for row in asked.messages() if row.state == "planned"] == []
    assert asked.message("fasting").reason == "no_permission"
    assert "withdrawn" in asked.message("fasting").why
    assert [task.kind for task in asked.rows("tasks")] == ["out_of_reach"]


def test_stop_in_the_patients_own_words_is_confirmed_once(asked: ClinicUnderTest) -> None:
    before = len(asked.ledger())
    asked.hear("please stop texting me")
    asked.dispatch()
    [answer] = asked.ledger()[before:]
    assert "no more texts" in answer["body"]


def test_start_after_stop_plans_again_what_is_still_ahead(asked: ClinicUnderTest) -> None:
    asked.hear("STOP", provider_answered=True)
    asked.now += timedelta(seconds=1)
    asked.hear("START", provider_answered=True)
    assert asked.message("fasting").state == "planned"


def test_a_bare_cancel_stops_texts_and_tells_staff_that_it_may_mean_the_visit(asked: ClinicUnderTest) -> None:
    assert asked.hear("Cancel", provider_answered=True) is Intent.OPT_OUT
    assert "reply_opt_out" in {task.kind for task in asked.rows("tasks")}


def test_help_is_answered_only_where_the_provider_has_not(asked: ClinicUnderTest) -> None:
    before = len(asked.ledger())
    asked.hear("HELP", provider_answered=True)
    asked.hear("ayuda")
    asked.dispatch()
    assert len(asked.ledger()) == before + 1


def test_words_of_crisis_are_answered_at_any_hour_and_become_a_task_for_now(asked: ClinicUnderTest) -> None:
    asked.now = datetime(2027, 3, 14, 10, tzinfo=UTC)  # Sun 3:00 AM in Sacramento
    assert asked.hear("I can't go on") is Intent.CRISIS
    asked.dispatch()
    assert "988" in asked.ledger()[-1]["body"]
    [task] = [task for task in asked.rows("tasks") if task.kind == "reply_crisis"]
    assert task.deadline_at - asked.now == timedelta(minutes=5)


def test_the_same_text_delivered_twice_is_one_reply(asked: ClinicUnderTest) -> None:
    asked.hear("C")
    asked._events -= 1
    assert asked.hear("C") is None
    assert len(asked.rows("replies")) == 1


@pytest.mark.parametrize(
    "words", ["", "\0", "a" * 10_000, "\u202eabc", "'; DROP TABLE messages;--", "{{ 7*7 }}", "<b>hi</b>"]
)
def test_strange_texts_are_kept_and_reach_a_person(asked: ClinicUnderTest, words: str) -> None:
    asked.hear(words)
    [reply] = asked.rows("replies")
    assert reply.needs_staff
    assert reply.body == words.replace("\0", "␀")


def test_a_text_from_a_stranger_is_kept_for_a_person(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.hear("who is this", sender="+16025550199")
    [reply] = clinic.rows("replies")
    assert (reply.patient_id, reply.needs_staff) == (None, True)


def test_one_phone_for_two_patients_asked_together_confirms_neither(clinic: ClinicUnderTest) -> None:
    clinic.take(visit(), visit(external_id="A2", patient_external_id="P2", given_name="Rui"))
    clinic.dispatch_until(clinic.message("confirm").due_at)
    clinic.dispatch()
    assert len({entry["to"] for entry in clinic.ledger()}) == 1
    assert clinic.hear("C", sender=PHONE) is Intent.UNCLEAR
