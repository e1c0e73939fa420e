"""E-mail through SendGrid: send one.

The request is built by SendGrid's own SDK and a refusal read by it; it travels over `HttpClient`.
SendGrid cannot be asked what became of an e-mail, so there is no `find` here: its events must tell.
"""

import io
import json
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.error import HTTPError as PlainHttpError
from uuid import UUID

from python_http_client.exceptions import handle_error
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import (
    ClickTracking,
    CustomArg,
    From,
    Header,
    HtmlContent,
    Mail,
    OpenTracking,
    PlainTextContent,
    Subject,
    SubscriptionTracking,
    To,
    TrackingSettings,
)
from sendgrid.helpers.mail.exceptions import ApiKeyIncludedException

from service.domain.states import State
from service.providers.http_client import UNREADABLE, Answer, CallFailed, HttpClient
from service.providers.outcome import Accepted, ErrorClass, Outcome, Refused
from service.providers.sendgrid_codes import why_refused

ATTEMPT_ARG = "handrail_id"  # comes back at the top level of each event, so it must not be a name of SendGrid's


@dataclass(frozen=True, kw_only=True)
class OutgoingEmail:
    """One e-mail to one address. `html` may be empty. `unsubscribe_url` must act on POST alone (RFC 8058)."""

    attempt_id: UUID
    sender: str
    sender_name: str
    to: str
    subject: str
    text: str
    html: str = ""
    unsubscribe_url: str | None = None


class SendGridSender:
    """SendGrid's account, ready to use."""

    def __init__(self, *, api_key: str, base_url: str, http: HttpClient) -> None:
        self._call = _call_of(api_key, base_url)
        self._http = http

    async def send(self, email: OutgoingEmail) -> Outcome:
        """One call, once. Every fault is an `Outcome`."""
        try:
            body = _body_of(email)
        except ApiKeyIncludedException:
            return _HOLDS_A_KEY
        try:
            answer = await self._http.request("POST", self._call.url, headers=self._call.headers, body=body)
        except CallFailed as error:
            return error.refused
        return _outcome_of(answer)


@dataclass(frozen=True, kw_only=True)
class _Call:
    url: str
    headers: dict[str, str]


def _call_of(api_key: str, base_url: str) -> _Call:
    client: Any = SendGridAPIClient(api_key, host=base_url).client.mail.send
    headers = {**client.request_headers, "Content-Type": "application/json"}
    return _Call(url=client._build_url(None), headers=headers)


def _body_of(email: OutgoingEmail) -> bytes:
    mail: Any = Mail(from_email=From(email.sender, email.sender_name), to_emails=To(email.to))
    mail.subject = Subject(email.subject)
    mail.add_content(PlainTextContent(email.text))
    if email.html:
        mail.add_content(HtmlContent(email.html))
    mail.add_custom_arg(CustomArg(ATTEMPT_ARG, str(email.attempt_id)))
    mail.tracking_settings = TrackingSettings(
        click_tracking=ClickTracking(False, False),
        open_tracking=OpenTracking(False),
        subscription_tracking=SubscriptionTracking(False),
    )
    if email.unsubscribe_url:
        mail.add_header(Header("List-Unsubscribe", f"<{email.unsubscribe_url}>"))
        mail.add_header(Header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return json.dumps(mail.get()).encode()


# --- reading what SendGrid answered --------------------------------------------------------------


_HOLDS_A_KEY = Refused(
    error=ErrorClass.PERMANENT,
    code="holds_a_key",
    words="The e-mail begins like a SendGrid key, so it was not sent; correct its template.",
)


def _outcome_of(answer: Answer) -> Outcome:
    if answer.status == 202:
        return Accepted(provider_id=answer.headers.get("X-Message-Id", ""), state=State.HANDED_OVER)
    if 200 <= answer.status < 300:
        return UNREADABLE  # SendGrid answers 202, so this came from something else
    return _refusal(answer)


def _refusal(answer: Answer) -> Refused:
    """By way of the SDK's own exception for this status."""
    plain = PlainHttpError("", answer.status, answer.reason, Message(), io.BytesIO(answer.body))
    error: Any = handle_error(plain)
    return why_refused(int(error.status_code), _fields_complained_of(error.body)).refused()


def _fields_complained_of(body: bytes) -> tuple[str, ...]:
    """`{"errors": [{"field": "personalizations.0.to", ...}]}`; empty for anything else."""
    try:
        errors = json.loads(body)["errors"]
        return tuple(str(error.get("field")) for error in errors)
    except (ValueError, TypeError, LookupError, AttributeError):
        return ()
