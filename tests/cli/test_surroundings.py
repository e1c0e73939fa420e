"""A single command beside `handrail run`, and without it."""

from pathlib import Path

import psycopg
import pytest

from service.cli.run_lock import RunLock
from service.cli.surroundings import surroundings
from service.embedded.postgres import start_postgres


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_ADMIN_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


def user_of(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_user").fetchone()
    assert row is not None
    return str(row[0])


def test_a_command_alone_starts_the_database_for_itself(server_folder: Path) -> None:
    with surroundings(server_folder) as environment:
        assert user_of(environment["DATABASE_URL"]) == "handrail_app"
        assert environment["HANDRAIL_KEYS"].startswith("k1:")
    with pytest.raises(psycopg.OperationalError):
        user_of(environment["DATABASE_URL"])


def test_a_command_beside_a_run_joins_it_and_leaves_it_running(server_folder: Path) -> None:
    with start_postgres(server_folder / "postgres") as server, RunLock(server_folder / "run.lock") as lock:
        lock.publish({"REDIS_URL": "redis://of-the-run"})
        with surroundings(server_folder) as environment:
            assert environment["REDIS_URL"] == "redis://of-the-run"
        assert user_of(server.admin_url) == "postgres"


def test_a_database_of_ones_own_is_taken_as_it_is(server_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://clinic@db.example/handrail")
    with surroundings(server_folder) as environment:
        assert environment["DATABASE_URL"] == "postgresql://clinic@db.example/handrail"
    assert not (server_folder / "postgres").exists()
