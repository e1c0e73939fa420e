"""Asks a worker to do something soon. A hint only: beat asks for the same every few seconds."""

import time
from functools import lru_cache

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

from service.tasks.app import make_celery

log = structlog.get_logger()

LEFT_ALONE = 5.0  # seconds without a try, after a broker was found away


class _Asker:
    """One connection attempt, quickly given up: by default the library tries for ever and holds its caller."""

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._celery.conf.broker_transport_options |= {"max_retries": 0, "socket_connect_timeout": 1}
        self._away_until = 0.0

    def ask(self, task: str, queue: str) -> None:
        if time.monotonic() < self._away_until:
            return
        try:
            self._celery.send_task(task, queue=queue, expires=5, retry=False)
        except (OperationalError, OSError) as error:
            self._away_until = time.monotonic() + LEFT_ALONE
            log.warning("broker_away", error=type(error).__name__)


@lru_cache(maxsize=1)
def _asker(broker_url: str) -> _Asker:
    return _Asker(make_celery(broker_url))


def ask_to_apply(broker_url: str) -> None:
    """For webhooks: something new is stored."""
    _asker(broker_url).ask("handrail.apply_events", "inbound")


def ask_to_tick(broker_url: str) -> None:
    """For a clock that was moved: what is due by now need not wait for the next second."""
    _asker(broker_url).ask("handrail.tick", "urgent")
