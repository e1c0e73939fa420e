"""Lines on the terminal, each prefixed with the name of the part that says it."""

import os
import sys
import threading
from collections.abc import Mapping
from typing import TextIO

_COLOURS = {"web": 36, "worker": 32, "scheduler": 34, "sandbox": 35, "postgres": 33, "broker": 33, "handrail": 1}
_WIDTH = max(map(len, _COLOURS))


class PrefixedConsole:
    """Safe to use from several threads. Colour only on a terminal, and never with NO_COLOR (no-color.org)."""

    def __init__(self, out: TextIO | None = None, environment: Mapping[str, str] = os.environ) -> None:
        self._out = out = out or sys.stdout
        self._coloured = out.isatty() and not environment.get("NO_COLOR")
        self._lock = threading.Lock()

    def say(self, name: str, line: str) -> None:
        prefix = f"{name:<{_WIDTH}} |"
        if self._coloured:
            prefix = f"\x1b[{_COLOURS.get(name, 0)}m{prefix}\x1b[0m"
        with self._lock:
            print(prefix, line, file=self._out, flush=True)
