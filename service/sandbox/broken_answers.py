"""Answers that never come: the connection is cut, or stays silent until the caller gives up."""

import asyncio
from typing import Protocol, runtime_checkable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


@runtime_checkable
class _Cycle(Protocol):
    """What uvicorn's `receive` is bound to: the request in hand, which knows its connection."""

    transport: asyncio.Transport


class DroppedConnection(Response):
    """Cuts the connection without a byte of answer. HTTP has no word for this, so it reaches for the
    server's transport; on another server the answer breaks off after its first byte."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        cycle = getattr(receive, "__self__", None)
        if isinstance(cycle, _Cycle):
            cycle.transport.abort()
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        head = {"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"9")]}
        await send(head)
        raise ConnectionAbortedError("the sandbox was asked to break off here")


class NoAnswer(DroppedConnection):
    """Says nothing until the caller hangs up, at most for `patience` seconds."""

    def __init__(self, *, patience: float) -> None:
        super().__init__()
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self._patience):
                while (await receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            await super().__call__(scope, receive, send)
