"""Puts the parts together, once a process. Nothing else constructs them."""

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

import structlog
from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError

from service.clock import Clock
from service.domain.incoming import IncomingVisit, Taken
from service.domain.reply_rules import read_rules
from service.logs import set_up_logs
from service.messaging.booking import Source, take_visits
from service.messaging.dispatching import Dispatcher
from service.messaging.links import Links
from service.messaging.looping import Loop
from service.messaging.replying import Rules
from service.messaging.sending import Calls
from service.providers.http_client import HttpClient
from service.providers.sendgrid_send import SendGridSender
from service.providers.twilio_send import TwilioSender
from service.settings import Settings, load_settings, parse_keys
from service.storage.clinics import organisation_ids
from service.storage.database import Database
from service.storage.sandbox_clock import clock_ahead
from service.storage.sealing import KeyRing, use_keys

log = structlog.get_logger()

__all__ = ["Booking", "NoOrganisation", "Services", "services_from_environment"]


class NoOrganisation(Exception):
    """The database is migrated but holds no organisation yet, or more than one and none was named."""


class Services:
    """Everything a process may need, made when first asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        set_up_logs(settings.log_level)
        keys = parse_keys(settings.handrail_keys.get_secret_value())
        self._index_key = base64.b64decode(settings.handrail_index_key.get_secret_value())
        use_keys(KeyRing(keys, self._index_key))

    @cached_property
    def database(self) -> Database:
        database = Database(self.settings.database_url.get_secret_value())
        database.refuse_unsafe_role()
        return database

    @cached_property
    def clock(self) -> Clock:
        """Real time, unless the sandbox is on: then its clock can be ahead."""
        return Clock(lambda: clock_ahead(self.database)) if self.settings.sandbox else Clock(timedelta)

    @cached_property
    def links(self) -> Links:
        return Links(
            key=self._index_key,
            public_base_url=self.settings.public_base_url,
            lifetime=self.settings.link_lifetime,
        )

    @cached_property
    def loop(self) -> Loop:
        return Loop()

    @cached_property
    def twilio(self) -> TwilioSender:
        return TwilioSender(
            account_sid=self.settings.twilio_account_sid,
            auth_token=self.settings.twilio_auth_token.get_secret_value(),
            base_url=self.settings.twilio_base_url,
            public_base_url=self.settings.public_base_url,
            http=self._http,
        )

    @cached_property
    def dispatcher(self) -> Dispatcher:
        sendgrid = SendGridSender(
            api_key=self.settings.sendgrid_api_key.get_secret_value(),
            base_url=self.settings.sendgrid_base_url,
            http=self._http,
        )
        calls = Calls(twilio=self.twilio, sendgrid=sendgrid, at_once=self.settings.calls_at_once, now=self.clock.now)
        return Dispatcher(database=self.database, settings=self.settings, calls=calls, loop=self.loop, links=self.links)

    @cached_property
    def reply_rules(self) -> Rules:
        files = sorted((self.settings.config_dir / "replies").glob("*.toml"))
        return tuple(read_rules(file.read_text(encoding="utf-8"), str(file)) for file in files)

    @cached_property
    def _http(self) -> HttpClient:
        return HttpClient(timeout=self.settings.provider_timeout)

    def close(self) -> None:
        """Lets go of connections, to the database and to the providers."""
        if "_http" in self.__dict__:
            self.loop.start(self._http.close()).result(timeout=5)
        if "database" in self.__dict__:
            self.database.close()

    def only_organisation(self) -> UUID:
        """For commands that name none. Raises `NoOrganisation`."""
        with self.database.system() as connection:
            found = organisation_ids(connection)
        if not found:
            raise NoOrganisation("There is no organisation yet. Run `make run` once, or `handrail migrate`.")
        return found[0]

    def booking(self, *, source: Source, dry_run: bool) -> "Booking":
        return Booking(self, self.only_organisation(), source, dry_run)


class _RollBack(Exception):
    """Ends a dry run's transaction without keeping anything."""


class Booking:
    """Takes visits a chunk at a time, each chunk in one transaction with the plan it causes."""

    def __init__(self, services: Services, organisation_id: UUID, source: Source, dry_run: bool) -> None:
        self._services = services
        self._organisation_id = organisation_id
        self._source = source
        self._dry_run = dry_run

    def take(self, visits: Sequence[IncomingVisit], now: datetime) -> list[Taken]:
        """Once more where another transaction stood in the way: everything of the first try was rolled back."""
        for last_try in (False, False, True):
            try:
                return self._take(visits, now)
            except OperationalError as error:
                if last_try or not isinstance(error.orig, DeadlockDetected):
                    raise
        raise AssertionError("the last try returns or raises")

    def _take(self, visits: Sequence[IncomingVisit], now: datetime) -> list[Taken]:
        taken: list[Taken] = []
        try:
            with self._services.database.organisation(self._organisation_id) as connection:
                taken = take_visits(connection, self._organisation_id, visits, source=self._source, now=now)
                if self._dry_run:
                    raise _RollBack
        except _RollBack:
            pass
        return taken


def services_from_environment() -> Services:
    """For entry points. Raises `BadSettings` with every mistake."""
    return Services(load_settings())
