"""A clinic with the shipped configuration, a real database and the real sandbox, in one process, for engine tests."""

import json
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import Row, select

from service.clock import Clock
from service.domain.incoming import IncomingContact, IncomingVisit, Taken
from service.domain.reply_rules import Intent
from service.domain.values import AppointmentStatus, Channel, Kind
from service.messaging.booking import Source, take_visits
from service.messaging.config_folder import load_folder
from service.messaging.configuring import Senders, configure
from service.messaging.dispatching import tick
from service.messaging.hearing import apply_events
from service.messaging.replying import Heard, take_reply
from service.sandbox.app import create_app
from service.sandbox.keys import new_event_keys
from service.settings import Settings
from service.storage.clinics import add_organisation
from service.storage.tables import appointments, attempts, messages, replies, tasks
from service.wiring import Services
from tests.sandbox.conftest import served
from tests.servers import Database

ROOT = Path(__file__).parent.parent
KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
PHONE = "+19165550111"
MONDAY_NOON = datetime(2027, 3, 1, 20, tzinfo=UTC)  # Mon 12:00 in Sacramento
PRIVATE_KEY, PUBLIC_KEY = new_event_keys()


def visit(**differs: object) -> IncomingVisit:
    """An IV session on Tue, Mar 16, 9:00 AM in Sacramento, for one patient who may be texted."""
    plain = IncomingVisit(
        external_id="A1",
        patient_external_id="P1",
        given_name="Ana",
        family_name="Silva",
        language="en",
        contacts=(IncomingContact(channel=Channel.SMS, address=PHONE, permitted=True),),
        clinic="Sacramento",
        kind=Kind.IV,
        status=AppointmentStatus.BOOKED,
        confirmed=False,
        starts_at=datetime(2027, 3, 16, 16, tzinfo=UTC),
        ends_at=datetime(2027, 3, 16, 16, 40, tzinfo=UTC),
        booked_at=datetime(2027, 3, 1, tzinfo=UTC),
        clinician="Dr. Osei",
        digest=b"first",
    )
    return replace(plain, **differs)  # type: ignore[arg-type]  # a test names the fields it changes


@dataclass
class ClinicUnderTest:
    services: Services
    organisation_id: UUID
    sandbox_url: str
    now: datetime = MONDAY_NOON
    _events: int = field(default=0)
    _seen: dict[str, int] = field(default_factory=dict)

    def take(self, *visits: IncomingVisit) -> list[Taken]:
        with self.services.database.organisation(self.organisation_id) as connection:
            source = Source(name="test", ref="test")
            return take_visits(connection, self.organisation_id, visits, source=source, now=self.now)

    def dispatch(self, at: datetime | None = None) -> int:
        """One tick and its batches, at `at`. Returns how many calls were made."""
        self.now = at or self.now
        return sum(
            self.services.dispatcher.send_batch(organisation_id, claimed, self.now)
            for organisation_id, claimed in tick(self.services.database, self.services.settings, self.now)
        )

    def dispatch_until(self, end: datetime) -> None:
        """Every message that comes due by `end`, each at its own moment."""
        while due := [m.due_at for m in self.messages() if m.state == "planned" and m.due_at <= end]:
            self.dispatch(max(self.now, min(due)))

    def hear(self, body: str, *, sender: str = PHONE, provider_answered: bool = False) -> Intent | None:
        """A text from a phone, taken at once."""
        self._events += 1
        heard = Heard(
            event_key=f"test:{self._events}",
            from_address=sender,
            to_address="+19165550100",
            body=body,
            media=0,
            provider_answered=provider_answered,
            received_at=self.now,
        )
        with self.services.database.organisation(self.organisation_id) as connection:
            meant = take_reply(connection, self.organisation_id, heard, self.services.reply_rules, self.now)
        return meant.intent if meant else None

    def apply_events(self) -> None:
        apply_events(self.services.database, self.services.reply_rules, self.now)

    def ledger(self) -> list[dict[str, str]]:
        """What the sandbox accepted, in the order it was first seen here: texts of one moment come in any order."""
        with urllib.request.urlopen(f"{self.sandbox_url}/ledger") as answer:
            entries: list[dict[str, str]] = json.load(answer)["entries"]
        for entry in entries:
            self._seen.setdefault(entry["provider_id"], len(self._seen))
        return sorted(entries, key=lambda entry: self._seen[entry["provider_id"]])

    def fault(self, name: str, target: str = "*", times: int = 1) -> None:
        body = json.dumps({"fault": name, "target": target, "times": times}).encode()
        request = urllib.request.Request(
            f"{self.sandbox_url}/faults", body, {"Content-Type": "application/json"}, method="POST"
        )
        urllib.request.urlopen(request).close()

    def messages(self) -> Sequence[Row]:  # type: ignore[type-arg]  # rows of a whole table
        with self.services.database.organisation(self.organisation_id) as connection:
            return connection.execute(select(messages).order_by(messages.c.due_at)).all()

    def message(self, step: str) -> Row:  # type: ignore[type-arg]  # a row of a whole table
        """The newest message of a step."""
        return max((m for m in self.messages() if m.step == step), key=lambda m: m.id)

    def forget_messages(self) -> None:
        """A fault that cannot happen by itself: the plan is gone."""
        with self.services.database.organisation(self.organisation_id) as connection:
            connection.execute(messages.delete())

    def rows(self, name: str) -> Sequence[Row]:  # type: ignore[type-arg]  # rows of a whole table
        table = {"tasks": tasks, "replies": replies, "attempts": attempts, "appointments": appointments}[name]
        with self.services.database.organisation(self.organisation_id) as connection:
            return connection.execute(select(table)).all()


