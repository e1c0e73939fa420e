"""Makes a database ready for use: the organisation, its configuration, and in the sandbox a demonstration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select

from service.demo import demonstration_visits
from service.messaging.booking import Source, take_visits
from service.messaging.config_folder import load_folder
from service.messaging.configuring import Senders, configure
from service.settings import Settings, settings_from
from service.storage.clinics import add_organisation, clinic_records, organisation_ids
from service.storage.staff_accounts import add_staff
from service.storage.tables import appointments, staff
from service.wiring import Services

DEMO_EMAIL = "manager@lakeside.example"
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Welcome:
    """What to tell whoever started the service."""

    lines: tuple[str, ...]


def prepare_everything(environment: Mapping[str, str], say: Say) -> Welcome:
    """After migrating. Raises `BadFolder` where the configuration has mistakes: nothing is half loaded then."""
    services = Services(settings_from(environment))
    now = services.clock.now()
    organisation_id = _organisation(services, now)
    load_configuration(services, organisation_id, say, now)
    if not services.settings.sandbox:
        return Welcome(lines=_without_staff(services, organisation_id))
    password = environment.get("DEMO_PASSWORD", "")
    with services.database.organisation(organisation_id) as connection:
        _add_demo_account(connection, organisation_id, password, now)
        if services.settings.demonstration:
            _demonstrate(connection, organisation_id, say, now)
    services.close()
    return Welcome(lines=(f"Sign in as {DEMO_EMAIL} with the password {password}",))


def load_configuration(services: Services, organisation_id: UUID, say: Say, now: datetime) -> None:
    folder = load_folder(services.settings.config_dir)
    with services.database.organisation(organisation_id) as connection:
        configured = configure(
            connection, organisation_id, folder, _senders(services.settings), actor="configuration", now=now
        )
    if configured.clinics or configured.schedules:
        say(f"Loaded {configured.clinics} clinics and {len(configured.schedules)} schedules from configuration.")


def _senders(settings: Settings) -> Senders:
    return Senders(sms=settings.twilio_messaging_service_sid, email=settings.email_from)


def _organisation(services: Services, now: datetime) -> UUID:
    with services.database.system() as connection:
        known = organisation_ids(connection)
        return known[0] if known else add_organisation(connection, "main", services.settings.organisation_name, now)


def _add_demo_account(connection: Connection, organisation_id: UUID, password: str, now: datetime) -> None:
    if not connection.scalar(select(func.count()).select_from(staff)):
        add_staff(
            connection, organisation_id, email=DEMO_EMAIL, name="Dana Reyes", role="manager", password=password, now=now
        )


def _demonstrate(connection: Connection, organisation_id: UUID, say: Say, now: datetime) -> None:
    """Once: an installation that has visits of its own is left as it is."""
    if connection.scalar(select(func.count()).select_from(appointments)):
        return
    clinics = [record.clinic for record in clinic_records(connection).values()]
    visits = demonstration_visits(sorted(clinics, key=lambda clinic: clinic.name), now)
    take_visits(connection, organisation_id, visits, source=Source(name="demonstration", ref="demonstration"), now=now)
    say(f"Made a demonstration: {len(visits)} fictional visits in {len(clinics)} clinics.")


def _without_staff(services: Services, organisation_id: UUID) -> tuple[str, ...]:
    with services.database.organisation(organisation_id) as connection:
        if connection.scalar(select(func.count()).select_from(staff)):
            return ()
    return ("Nobody can sign in yet. Make the first account: handrail add-staff you@clinic.example --role manager",)
