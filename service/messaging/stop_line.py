"""Adds the line that says how to end the texts, where the rules ask for it and the text does not say it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.domain.stop_rule import AT_LEAST_EVERY, SaidStop, must_say_stop, says_stop, with_line
from service.domain.values import Channel, Clinic
from service.messaging.rendering import context_without_visit, render_sms
from service.messaging.schedule_bundle import NoSuchText, OpenBundle
from service.messaging.speaking import Words
from service.storage.attempts import Pending
from service.storage.texts_sent import texts_sent_since

STOP_LINE = "common.stop_line"


class StopLines:
    """For one batch: what its contact points were told in the last 30 days, read with one query."""

    def __init__(self, connection: Connection, pending: Sequence[Pending], now: datetime) -> None:
        self._now = now
        points = {message.contact_point_id for message in pending if message.channel is Channel.SMS}
        self._said = _said(texts_sent_since(connection, points, now - AT_LEAST_EVERY))

    def added(self, words: Words, message: Pending, bundle: OpenBundle, clinic: Clinic, *, visits_before: int) -> Words:
        """The words with the line, if it is due. An answer to the patient's own text is left as it is."""
        if message.channel is not Channel.SMS or message.in_reply_to is not None:
            return words
        said = self._said.setdefault(message.contact_point_id, [])
        has_it = says_stop(words.body)
        due = must_say_stop(said, message.appointment_id, starts_series=visits_before == 0, now=self._now)
        line = stop_line(bundle, message.language, clinic) if due and not has_it else ""
        if line or has_it:
            said.append(SaidStop(appointment_id=message.appointment_id, at=self._now))
        return replace(words, body=with_line(words.body, line)) if line else words


def stop_line(bundle: OpenBundle, language: str, clinic: Clinic) -> str:
    """In the patient's language; "" in a version that was stored before there was such a text."""
    try:
        source = bundle.text(STOP_LINE, language).sms
    except NoSuchText:
        return ""
    return render_sms(source, context_without_visit(clinic=clinic, first_name=""))


def _said(sent: Iterable[tuple[UUID, UUID | None, datetime, str]]) -> dict[UUID, list[SaidStop]]:
    found: dict[UUID, list[SaidStop]] = {}
    for point, appointment_id, at, body in sent:
        if says_stop(body):
            found.setdefault(point, []).append(SaidStop(appointment_id=appointment_id, at=at))
    return found
