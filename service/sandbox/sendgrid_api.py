"""SendGrid's HTTP: mail/send."""

import hmac

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from service.sandbox.broken_answers import DroppedConnection, NoAnswer
from service.sandbox.faults import Channel, Fault, Stage
from service.sandbox.sendgrid_checks import BadMail, ErrorItem, NewMail, mails_of, read_send_request
from service.sandbox.wiring import Sandbox, TheSandbox

router = APIRouter()

_LARGEST_REQUEST = 30 * 1024 * 1024
_BY_FAULT = {
    Fault.RATE_LIMITED: (429, "too many requests"),
    Fault.SERVER_ERROR: (500, "internal server error"),
    Fault.SERVER_ERROR_AFTER: (500, "internal server error"),
}


@router.post("/v3/mail/send")
async def send_mail(request: Request, sandbox: TheSandbox) -> Response:
    if not _knows_the_key(request, sandbox):
        return _refused(401, "The provided authorization grant is invalid, expired, or revoked")
    body = await request.body()
    if len(body) > _LARGEST_REQUEST:
        return _refused(413, "content too large")
    try:
        wanted = read_send_request(body)
    except BadMail as error:
        return _errors(400, error.item)
    if wanted.is_only_checked:
        return Response(status_code=200)
    await sandbox.clock.fresh_now()
    return _take(sandbox, mails_of(wanted))


def _take(sandbox: Sandbox, mails: list[NewMail]) -> Response:
    fault = sandbox.faults.strike_one(Stage.REQUEST, Channel.EMAIL, mails[0].to)
    if fault in (Fault.RATE_LIMITED, Fault.SERVER_ERROR):
        return _refused(*_BY_FAULT[fault])
    if fault is Fault.DROP_BEFORE:
        return DroppedConnection()
    message_id = sandbox.mailing.accept(mails)
    match fault:
        case Fault.TIMEOUT_AFTER:
            return NoAnswer(patience=sandbox.patience)
        case Fault.DROP_AFTER:
            return DroppedConnection()
        case Fault.SERVER_ERROR_AFTER:
            return _refused(*_BY_FAULT[fault])
    return Response(status_code=202, headers={"X-Message-Id": message_id})


def _knows_the_key(request: Request, sandbox: Sandbox) -> bool:
    expected = f"Bearer {sandbox.settings.sendgrid_api_key.get_secret_value()}"
    return hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode())


def _refused(status: int, message: str) -> Response:
    return _errors(status, {"message": message, "field": None})


def _errors(status: int, item: ErrorItem) -> Response:
    headers = {"X-RateLimit-Remaining": "0"} if status == 429 else {}
    return JSONResponse({"errors": [item]}, status_code=status, headers=headers)
