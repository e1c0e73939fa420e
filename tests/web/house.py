"""A whole organisation for the pages to show: real configuration, real use cases, one fixed moment."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import Row, text

from service.clock import Clock
from service.domain.incoming import IncomingContact, IncomingVisit
from service.domain.states import State
from service.domain.values import AppointmentStatus, Channel, Kind
from service.messaging.booking import Source, take_visits
from service.messaging.config_folder import ConfigFolder, load_folder
from service.messaging.configuring import Senders, configure
from service.messaging.replying import Heard, take_reply
from service.settings import settings_from
from service.storage.clinics import add_organisation
from service.storage.events import advance
from service.storage.heartbeats import beat
from service.storage.staff_accounts import add_staff
from service.web.app import create_app
from service.wiring import Services
from tests.servers import Database
from tests.web.browser import Browser

ROOT = Path(__file__).parent.parent.parent
NOW = datetime(2027, 3, 10, 18, tzinfo=UTC)  # a Wednesday: 10 AM in Sacramento, 11 AM in Phoenix
A_MOMENT = timedelta(seconds=1)  # passes between what tests arrange and what pages see
EMAIL, PASSWORD = "dana@lakeside.example", "a long enough password"
PHONE = "+19165550130"
KEY = base64.b64encode(bytes(32)).decode()


def settings_for(database: Database, **changes: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database.app_url,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "PUBLIC_BASE_URL": "http://handrail.test",
        "CONFIG_DIR": str(ROOT / "config"),
        "HANDRAIL_KEYS": f"k1:{KEY}",
        "HANDRAIL_INDEX_KEY": KEY,
        "TWILIO_ACCOUNT_SID": "AC0",
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_MESSAGING_SERVICE_SID": "MG0",
        "SENDGRID_API_KEY": "SG.key",
        "SENDGRID_WEBHOOK_PUBLIC_KEY": "none",
        **changes,
    }


@cache
def shipped_folder() -> ConfigFolder:
    return load_folder(ROOT / "config")


def visit(**changes: object) -> IncomingVisit:
    """An infusion in Sacramento two days ahead, 9 AM on Friday. A new digest where anything differs."""
    starts_at = datetime(2027, 3, 12, 17, tzinfo=UTC)
    usual = IncomingVisit(
        external_id="A-1",
        patient_external_id="P-1",
        given_name="Maria",
        family_name="Alvarez",
        language="en",
        contacts=(IncomingContact(channel=Channel.SMS, address=PHONE, permitted=True),),
        clinic="Sacramento",
        kind=Kind.IV,
        status=AppointmentStatus.BOOKED,
        confirmed=False,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=40),
        booked_at=NOW - timedelta(days=30),
        clinician="Dr. Osei",
        digest=b"",
    )
    changed = replace(usual, **changes)  # type: ignore[arg-type]  # a builder: each test names what differs
    if "starts_at" in changes and "ends_at" not in changes:
        changed = replace(changed, ends_at=changed.starts_at + timedelta(minutes=40))
    return replace(changed, digest=hashlib.sha256(repr(changed).encode()).digest())


@dataclass
class House:
    """One organisation with one member of staff. `now` stands still."""

    database: Database
    slug: str = "main"
    settings: dict[str, str] = field(default_factory=dict)

    @cached_property
    def services(self) -> Services:
        services = Services(settings_from(settings_for(self.database, **self.settings)))
        services.clock = Clock(lambda: NOW + A_MOMENT - datetime.now(UTC))
        return services

    @cached_property
    def app(self) -> FastAPI:
        return create_app(self.services)

    @cached_property
    def organisation_id(self) -> UUID:
        with self.services.database.system() as connection:
            return add_organisation(connection, self.slug, "Lakeside Clinics", NOW)

    def furnish(self) -> "House":
        self.furnish_again()
        beat(self.services.database, "tick", NOW)
        return self.with_staff(EMAIL)

    def furnish_again(self) -> None:
        """Loads the configuration, as every start does."""
        with self.services.database.organisation(self.organisation_id) as connection:
            senders = Senders(sms="MG0", email="a@lakeside.example")
            configure(connection, self.organisation_id, shipped_folder(), senders, actor="tests", now=NOW)

    def with_staff(self, email: str) -> "House":
        with self.services.database.organisation(self.organisation_id) as connection:
            account = {"email": email, "name": "Dana Reyes", "role": "manager", "password": PASSWORD}
            add_staff(connection, self.organisation_id, **account, now=NOW)
        return self

    def take(self, *visits: IncomingVisit) -> UUID:
        """Books them as an import does. The id of the last."""
        with self.services.database.organisation(self.organisation_id) as connection:
            take_visits(connection, self.organisation_id, visits, source=Source(name="import", ref="1"), now=NOW)
        found: UUID = self.one("SELECT id FROM appointments WHERE external_id = :id", id=visits[-1].external_id).id
        return found

    def hear(self, body: str, *, key: str = "1", ago: timedelta = timedelta()) -> None:
        heard = Heard(
            event_key=key,
            from_address=PHONE,
            to_address="MG0",
            body=body,
            media=0,
            provider_answered=False,
            received_at=NOW - ago,
        )
        with self.services.database.organisation(self.organisation_id) as connection:
            take_reply(connection, self.organisation_id, heard, self.services.reply_rules, NOW)

    def message(self, step: str, appointment_id: UUID) -> UUID:
        """The latest message of a step about a visit."""
        found: UUID = self.one(
            "SELECT id FROM messages WHERE step = :step AND appointment_id = :id ORDER BY appointment_version DESC"
            " LIMIT 1",
            step=step,
            id=appointment_id,
        ).id
        return found

    def becomes(self, message_id: UUID, *states: State, reason: str = "") -> None:
        """What the provider reports of a message, one after the other."""
        with self.services.database.organisation(self.organisation_id) as connection:
            for state in states:
                advance(connection, message_id, state, reason, NOW)

    def all(self, sql: str, **values: object) -> Sequence[Row[*tuple[Any, ...]]]:
        with self.services.database.system() as connection:
            return connection.execute(text(sql), values).all()

    def one(self, sql: str, **values: object) -> Row[*tuple[Any, ...]]:
        return self.all(sql, **values)[0]

    def change(self, sql: str, **values: object) -> None:
        with self.services.database.system() as connection:
            connection.execute(text(sql), values)

    def audited(self, action: str) -> int:
        return len(self.all("SELECT 1 FROM audit WHERE action = :action", action=action))

    def stranger(self, address: str = "192.0.2.1") -> Browser:
        return Browser(self.app, address=address)

    def browser(self, email: str = EMAIL) -> Browser:
        """Signed in."""
        browser = self.stranger()
        assert browser.sign_in(email, PASSWORD).status == 303
        return browser

    def link(self, message_id: UUID, lasts: timedelta = timedelta(days=1)) -> str:
        return "/m/" + self.services.links.token(message_id, NOW + lasts)
