"""One sealed value that does not open costs its own message, and nothing else."""

from uuid import UUID

import pytest
from sqlalchemy import text

from service.domain.incoming import IncomingContact
from service.domain.values import Channel
from service.messaging import sweeping
from service.messaging.hearing import store_inbound
from service.messaging.settling import settle_all
from service.providers.outcome import Inbound
from service.storage.clinics import add_organisation
from tests.clinic import MONDAY_NOON, PHONE, ClinicUnderTest, visit

OTHER_PHONE = "+19165550122"


def sql(clinic: ClinicUnderTest, statement: str, **values: object) -> None:
    with clinic.services.database.system() as connection:
        connection.execute(text(statement), values)


def take_two(clinic: ClinicUnderTest) -> None:
    other = (IncomingContact(channel=Channel.SMS, address=OTHER_PHONE, permitted=True),)
    clinic.take(visit(), visit(external_id="B1", patient_external_id="P2", contacts=other, digest=b"b"))


def prepares(clinic: ClinicUnderTest) -> dict[UUID, str]:
    """The states of both patients' first message, without opening anything."""
    with clinic.services.database.system() as connection:
        rows = connection.execute(text("SELECT id, state FROM messages WHERE step = 'prepare'"))
        return {row.id: row.state for row in rows}


def send_prepares(clinic: ClinicUnderTest) -> None:
    clinic.dispatch(max(row.due_at for row in clinic.messages() if row.step == "prepare"))


@pytest.mark.parametrize("nonsense", [b"\x00", b"k1\x00", b"k1\x00short"])
def test_a_name_that_does_not_open_ends_its_own_message_and_tells_staff(
    clinic: ClinicUnderTest, nonsense: bytes
) -> None:
    take_two(clinic)
    sql(clinic, "UPDATE patients SET given_name = :nonsense WHERE external_id = 'P1'", nonsense=nonsense)
    send_prepares(clinic)
    assert [entry["to"] for entry in clinic.ledger()] == [OTHER_PHONE]
    [failed] = [row for row in clinic.messages() if row.state == "failed"]
    assert (failed.step, failed.reason) == ("prepare", "unreadable")
    assert failed.id in [task.message_id for task in clinic.rows("tasks")]


def test_an_event_that_does_not_open_stays_and_the_next_is_applied(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    for key, body in (("first", "hello"), ("second", "STOP")):
        store_inbound(clinic.services.database, inbound(key, body), clinic.now)
    sql(clinic, "UPDATE provider_events SET content = '\\x00'::bytea WHERE event_key = 'first'")
    clinic.apply_events()
    assert [row for row in clinic.messages() if row.state == "planned"] == []
    with clinic.services.database.system() as connection:
        left = connection.execute(text("SELECT event_key, result FROM provider_events WHERE applied_at IS NULL")).all()
    assert left == [("first", "unreadable")]


def test_an_uncertain_message_that_does_not_open_holds_up_no_other(clinic: ClinicUnderTest) -> None:
    take_two(clinic)
    clinic.fault("timeout_after_accepting", times=2)
    send_prepares(clinic)
    bad, good = prepares(clinic)
    sql(clinic, "UPDATE messages SET body = '\\x00'::bytea WHERE id = :id", id=bad)
    parts = clinic.services
    settle_all(parts.database, parts.settings, parts.twilio, parts.loop, clinic.now)
    assert prepares(clinic)[bad] == "uncertain"
    assert prepares(clinic)[good] != "uncertain"


def test_an_uncertain_message_that_does_not_open_is_given_to_staff(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.fault("timeout_after_accepting")
    send_prepares(clinic)
    [bad] = prepares(clinic)
    sql(clinic, "UPDATE messages SET body = '\\x00'::bytea WHERE id = :id", id=bad)
    parts = clinic.services
    settle_all(
        parts.database, parts.settings, parts.twilio, parts.loop, clinic.now + 2 * parts.settings.uncertain_after
    )
    assert prepares(clinic)[bad] == "failed"
    assert [task.message_id for task in clinic.rows("tasks")] == [bad]


def test_an_organisation_that_cannot_be_planned_holds_up_no_other(
    clinic: ClinicUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clinic.services.database.system() as connection:
        broken = add_organisation(connection, "other", "Other", MONDAY_NOON)
    clinic.take(visit())
    clinic.forget_messages()
    order = [broken, clinic.organisation_id]
    monkeypatch.setattr(sweeping, "organisation_ids", lambda _connection: order)
    real = sweeping._plan_missing_of

    def stumbles(database: object, organisation_id: UUID, now: object) -> int:
        if organisation_id == broken:
            raise RuntimeError("its schedule cannot be read")
        return real(database, organisation_id, now)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(sweeping, "_plan_missing_of", stumbles)
    assert sweeping.plan_missing(clinic.services.database, clinic.now) == 1


def inbound(key: str, body: str, to_address: str = "+19165550100") -> Inbound:
    return Inbound(
        event_key=key,
        provider_id="SM0",
        from_address=PHONE,
        to_address=to_address,
        body=body,
        media=0,
        service="MG" + "c" * 32,
        provider_answered=True,
    )
