"""The parts of a running Handrail: which program each is, and what it means for patients when it is missing."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from service.cli.supervisor import Console, Program
from service.embedded.broker import Broker
from service.embedded.postgres import EmbeddedPostgres, start_postgres

QUEUES = "urgent,send,inbound,chores"
LOSS = {
    "postgres": "Nothing can be sent or recorded until it is back; nothing that was recorded is lost.",
    "broker": "Messages wait until it is back; none is lost, the database knows what is due.",
    "web": "Messages still go out; no page opens, and answers by text may be lost, since Twilio hardly tries again.",
    "worker": "Messages that are due wait until it is back, and go out then if they are still of use.",
    "scheduler": "Messages that are due wait until it is back, and go out then if they are still of use.",
    "sandbox": "The pretend phones do not answer; no real patient is concerned.",
}


def web_command(host: str, port: int) -> list[str]:
    return _uvicorn("service.web.app:app_from_environment", host, port)


def sandbox_command(host: str, port: int) -> list[str]:
    return _uvicorn("service.sandbox.app:app_from_environment", host, port)


def _uvicorn(application: str, host: str, port: int) -> list[str]:
    place = ["--host", host, "--port", str(port)]
    manners = ["--log-level", "warning", "--no-access-log", "--timeout-graceful-shutdown", "3"]
    return [sys.executable, "-m", "uvicorn", application, "--factory", *place, *manners]


def worker_command(concurrency: int, log_level: str = "WARNING") -> list[str]:
    """Gossip and mingle are talk between workers that nothing here listens to."""
    words = ["--loglevel", log_level, "--queues", QUEUES, "--concurrency", str(concurrency)]
    return [*_celery("worker"), "worker", *words, "--without-gossip", "--without-mingle"]


def scheduler_command(schedule_file: Path, log_level: str = "WARNING") -> list[str]:
    return [*_celery("scheduler"), "beat", "--loglevel", log_level, "--schedule", str(schedule_file)]


def _celery(application: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--quiet", "--app", application]


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What the children get: everything but the administrator's way into the database and the demo's password."""
    kept_back = ("DATABASE_ADMIN_URL", "DEMO_PASSWORD")
    own = {name: value for name, value in environment.items() if name not in kept_back}
    # Celery warns about root at every start; a container and a CI machine have nobody else.
    return own | {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore:You're running the worker with superuser"}


def program(
    name: str, arguments: list[str], environment: Mapping[str, str], *, folder: Path, console: Console
) -> Program:
    """A part that is one of Handrail's own programs."""
    return Program(
        name=name,
        loss=LOSS[name],
        arguments=arguments,
        environment=child_environment(environment),
        folder=folder,
        console=console,
    )


def own_postgres(folder: Path, console: Console) -> EmbeddedPostgres:
    """Waits for other commands that started the server for themselves: it would end with them."""
    told = False
    while (server := start_postgres(folder)).server is None:
        if not told:
            console.say("postgres", "Another handrail command is using the database. Waiting for it to finish.")
            told = True
        time.sleep(0.2)
    return server


@dataclass(kw_only=True)
class PostgresPart:
    """The embedded PostgreSQL as a part. Its address stays the same after a restart."""

    launch: Callable[[], EmbeddedPostgres]
    name: str = "postgres"
    loss: str = LOSS["postgres"]
    running: EmbeddedPostgres | None = field(default=None, init=False)

    def start(self) -> None:
        if self.running is not None:
            self.running.stop()
        self.running = self.launch()

    def ended(self) -> str | None:
        return None if self.running is None or self.running.is_running() else "ended"

    def stop(self, patience: float) -> None:
        if self.running is not None:
            self.running.stop(patience)


@dataclass(kw_only=True)
class BrokerPart:
    """The broker as a part. One that REDIS_URL names is neither watched nor stopped."""

    launch: Callable[[], Broker]
    name: str = "broker"
    loss: str = LOSS["broker"]
    running: Broker | None = field(default=None, init=False)

    def start(self) -> None:
        self.running = self.launch()

    def ended(self) -> str | None:
        return None if self.running is None or self.running.is_running() else "ended"

    def stop(self, patience: float) -> None:
        if self.running is not None:
            self.running.stop(patience)
