"""Lets the sandbox read and move the service's clock. Mounted only while the sandbox is on."""

import hmac
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import AwareDatetime, BaseModel

from service.clock import real_now
from service.storage.sandbox_clock import clock_ahead, next_due_at, set_clock_ahead, still_moving
from service.tasks.asking import ask_to_tick
from service.wiring import Services


class ClockState(BaseModel):
    now: datetime
    offset_seconds: float
    next_due_at: datetime | None
    waiting: int


class Jump(BaseModel):
    to: AwareDatetime


def _services(request: Request) -> Services:
    """Only for the sandbox, which knows the same secret as we do."""
    services: Services = request.app.state.services
    expected = f"Bearer {services.settings.twilio_auth_token.get_secret_value()}"
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
        raise HTTPException(403, "Only the sandbox may move the clock.")
    return services


router = APIRouter(prefix="/sandbox/clock")
Parts = Annotated[Services, Depends(_services)]


@router.get("")
def read_clock(services: Parts) -> ClockState:
    now = services.clock.now()
    return ClockState(
        now=now,
        offset_seconds=clock_ahead(services.database).total_seconds(),
        next_due_at=next_due_at(services.database, now),
        waiting=still_moving(services.database, now),
    )


@router.post("")
def move_clock(services: Parts, jump: Jump) -> ClockState:
    """Forward only: messages, leases and consent are stamped with this clock, and time that ran back would mix them."""
    if not set_clock_ahead(services.database, jump.to - real_now()):
        raise HTTPException(409, "The clock can only go forward.")
    ask_to_tick(services.settings.redis_url)
    return read_clock(services)
