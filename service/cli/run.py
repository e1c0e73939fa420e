"""`handrail run`: everything on this machine under one supervisor; and its programs one by one, for containers."""

import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from service.cli import parts
from service.cli.console import PrefixedConsole
from service.cli.local_settings import LostKeys, local_settings, uses_real_accounts
from service.cli.run_lock import AlreadyRunning, RunLock
from service.cli.supervisor import Outcome, Supervisor, on_stop_signals
from service.embedded.broker import start_broker
from service.embedded.database import prepare_database
from service.embedded.postgres import PostgresDidNotStart
from service.settings import BadSettings, Settings, load_settings, settings_from
from service.storage.migrate import TooOld, upgrade

READY_WITHIN = 60.0  # seconds, from the start of the web program


class CannotStart(Exception):
    """One or more lines for the person at the terminal: what is wrong, and what to do."""


def run(
    concurrency: Annotated[int, typer.Option(help="Worker processes.", min=1)] = 2,
    folder: Annotated[Path, typer.Option(help="Where the database, keys and logs are kept.")] = Path("var"),
) -> None:
    """Set up and start everything on this machine. Ctrl-C stops it."""
    console = PrefixedConsole()
    on_stop_signals(signal.default_int_handler)
    try:
        code = _run(console, concurrency, folder)
    except (CannotStart, AlreadyRunning, BadSettings, LostKeys, PostgresDidNotStart, TooOld) as error:
        for line in str(error).splitlines():
            console.say("handrail", line)
        code = 1
    raise typer.Exit(code)


