"""Tells somebody outside that reminders go out. When the calls stop, that somebody raises the alarm."""

import urllib.error
import urllib.request
from datetime import datetime, timedelta

import structlog

from service.storage.database import Database
from service.storage.heartbeats import last_beats

log = structlog.get_logger()

TICKED_WITHIN = timedelta(seconds=10)
PATIENCE = 5.0  # seconds


def call_heartbeat(database: Database, url: str, now: datetime) -> bool:
    """Calls the address if the tick is alive. False: it is not, or the address did not answer."""
    last = last_beats(database).get("tick")
    if last is None or now - last > TICKED_WITHIN:
        return False
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310  # the operator's own setting
            return bool(answer.status < 400)
    except (urllib.error.URLError, OSError) as error:
        log.warning("heartbeat_not_heard", error=type(error).__name__)
        return False
