"""The page of faults and switches."""

from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.sandbox.faults import MEANINGS, Fault, Stage
from service.sandbox.forms import form_of
from service.sandbox.rendering import page, see
from service.sandbox.wiring import TheSandbox

router = APIRouter()

_STAGE_TITLES = {
    Stage.REQUEST: "When we hand a message over",
    Stage.OUTCOME: "What becomes of it",
    Stage.CALLBACKS: "What we are told",
}


@router.get("/faults")
async def faults(request: Request, sandbox: TheSandbox) -> Response:
    stages = [
        (title, [(fault, MEANINGS[fault]) for fault in Fault if MEANINGS[fault].stage is stage])
        for stage, title in _STAGE_TITLES.items()
    ]
    book = sandbox.faults
    known = sorted({talk[-1].phone for talk in sandbox.ledger.phones()[:200]})
    return await page(
        request,
        "faults.html",
        here="/faults",
        stages=stages,
        rules=[(rule, MEANINGS[rule.fault].title) for rule in book.rules],
        switches=book.switches,
        known=known,
    )


@router.post("/faults/add")
async def add(request: Request, sandbox: TheSandbox) -> Response:
    form = await form_of(request)
    try:
        fault = Fault(form.get("fault", ""))
        percent = min(max(int(form.get("percent") or "100"), 1), 100)
        times = max(int(form["times"]), 1) if form.get("times") else None
    except ValueError:
        problem = "Choose a fault; percent and times are whole numbers."
        return await page(request, "problem.html", here="/faults", status=400, problem=problem)
    sandbox.faults.add(fault, target=form.get("target", ""), percent=percent, times=times)
    return see("/faults")


@router.post("/faults/remove")
async def remove(request: Request, sandbox: TheSandbox) -> Response:
    rule_id = (await form_of(request)).get("rule", "")
    if rule_id.isdecimal():
        sandbox.faults.remove(int(rule_id))
    return see("/faults")


@router.post("/faults/switch")
async def switch(request: Request, sandbox: TheSandbox) -> Response:
    form = await form_of(request)
    sandbox.faults.switches = replace(
        sandbox.faults.switches,
        callbacks="held" if form.get("callbacks") == "held" else "flowing",
        opt_out="advanced" if form.get("opt_out") == "advanced" else "standard",
    )
    return see("/faults")


@router.post("/faults/deliver")
async def deliver(sandbox: TheSandbox) -> Response:
    await sandbox.courier.deliver_held()
    return see("/faults")


@router.post("/forget")
async def forget(sandbox: TheSandbox) -> Response:
    await sandbox.forget_everything()
    return see("/")