def _run(console: PrefixedConsole, concurrency: int, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    with RunLock(folder / "run.lock") as lock:
        environment, settings = _settled_environment(folder)
        refuse_taken_ports(settings)
        supervisor = Supervisor(console)
        outcome: Outcome | None = Outcome.ASKED_TO_STOP
        try:
            console.say("handrail", "Starting. Ctrl-C stops everything.")
            started = time.monotonic()
            environment = start_servers(supervisor, console, environment, folder)
            welcome = prepare(environment)
            lock.publish({"REDIS_URL": environment["REDIS_URL"], "PUBLIC_BASE_URL": settings.public_base_url})
            start_programs(supervisor, console, environment, settings, concurrency=concurrency, folder=folder)
            outcome = supervisor.watch(until=lambda: is_ready(settings) or time.monotonic() - started > READY_WITHIN)
            if outcome is None:
                _greet(console, settings, welcome, time.monotonic() - started)
                outcome = supervisor.watch()
        except KeyboardInterrupt:
            pass
        finally:
            console.say("handrail", "Stopping.")
            supervisor.stop_all()
        console.say("handrail", "Everything has stopped.")
        return 1 if outcome is Outcome.GAVE_UP else 0


def _settled_environment(folder: Path) -> tuple[dict[str, str], Settings]:
    """The children's environment, checked as a whole before anything starts. Raises `BadSettings`, `CannotStart`."""
    environment = local_settings(folder / "handrail.env", os.environ)
    if not Path(environment.get("CONFIG_DIR", "config")).is_dir():
        raise CannotStart("There is no config/ here. Start from Handrail's own folder, or set CONFIG_DIR.")
    port, sandbox_port = environment.get("PORT", "8000"), environment.get("SANDBOX_PORT", "8001")
    environment.setdefault("PUBLIC_BASE_URL", f"http://127.0.0.1:{port}")
    environment.setdefault("SANDBOX_DIR", str(folder / "sandbox"))
    if not uses_real_accounts(os.environ):
        environment.setdefault("TWILIO_BASE_URL", f"http://127.0.0.1:{sandbox_port}")
        environment.setdefault("SENDGRID_BASE_URL", f"http://127.0.0.1:{sandbox_port}")
    soon_known = {"DATABASE_URL": "postgresql://", "REDIS_URL": "redis://"}
    return environment, settings_from(soon_known | environment)


def refuse_taken_ports(settings: Settings) -> None:
    """Raises `CannotStart` before anything is started."""
    if settings.sandbox and settings.port == settings.sandbox_port:
        raise CannotStart(f"PORT and SANDBOX_PORT are both {settings.port}. Choose two different ports.")
    wanted = [("PORT", settings.host, settings.port)]
    if settings.sandbox:
        wanted.append(("SANDBOX_PORT", settings.sandbox_host, settings.sandbox_port))
    taken = [(name, host, port) for name, host, port in wanted if not _is_free(host, port)]
    if taken:
        remedy = " ".join(f"{name}={_free_port_after(host, port)}" for name, host, port in taken)
        raise CannotStart(
            "\n".join(f"Port {port} ({name}) is taken by another program." for name, _, port in taken)
            + f"\nStop that program, or choose another port: {remedy} make run"
        )


def _free_port_after(host: str, port: int) -> int:
    return next((other for other in range(port + 10, port + 200) if _is_free(host, other)), port + 10)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def start_servers(
    supervisor: Supervisor, console: PrefixedConsole, environment: Mapping[str, str], folder: Path
) -> dict[str, str]:
    """PostgreSQL and the broker, unless the environment names them; returns it completed with their addresses."""
    completed = dict(environment)
    if "DATABASE_URL" not in completed:
        postgres = parts.PostgresPart(launch=lambda: parts.own_postgres(folder / "postgres", console))
        supervisor.start(postgres)
        assert postgres.running is not None
        for opened in postgres.running.opened:
            console.say("postgres", f"Other users may now pass through {opened} (not look into it): PostgreSQL must.")
        admin_url, app_url = prepare_database(postgres.running.admin_url)
        completed |= {"DATABASE_ADMIN_URL": admin_url, "DATABASE_URL": app_url}
        console.say("postgres", f"PostgreSQL from the package, data in {folder / 'postgres'}.")
    broker = parts.BrokerPart(launch=lambda: start_broker(folder / "broker", environment))
    supervisor.start(broker)
    assert broker.running is not None
    console.say("broker", f"Broker: {broker.running.words}.")
    return completed | {"REDIS_URL": broker.running.url}


def prepare(environment: Mapping[str, str]) -> list[str]:
    """Migrates, loads `config/`, makes the demonstration where the sandbox runs; returns the lines to greet with."""
    from service.messaging.config_folder import BadFolder  # noqa: PLC0415  heavy; `handrail web` and others go without
    from service.setup import prepare_everything  # noqa: PLC0415  the same

    console = PrefixedConsole()
    if admin_url := environment.get("DATABASE_ADMIN_URL"):
        upgrade(admin_url, environment["DATABASE_URL"])
    try:
        return list(prepare_everything(environment, lambda line: console.say("handrail", line)).lines)
    except BadFolder as mistakes:
        raise CannotStart(str(mistakes)) from None


def start_programs(
    supervisor: Supervisor,
    console: PrefixedConsole,
    environment: Mapping[str, str],
    settings: Settings,
    *,
    concurrency: int,
    folder: Path,
) -> None:
    """Sandbox, web, worker and scheduler, in the order they need one another."""
    commands = {
        "web": parts.web_command(settings.host, settings.port),
        "worker": parts.worker_command(concurrency),
        "scheduler": parts.scheduler_command(folder / "scheduler"),
    }
    if settings.sandbox:
        commands = {"sandbox": parts.sandbox_command(settings.sandbox_host, settings.sandbox_port)} | commands
    for name, command in commands.items():
        supervisor.start(parts.program(name, command, environment, folder=Path.cwd(), console=console))


def is_ready(settings: Settings) -> bool:
    """Whether the web program says that it can serve."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  compared, not bound
    connection = http.client.HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _greet(console: PrefixedConsole, settings: Settings, welcome: list[str], seconds: float) -> None:
    if not is_ready(settings):
        console.say(
            "handrail", f"Not ready after {seconds:.0f} s; {settings.public_base_url}/readyz says what is missing."
        )
        return
    console.say("handrail", f"Ready after {seconds:.0f} s.")
    console.say("handrail", f"Pages          {settings.public_base_url}")
    if settings.sandbox:
        console.say("handrail", f"Pretend phones http://{settings.sandbox_host}:{settings.sandbox_port}")
    else:
        console.say("handrail", "Real accounts: what is due goes to real phones.")
        if not settings.public_base_url.startswith("https://"):
            console.say(
                "handrail", "Twilio and SendGrid cannot report back: set PUBLIC_BASE_URL to a public https address."
            )
    for line in welcome:
        console.say("handrail", line)


def web() -> None:
    """Serve the pages, the API and the webhooks."""
    settings = _settings_or_exit()
    _become(parts.web_command(settings.host, settings.port))


def worker(concurrency: Annotated[int, typer.Option(help="Worker processes.", min=1)] = 2) -> None:
    """Send what is due, and read what comes back."""
    _become(parts.worker_command(concurrency, _settings_or_exit().log_level))


def scheduler(
    schedule_file: Annotated[Path, typer.Option(help="Where it notes when each work was last begun.")] = Path(
        "var/scheduler"
    ),
) -> None:
    """Begin the periodic work. A second one does no harm."""
    log_level = _settings_or_exit().log_level
    schedule_file.parent.mkdir(parents=True, exist_ok=True)
    _become(parts.scheduler_command(schedule_file, log_level))


def sandbox() -> None:
    """Serve the pretend Twilio and SendGrid."""
    settings = _settings_or_exit()
    _become(parts.sandbox_command(settings.sandbox_host, settings.sandbox_port))


def _settings_or_exit() -> Settings:
    try:
        return load_settings()
    except BadSettings as error:
        for mistake in error.mistakes:
            typer.echo(mistake, err=True)
        raise typer.Exit(1) from None


def _become(command: list[str]) -> None:
    sys.stdout.flush()
    os.execvpe(command[0], command, parts.child_environment(os.environ))  # noqa: S606  a program of this package
