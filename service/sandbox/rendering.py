"""Turning templates into pages."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.templating import Jinja2Templates

from service.sandbox import wording
from service.sandbox.numbers import for_reading, home_zone
from service.sandbox.wiring import sandbox_of

ZONES = {
    "America/Los_Angeles": "Pacific (Los Angeles)",
    "America/Phoenix": "Arizona (Phoenix)",
    "America/Denver": "Mountain (Denver)",
    "America/Chicago": "Central (Chicago)",
    "America/New_York": "Eastern (New York)",
    "UTC": "UTC",
}
_USUAL_ZONE = "America/Los_Angeles"

_templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
_templates.env.trim_blocks = True
_templates.env.lstrip_blocks = True
for _filter in (
    wording.when,
    wording.clock_time,
    wording.day,
    wording.duration,
    wording.text_state,
    wording.mail_state,
    wording.went_wrong,
    wording.linked,
    wording.in_path,
    for_reading,
    home_zone,
):
    _templates.env.filters[_filter.__name__] = _filter


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What every page shows around its content."""

    here: str
    now: datetime
    zone: ZoneInfo
    troubles: int  # fault rules in force
    held: int  # callbacks held back


async def page(request: Request, template: str, *, here: str, status: int = 200, **content: object) -> HTMLResponse:
    sandbox = sandbox_of(request)
    frame = Frame(
        here=here,
        now=await sandbox.clock.fresh_now(),
        zone=zone_of(request),
        troubles=len(sandbox.faults.rules),
        held=sandbox.courier.held,
    )
    return _templates.TemplateResponse(request, template, {"frame": frame, **content}, status_code=status)


def zone_of(request: Request) -> ZoneInfo:
    """The zone the reader chose on the clock page."""
    chosen = request.cookies.get("zone", "")
    return ZoneInfo(chosen if chosen in ZONES else _USUAL_ZONE)


def see(path: str) -> Response:
    """After a form: go and look."""
    return RedirectResponse(path, status_code=303)
