"""The page that moves the service's clock."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.sandbox.forms import form_of
from service.sandbox.jumps import AlreadyUnderWay
from service.sandbox.rendering import ZONES, page, see, zone_of
from service.sandbox.service_clock import ClockTrouble, Face
from service.sandbox.wiring import TheSandbox

router = APIRouter()

_JUMPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}


class NoTarget(Exception):
    """The form names no instant to jump to; the message says what to write."""


@router.get("/clock")
async def clock(request: Request, sandbox: TheSandbox) -> Response:
    face, trouble = None, ""
    try:
        face = await sandbox.clock.read()
    except ClockTrouble as error:
        trouble = str(error)
    return await page(
        request,
        "clock.html",
        here="/clock",
        face=face,
        trouble=trouble,
        journey=sandbox.jumps.journey,
        running=sandbox.jumps.is_running,
        zones=ZONES,
    )


@router.post("/clock/jump")
async def jump(request: Request, sandbox: TheSandbox) -> Response:
    form = await form_of(request)
    try:
        face = await sandbox.clock.read()
        sandbox.jumps.begin(face, _target(request, form, face))
    except AlreadyUnderWay:
        return await _problem(request, "The clock is under way already. Stop it first.")
    except (ClockTrouble, NoTarget) as error:
        return await _problem(request, str(error))
    return see("/clock")


def _target(request: Request, form: dict[str, str], face: Face) -> datetime:
    by = form.get("by", "")
    if by in _JUMPS:
        return face.now + _JUMPS[by]
    if by == "next":
        if face.next_due_at is None:
            raise NoTarget("No message is planned. Import appointments first.")
        return face.next_due_at
    try:
        local = datetime.fromisoformat(form.get("to", ""))
    except ValueError:
        raise NoTarget("That is no date and time. Write it like 2027-03-15T09:00.") from None
    target = (local if local.tzinfo else local.replace(tzinfo=zone_of(request))).astimezone(UTC)
    if target <= face.now:
        raise NoTarget("The clock only goes forward. Choose a later time.")
    return target


async def _problem(request: Request, problem: str) -> Response:
    return await page(request, "problem.html", here="/clock", status=409, problem=problem)


@router.post("/clock/stop")
async def stop(sandbox: TheSandbox) -> Response:
    sandbox.jumps.stop()
    return see("/clock")


@router.post("/clock/zone")
async def choose_zone(request: Request) -> Response:
    chosen = (await form_of(request)).get("zone", "")
    answer = see("/clock")
    if chosen in ZONES:
        answer.set_cookie("zone", chosen, max_age=365 * 86400, httponly=True, samesite="lax")
    return answer
