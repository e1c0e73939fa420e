"""From a verified webhook to a stored event, and from a stored event to what it changes.

Intake writes one row and answers; everything else happens later, in a task, as often as it takes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from service.domain.states import State
from service.messaging.aftermath import after_refusal
from service.messaging.replying import Heard, Rules, take_reply
from service.providers.outcome import ErrorClass, Inbound, Receipt
from service.storage.database import Database
from service.storage.events import (
    EventKind,
    NewEvent,
    StoredEvent,
    advance,
    attempt_of,
    look_again,
    mark_applied,
    note_provider_id,
    store_events,
    waiting_events,
)
from service.storage.replies import organisation_hearing

log = structlog.get_logger()

PATIENCE = timedelta(hours=1)  # how long an event of an unknown message waits for its message to appear
EVENTS_AT_ONCE = 100


def store_receipts(database: Database, receipts: Sequence[Receipt], now: datetime) -> int:
    """Stores what is new. Returns how many. Raises if the database is away, so that the caller does not say 2xx."""
    return _store(database, (_receipt_event(receipt) for receipt in receipts), now)


def store_inbound(database: Database, inbound: Inbound, now: datetime) -> int:
    event = NewEvent(
        event_key=inbound.event_key,
        kind=EventKind.INBOUND,
        attempt_id=None,
        provider_id=inbound.provider_id,
        content={name: str(value) for name, value in asdict(inbound).items()},
    )
    return _store(database, [event], now)


def _store(database: Database, events: Iterable[NewEvent], now: datetime) -> int:
    with database.system() as connection:
        return store_events(connection, list(events), now)


def _receipt_event(receipt: Receipt) -> NewEvent:
    return NewEvent(
        event_key=receipt.event_key,
        kind=EventKind.RECEIPT,
        attempt_id=receipt.attempt_id,
        provider_id=receipt.provider_id,
        content={
            "state": receipt.state or "",
            "error": receipt.error or "",
            "code": receipt.code,
            "words": receipt.words,
        },
    )


def apply_events(database: Database, rules: Rules, now: datetime) -> int:
    """Applies waiting events, each in a transaction of its own organisation. Returns how many were dealt with."""
    with database.system() as connection:
        waiting = waiting_events(connection, EVENTS_AT_ONCE, now)
        results = {event.id: _tried(database, event, rules, now) for event in waiting.events}
        mark_applied(connection, [(key, result) for key, result in results.items() if result is not None], now)
        look_again(connection, [key for key, result in results.items() if result is None], "waits", now)
        look_again(connection, waiting.unreadable, "unreadable", now)
    if waiting.unreadable:
        log.error("events_unreadable", count=len(waiting.unreadable))  # they stay, and open once their key is back
    return len(results) + len(waiting.unreadable)


def _tried(database: Database, event: StoredEvent, rules: Rules, now: datetime) -> str | None:
    """One event that cannot be applied must not hold up the rest: it stays stored, and its gauge rises."""
    try:
        return _apply(database, event, rules, now)
    except Exception:
        log.exception("event_not_applied", event_id=event.id, kind=event.kind)
        return None


def _apply(database: Database, event: StoredEvent, rules: Rules, now: datetime) -> str | None:
    """What came of it; None: it waits. Applying twice changes nothing, so dying before the mark is harmless."""
    if event.kind is EventKind.INBOUND:
        return _apply_inbound(database, event, rules, now)
    return _apply_receipt(database, event, now)


def _apply_inbound(database: Database, event: StoredEvent, rules: Rules, now: datetime) -> str | None:
    content = event.content
    with database.system() as connection:
        organisation_id = organisation_hearing(connection, [content["service"], content["to_address"]])
    if organisation_id is None:
        log.warning("reply_to_an_unknown_number", event_id=event.id)
        return None
    heard = Heard(
        event_key=content["event_key"],
        from_address=content["from_address"],
        to_address=content["to_address"],
        body=content["body"],
        media=int(content["media"]),
        provider_answered=content["provider_answered"] == "True",
        received_at=event.received_at,
    )
    with database.organisation(organisation_id) as connection:
        meant = take_reply(connection, organisation_id, heard, rules, now)
    return meant.intent if meant else "known"


def _apply_receipt(database: Database, event: StoredEvent, now: datetime) -> str | None:
    with database.system() as connection:
        attempt = attempt_of(connection, event.attempt_id, event.provider_id)
    if attempt is None:
        return "unmatched" if now - event.received_at > PATIENCE else None
    content = event.content
    with database.organisation(attempt.organisation_id) as connection:
        moved = False
        if event.provider_id:
            note_provider_id(connection, attempt.attempt_id, event.provider_id)
        if content["state"]:
            moved = advance(connection, attempt.message_id, State(content["state"]), content["code"], now)
        if content["error"] and (moved or not content["state"]):
            error = ErrorClass(content["error"])
            after_refusal(
                connection, attempt.organisation_id, attempt.message_id, error, content["code"], content["words"], now
            )
    return "applied" if moved else "nothing_new"
