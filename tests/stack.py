"""The whole service as it runs in production, as real processes on free ports, for stories and faults."""

import http.client
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from service.cli import parts
from service.cli.local_settings import local_settings
from service.cli.run import prepare
from service.cli.supervisor import Program
from service.embedded.broker import Broker
from service.embedded.processes import kill_session
from tests.servers import Database, start_test_broker

ROOT = Path(__file__).parent.parent
FAST = {"CLAIM_LEASE": "4", "SENDING_LEASE": "6", "UNCERTAIN_AFTER": "2", "PROVIDER_TIMEOUT": "3"}  # seconds


@dataclass
class Log:
    """What the processes print, in the order it came."""

    lines: list[str] = field(default_factory=list)

    def say(self, name: str, line: str) -> None:
        self.lines.append(f"{name:<9} | {line}")


class Stack:
    """`start` returns when the pages answer; `stop` prints the log, which pytest shows for a failed test."""

    def __init__(self, database: Database, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self.log = Log()
        web_port, sandbox_port = free_ports(2)
        self.web_url, self.sandbox_url = f"http://127.0.0.1:{web_port}", f"http://127.0.0.1:{sandbox_port}"
        self.env = self._environment(database) | FAST | dict(settings or {})
        self._broker: Broker | None = None
        self._programs: dict[str, Program] = {}
        self._commands = {
            "sandbox": parts.sandbox_command("127.0.0.1", sandbox_port),
            "web": parts.web_command("127.0.0.1", web_port),
            "worker": parts.worker_command(2),
            "scheduler": parts.scheduler_command(folder / "scheduler"),
        }

    def _environment(self, database: Database) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return local_settings(self._folder / "handrail.env", inherited) | {
            "DATABASE_URL": database.app_url,
            "DATABASE_ADMIN_URL": database.admin_url,
            "PORT": self.web_url.rpartition(":")[2],
            "SANDBOX_PORT": self.sandbox_url.rpartition(":")[2],
            "PUBLIC_BASE_URL": self.web_url,
            "TWILIO_BASE_URL": self.sandbox_url,
            "SENDGRID_BASE_URL": self.sandbox_url,
            "SANDBOX_DIR": str(self._folder / "sandbox"),
            "CONFIG_DIR": str(ROOT / "config"),
        }

    def start(self) -> None:
        self._broker = start_test_broker(self._folder / "broker")
        self.env["REDIS_URL"] = self._broker.url
        for line in prepare(self.env):
            self.log.say("handrail", line)
        for name in self._commands:
            self.start_program(name)
        self.wait_until(self._is_up, "the pages answer", seconds=40)

    def _is_up(self) -> bool:
        ended = {name: program.ended() for name, program in self._programs.items() if program.ended()}
        assert not ended, f"did not start: {ended}; the log below says why"
        return answers(self.web_url) and answers(self.sandbox_url)

    def start_program(self, name: str) -> None:
        program = parts.program(name, self._commands[name], self.env, folder=ROOT, console=self.log)
        program.start()
        self._programs[name] = program

    def kill_program(self, name: str) -> None:
        """SIGKILL to the program and all its children at once, as a machine that fails would."""
        process = self._programs.pop(name).process
        assert process is not None
        kill_session(process)
        self.wait_until(lambda: not session_members(process.pid), f"every process of {name} is gone")

    def start_worker(self) -> None:
        self.start_program("worker")

    def kill_worker(self) -> None:
        self.kill_program("worker")

    def worker_pids(self) -> list[int]:
        """The worker and its children. Empty when it is dead."""
        process = self._programs["worker"].process if "worker" in self._programs else None
        return [] if process is None else session_members(process.pid)

    def stop_broker(self) -> None:
        """Everything in its memory is lost, as by a FLUSHALL."""
        if self._broker is not None:
            self._broker.stop()

    def start_broker(self) -> None:
        self._broker = start_test_broker(self._folder / "broker")
        assert self._broker.url == self.env["REDIS_URL"]

    def wait_until(self, holds: Callable[[], bool], what: str, *, seconds: float = 15) -> None:
        """Fails the test with `what` when it does not hold in time."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain until {what}"
            time.sleep(0.05)

    def stop(self) -> None:
        for name in reversed(list(self._programs)):
            self._programs[name].stop(patience=5)
        self._programs.clear()
        self.stop_broker()
        print(f"--- log of the stack in {self._folder}", *self.log.lines[-200:], sep="\n")


@contextmanager
def running_stack(database: Database, folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """A started stack on a migrated database; stopped whatever happens."""
    stack = Stack(database, folder, settings)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def answers(base_url: str) -> bool:
    """Whether /readyz says 200."""
    host, _, port = base_url.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on; held together while choosing, so that they differ."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [int(server.getsockname()[1]) for server in held]
    finally:
        for server in held:
            server.close()


def session_members(leader: int) -> list[int]:
    """Living processes of the session that `leader` leads."""
    members = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            except OSError:
                continue  # it ended while we looked
            if int(session) == leader and state != "Z":
                members.append(int(entry.name))
    return sorted(members)
