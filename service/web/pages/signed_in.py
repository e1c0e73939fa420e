"""Who is signed in: the cookie, the session behind it, and the token that every form carries."""

import hmac
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Form, HTTPException, Request, Response

from service.clock import Clock
from service.storage.staff_accounts import ABSOLUTE_LIMIT, StaffSession, session_of
from service.wiring import Services

# Sessions of real people end in real time, however far the sandbox has moved the service's clock.
real_time = Clock()


class SignInNeeded(Exception):
    """Nobody is signed in. `come_back_to` is a path of ours."""

    def __init__(self, come_back_to: str) -> None:
        super().__init__(come_back_to)
        self.come_back_to = come_back_to


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Parts = Annotated[Services, Depends(services_of)]


def session_cookie(services: Services) -> str:
    """Its name. The prefix makes browsers refuse one that was set by another host or without https."""
    return "__Host-handrail" if services.settings.secure_cookies else "handrail"


def keep_signed_in(response: Response, services: Services, token: str) -> None:
    response.set_cookie(
        session_cookie(services),
        token,
        max_age=int(ABSOLUTE_LIMIT.total_seconds()),
        path="/",
        secure=services.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def forget_cookie(response: Response, services: Services) -> None:
    name, secure = session_cookie(services), services.settings.secure_cookies
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


def whoever_is_signed_in(request: Request, services: Services) -> StaffSession | None:
    token = request.cookies.get(session_cookie(services))
    if not token:
        return None
    with services.database.system() as connection:
        return session_of(connection, token, real_time.now())


def signed_in(request: Request, services: Parts) -> StaffSession:
    """For pages that show. Raises `SignInNeeded`."""
    session = whoever_is_signed_in(request, services)
    if session is None:
        raise SignInNeeded(_come_back_to(request))
    request.state.staff = session
    return session


Staff = Annotated[StaffSession, Depends(signed_in)]


def acting(staff: Staff, csrf: Annotated[str, Form()] = "") -> StaffSession:
    """For forms that change something: signed in, and the form came from one of our pages."""
    if not hmac.compare_digest(csrf.encode(), staff.csrf_token.encode()):
        raise HTTPException(403, "This form was not sent from a page of ours, or it is older than your sign-in.")
    return staff


ActingStaff = Annotated[StaffSession, Depends(acting)]


def _come_back_to(request: Request) -> str:
    """The page asked for; after a form, the page that the form was on."""
    if request.method != "GET":
        return page_before(request)
    asked = request.url
    return f"{asked.path}?{asked.query}" if asked.query else asked.path


def page_before(request: Request) -> str:
    """The page of ours that a form was on, else the board."""
    before = urlsplit(request.headers.get("referer", ""))
    if before.netloc != request.headers.get("host"):
        return "/"
    return local_path(f"{before.path}?{before.query}" if before.query else before.path)


def local_path(wanted: str) -> str:
    """`wanted` if it is a path of ours, else the board: a link must not lead from our sign-in to another site."""
    unsafe = not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted or not wanted.isprintable()
    return "/" if unsafe else wanted
