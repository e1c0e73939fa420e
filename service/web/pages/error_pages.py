"""Faults in words: what happened, what it means for patients, what to do."""

from dataclasses import dataclass
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError, TimeoutError
from starlette.exceptions import HTTPException

from service.web.pages.frame import bare_page
from service.web.pages.security import set_security_headers
from service.web.pages.signed_in import SignInNeeded, services_of

log = structlog.get_logger()

_FOR_PROGRAMS = ("/webhooks/", "/sandbox/", "/api/", "/healthz", "/readyz", "/metrics", "/static/")


@dataclass(frozen=True, kw_only=True)
class Fault:
    title: str
    words: str
    status: int


REFUSED = Fault(
    title="Not done",
    words="This form was not sent from a page of ours, or it is older than your sign-in. Nothing was changed."
    " Go back, reload the page and try again.",
    status=403,
)
NOT_HERE = Fault(
    title="Nothing here",
    words="There is no such page, or it belongs to another organisation. The address may be old or incomplete.",
    status=404,
)
BAD_REQUEST = Fault(
    title="That cannot be read",
    words="Something in the address or the form is not as it should be. Nothing was changed.",
    status=400,
)
OUR_FAULT = Fault(
    title="Something went wrong",
    words="The fault is ours, and it was written to the log. Nothing was half done: either all of it happened or"
    " nothing. Messages to patients are sent by another part and go on.",
    status=500,
)
DATABASE_AWAY = Fault(
    title="The database does not answer",
    words="For patients: no message is lost, and none goes out twice. What is due waits, and goes out as soon as the"
    " database is back, if it is still of use by then. If this lasts longer than a few minutes, phone the patients"
    " who come today.",
    status=503,
)
_AWAY = (OperationalError, InterfaceError, TimeoutError)
_BY_STATUS = {403: REFUSED, 404: NOT_HERE, 405: NOT_HERE}


def add_error_pages(app: FastAPI) -> None:
    app.add_exception_handler(SignInNeeded, _to_sign_in)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(SQLAlchemyError, _database_fault)
    app.add_exception_handler(Exception, _broken)


def _to_sign_in(_request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInNeeded)
    query = "" if error.come_back_to == "/" else "?" + urlencode({"next": error.come_back_to})
    return RedirectResponse(f"/sign-in{query}", 303)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if _is_for_programs(request):
        return await http_exception_handler(request, error)
    return _page(request, _BY_STATUS.get(error.status_code, BAD_REQUEST))


async def _unreadable(request: Request, error: Exception) -> Response:
    """An address with an id that is none leads nowhere; a form of ours always can be read."""
    assert isinstance(error, RequestValidationError)
    if _is_for_programs(request):
        return await request_validation_exception_handler(request, error)
    return _page(request, NOT_HERE if request.method == "GET" else BAD_REQUEST)


def _database_fault(request: Request, error: Exception) -> Response:
    """A database that is away is news for staff; any other fault of it is ours."""
    if not isinstance(error, _AWAY):
        raise error
    log.error("database_away", path=_shape_of(request), fault=type(error).__name__)
    if _is_for_programs(request):
        return PlainTextResponse("The database does not answer. Please try again in a minute.", 503)
    return _page(request, DATABASE_AWAY)


def _broken(request: Request, _error: Exception) -> Response:
    """Made outside the middleware that adds the headers, so it adds them itself."""
    response = _page(request, OUR_FAULT)
    secure = services_of(request).settings.secure_cookies
    set_security_headers(response.headers, request.url.path, secure=secure)
    return response


def _page(request: Request, fault: Fault) -> Response:
    """Patients are told less, in their own words."""
    template = "patient_fault.html" if request.url.path.startswith("/m/") else "fault.html"
    return bare_page(request, template, status=fault.status, fault=fault)


def _is_for_programs(request: Request) -> bool:
    return request.url.path.startswith(_FOR_PROGRAMS)


def _shape_of(request: Request) -> str:
    """The route and not the address: a patient's link is a key."""
    return str(getattr(request.scope.get("route"), "path", ""))
