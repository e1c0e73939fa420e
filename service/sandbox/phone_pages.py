"""The board of pretend phones and mailboxes, and one page for each."""

import re
from itertools import islice

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.sandbox.forms import form_of
from service.sandbox.numbers import is_phone_number
from service.sandbox.records import Mail, Text
from service.sandbox.rendering import page, see
from service.sandbox.twilio_checks import LONGEST_BODY
from service.sandbox.wiring import TheSandbox
from service.sandbox.wording import in_path

router = APIRouter()

_SHOWN = 60
_QUICK_ANSWERS = ("C", "R", "1", "2", "STOP", "HELP")


@router.get("/")
async def board(request: Request, sandbox: TheSandbox, q: str = "") -> Response:
    wanted = q.strip().lower()
    talks = [talk for talk in sandbox.ledger.phones() if _matches_phone(talk[-1], wanted)]
    boxes = [box for box in sandbox.ledger.mailboxes() if wanted in box[-1].to.lower()]
    return await page(
        request,
        "board.html",
        here="/",
        q=q,
        talks=talks[:_SHOWN],
        boxes=boxes[:_SHOWN],
        more_talks=max(0, len(talks) - _SHOWN),
        more_boxes=max(0, len(boxes) - _SHOWN),
    )


def _matches_phone(text: Text, wanted: str) -> bool:
    digits = re.sub(r"\D", "", wanted)
    return not wanted or (bool(digits) and digits in text.phone)


@router.get("/phones")
async def open_phone(request: Request, number: str = "") -> Response:
    """Take up a phone, whether or not anything was ever sent to it."""
    digits = re.sub(r"\D", "", number)
    wanted = f"+1{digits}" if len(digits) == 10 else f"+{digits}"
    if is_phone_number(wanted):
        return see(f"/phones/{in_path(wanted)}")
    problem = "That is no phone number. Write ten digits, such as 916 555 0123."
    return await page(request, "problem.html", here="/", status=400, problem=problem)


@router.get("/phones/{number}")
async def phone(number: str, request: Request, sandbox: TheSandbox) -> Response:
    talk = sandbox.ledger.conversation(number)
    return await page(
        request,
        "phone.html",
        here="/",
        number=number,
        talk=talk,
        blocked=any(sandbox.ledger.is_blocked(number, text.ours) for text in talk if text.ours),
        quick_answers=_QUICK_ANSWERS,
        longest=LONGEST_BODY,
    )


@router.post("/phones/{number}")
async def type_on_phone(number: str, request: Request, sandbox: TheSandbox) -> Response:
    form = await form_of(request)
    body = (form.get("quick") or form.get("text", "")).replace("\r\n", "\n")[:LONGEST_BODY]
    if not is_phone_number(number):
        return await page(request, "problem.html", here="/", status=400, problem="That is no phone number.")
    if body.strip():
        sandbox.chores.begin(_tell(sandbox, await sandbox.inbound.typed(number, body)))
    return see(f"/phones/{in_path(number)}#latest")


async def _tell(sandbox: TheSandbox, text: Text) -> None:
    await sandbox.inbound.tell_service(text)


@router.get("/mailboxes/{address}")
async def mailbox(address: str, request: Request, sandbox: TheSandbox) -> Response:
    mails: list[Mail] = list(islice(reversed(sandbox.ledger.mailbox(address)), _SHOWN))
    return await page(request, "mailbox.html", here="/", address=address, mails=mails)
