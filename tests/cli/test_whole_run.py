"""`handrail run` as somebody at a terminal meets it: everything starts, survives a death, and stops without a trace."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import open_folder
from tests.stack import ROOT, answers, free_ports

PROGRAM = "import typer; from service.cli.run import run; typer.run(run)"


class Run:
    """One `handrail run`; `log` is what it printed."""

    def __init__(self, folder: Path) -> None:
        web, sandbox = free_ports(2)
        self.url = f"http://127.0.0.1:{web}"
        self._log = folder / "terminal.log"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with self._log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, "--folder", str(folder / "var")],
                cwd=ROOT,
                env=kept | {"PORT": str(web), "SANDBOX_PORT": str(sandbox)},
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    def wait_for(self, words: str, seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.log:
            assert self.process.poll() is None, f"it ended before it said {words!r}:\n{self.log}"
            assert time.monotonic() < deadline, f"it did not say {words!r}:\n{self.log}"
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


@contextmanager
def started(folder: Path) -> Iterator[Run]:
    run = Run(folder)
    try:
        run.wait_for("Ready after")
        yield run
    finally:
        run.process.kill()
        run.process.wait()


def processes_of(folder: Path) -> list[str]:
    """Command lines of living processes that mention the folder, or were given it by their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in words and entry.name != str(os.getpid()):
            found.append(words.partition(b"\0")[0].decode())
    return found


def child_of(run: Run, word: str) -> int:
    """The supervisor's own child whose command line has this word."""
    children = Path(f"/proc/{run.process.pid}/task/{run.process.pid}/children").read_text().split()
    return next(int(pid) for pid in children if word in Path(f"/proc/{pid}/cmdline").read_text().split("\0"))


def gone_within(seconds: float, folder: Path) -> bool:
    deadline = time.monotonic() + seconds
    while processes_of(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not processes_of(folder)


def test_it_starts_brings_back_a_killed_worker_and_leaves_nothing_running() -> None:
    with open_folder() as folder, started(folder) as run:
        assert answers(run.url)
        os.kill(child_of(run, "worker"), signal.SIGKILL)
        run.wait_for("worker was killed by SIGKILL")
        assert run.stop() == 0
        assert gone_within(1, folder)
        assert run.log.rstrip().endswith("Everything has stopped.")


def test_a_second_start_continues_where_the_first_stopped() -> None:
    with open_folder() as folder:
        with started(folder) as first:
            assert first.stop(signal.SIGTERM) == 0
        kept = (folder / "var" / "handrail.env").read_text()
        with started(folder) as second:
            assert second.stop() == 0
        assert (folder / "var" / "handrail.env").read_text() == kept


def test_nothing_outlives_a_killed_run() -> None:
    with open_folder() as folder, started(folder) as run:
        run.process.kill()
        run.process.wait()
        assert gone_within(10, folder)
