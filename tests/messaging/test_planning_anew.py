"""What a patient hears when facts change more than once: always the present truth, and nothing twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from service.domain.incoming import IncomingContact
from service.domain.states import State
from service.domain.values import AppointmentStatus, Channel, Kind
from service.messaging.hearing import store_receipts
from service.messaging.settling import settle_all
from service.providers.outcome import ErrorClass, Receipt
from tests.clinic import ClinicUnderTest, visit

START = datetime(2027, 3, 16, 16, tzinfo=UTC)  # Tue 9:00 AM in Sacramento
FASTING = datetime(2027, 3, 15, 19, tzinfo=UTC)  # Mon 12:00
NEW = "+19165550112"


def bodies(clinic: ClinicUnderTest, to: str | None = None) -> list[str]:
    return [entry["body"] for entry in clinic.ledger() if to in (None, entry["to"])]


def at(starts_at: datetime, digest: bytes, **differs: object):  # type: ignore[no-untyped-def]
    return visit(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=40), digest=digest, **differs)


def undelivered(clinic: ClinicUnderTest, step: str) -> None:
    """The provider says of a step's message that the number is unknown."""
    attempt = next(a for a in clinic.rows("attempts") if a.message_id == clinic.message(step).id)
    receipt = Receipt(
        provider="twilio",
        event_key=f"twilio:{step}",
        attempt_id=UUID(str(attempt.id)),
        provider_id=attempt.provider_id,
        state=State.UNDELIVERED,
        error=ErrorClass.BAD_ADDRESS,
        code="30005",
        words="Unknown number.",
        occurred_at=clinic.now,
    )
    store_receipts(clinic.services.database, [receipt], clinic.now)
    clinic.apply_events()


def test_moved_and_moved_back_the_valid_fasting_times_are_said_again(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING)
    clinic.take(at(START + timedelta(hours=5), b"2"))
    clinic.dispatch_until(FASTING + timedelta(minutes=10))
    clinic.take(visit(digest=b"3"))
    clinic.dispatch_until(START - timedelta(hours=3))
    assert "1:00 AM Tue" in [body for body in bodies(clinic) if "full meal by" in body][-1]


def test_after_a_move_the_news_comes_before_anything_else(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING)
    clinic.take(at(START + timedelta(hours=5), b"2"))
    heard = len(clinic.ledger())
    clinic.dispatch_until(FASTING + timedelta(minutes=10))
    news, *rest = bodies(clinic)[heard:]
    assert "Times in earlier texts no longer count" in news
    assert any("6:00 AM Tue" in body for body in rest)


def test_another_kind_of_visit_has_its_own_fasting_rule_said(clinic: ClinicUnderTest) -> None:
    clinic.take(visit(kind=Kind.ESKETAMINE, ends_at=START + timedelta(hours=2)))
    clinic.dispatch_until(FASTING)
    clinic.take(visit(kind=Kind.IV, digest=b"2"))
    clinic.dispatch_until(START)
    assert any("1:00 AM Tue" in body for body in bodies(clinic))


def test_another_clinic_at_the_same_moment_is_a_move(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING)
    clinic.take(visit(clinic="Phoenix", digest=b"2"))
    clinic.dispatch_until(START)
    assert clinic.message("moved").state == "handed_over"


def test_a_corrected_number_hears_what_the_wrong_one_could_not(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING)
    undelivered(clinic, "fasting")
    contact = replace(visit().contacts[0], address=NEW)
    clinic.take(visit(contacts=(contact,), digest=b"2"))
    clinic.dispatch_until(START)
    assert any("1:00 AM Tue" in body for body in bodies(clinic, NEW))


def test_what_may_have_arrived_is_not_said_again_by_planning_anew(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING - timedelta(seconds=1))
    clinic.fault("timeout_after_accepting")
    clinic.dispatch(FASTING)
    clinic.now += timedelta(minutes=4)
    parts = clinic.services
    clinic.fault("500", times=10)
    deaf = parts.settings.model_copy(update={"twilio_base_url": "http://127.0.0.1:9"})
    parts.settings = deaf
    parts.__dict__.pop("twilio", None)
    settle_all(parts.database, deaf, parts.twilio, parts.loop, clinic.now)
    assert clinic.message("fasting").state == "failed"
    clinic.take(visit(language="es", digest=b"2"))
    assert clinic.message("fasting").reason == "already_told"


def test_a_queued_cancellation_notice_survives_a_new_phone_number(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(FASTING)
    clinic.take(visit(status=AppointmentStatus.CANCELLED, digest=b"2"))
    clinic.now += timedelta(minutes=1)
    contact = IncomingContact(channel=Channel.SMS, address=NEW, permitted=True)
    clinic.take(at(START + timedelta(days=7), b"x", external_id="A2", contacts=(contact,)))
    clinic.dispatch_until(FASTING + timedelta(hours=1))
    assert any("cancelled" in body for body in bodies(clinic, NEW))


def test_a_visit_booked_again_after_its_cancellation_is_announced(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.dispatch_until(clinic.message("prepare").due_at)
    clinic.take(visit(status=AppointmentStatus.CANCELLED, digest=b"2"))
    clinic.dispatch_until(clinic.now + timedelta(minutes=10))
    heard = len(clinic.ledger())
    clinic.take(visit(digest=b"3"))
    clinic.dispatch_until(clinic.now + timedelta(minutes=10))
    assert "is now Tue, Mar 16 at 9:00 AM" in bodies(clinic)[heard]


def test_a_line_without_any_contact_erases_none(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.take(at(START + timedelta(days=7), b"x", external_id="A2", contacts=()))
    assert clinic.message("fasting").state == "planned"
