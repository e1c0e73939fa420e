"""`handrail run` before it starts anything, and the line prefixes of what it starts."""

import os
import signal
import socket
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path

import pytest
import typer

from service.cli.console import PrefixedConsole
from service.cli.parts import QUEUES, child_environment
from service.cli.run import run
from service.cli.run_lock import AlreadyRunning, RunLock, published
from service.tasks.app import make_celery

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def untouched_process() -> Iterator[None]:
    before, handlers = dict(os.environ), {number: signal.getsignal(number) for number in STOP_SIGNALS}
    for name in ("DATABASE_URL", "REDIS_URL", "TWILIO_ACCOUNT_SID", "SENDGRID_API_KEY", "PORT", "SANDBOX_PORT"):
        os.environ.pop(name, None)
    yield
    os.environ.clear()
    os.environ.update(before)
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def run_and_fail(folder: Path, environment: Mapping[str, str]) -> None:
    os.environ.update(environment)
    with pytest.raises(typer.Exit) as ended:
        run(folder=folder)
    assert ended.value.exit_code == 1


def started_anything(folder: Path) -> bool:
    return (folder / "postgres").exists() or (folder / "broker").exists()


@pytest.mark.parametrize("setting", ["PORT", "SANDBOX_PORT"])
def test_a_taken_port_is_named_with_the_setting_before_anything_starts(
    setting: str, taken_port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_and_fail(tmp_path, {"PORT": str(free_port()), "SANDBOX_PORT": str(free_port()), setting: str(taken_port)})
    said = capsys.readouterr().out
    assert f"Port {taken_port} ({setting}) is taken" in said
    assert f"{setting}=" in said.splitlines()[-1]
    assert not started_anything(tmp_path)


def test_every_wrong_setting_is_listed_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_and_fail(tmp_path, {"HANDRAIL_INDEX_KEY": "short", "CLAIM_LIMIT": "-1"})
    said = capsys.readouterr().out
    assert "HANDRAIL_INDEX_KEY" in said
    assert "CLAIM_LIMIT" in said
    assert not started_anything(tmp_path)


def test_half_a_real_account_lists_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_and_fail(tmp_path, {"TWILIO_ACCOUNT_SID": "AC1"})
    said = capsys.readouterr().out
    assert "TWILIO_AUTH_TOKEN is not set" in said
    assert "SENDGRID_API_KEY is not set" in said


def test_away_from_its_folder_it_says_where_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run_and_fail(tmp_path / "var", {})
    assert "CONFIG_DIR" in capsys.readouterr().out


def test_a_second_run_says_which_process_runs_and_how_to_stop_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with RunLock(tmp_path / "run.lock") as lock:
        lock.publish({"PUBLIC_BASE_URL": "http://127.0.0.1:8010"})
        run_and_fail(tmp_path, {})
    said = capsys.readouterr().out
    assert f"process {os.getpid()}; http://127.0.0.1:8010" in said
    assert f"kill {os.getpid()}" in said


def test_what_a_run_publishes_is_gone_when_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with RunLock(path) as lock:
        lock.publish({"REDIS_URL": "redis://here"})
        assert published(path)["REDIS_URL"] == "redis://here"
    assert published(path) == {}


def test_a_lock_left_by_a_killed_run_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    path.write_text("PID=1\nREDIS_URL=redis://gone\n")
    assert published(path) == {}
    with RunLock(path), pytest.raises(AlreadyRunning), RunLock(path):
        raise AssertionError("two runs hold the lock")


def test_children_get_neither_the_owner_of_the_database_nor_the_demo_password() -> None:
    given = child_environment({"DATABASE_ADMIN_URL": "a", "DEMO_PASSWORD": "b", "DATABASE_URL": "c"})
    assert given["DATABASE_URL"] == "c"
    assert not given.keys() & {"DATABASE_ADMIN_URL", "DEMO_PASSWORD"}


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colour_is_for_terminals_that_want_it(environment: dict[str, str], coloured: bool) -> None:
    terminal, pipe = Terminal(), StringIO()
    PrefixedConsole(terminal, environment).say("web", "hello")
    PrefixedConsole(pipe, environment).say("web", "hello")
    assert ("\x1b[" in terminal.getvalue()) is coloured
    assert pipe.getvalue() == "web       | hello\n"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert isinstance(port, int)
    return port


def test_the_worker_listens_to_every_queue_that_tasks_go_to() -> None:
    app = make_celery("memory://")
    used = {route["queue"] for route in app.conf.task_routes.values()} | {app.conf.task_default_queue}
    assert used == set(QUEUES.split(","))
