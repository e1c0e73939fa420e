"""One long-lived event loop in a thread of its own: keeps connections to the providers alive between batches.

Started on first use, which in a Celery worker is after the fork: a loop made before would be shared and broken.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import TypeVar

import uvloop

T = TypeVar("T")


class Loop:
    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, work: Coroutine[object, object, T]) -> "Future[T]":
        """Runs `work` on the loop; the future is the caller's to wait on."""
        return asyncio.run_coroutine_threadsafe(work, self._running())

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = uvloop.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="providers", daemon=True).start()
            return self._loop
