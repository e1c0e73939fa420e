"""How the pages say things: states, times, links."""

import re
from datetime import datetime, timedelta, tzinfo
from urllib.parse import quote

from markupsafe import Markup, escape

from service.sandbox.records import Direction, Mail, MailStatus, Text, TextStatus
from service.sandbox.twilio_shapes import ERROR_TEXTS

_LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]]")
_TEXT_STATES = {
    TextStatus.ACCEPTED: "Accepted",
    TextStatus.QUEUED: "Queued",
    TextStatus.SENT: "Sent",
    TextStatus.DELIVERED: "Delivered",
    TextStatus.UNDELIVERED: "Not delivered",
    TextStatus.FAILED: "Failed",
    TextStatus.RECEIVED: "Received",
}
_MAIL_STATES = {
    MailStatus.ACCEPTED: "Accepted",
    MailStatus.PROCESSED: "Processed",
    MailStatus.DEFERRED: "Deferred, to be tried again",
    MailStatus.DELIVERED: "Delivered",
    MailStatus.BOUNCE: "Bounced: no such mailbox",
    MailStatus.DROPPED: "Dropped: suppressed address",
}


def when(instant: datetime, zone: tzinfo) -> str:
    """`Tue, Mar 16, 2027, 9:00 AM PDT`"""
    local = instant.astimezone(zone)
    return f"{local:%a, %b} {local.day}, {local.year}, {clock_time(instant, zone)} {local:%Z}"


def clock_time(instant: datetime, zone: tzinfo) -> str:
    """`9:00 AM`"""
    local = instant.astimezone(zone)
    return f"{local.hour % 12 or 12}:{local:%M} {local:%p}"


def day(instant: datetime, zone: tzinfo) -> str:
    """`Tuesday, March 16, 2027`"""
    local = instant.astimezone(zone)
    return f"{local:%A, %B} {local.day}, {local.year}"


def duration(length: timedelta) -> str:
    """`3 days 4 h`, `5 min`, `now`: the two largest parts."""
    minutes = round(length.total_seconds() / 60)
    days, hours = divmod(minutes // 60, 24)
    parts = [f"{days} day{'' if days == 1 else 's'}"] if days else []
    parts += [f"{hours} h"] if hours else []
    parts += [f"{minutes % 60} min"] if minutes % 60 else []
    return " ".join(parts[:2]) or "now"


def text_state(text: Text) -> str:
    if text.direction is Direction.INBOUND:
        return _heard(text.webhook_answer)
    if text.error_code:
        return f"{_TEXT_STATES[text.status]}: {ERROR_TEXTS.get(text.error_code, 'error')} ({text.error_code})"
    return _TEXT_STATES[text.status]


def _heard(answer: str) -> str:
    if not answer:
        return "Sent"
    if answer.startswith("2"):
        return "Taken by the service"
    return f"The service did not take it: {answer}"


def mail_state(mail: Mail) -> str:
    return _MAIL_STATES[mail.status]


def went_wrong(message: Text | Mail) -> bool:
    if isinstance(message, Mail):
        return message.status in (MailStatus.BOUNCE, MailStatus.DROPPED)
    return message.error_code is not None or message.webhook_answer[:1] in ("3", "4", "5", "n")


def linked(text: str) -> Markup:
    """The text, safe for a page, its web addresses clickable."""
    parts: list[Markup] = []
    end = 0
    for link in _LINK.finditer(text):
        address = link.group()
        parts += [
            escape(text[end : link.start()]),
            Markup('<a href="{}" rel="noreferrer">{}</a>').format(address, address),
        ]
        end = link.end()
    return Markup("").join([*parts, escape(text[end:])])


def in_path(piece: str) -> str:
    """A number or address as one piece of a path."""
    return quote(piece, safe="+@")
