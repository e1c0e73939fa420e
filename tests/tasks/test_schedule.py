"""The table of periodic work and the tasks belong together: nothing is scheduled that nobody does."""

import http.server
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from service.cli.parts import worker_command
from service.messaging.sweeping import plan_missing
from service.storage.heartbeats import beat
from service.tasks import jobs  # noqa: F401  # registers the tasks
from service.tasks.app import QUEUES, make_celery
from service.tasks.heartbeat import call_heartbeat
from tests.clinic import ClinicUnderTest, environment_for, visit


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch, clinic: ClinicUnderTest):  # type: ignore[no-untyped-def]
    for name, value in environment_for(clinic.services.settings).items():
        monkeypatch.setenv(name, value)
    import scheduler as module  # noqa: PLC0415  # reads its settings when imported

    return module


def test_every_scheduled_task_exists_and_has_a_queue_that_workers_read(scheduler) -> None:  # type: ignore[no-untyped-def]
    celery = make_celery("redis://nowhere.invalid")
    routes = celery.conf.task_routes
    consumed = set(worker_command(1)[worker_command(1).index("--queues") + 1].split(","))
    for entry in scheduler.app.conf.beat_schedule.values():
        assert entry["task"] in celery.tasks
        assert routes[entry["task"]]["queue"] in consumed


def test_every_queue_is_read_by_the_worker() -> None:
    command = worker_command(1)
    assert set(command[command.index("--queues") + 1].split(",")) == set(QUEUES)


def test_a_scheduled_run_that_nobody_picks_up_expires(scheduler) -> None:  # type: ignore[no-untyped-def]
    for entry in scheduler.app.conf.beat_schedule.values():
        assert entry["options"]["expires"] >= entry["schedule"]


@pytest.fixture
def watcher() -> Iterator[tuple[str, list[str]]]:
    """An outside watcher, and what was called on it."""
    calls: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/alive", calls
    server.shutdown()
    server.server_close()


def test_the_watcher_is_called_only_while_reminders_go_out(
    clinic: ClinicUnderTest, watcher: tuple[str, list[str]]
) -> None:
    address, calls = watcher
    database = clinic.services.database
    assert not call_heartbeat(database, address, clinic.now)
    beat(database, "tick", clinic.now)
    assert call_heartbeat(database, address, clinic.now + timedelta(seconds=5))
    assert not call_heartbeat(database, address, clinic.now + timedelta(seconds=11))
    assert calls == ["/alive"]


def test_a_visit_that_lost_its_plan_is_planned_again(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    clinic.forget_messages()
    assert plan_missing(clinic.services.database, clinic.now) == 1
    assert clinic.message("fasting").state == "planned"
    assert plan_missing(clinic.services.database, clinic.now) == 0
