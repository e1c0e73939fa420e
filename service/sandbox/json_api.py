"""JSON for tests and scripts: the ledger, the phones, the faults, the switches."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from service.sandbox.faults import Channel, Fault, Rule, Switches
from service.sandbox.numbers import is_phone_number
from service.sandbox.records import Direction, Mail, Text
from service.sandbox.wiring import Sandbox, TheSandbox

router = APIRouter()


class Entry(BaseModel):
    """One accepted message. `attempt` is the id the caller gave it, "" if none."""

    channel: Channel
    provider_id: str
    attempt: str
    to: str
    sender: str | None
    subject: str = ""
    body: str
    created_at: datetime
    status: str
    error_code: int | None = None


class LedgerAnswer(BaseModel):
    count: int
    entries: list[Entry]


@router.get("/ledger")
async def ledger(sandbox: TheSandbox) -> LedgerAnswer:
    """Everything accepted from the service, in the order of acceptance."""
    texts = [_text_entry(text) for text in sandbox.ledger.texts() if text.direction is Direction.OUTBOUND]
    mails = [_mail_entry(mail) for mail in sandbox.ledger.mails()]
    entries = sorted([*texts, *mails], key=lambda entry: entry.created_at)
    return LedgerAnswer(count=len(entries), entries=entries)


def _text_entry(text: Text) -> Entry:
    return Entry(
        channel=Channel.SMS,
        provider_id=text.sid,
        attempt=text.attempt,
        to=text.phone,
        sender=text.ours,
        body=text.body,
        created_at=text.created_at,
        status=text.status.value,
        error_code=text.error_code,
    )


def _mail_entry(mail: Mail) -> Entry:
    return Entry(
        channel=Channel.EMAIL,
        provider_id=mail.message_id,
        attempt=mail.attempt,
        to=mail.to,
        sender=mail.from_address,
        subject=mail.subject,
        body=mail.text,
        created_at=mail.created_at,
        status=mail.status.value,
    )


@router.delete("/ledger", status_code=204)
async def forget(sandbox: TheSandbox) -> None:
    await sandbox.forget_everything()


class Line(BaseModel):
    """`written_by` is `us` (the service), `phone` (its owner) or `provider` (the answer to a keyword)."""

    sid: str
    written_by: Literal["us", "phone", "provider"]
    body: str
    at: datetime
    status: str
    error_code: int | None
    webhook_answer: str


class Phone(BaseModel):
    number: str
    blocked: bool
    lines: list[Line]


_WRITERS: dict[Direction, Literal["us", "phone", "provider"]] = {
    Direction.OUTBOUND: "us",
    Direction.INBOUND: "phone",
    Direction.PROVIDER_REPLY: "provider",
}


@router.get("/phones/{number}.json")
async def phone(number: str, sandbox: TheSandbox) -> Phone:
    talk = sandbox.ledger.conversation(number)
    return Phone(
        number=number,
        blocked=any(sandbox.ledger.is_blocked(number, text.ours) for text in talk if text.ours),
        lines=[_line(text) for text in talk],
    )


def _line(text: Text) -> Line:
    return Line(
        sid=text.sid,
        written_by=_WRITERS[text.direction],
        body=text.body,
        at=text.created_at,
        status=text.status.value,
        error_code=text.error_code,
        webhook_answer=text.webhook_answer,
    )


class Typed(BaseModel):
    text: Annotated[str, Field(min_length=1, max_length=1600)]


@router.post("/phones/{number}.json")
async def type_on_phone(number: str, typed: Typed, sandbox: TheSandbox) -> Line:
    """Send a text from the phone and wait for the service's answer to the webhook."""
    if not is_phone_number(number):
        raise HTTPException(422, f"{number} is no phone number. Write it like +19165550123.")
    text = await sandbox.inbound.typed(number, typed.text)
    return _line(await sandbox.inbound.tell_service(text))


class MailboxEntry(BaseModel):
    entries: list[Entry]


@router.get("/mailboxes/{address}.json")
async def mailbox(address: str, sandbox: TheSandbox) -> MailboxEntry:
    return MailboxEntry(entries=[_mail_entry(mail) for mail in sandbox.ledger.mailbox(address)])


class NewRule(BaseModel):
    """`target`: a number, an address, `sms`, `email` or `*`. `times`: how often it may strike; null: no end."""

    fault: Fault
    target: str = "*"
    percent: Annotated[int, Field(ge=1, le=100)] = 100
    times: Annotated[int, Field(ge=1)] | None = None


class RuleAnswer(NewRule):
    rule_id: int


class SwitchesAnswer(BaseModel):
    callbacks: Literal["flowing", "held"]
    opt_out: Literal["standard", "advanced"]
    step_seconds: float
    late_by_seconds: float


class FaultsAnswer(BaseModel):
    rules: list[RuleAnswer]
    switches: SwitchesAnswer
    held: int


def _rule_answer(rule: Rule) -> RuleAnswer:
    return RuleAnswer(
        rule_id=rule.rule_id, fault=rule.fault, target=rule.target, percent=rule.percent, times=rule.times
    )


def _faults_answer(sandbox: Sandbox) -> FaultsAnswer:
    switches = sandbox.faults.switches
    return FaultsAnswer(
        rules=[_rule_answer(rule) for rule in sandbox.faults.rules],
        switches=SwitchesAnswer(
            callbacks=switches.callbacks,
            opt_out=switches.opt_out,
            step_seconds=switches.step.total_seconds(),
            late_by_seconds=switches.late_by.total_seconds(),
        ),
        held=sandbox.courier.held,
    )


@router.get("/faults.json")
async def faults(sandbox: TheSandbox) -> FaultsAnswer:
    return _faults_answer(sandbox)


@router.post("/faults", status_code=201)
async def add_fault(rule: NewRule, sandbox: TheSandbox) -> RuleAnswer:
    return _rule_answer(sandbox.faults.add(rule.fault, target=rule.target, percent=rule.percent, times=rule.times))


@router.delete("/faults", status_code=204)
async def clear_faults(sandbox: TheSandbox) -> None:
    """No rules any more, and the switches as they were at the start."""
    sandbox.faults.clear()


class SwitchesChange(BaseModel):
    """What is left out stays as it is. Durations in seconds."""

    callbacks: Literal["flowing", "held"] | None = None
    opt_out: Literal["standard", "advanced"] | None = None
    step_seconds: Annotated[float, Field(ge=0, le=3600)] | None = None
    late_by_seconds: Annotated[float, Field(ge=0, le=86400)] | None = None


@router.post("/switches")
async def change_switches(change: SwitchesChange, sandbox: TheSandbox) -> FaultsAnswer:
    old = sandbox.faults.switches
    sandbox.faults.switches = Switches(
        callbacks=change.callbacks or old.callbacks,
        opt_out=change.opt_out or old.opt_out,
        step=old.step if change.step_seconds is None else timedelta(seconds=change.step_seconds),
        late_by=old.late_by if change.late_by_seconds is None else timedelta(seconds=change.late_by_seconds),
    )
    return _faults_answer(sandbox)


@router.post("/callbacks/deliver")
async def deliver_held(sandbox: TheSandbox) -> Response:
    """Post what was held. New callbacks are held on while the switch says so."""
    return JSONResponse({"delivered": await sandbox.courier.deliver_held()})
