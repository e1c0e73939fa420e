"""The embedded PostgreSQL: starting, joining, and coming back after it was killed."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from service.embedded.database import DATABASE, prepare_database
from service.embedded.postgres import Durability, EmbeddedPostgres, PostgresDidNotStart, start_postgres
from service.embedded.sockets import answers
from service.embedded.system_user import user_for_postgres
from tests.servers import open_folder


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with open_folder() as place:
        yield place


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    with start_postgres(folder, durability=Durability.NONE) as running:
        yield running


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    return None if row is None else row[0]


def pid_of(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def start_elsewhere(folder: Path) -> subprocess.Popen[bytes]:
    """Another process that owns the server of this folder, and says when it runs."""
    code = (
        "import sys, time, pathlib; from service.embedded.postgres import *;"
        "server = start_postgres(pathlib.Path(sys.argv[1])); print('up', flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"up\n"
    return owner


def within_ten_seconds(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def give_to_the_server(path: Path) -> None:
    user = user_for_postgres()
    if user is not None:
        os.chown(path, user.uid, user.gid)


def test_the_database_speaks_utf8_and_utc(server: EmbeddedPostgres) -> None:
    _, app_url = prepare_database(server.admin_url)
    assert ask(app_url, "SHOW server_encoding") == "UTF8"
    assert ask(app_url, "SHOW timezone") == "UTC"
    assert ask(app_url, "SELECT current_database()") == DATABASE


def test_the_application_role_has_no_special_rights(server: EmbeddedPostgres) -> None:
    _, app_url = prepare_database(server.admin_url)
    rights = "rolcanlogin AND NOT (rolsuper OR rolbypassrls OR rolinherit OR rolcreatedb OR rolcreaterole)"
    assert ask(app_url, f"SELECT {rights} FROM pg_roles WHERE rolname = current_user") is True


def test_preparing_twice_changes_nothing(server: EmbeddedPostgres) -> None:
    admin_url, app_url = prepare_database(server.admin_url)
    with psycopg.connect(admin_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    assert prepare_database(server.admin_url) == (admin_url, app_url)
    assert ask(admin_url, "SELECT seven FROM kept") == 7


def test_a_second_start_joins_the_server_and_leaves_it_running(server: EmbeddedPostgres, folder: Path) -> None:
    with start_postgres(folder) as joined:
        assert joined.server is None
        assert joined.admin_url == server.admin_url
    assert ask(server.admin_url, "SELECT 1") == 1


def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    with start_postgres(folder) as first, psycopg.connect(first.admin_url) as connection:
        connection.execute("CREATE TABLE letters AS SELECT 'ñ' AS letter")
    with start_postgres(folder) as second:
        assert ask(second.admin_url, "SELECT letter FROM letters") == "ñ"


def test_a_killed_server_comes_back_with_its_data(folder: Path) -> None:
    with start_postgres(folder) as first:
        with psycopg.connect(first.admin_url) as connection:
            connection.execute("CREATE TABLE survivors AS SELECT 1 AS one")
        os.kill(pid_of(folder), signal.SIGKILL)
    with start_postgres(folder) as second:
        assert ask(second.admin_url, "SELECT one FROM survivors") == 1


def test_the_process_id_of_another_program_does_not_block_a_start(folder: Path) -> None:
    start_postgres(folder).stop()
    pid_file = folder / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{folder}/data\n1700000000\n5432\n\n\n  0  0\nready\n")
    with start_postgres(folder) as server:
        assert ask(server.admin_url, "SELECT 1") == 1


def test_the_server_ends_when_its_owner_is_killed(server_folder: Path) -> None:
    owner = start_elsewhere(server_folder)
    socket_path = server_folder / "socket" / ".s.PGSQL.5432"
    assert answers(socket_path)
    owner.kill()
    owner.wait()
    assert within_ten_seconds(lambda: not answers(socket_path))


def test_a_joined_server_belongs_to_the_process_that_started_it(server_folder: Path) -> None:
    owner = start_elsewhere(server_folder)
    with start_postgres(server_folder) as joined:
        assert joined.server is None
        assert ask(joined.admin_url, "SELECT 1") == 1
    owner.kill()
    owner.wait()


def test_a_path_too_long_for_a_socket_still_works(server_folder: Path) -> None:
    deep = server_folder / ("d" * 60) / ("e" * 60)
    with start_postgres(deep, durability=Durability.NONE) as server:
        assert ask(server.admin_url, "SELECT 1") == 1


def test_a_path_with_spaces_and_accents_works(server_folder: Path) -> None:
    with start_postgres(server_folder / "Clínica & Søn", durability=Durability.NONE) as server:
        _, app_url = prepare_database(server.admin_url)
        assert ask(app_url, "SELECT current_user") == "handrail_app"


def test_only_its_own_user_may_open_the_socket(server: EmbeddedPostgres, folder: Path) -> None:
    assert stat.S_IMODE((folder / "socket").stat().st_mode) == 0o700


def test_data_of_an_unknown_version_is_left_alone_with_advice(server_folder: Path) -> None:
    (server_folder / "data").mkdir()
    (server_folder / "data" / "PG_VERSION").write_text("99\n")
    give_to_the_server(server_folder / "data")
    with pytest.raises(PostgresDidNotStart, match="handrail backup"):
        start_postgres(server_folder)


def test_an_interrupted_first_start_is_begun_again(server_folder: Path) -> None:
    (server_folder / "data.new").mkdir()
    (server_folder / "data.new" / "half").write_text("a file")
    with start_postgres(server_folder, durability=Durability.NONE) as server:
        assert ask(server.admin_url, "SELECT 1") == 1
