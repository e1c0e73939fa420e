"""Asks Twilio for texts that came in while nobody listened: a webhook that found us away is not posted again."""

from datetime import datetime, timedelta

import structlog

from service.messaging.hearing import store_inbound
from service.messaging.looping import Loop
from service.providers.outcome import CannotTell
from service.providers.twilio_send import TwilioSender
from service.storage.database import Database
from service.storage.heard_numbers import numbers_written_to
from service.storage.heartbeats import beat, last_beats

log = structlog.get_logger()

HEARTBEAT = "listened"
OVERLAP = timedelta(minutes=5)  # Twilio may list a text a little later than it came in
FIRST_LOOK = timedelta(days=1)
REMEMBERED = timedelta(days=30)


def listen(database: Database, twilio: TwilioSender, loop: Loop, now: datetime) -> int:
    """Stores what came in since the last look, as its webhook would have. Returns how many texts were new.

    Asks for each number that patients wrote to lately; a messaging service's numbers are known by their texts only.
    A look that failed for one number is not counted as a look, so that the next goes back as far.
    """
    since = last_beats(database).get(HEARTBEAT, now - FIRST_LOOK) - OVERLAP
    with database.system() as connection:
        numbers = numbers_written_to(connection, now - REMEMBERED)
    looks = [_heard_at(database, twilio, loop, number, since, now) for number in numbers]
    if None not in looks:
        beat(database, HEARTBEAT, now)
    return sum(look or 0 for look in looks)


def _heard_at(
    database: Database, twilio: TwilioSender, loop: Loop, number: str, since: datetime, now: datetime
) -> int | None:
    """How many texts to one of our numbers were new; None where Twilio did not say."""
    found = loop.start(twilio.inbound_since(to=number, since=since)).result()
    if isinstance(found, CannotTell):
        log.warning("listening_failed", code=found.code)
        return None
    return sum(store_inbound(database, inbound, now) for inbound in found)
