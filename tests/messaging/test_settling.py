"""Uncertain messages are settled by asking the provider, else by rule; never by sending blindly."""

from datetime import timedelta

from service.messaging.settling import settle_all
from tests.clinic import ClinicUnderTest, visit


def settle(clinic: ClinicUnderTest, *, after: timedelta) -> None:
    clinic.now += after
    parts = clinic.services
    settle_all(parts.database, parts.settings, parts.twilio, parts.loop, clinic.now)


def uncertain(clinic: ClinicUnderTest, fault: str) -> None:
    clinic.take(visit())
    clinic.fault(fault)
    clinic.dispatch(clinic.message("prepare").due_at)
    assert clinic.message("prepare").state == "uncertain"


def test_what_the_provider_has_is_taken_as_sent(clinic: ClinicUnderTest) -> None:
    uncertain(clinic, "timeout_after_accepting")
    settle(clinic, after=timedelta(seconds=5))
    assert clinic.message("prepare").state in ("handed_over", "sent", "delivered")
    assert len(clinic.ledger()) == 1


def test_what_the_provider_never_got_is_sent_again_once_that_is_sure(clinic: ClinicUnderTest) -> None:
    uncertain(clinic, "drop_before_accepting")
    settle(clinic, after=timedelta(seconds=30))
    assert clinic.message("prepare").state == "uncertain"
    settle(clinic, after=timedelta(minutes=3))
    assert clinic.message("prepare").state == "planned"
    clinic.dispatch()
    assert len(clinic.ledger()) == 1


def test_where_the_provider_cannot_be_asked_staff_are(clinic: ClinicUnderTest) -> None:
    uncertain(clinic, "timeout_after_accepting")
    clinic.fault("500", times=10)
    clinic.now += timedelta(minutes=4)
    silent = clinic.services.settings.model_copy(update={"twilio_base_url": "http://127.0.0.1:9"})
    clinic.services.__dict__.pop("twilio", None)
    clinic.services.settings = silent
    settle(clinic, after=timedelta())
    assert clinic.message("prepare").state == "failed"
    assert [task.kind for task in clinic.rows("tasks")] == ["not_reached"]
