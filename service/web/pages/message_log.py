"""The log of messages with their states in words. What they say is on a message's own page."""

from datetime import time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from service.domain.walltime import instant
from service.storage.clinics import schedules_in_force
from service.storage.log_of_messages import Group, LogFilter, Place, logged_messages
from service.web.pages.board import chosen_clinic, read_day
from service.web.pages.frame import Scene, scene_of
from service.web.pages.inbox import read_place, write_place
from service.web.pages.signed_in import Parts, Staff
from service.web.pages.step_titles import step_titles

router = APIRouter()

A_PAGE = 50
GROUPS = {
    Group.PLANNED: "Planned",
    Group.ON_THE_WAY: "On the way",
    Group.DELIVERED: "Delivered",
    Group.NOT_DELIVERED: "Not delivered or uncertain",
    Group.NEVER_SENT: "Never sent or left out",
}


@router.get("/messages")
def message_log(
    request: Request,
    services: Parts,
    staff: Staff,
    state: Annotated[str, Query()] = "",
    clinic: Annotated[str, Query()] = "",
    day: Annotated[str, Query()] = "",
    after: Annotated[str, Query()] = "",
) -> Response:
    group = next((known for known in Group if known == state), None)
    with scene_of(request, services, staff) as scene:
        wanted = _filter(scene, group, clinic, day)
        found = logged_messages(scene.connection, wanted, read_place(after), A_PAGE + 1)
        shown = found[:A_PAGE]
        kept: dict[str, object] = {
            "state": group or "",
            "clinic": wanted.clinic_id or "",
            "day": day if read_day(day) else "",
        }
        return scene.page(
            "messages.html",
            here="messages",
            messages=shown,
            titles=step_titles(schedules_in_force(scene.connection)),
            groups=GROUPS,
            group=group,
            clinics=scene.clinics,
            chosen=wanted.clinic_id,
            day=kept["day"],
            next_page=_address(kept, shown[-1].place) if len(found) > A_PAGE else "",
            is_first_page=not after,
        )


def _filter(scene: Scene, group: Group | None, clinic: str, day: str) -> LogFilter:
    """A day is one of the chosen clinic's calendar. Without a day: up to now, unless the states ask for more."""
    chosen, on = chosen_clinic(scene, clinic), read_day(day)
    if on is None:
        until = None if group in (Group.PLANNED, Group.NEVER_SENT) else scene.now
        return LogFilter(group=group, clinic_id=chosen, until_at=until)
    zone = scene.zone_of(chosen)
    return LogFilter(
        group=group,
        clinic_id=chosen,
        from_at=instant(on, time(), zone),
        until_at=instant(on + timedelta(days=1), time(), zone),
    )


def _address(kept: dict[str, object], place: Place) -> str:
    query = {name: str(value) for name, value in kept.items() if value} | {"after": write_place(place)}
    return f"/messages?{urlencode(query)}"
