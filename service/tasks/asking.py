"""Asks a worker to do something soon. A hint only: beat asks for the same every few seconds."""

from functools import lru_cache

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

from service.tasks.app import make_celery

log = structlog.get_logger()


@lru_cache(maxsize=1)
def _celery(broker_url: str) -> Celery:
    return make_celery(broker_url)


def ask_to_apply(broker_url: str) -> None:
    """For webhooks: something new is stored."""
    _ask(broker_url, "handrail.apply_events", "inbound")


def ask_to_tick(broker_url: str) -> None:
    """For a clock that was moved: what is due by now need not wait for the next second."""
    _ask(broker_url, "handrail.tick", "urgent")


def _ask(broker_url: str, task: str, queue: str) -> None:
    try:
        _celery(broker_url).send_task(task, queue=queue, expires=5, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker_away", error=type(error).__name__)
