"""The supervisor with small real programs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from service.cli.supervisor import Outcome, Program, Supervisor, describe_exit


@dataclass
class Notebook:
    """A console that keeps what was said."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    def say(self, name: str, line: str) -> None:
        self.lines.append((name, line))

    def said(self, words: str) -> bool:
        return any(words in line for _, line in self.lines)


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def supervisor(notebook: Notebook) -> Iterator[Supervisor]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    made = Supervisor(notebook)
    yield made
    made.stop_all()
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def program(notebook: Notebook, script: str, name: str = "worker") -> Program:
    return Program(
        name=name,
        loss="Nobody is harmed.",
        arguments=["/bin/sh", "-c", script],
        environment=os.environ,
        folder=Path("/"),
        console=notebook,
    )


def soon(holds: Callable[[], bool], seconds: float = 10) -> Callable[[], bool]:
    """For `watch`: ends when it holds, and fails the test when that takes too long."""
    deadline = time.monotonic() + seconds

    def check() -> bool:
        assert time.monotonic() < deadline, "it did not happen in time"
        return holds()

    return check


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_a_part_prints_carries_its_name(supervisor: Supervisor, notebook: Notebook) -> None:
    supervisor.start(program(notebook, "echo hello; sleep 60"))
    supervisor.watch(until=soon(lambda: ("worker", "hello") in notebook.lines))


def test_a_part_that_dies_is_started_again_and_the_line_says_what_it_means(
    supervisor: Supervisor, notebook: Notebook
) -> None:
    part = program(notebook, "sleep 60")
    supervisor.start(part)
    first = part.process
    assert first is not None
    first.kill()
    supervisor.watch(until=soon(lambda: part.process is not first and part.ended() is None))
    assert notebook.said("worker was killed by SIGKILL. Nobody is harmed. Starting it again.")


def test_a_part_that_dies_again_and_again_ends_everything(supervisor: Supervisor, notebook: Notebook) -> None:
    supervisor.start(program(notebook, "exit 3"))
    supervisor._watched[0].pause = lambda now: 0.0  # type: ignore[method-assign]  # or this takes eight seconds
    assert supervisor.watch(until=soon(lambda: False)) is Outcome.GAVE_UP
    assert notebook.said("ended with exit code 3, the 5th time within a minute")


def test_the_pause_before_a_restart_doubles(supervisor: Supervisor, notebook: Notebook) -> None:
    supervisor.start(program(notebook, "sleep 60"))
    watched = supervisor._watched[0]
    pauses = []
    for second in range(4):
        watched.deaths.append(1000.0 + second)
        pauses.append(watched.pause(1000.0 + second))
    assert pauses == [0.5, 1, 2, 4]


def test_parts_stop_in_the_reverse_order(supervisor: Supervisor, notebook: Notebook) -> None:
    polite = "trap 'echo bye; exit' TERM; echo up; while :; do sleep 0.05; done"
    for name in ("web", "worker", "scheduler"):
        supervisor.start(program(notebook, polite, name))
    supervisor.watch(until=soon(lambda: len(notebook.lines) == 3))
    supervisor.stop_all()
    assert [name for name, line in notebook.lines if line == "bye"] == ["scheduler", "worker", "web"]


def test_a_part_that_will_not_stop_is_killed(supervisor: Supervisor, notebook: Notebook) -> None:
    part = program(notebook, "trap '' TERM; echo up; while :; do sleep 0.05; done")
    supervisor.start(part)
    supervisor.watch(until=soon(lambda: ("worker", "up") in notebook.lines))
    supervisor.ask_to_stop()
    supervisor.ask_to_stop()  # the second Ctrl-C: no more patience
    supervisor.stop_all()
    assert part.ended() == "was killed by SIGKILL"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_every_stop_signal_ends_the_watch(supervisor: Supervisor, notebook: Notebook, number: signal.Signals) -> None:
    supervisor.start(program(notebook, "sleep 60"))
    supervisor.watch(until=lambda: True)
    os.kill(os.getpid(), number)
    assert supervisor.watch(until=soon(lambda: False)) is Outcome.ASKED_TO_STOP


def test_grandchildren_of_a_dead_part_end_before_it_starts_again(supervisor: Supervisor, notebook: Notebook) -> None:
    part = program(notebook, "sleep 60 & echo $!; wait")
    supervisor.start(part)
    supervisor.watch(until=soon(lambda: bool(notebook.lines)))
    grandchild = int(notebook.lines[0][1])
    assert part.process is not None
    part.process.kill()
    supervisor.watch(until=soon(lambda: notebook.said("Starting it again") and not is_alive(grandchild)))


def test_nothing_survives_a_killed_supervisor(tmp_path: Path) -> None:
    code = (
        "import os, subprocess, sys, time, pathlib; from service.embedded.processes import start_child;"
        "child = start_child(['/bin/sleep', '60'], folder=pathlib.Path('/'), output=subprocess.DEVNULL);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 5
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(child)


def test_an_exit_is_told_in_words() -> None:
    assert describe_exit(3) == "ended with exit code 3"
    assert describe_exit(-9) == "was killed by SIGKILL"
    assert describe_exit(-250) == "was killed by signal 250"
