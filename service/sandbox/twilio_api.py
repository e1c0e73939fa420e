"""Twilio's HTTP: create, list, fetch, redact and delete messages."""

import base64
import binascii
import hmac
from dataclasses import replace

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from service.sandbox.broken_answers import DroppedConnection, NoAnswer
from service.sandbox.faults import Channel, Fault, Stage
from service.sandbox.forms import form_of
from service.sandbox.records import FINAL_TEXT, Direction, Keeping, Text
from service.sandbox.twilio_checks import NewText, Refusal, read_new_text
from service.sandbox.twilio_list import BadFilter, page_of, page_uri, read_filter
from service.sandbox.twilio_shapes import API, error_body, message_resource
from service.sandbox.wiring import Sandbox, TheSandbox, sandbox_of

_ACCOUNT = f"{API}/Accounts/{{account_sid}}"
_UNSUBSCRIBED = Refusal(code=21610, message="Attempt to send to unsubscribed recipient")
_REFUSED_BY_FAULT = {
    Fault.RATE_LIMITED: Refusal(status=429, code=20429, message="Too Many Requests"),
    Fault.SERVER_ERROR: Refusal(status=500, code=20500, message="Internal Server Error"),
    Fault.OPTED_OUT: _UNSUBSCRIBED,
}


class TwilioError(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


async def answer_twilio_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, TwilioError)
    return _refused(error.refusal)


def _refused(refusal: Refusal) -> Response:
    body = error_body(status=refusal.status, code=refusal.code, message=refusal.message)
    return JSONResponse(body, status_code=refusal.status)


async def _authenticated(request: Request, account_sid: str) -> None:
    sandbox = sandbox_of(request)
    token = sandbox.settings.twilio_auth_token.get_secret_value()
    expected = f"{sandbox.settings.twilio_account_sid}:{token}"
    given = _basic_credentials(request.headers.get("authorization", ""))
    ours = account_sid == sandbox.settings.twilio_account_sid
    if not ours or not hmac.compare_digest(given, expected.encode()):
        raise TwilioError(Refusal(status=401, code=20003, message="Authenticate"))


def _basic_credentials(header: str) -> bytes:
    scheme, _, encoded = header.partition(" ")
    try:
        return base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except binascii.Error:
        return b""


router = APIRouter(dependencies=[Depends(_authenticated)])


@router.post(f"{_ACCOUNT}/Messages.json")
async def create_message(request: Request, sandbox: TheSandbox) -> Response:
    wanted = read_new_text(await form_of(request))
    if isinstance(wanted, Refusal):
        return _refused(wanted)
    await sandbox.clock.fresh_now()
    fault = sandbox.faults.strike_one(Stage.REQUEST, Channel.SMS, wanted.to)
    if fault in _REFUSED_BY_FAULT:
        return _refused(_REFUSED_BY_FAULT[fault])
    if fault is Fault.DROP_BEFORE:
        return DroppedConnection()
    if _refused_at_once(sandbox, wanted):
        return _refused(_UNSUBSCRIBED)
    return _answer_after_accepting(sandbox, sandbox.texting.accept(wanted), fault)


def _refused_at_once(sandbox: Sandbox, wanted: NewText) -> bool:
    """With Advanced Opt-Out a messaging service takes the text and lets it fail afterwards."""
    later = sandbox.faults.switches.opt_out == "advanced" and wanted.messaging_service_sid is not None
    return sandbox.texting.is_blocked(wanted) and not later


def _answer_after_accepting(sandbox: Sandbox, text: Text, fault: Fault | None) -> Response:
    match fault:
        case Fault.TIMEOUT_AFTER:
            return NoAnswer(patience=sandbox.patience)
        case Fault.DROP_AFTER:
            return DroppedConnection()
        case Fault.SERVER_ERROR_AFTER:
            return _refused(_REFUSED_BY_FAULT[Fault.SERVER_ERROR])
    return _message(sandbox, text, status=201)


def _message(sandbox: Sandbox, text: Text, *, status: int = 200) -> Response:
    resource = message_resource(text, account_sid=sandbox.settings.twilio_account_sid)
    return JSONResponse(resource, status_code=status)


@router.get(f"{_ACCOUNT}/Messages.json")
async def list_messages(request: Request, sandbox: TheSandbox) -> Response:
    query, path = dict(request.query_params), request.url.path
    try:
        wanted = read_filter(query)
    except BadFilter as error:
        return _refused(Refusal(code=20001, message=str(error)))
    page = page_of(sandbox.ledger.newest_texts(wanted.to), wanted, query)
    account = sandbox.settings.twilio_account_sid
    start = page.number * page.size
    following = page_uri(path, query, page=page.number + 1, token=page.next_token) if page.next_token else None
    return JSONResponse(
        {
            "end": max(start, start + len(page.texts) - 1),
            "first_page_uri": page_uri(path, query, page=0, token=""),
            "messages": [message_resource(text, account_sid=account) for text in page.texts],
            "next_page_uri": following,
            "page": page.number,
            "page_size": page.size,
            "previous_page_uri": page_uri(path, query, page=page.number - 1, token="") if page.number else None,
            "start": start,
            "uri": page_uri(path, query, page=page.number, token=query.get("PageToken", "")),
        }
    )


@router.get(f"{_ACCOUNT}/Messages/{{sid}}.json")
async def fetch_message(sid: str, request: Request, sandbox: TheSandbox) -> Response:
    return _message(sandbox, _known(sandbox, sid, request.url.path))


@router.post(f"{_ACCOUNT}/Messages/{{sid}}.json")
async def change_message(sid: str, request: Request, sandbox: TheSandbox) -> Response:
    text = _known(sandbox, sid, request.url.path)
    form = await form_of(request)
    if form.get("Status") == "canceled":
        return _refused(Refusal(code=30409, message="The message is not scheduled, so it cannot be canceled."))
    if form.get("Body") != "":
        return _refused(Refusal(code=20001, message="'Body' can only be set to nothing, to redact the message."))
    if text.status not in FINAL_TEXT:
        return _refused(Refusal(code=20009, message="The message is still on its way; redact it afterwards."))
    redacted = replace(text, keeping=Keeping.REDACTED, updated_at=await sandbox.clock.fresh_now())
    sandbox.ledger.put(redacted)
    return _message(sandbox, redacted)


@router.delete(f"{_ACCOUNT}/Messages/{{sid}}.json")
async def delete_message(sid: str, request: Request, sandbox: TheSandbox) -> Response:
    text = _known(sandbox, sid, request.url.path)
    if text.status not in FINAL_TEXT and text.direction is Direction.OUTBOUND:
        return _refused(Refusal(code=20009, message="The message is still on its way; delete it afterwards."))
    sandbox.ledger.put(replace(text, keeping=Keeping.DELETED))
    return Response(status_code=204)


def _known(sandbox: Sandbox, sid: str, path: str) -> Text:
    text = sandbox.ledger.text(sid)
    if text is None or text.keeping is Keeping.DELETED:
        message = f"The requested resource {path} was not found"
        raise TwilioError(Refusal(status=404, code=20404, message=message))
    return text
