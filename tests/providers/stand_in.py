"""A provider in miniature: a real HTTP server that answers as a test tells it, and remembers what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from ssl import SSLContext
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class Fault(Enum):
    """Not answering, in either way; the request was taken in both."""

    SILENCE = auto()
    HANG_UP = auto()


@dataclass(frozen=True, kw_only=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> dict[str, object]:
        parsed = json.loads(self.body)
        assert isinstance(parsed, dict)
        return parsed


class StandIn:
    """`answers` are given in turn, the last one for ever."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Reply | Fault] = [Reply(status=500)]
        self.base_url = ""
        self._over = asyncio.Event()

    def will(self, *answers: Reply | Fault) -> None:
        self.answers = list(answers)

    @asynccontextmanager
    async def running(self, tls: SSLContext | None = None) -> AsyncIterator["StandIn"]:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._handle)
        server = TestServer(application, host="127.0.0.1", scheme="https" if tls else "http")
        await server.start_server(ssl=tls)
        self.base_url = str(server.make_url("")).rstrip("/")
        try:
            yield self
        finally:
            self._over.set()
            await server.close()

    async def _handle(self, request: web.Request) -> web.Response:
        self.asked.append(
            Asked(
                method=request.method,
                path=request.path,
                query=dict(request.query),
                headers=dict(request.headers),
                body=await request.read(),
            )
        )
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return await self._answer(request, answer)

    async def _answer(self, request: web.Request, answer: Reply | Fault) -> web.Response:
        if answer is Fault.SILENCE:
            await self._over.wait()
        if isinstance(answer, Fault):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.Response(status=answer.status, text=answer.body, headers=answer.headers)
