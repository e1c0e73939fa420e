"""Settles uncertain messages: by asking the provider, else by the step's own rule. Never by guessing."""

from datetime import datetime
from uuid import UUID

import structlog

from service.domain.states import State
from service.domain.values import Channel, IfUnsure
from service.messaging.aftermath import after_refusal
from service.messaging.looping import Loop
from service.messaging.planning import version_in
from service.providers.outcome import CannotTell, ErrorClass, Found, NotFound, Search
from service.providers.twilio_send import TwilioSender
from service.settings import Settings
from service.storage.clinics import organisation_ids
from service.storage.database import Database
from service.storage.events import advance, note_provider_id
from service.storage.uncertain import Uncertain, is_known_elsewhere, send_again, uncertain_messages

log = structlog.get_logger()

AT_ONCE = 50


def settle_all(database: Database, settings: Settings, twilio: TwilioSender, loop: Loop, now: datetime) -> int:
    """Looks at uncertain messages of every organisation. Returns how many were settled."""
    with database.system() as connection:
        organisations = organisation_ids(connection)
    return sum(_settle_of(database, organisation_id, settings, twilio, loop, now) for organisation_id in organisations)


def _settle_of(
    database: Database, organisation_id: UUID, settings: Settings, twilio: TwilioSender, loop: Loop, now: datetime
) -> int:
    """A message or an organisation that cannot be dealt with holds up no other: it stays, and its gauge rises."""
    settled = 0
    try:
        with database.organisation(organisation_id) as connection:
            waiting = uncertain_messages(connection, organisation_id, AT_ONCE)
    except Exception as error:
        log.error("settle_failed", organisation_id=str(organisation_id), error=type(error).__name__)
        return 0
    for message in waiting:
        try:
            search = _ask(message, twilio, loop)
            settled += _settle(database, organisation_id, message, search, settings, now)
        except Exception as error:
            log.error("settle_failed", message_id=str(message.message_id), error=type(error).__name__)
    return settled


def _ask(message: Uncertain, twilio: TwilioSender, loop: Loop) -> Search:
    if message.channel is Channel.EMAIL:
        return CannotTell(code="", words="SendGrid cannot be asked; its event or the step's rule decides.")
    if message.said is None:
        return CannotTell(code="unreadable", words="What was said to whom cannot be read, so it cannot be looked for.")
    said = message.said
    return loop.start(twilio.find(to=said.address, body=said.body, since=message.started_at)).result()


def _settle(
    database: Database, organisation_id: UUID, message: Uncertain, search: Search, settings: Settings, now: datetime
) -> bool:
    with database.organisation(organisation_id) as connection:
        if isinstance(search, Found) and not is_known_elsewhere(connection, search.provider_id, message.attempt_id):
            note_provider_id(connection, message.attempt_id, search.provider_id)
            moved = advance(connection, message.message_id, search.state, search.code, now, number=message.number)
            if moved and search.error is not None:
                after_refusal(
                    connection, organisation_id, message.message_id, search.error, search.code, search.words, now
                )
            return moved
        if now - message.started_at < settings.uncertain_after:
            return False
        if _rule(database, organisation_id, message) is IfUnsure.SEND_AGAIN and now < message.expires_at:
            return send_again(connection, message.message_id, message.number, now)
        if isinstance(search, NotFound) and now < message.expires_at:
            return send_again(connection, message.message_id, message.number, now)
        words = "Nobody can say whether this message reached the patient."
        moved = advance(connection, message.message_id, State.FAILED, "uncertain", now, number=message.number)
        if moved:
            after_refusal(
                connection, organisation_id, message.message_id, ErrorClass.UNCERTAIN, "uncertain", words, now
            )
        log.warning("uncertain_for_good", message_id=str(message.message_id))
        return moved


def _rule(database: Database, organisation_id: UUID, message: Uncertain) -> IfUnsure:
    if message.schedule_version_id is None:
        return IfUnsure.ASK_STAFF
    with database.organisation(organisation_id) as connection:
        bundle = version_in(connection, message.schedule_version_id)
    step = bundle.schedule.step(message.step)
    return step.if_unsure if step else IfUnsure.ASK_STAFF
