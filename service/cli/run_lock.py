"""One `handrail run` a folder. The lock ends with its process, so a killed run leaves nothing to clear up."""

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from service.settings import environment_of


class AlreadyRunning(Exception):
    """Another `handrail run` uses this folder; the message says which and how to stop it."""


class RunLock:
    """Held while Handrail runs; others can read what it published (addresses, nothing secret)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._file = self._path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise AlreadyRunning(_who(self._path)) from None
        self.publish({})
        return self

    def publish(self, addresses: Mapping[str, str]) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._file.writelines(f"{name}={value}\n" for name, value in {"PID": str(os.getpid()), **addresses}.items())
        self._file.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.truncate(0)
        self._file.close()


def published(path: Path) -> dict[str, str]:
    """What the running Handrail of this folder published; empty when none runs."""
    if not path.exists():
        return {}
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return environment_of(path)
    return {}


def _who(path: Path) -> str:
    running = environment_of(path)
    pid, address = running.get("PID", "?"), running.get("PUBLIC_BASE_URL", "its pages are not up yet")
    return (
        f"Handrail already runs here (process {pid}; {address}).\n"
        f"Stop it with Ctrl-C in its window, or with: kill {pid}"
    )
