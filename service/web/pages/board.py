"""The board: today and the coming days, clinic by clinic; what is in trouble first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from service.domain.schedule import Schedule
from service.domain.values import Clinic, Kind
from service.domain.walltime import instant, local
from service.messaging.planning import schedules_by_kind
from service.storage.board import BoardVisit, open_tasks, visits_between
from service.storage.clinics import schedules_in_force
from service.web.pages.frame import Scene, scene_of
from service.web.pages.signed_in import Parts, Staff
from service.web.pages.trouble import Grade, Marks, Trouble, grade_of, marks, needs_of, troubles

router = APIRouter()

DAYS_SHOWN = 7
TASKS_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class BoardRow:
    visit: BoardVisit
    grade: Grade
    marks: Marks
    troubles: list[Trouble]


@dataclass(frozen=True, kw_only=True)
class ClinicDay:
    """One clinic's visits of one of its calendar days: those to act upon first, then by time."""

    clinic: Clinic
    rows: list[BoardRow]

    @property
    def to_act(self) -> int:
        return sum(row.grade is Grade.ACT for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class BoardDay:
    on: date
    name: str
    clinics: list[ClinicDay]


@router.get("/")
def board(
    request: Request,
    services: Parts,
    staff: Staff,
    day: Annotated[str, Query()] = "",
    clinic: Annotated[str, Query()] = "",
) -> Response:
    with scene_of(request, services, staff) as scene:
        today = local(scene.now, scene.zone_of(None)).date()
        first, chosen = read_day(day) or today, chosen_clinic(scene, clinic)
        days = _days(scene, first, chosen, today)
        return scene.page(
            "board.html",
            here="board",
            days=days,
            tasks=open_tasks(scene.connection, chosen),
            tasks_shown=TASKS_SHOWN,
            zones={clinic_id: found.timezone for clinic_id, found in scene.clinics.items()},
            home_zone=scene.zone_of(None),
            clinics=scene.clinics,
            chosen=chosen,
            first=first,
            today=today,
            earlier=first - timedelta(days=DAYS_SHOWN),
            later=first + timedelta(days=DAYS_SHOWN),
        )


def read_day(text: str) -> date | None:
    """A date of the address, or None where it is none that the calendar of this service reaches."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def chosen_clinic(scene: Scene, text: str) -> UUID | None:
    """The clinic of the address, or None for all of them."""
    return next((clinic_id for clinic_id in scene.clinics if str(clinic_id) == text), None)


def _days(scene: Scene, first: date, chosen: UUID | None, today: date) -> list[BoardDay]:
    wanted = {i: found for i, found in scene.clinics.items() if chosen in (None, i)}
    if not wanted:
        return []
    zones = [clinic.timezone for clinic in wanted.values()]
    starts = min(instant(first, time(), zone) for zone in zones)
    ends = max(instant(first + timedelta(days=DAYS_SHOWN), time(), zone) for zone in zones)
    visits = visits_between(scene.connection, starts, ends, chosen)
    schedules = {
        kind: found.schedule for kind, found in schedules_by_kind(schedules_in_force(scene.connection)).items()
    }
    rows = _rows_by_day(visits, wanted, schedules, scene.now)
    return [
        BoardDay(
            on=on,
            name=_name_of(on, today),
            clinics=[ClinicDay(clinic=wanted[i], rows=rows[on, i]) for i in wanted if (on, i) in rows],
        )
        for on in (first + timedelta(days=count) for count in range(DAYS_SHOWN))
    ]


def _rows_by_day(
    visits: Iterable[BoardVisit], clinics: Mapping[UUID, Clinic], schedules: Mapping[Kind, Schedule], now: datetime
) -> dict[tuple[date, UUID], list[BoardRow]]:
    found: dict[tuple[date, UUID], list[BoardRow]] = {}
    for visit in visits:
        zone = clinics[visit.clinic_id].timezone
        row = _row(visit, schedules.get(visit.kind), zone, now)
        found.setdefault((local(visit.starts_at, zone).date(), visit.clinic_id), []).append(row)
    return {
        key: sorted(rows, key=lambda row: (row.grade is not Grade.ACT, row.visit.starts_at))
        for key, rows in found.items()
    }


def _row(visit: BoardVisit, schedule: Schedule | None, timezone: str, now: datetime) -> BoardRow:
    needs = needs_of(schedule)
    found = troubles(visit, needs, timezone, now)
    return BoardRow(visit=visit, grade=grade_of(visit, found, now), marks=marks(visit, needs), troubles=found)


def _name_of(on: date, today: date) -> str:
    names = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}
    said = on.strftime("%A, %B ") + str(on.day)
    near = names.get((on - today).days)
    return f"{near}, {said}" if near else said
