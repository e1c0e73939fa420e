"""The inbox: what patients wrote that a person must read, with a clock on each; below it, everything else."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from service.storage.audits import record_audit
from service.storage.inbox import other_replies, unread_replies
from service.storage.replies import mark_read
from service.storage.staff_accounts import staff_names
from service.web.pages.frame import scene_of
from service.web.pages.signed_in import ActingStaff, Parts, Staff

router = APIRouter()

A_PAGE = 50


@router.get("/inbox")
def inbox(request: Request, services: Parts, staff: Staff, before: Annotated[str, Query()] = "") -> Response:
    with scene_of(request, services, staff) as scene:
        found = other_replies(scene.connection, read_place(before), A_PAGE + 1)
        shown = found[:A_PAGE]
        return scene.page(
            "inbox.html",
            here="inbox",
            unread=[] if before else unread_replies(scene.connection),
            others=shown,
            older=write_place((shown[-1].received_at, shown[-1].id)) if len(found) > A_PAGE else "",
            is_first_page=not before,
            zones={clinic_id: clinic.timezone for clinic_id, clinic in scene.clinics.items()},
            home_zone=scene.zone_of(None),
            names=staff_names(scene.connection),
        )


@router.post("/replies/{reply_id}/read")
def reply_read(request: Request, services: Parts, staff: ActingStaff, reply_id: UUID) -> Response:
    with scene_of(request, services, staff) as scene:
        if mark_read(scene.connection, reply_id, staff.actor, scene.now):
            audited = [("reply.read", "reply", str(reply_id))]
            record_audit(scene.connection, staff.organisation_id, audited, actor=staff.actor, now=scene.now)
    return RedirectResponse("/inbox", 303)


def write_place(place: tuple[datetime, UUID]) -> str:
    """Where a page of a list ends, for the address of the next."""
    at, row_id = place
    return f"{at.isoformat()}~{row_id}"


def read_place(text: str) -> tuple[datetime, UUID] | None:
    """None for what is no place: the list then starts from its beginning."""
    at, _, row_id = text.partition("~")
    try:
        place = datetime.fromisoformat(at), UUID(row_id)
    except ValueError:
        return None
    return place if place[0].tzinfo is not None else None