@contextmanager
def open_clinic(database: Database, folder: Path) -> Iterator[ClinicUnderTest]:
    here: list[ClinicUnderTest] = []
    with served(_clock_of(here)) as clock_url:
        settings = settings_for(database, folder, clock_url)
        with served(create_app(settings)) as sandbox_url:
            yield from _opened(settings, sandbox_url, here)


def _clock_of(here: list[ClinicUnderTest]) -> FastAPI:
    """All that the sandbox needs of our web program: the clock. Callbacks find nobody; tests apply what they want."""
    app = FastAPI()

    @app.get("/sandbox/clock")
    def clock() -> dict[str, object]:
        now = here[0].now if here else MONDAY_NOON
        ahead = (now - datetime.now(UTC)).total_seconds()
        return {"now": now.isoformat(), "offset_seconds": ahead, "next_due_at": None, "waiting": 0}

    return app


def _opened(settings: Settings, sandbox_url: str, here: list[ClinicUnderTest]) -> Iterator[ClinicUnderTest]:
    pointed = settings.model_copy(update={"twilio_base_url": sandbox_url, "sendgrid_base_url": sandbox_url})
    services = Services(pointed)
    organisation_id = configured(services)
    clinic = ClinicUnderTest(services=services, organisation_id=organisation_id, sandbox_url=sandbox_url)
    services.__dict__["clock"] = Clock(lambda: clinic.now - datetime.now(UTC))
    here.append(clinic)
    yield clinic
    services.close()


def settings_for(database: Database, folder: Path, public_base_url: str) -> Settings:
    return Settings(
        database_url=SecretStr(database.app_url),
        redis_url="filesystem:///nowhere",
        handrail_keys=SecretStr(f"k1:{KEY}"),
        handrail_index_key=SecretStr(KEY),
        config_dir=ROOT / "config",
        twilio_account_sid="AC" + "a" * 32,
        twilio_auth_token=SecretStr("b" * 32),
        twilio_messaging_service_sid="MG" + "c" * 32,
        sendgrid_api_key=SecretStr("SG.pretend"),
        sendgrid_webhook_public_key=PUBLIC_KEY,
        sandbox_sendgrid_private_key=SecretStr(PRIVATE_KEY),
        sandbox=True,
        sandbox_dir=folder / "sandbox",
        public_base_url=public_base_url,
        provider_timeout=timedelta(seconds=2),
    )


def configured(services: Services) -> UUID:
    folder = load_folder(services.settings.config_dir)
    senders = Senders(sms=services.settings.twilio_messaging_service_sid, email=services.settings.email_from)
    with services.database.system() as connection:
        organisation_id = add_organisation(connection, "main", "Lakeside", MONDAY_NOON)
    with services.database.organisation(organisation_id) as connection:
        configure(connection, organisation_id, folder, senders, actor="test", now=MONDAY_NOON)
    return organisation_id


def environment_for(settings: Settings) -> dict[str, str]:
    """The same settings as a command reads them."""
    return {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url,
        "HANDRAIL_KEYS": settings.handrail_keys.get_secret_value(),
        "HANDRAIL_INDEX_KEY": settings.handrail_index_key.get_secret_value(),
        "CONFIG_DIR": str(settings.config_dir),
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token.get_secret_value(),
        "TWILIO_MESSAGING_SERVICE_SID": settings.twilio_messaging_service_sid,
        "TWILIO_BASE_URL": settings.twilio_base_url,
        "SENDGRID_API_KEY": settings.sendgrid_api_key.get_secret_value(),
        "SENDGRID_BASE_URL": settings.sendgrid_base_url,
        "SENDGRID_WEBHOOK_PUBLIC_KEY": settings.sendgrid_webhook_public_key,
        "PUBLIC_BASE_URL": settings.public_base_url,
        "SANDBOX": "true",
    }
