"""Starting a child process that can never outlive its parent."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class SystemUser:
    """A user of the operating system, as whom a child may run."""

    uid: int
    gid: int


def start_child(
    arguments: Sequence[str | Path],
    *,
    folder: Path,
    output: int | IO[bytes],
    environment: Mapping[str, str] | None = None,
    system_user: SystemUser | None = None,
    end_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Starts a child in a session of its own, so that Ctrl-C in the terminal reaches only us.

    On Linux the kernel sends it `end_signal` when the calling *thread* ends, however it ends; so call this from
    a thread that lives as long as the child should. `output` takes its stdout and stderr.
    """
    return subprocess.Popen(  # noqa: S603  the callers name the program; nothing comes from outside
        [str(argument) for argument in arguments],
        cwd=folder,
        env=None if environment is None else dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=None if system_user is None else system_user.uid,
        group=None if system_user is None else system_user.gid,
        extra_groups=None if system_user is None else [],
        preexec_fn=_end_with_parent(os.getpid(), end_signal),
    )


def _end_with_parent(parent: int, end_signal: signal.Signals) -> Callable[[], None] | None:
    libc = _libc
    if libc is None:
        return None

    def ask_the_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(end_signal))
        if os.getppid() != parent:  # the parent died between fork and here: the signal would never come
            os._exit(1)

    return ask_the_kernel


def stop_child(child: subprocess.Popen[bytes], *, politely: signal.Signals, patience: float) -> None:
    """Asks, waits `patience` seconds, then kills the child's whole session."""
    if child.poll() is None:
        child.send_signal(politely)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)
    kill_session(child)


def kill_session(child: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the child and whatever it left behind in its session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(5)
