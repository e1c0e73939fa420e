"""Signing in and out."""

import hmac
import re
import secrets
from typing import Annotated
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from service.storage.sign_in_tries import may_try, note_success, source_of
from service.storage.staff_accounts import (
    account_with,
    actor_of,
    close_session,
    open_session,
    password_fits,
    same_email,
)
from service.web.pages.frame import bare_page
from service.web.pages.signed_in import (
    ActingStaff,
    Parts,
    forget_cookie,
    keep_signed_in,
    local_path,
    real_time,
    session_cookie,
    whoever_is_signed_in,
)
from service.wiring import Services

log = structlog.get_logger()
router = APIRouter()

FORM_COOKIE = "handrail_form"
_FORM_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_WRONG = "That e-mail and password do not fit together. Check both and try again."
_TOO_OFTEN = "Too many tries. Wait 15 minutes, or ask a colleague to check your e-mail address with you."
_STALE = "This page was open too long, or your browser keeps no cookies. Please try again."


@router.get("/sign-in")
def sign_in_page(request: Request, services: Parts, next_path: Annotated[str, Query(alias="next")] = "/") -> Response:
    if whoever_is_signed_in(request, services) is not None:
        return RedirectResponse(local_path(next_path), 303)
    return _form(request, services, next_path=local_path(next_path))


@router.post("/sign-in")
def sign_in(
    request: Request,
    services: Parts,
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
    next_path: Annotated[str, Form(alias="next")] = "/",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    back = local_path(next_path)
    if not hmac.compare_digest(csrf.encode(), request.cookies.get(FORM_COOKIE, "-").encode()):
        return _form(request, services, next_path=back, email=email, problem=_STALE, status=403)
    token = _try(services, same_email(email), password, request.client.host if request.client else "")
    if token is None:
        return _form(request, services, next_path=back, email=email, problem=_TOO_OFTEN, status=429)
    if not token:
        return _form(request, services, next_path=back, email=email, problem=_WRONG, status=422)
    response = RedirectResponse(back, 303)
    keep_signed_in(response, services, token)
    return response


def _try(services: Services, email: str, password: str, address: str) -> str | None:
    """A session's token; "" where e-mail and password do not fit; None after too many tries."""
    source, now = source_of(email, address), real_time.now()
    with services.database.system() as connection:
        account = account_with(connection, email)
        if not may_try(connection, account.organisation_id if account else None, source, now):
            log.warning("sign_in_throttled")
            return None
    if not password_fits(account, password) or account is None:
        log.info("sign_in_refused")
        return ""
    with services.database.system() as connection:
        note_success(connection, account.organisation_id, source, actor_of(account.id), now)
        return open_session(connection, account, now)


@router.post("/sign-out")
def sign_out(request: Request, services: Parts, _staff: ActingStaff) -> Response:
    with services.database.system() as connection:
        close_session(connection, request.cookies[session_cookie(services)])
    response = RedirectResponse("/sign-in?" + urlencode({"bye": "1"}), 303)
    forget_cookie(response, services)
    return response


def _form(
    request: Request, services: Services, *, next_path: str, email: str = "", problem: str = "", status: int = 200
) -> Response:
    """The form's token is the same in cookie and form: another site can send the one, not the other."""
    kept = request.cookies.get(FORM_COOKIE, "")
    token = kept if _FORM_TOKEN.fullmatch(kept) else secrets.token_urlsafe(32)
    response = bare_page(
        request,
        "sign_in.html",
        status=status,
        csrf=token,
        next_path=next_path,
        email=email,
        problem=problem,
        sandbox=services.settings.sandbox,
        signed_out=request.query_params.get("bye") == "1",
    )
    secure = services.settings.secure_cookies
    response.set_cookie(FORM_COOKIE, token, path="/sign-in", secure=secure, httponly=True, samesite="strict")
    return response
