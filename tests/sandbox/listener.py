"""A stand-in for the service's webhooks and clock: it keeps what it is sent and answers as it is told."""

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One request, as it came over the wire."""

    url: str
    body: bytes
    headers: dict[str, str]

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(kw_only=True)
class Listener:
    heard: list[Heard] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)  # statuses to give first; 200 after them
    offset: timedelta = timedelta(0)
    due_at: list[datetime] = field(default_factory=list)
    moved_to: list[datetime] = field(default_factory=list)
    waiting: int = 0
    is_away: threading.Event = field(default_factory=threading.Event)  # its clock answers 503

    def forget(self) -> None:
        self.heard, self.answers, self.due_at, self.moved_to = [], [], [], []
        self.offset, self.waiting = timedelta(0), 0
        self.is_away.clear()

    @property
    def statuses(self) -> list[str]:
        """The statuses told by Twilio's callbacks, in the order they came."""
        return [one.form["MessageStatus"] for one in self.heard if "/twilio/status" in one.url]

    @property
    def events(self) -> list[dict[str, str | int]]:
        """The events told by SendGrid, in the order they came."""
        return [event for one in self.heard if "/sendgrid/" in one.url for event in json.loads(one.body)]

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


class _Target(BaseModel):
    to: AwareDatetime


def listening_app(listener: Listener, *, auth_token: str) -> FastAPI:
    app, lock = FastAPI(), threading.Lock()

    @app.post("/webhooks/{rest:path}")
    async def webhook(request: Request) -> Response:
        body = await request.body()
        with lock:
            listener.heard.append(Heard(url=str(request.url), body=body, headers=dict(request.headers)))
            return Response(status_code=listener.answers.pop(0) if listener.answers else 200)

    def face() -> Response:
        ahead = [due for due in listener.due_at if due > listener.now]
        return JSONResponse(
            {
                "now": listener.now.isoformat(),
                "offset_seconds": listener.offset.total_seconds(),
                "next_due_at": min(ahead).isoformat() if ahead else None,
                "waiting": listener.waiting,
            }
        )

    @app.get("/sandbox/clock")
    async def clock(request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {auth_token}":
            return JSONResponse({"detail": "wrong token"}, status_code=401)
        if listener.is_away.is_set():
            return JSONResponse({"detail": "away"}, status_code=503)
        return face()

    @app.post("/sandbox/clock")
    async def move(target: _Target) -> Response:
        if target.to < listener.now:
            return JSONResponse({"detail": "The clock does not go back."}, status_code=409)
        listener.offset = target.to - datetime.now(UTC)
        listener.moved_to.append(target.to)
        return face()

    return app
