"""Which requests to create a text Twilio refuses, and with which code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.sandbox.numbers import is_phone_number

LONGEST_BODY = 1600
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
EMPTY_SERVICE = "MG" + "0" * 32  # stands for a messaging service that holds no number


@dataclass(frozen=True, kw_only=True)
class NewText:
    to: str
    sender: str | None
    messaging_service_sid: str | None
    body: str
    status_callback: str


@dataclass(frozen=True, kw_only=True)
class Refusal:
    status: int = 400
    code: int
    message: str


def read_new_text(form: Mapping[str, str]) -> NewText | Refusal:
    """What the form asks for, or the first reason to refuse it."""
    return (
        _refused_recipient(form.get("To", ""))
        or _refused_sender(form.get("From", ""), form.get("MessagingServiceSid", ""))
        or _refused_body(form.get("Body", ""))
        or _refused_callback(form.get("StatusCallback", ""))
        or _refused_schedule(form)
        or _new_text(form)
    )


def _new_text(form: Mapping[str, str]) -> NewText:
    return NewText(
        to=form["To"],
        sender=form.get("From") or None,
        messaging_service_sid=form.get("MessagingServiceSid") or None,
        body=form["Body"],
        status_callback=form.get("StatusCallback", ""),
    )


def _refused_recipient(to: str) -> Refusal | None:
    if not to:
        return Refusal(code=21604, message="A 'To' phone number is required.")
    if not is_phone_number(to):
        return Refusal(code=21211, message=f"Invalid 'To' Phone Number: {to}")
    return None


def _refused_sender(sender: str, service: str) -> Refusal | None:
    if not sender and not service:
        return Refusal(code=21603, message="A 'From' phone number or a 'MessagingServiceSid' is required.")
    if sender and not is_phone_number(sender):
        return Refusal(code=21212, message=f"Invalid 'From' Phone Number: {sender}")
    if service and not _SERVICE.fullmatch(service):
        return Refusal(status=404, code=21701, message="The Messaging Service does not exist.")
    if service == EMPTY_SERVICE:
        return Refusal(code=21703, message="The Messaging Service contains no phone number to send from.")
    return None


def _refused_body(body: str) -> Refusal | None:
    if not body:
        return Refusal(code=21602, message="A message body is required.")
    if len(body) > LONGEST_BODY:
        return Refusal(code=21617, message=f"The message body exceeds {LONGEST_BODY} characters.")
    return None


def _refused_callback(url: str) -> Refusal | None:
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host or "_" in host:
        return Refusal(code=21609, message=f"The 'StatusCallback' URL {url} is not a valid URL.")
    return None


def _refused_schedule(form: Mapping[str, str]) -> Refusal | None:
    """Plans live in the service's own database, so the sandbox does not play Twilio's scheduler."""
    if form.get("ScheduleType") or form.get("SendAt"):
        return Refusal(code=20001, message="The sandbox does not schedule; send the message when it is due.")
    return None
