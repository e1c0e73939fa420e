"""The words of one message, made at the moment of sending from the version of the schedule it belongs to."""

from dataclasses import dataclass
from datetime import datetime

from service.domain.values import Appointment, Channel, Clinic, Recipient
from service.messaging.rendering import TextContext, context, context_without_visit, render_email, render_sms
from service.messaging.schedule_bundle import OpenBundle, choose_text


@dataclass(frozen=True, kw_only=True)
class Words:
    """What goes out. An e-mail only says that there is a message, and where; `subject` is empty for SMS."""

    subject: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """Says things as of one moment."""

    now: datetime

    def say(
        self,
        bundle: OpenBundle,
        *,
        text_name: str,
        channel: Channel,
        appointment: Appointment | None,
        clinic: Clinic,
        recipient: Recipient,
        first_name: str,
        link: str,
    ) -> Words:
        """The words for one channel. Raises `BadText` or `NoSuchText` where they cannot be made."""
        about = self._context(bundle, appointment, clinic, recipient, first_name, link)
        if channel is Channel.EMAIL:
            mail = bundle.email(text_name, recipient.language)
            subject, body = render_email(mail.subject, mail.body, about)
            return Words(subject=subject, body=body)
        text = bundle.text(text_name, recipient.language)
        return Words(subject="", body=render_sms(choose_text(text, recipient.visits_before == 0), about))

    def _context(
        self,
        bundle: OpenBundle,
        appointment: Appointment | None,
        clinic: Clinic,
        recipient: Recipient,
        first_name: str,
        link: str,
    ) -> TextContext:
        if appointment is None:
            return context_without_visit(clinic=clinic, first_name=first_name, link=link)
        return context(
            appointment=appointment,
            schedule=bundle.schedule,
            clinic=clinic,
            recipient=recipient,
            first_name=first_name,
            link=link,
            now=self.now,
        )
