"""Keeps a handful of parts running: starts them, prefixes what they say, brings back what dies, stops all in order."""

import enum
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Protocol

from service.embedded.processes import kill_session, start_child, stop_child

STOPPING_TAKES_AT_MOST = 15.0  # seconds, for all parts together
_QUICK_DEATHS = 5
_WITHIN = 60.0  # seconds
_POLL = 0.1  # seconds


class Console(Protocol):
    """Where lines go."""

    def say(self, name: str, line: str) -> None: ...


class Part(Protocol):
    """Something that runs. `loss` says what its absence means for patients."""

    name: str
    loss: str

    def start(self) -> None: ...
    def ended(self) -> str | None: ...
    def stop(self, patience: float) -> None: ...


class Outcome(enum.Enum):
    """Why a supervisor came to its end."""

    ASKED_TO_STOP = "asked to stop"
    GAVE_UP = "gave up"


@dataclass(kw_only=True)
class Program:
    """A part that is a child process; each line it prints is prefixed with its name."""

    name: str
    loss: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    console: Console
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _reader: threading.Thread | None = field(default=None, init=False)

    def start(self) -> None:
        if self.process is not None:
            kill_session(self.process)  # a dead parent may have left children that still work
        self.process = start_child(
            self.arguments, folder=self.folder, output=subprocess.PIPE, environment=self.environment
        )
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def ended(self) -> str | None:
        code = None if self.process is None else self.process.poll()
        return None if code is None else describe_exit(code)

    def stop(self, patience: float) -> None:
        if self.process is not None:
            stop_child(self.process, politely=signal.SIGTERM, patience=patience)
        if self._reader is not None:
            self._reader.join(1)

    def _read(self, output: IO[bytes]) -> None:
        for line in output:
            self.console.say(self.name, line.decode(errors="replace").rstrip())


def describe_exit(code: int) -> str:
    """`-9` as "was killed by SIGKILL", `3` as "ended with exit code 3"."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


def on_stop_signals(handler: Callable[[int, FrameType | None], object]) -> None:
    """Ctrl-C, SIGTERM and a closed terminal mean the same, even where a shell had told us to ignore them."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


@dataclass(kw_only=True)
class _Watched:
    part: Part
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=_QUICK_DEATHS))
    start_again_after: float | None = None

    def died_too_often(self) -> bool:
        return len(self.deaths) == _QUICK_DEATHS and self.deaths[-1] - self.deaths[0] < _WITHIN

    def pause(self, now: float) -> float:
        """0.5, 1, 2, 4 seconds for deaths that follow one another within a minute."""
        recent = sum(1 for death in self.deaths if now - death < _WITHIN)
        return float(2 ** (recent - 2))


class Supervisor:
    """Start parts in the order they depend on one another; they are stopped in the reverse order."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._watched: list[_Watched] = []
        self._stop_asked = False
        self._patience = STOPPING_TAKES_AT_MOST

    def ask_to_stop(self) -> None:
        """Ends `watch`. Asked a second time, nothing is waited for any more."""
        if self._stop_asked:
            self._patience = 0.0
        self._stop_asked = True

    def start(self, part: Part) -> None:
        """Starts a part and keeps it. What it raises while starting goes to the caller."""
        self._watched.append(_Watched(part=part))
        part.start()

    def watch(self, until: Callable[[], bool] = lambda: False) -> Outcome | None:
        """Keeps everything running until asked to stop, until a part dies again and again, or until `until()`."""
        on_stop_signals(lambda *_: self.ask_to_stop())
        while not self._stop_asked:
            if until():
                return None
            if not all(self._look_after(watched) for watched in self._watched):
                return Outcome.GAVE_UP
            time.sleep(_POLL)
        return Outcome.ASKED_TO_STOP

    def _look_after(self, watched: _Watched) -> bool:
        """False when the part died too often."""
        part, now = watched.part, time.monotonic()
        if watched.start_again_after is not None:
            if now >= watched.start_again_after:
                watched.start_again_after = None
                self._start_again(watched)
            return True
        what = part.ended()
        return True if what is None else self._note_death(watched, what)

    def _start_again(self, watched: _Watched) -> None:
        try:
            watched.part.start()
        except Exception as error:
            self._note_death(watched, f"did not start: {error}")

    def _note_death(self, watched: _Watched, what: str) -> bool:
        part, now = watched.part, time.monotonic()
        watched.deaths.append(now)
        if watched.died_too_often():
            self._console.say(
                "handrail",
                f"{part.name} {what}, the {_QUICK_DEATHS}th time within a minute. {part.loss} Stopping everything: the "
                f"lines of {part.name} above say why. Mend that, then start again; nothing that was planned is lost.",
            )
            return False
        watched.start_again_after = now + watched.pause(now)
        self._console.say("handrail", f"{part.name} {what}. {part.loss} Starting it again.")
        return True

    def stop_all(self) -> None:
        """In reverse order, politely first, within `STOPPING_TAKES_AT_MOST`; then by force."""
        on_stop_signals(lambda *_: self.ask_to_stop())
        self._stop_asked = True
        deadline = time.monotonic() + self._patience
        for watched in reversed(self._watched):
            left = min(deadline - time.monotonic(), self._patience)
            watched.part.stop(max(0.2, left / 2))  # half of what is left: the later ones need some too
        self._watched.clear()
