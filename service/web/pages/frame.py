"""What every page has around its content, and the one way to turn a template into an answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Connection
from starlette.responses import HTMLResponse

from service.domain.explain import span, time_and_day
from service.domain.values import Clinic
from service.domain.walltime import local
from service.storage.clinics import clinic_records
from service.storage.staff_accounts import StaffSession
from service.storage.vital_signs import VitalSigns, vital_signs
from service.web.pages import words
from service.wiring import Services

SILENT_AFTER = timedelta(seconds=10)
LATE_AFTER = timedelta(seconds=60)

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
for _filter in words.FILTERS:
    _templates.filters[_filter.__name__] = _filter


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """The service's present time in words, and the address of the pretend phones."""

    now: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Frame:
    """`here` is the navigation's present entry. `alarm` is "" while reminders go out."""

    here: str
    staff: StaffSession
    unread: int
    sandbox: Sandbox | None
    alarm: str


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One request of somebody signed in, inside their organisation's open transaction. Clinics are in name order."""

    request: Request
    services: Services
    connection: Connection
    staff: StaffSession
    clinics: dict[UUID, Clinic]
    now: datetime

    def page(self, template: str, *, here: str, status: int = 200, **content: object) -> HTMLResponse:
        signs = vital_signs(self.connection, self.now)
        frame = Frame(
            here=here, staff=self.staff, unread=signs.unread, sandbox=self._sandbox(), alarm=alarm(signs, self.now)
        )
        return bare_page(self.request, template, status=status, frame=frame, now=self.now, **content)

    def zone_of(self, clinic_id: UUID | None) -> str:
        """The clinic's zone; for what belongs to no clinic, that of the first."""
        if clinic_id in self.clinics:
            return self.clinics[clinic_id].timezone
        return next((clinic.timezone for clinic in self.clinics.values()), "UTC")

    def _sandbox(self) -> Sandbox | None:
        settings = self.services.settings
        if not settings.sandbox:
            return None
        place = next((clinic.name for clinic in self.clinics.values()), "UTC")
        return Sandbox(
            now=f"{time_and_day(local(self.now, self.zone_of(None)))} in {place}",
            url=f"http://{settings.sandbox_host}:{settings.sandbox_port}/",
        )


@contextmanager
def scene_of(request: Request, services: Services, staff: StaffSession) -> Iterator[Scene]:
    now = services.clock.now()
    with services.database.organisation(staff.organisation_id) as connection:
        records = clinic_records(connection)
        clinics = {clinic_id: record.clinic for clinic_id, record in records.items()}
        yield Scene(
            request=request,
            services=services,
            connection=connection,
            staff=staff,
            clinics=dict(sorted(clinics.items(), key=lambda pair: pair[1].name)),
            now=now,
        )


def bare_page(request: Request, template: str, *, status: int = 200, **content: object) -> HTMLResponse:
    """A page without the frame of somebody signed in."""
    return HTMLResponse(_templates.get_template(template).render(path=request.url.path, **content), status)


def alarm(signs: VitalSigns, now: datetime) -> str:
    """What to tell everybody while reminders are not going out; "" while they are."""
    if signs.ticked_at is None:
        return "Nothing has looked for due messages yet. The scheduler or the worker has not started."
    if now - signs.ticked_at > SILENT_AFTER:
        return (
            f"Nothing has looked for due messages for {span(_whole_minutes(now - signs.ticked_at))}."
            " The scheduler or the worker has stopped."
        )
    if signs.oldest_due_at is not None and now - signs.oldest_due_at > LATE_AFTER:
        late = span(_whole_minutes(now - signs.oldest_due_at))
        return f"The oldest waiting message is {late} late. The workers do not keep up, or none is running."
    return ""


def _whole_minutes(duration: timedelta) -> timedelta:
    return max(duration, timedelta(minutes=1))
