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
    try:
        _celery(broker_url).send_task("handrail.apply_events", queue="inbound", expires=5, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker_away", error=type(error).__name__)
