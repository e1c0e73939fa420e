"""A text typed on a pretend phone: kept, read for the provider's own keywords, and posted to the service."""

from dataclasses import replace
from uuid import uuid4

from service.sandbox.faults import FaultBook
from service.sandbox.keywords import STANDARD_REPLY, Keyword, keyword_in
from service.sandbox.ledger import Ledger
from service.sandbox.numbers import sending_number
from service.sandbox.posting import Poster
from service.sandbox.records import Consent, Direction, Text, TextStatus
from service.sandbox.segments import segments_of
from service.sandbox.service_clock import ServiceClock


class Inbound:
    def __init__(
        self,
        *,
        account_sid: str,
        default_service_sid: str,
        url: str,
        ledger: Ledger,
        faults: FaultBook,
        poster: Poster,
        clock: ServiceClock,
    ) -> None:
        self._account_sid = account_sid
        self._default_service_sid = default_service_sid
        self._url = url
        self._ledger = ledger
        self._faults = faults
        self._poster = poster
        self._clock = clock

    async def typed(self, phone: str, body: str) -> Text:
        """Write the text down as received, with the provider's own answer to a keyword. Not posted yet."""
        await self._clock.fresh_now()
        service, ours = self._last_sender_to(phone)
        text = self._received(phone, body, ours=ours, service=service)
        self._ledger.put(text)
        keyword = keyword_in(body)
        if keyword is not None:
            self._heed(keyword, text, ours)
        return text

    async def tell_service(self, text: Text) -> Text:
        """Post the webhook and note what the service answered."""
        answer = await self._poster.post_form(self._url, self.webhook_params(text))
        heard = replace(self._ledger.text(text.sid) or text, webhook_answer=answer)
        if self._ledger.text(text.sid) is not None:
            self._ledger.put(heard)
        return heard

    def _last_sender_to(self, phone: str) -> tuple[str | None, str]:
        """The messaging service and number that wrote to the phone last: people answer the last text."""
        for text in reversed(self._ledger.conversation(phone)):
            if text.direction is Direction.OUTBOUND:
                service = text.messaging_service_sid
                return service, text.ours or sending_number(service or "")
        return self._default_service_sid, sending_number(self._default_service_sid)

    def _received(self, phone: str, body: str, *, ours: str, service: str | None) -> Text:
        now = self._clock.now()
        return Text(
            sid=f"SM{uuid4().hex}",
            direction=Direction.INBOUND,
            status=TextStatus.RECEIVED,
            phone=phone,
            ours=ours,
            body=body,
            created_at=now,
            updated_at=now,
            sent_at=now,
            messaging_service_sid=service,
        )

    def _heed(self, keyword: Keyword, text: Text, ours: str) -> None:
        was_blocked = self._ledger.is_blocked(text.phone, ours)
        if keyword is Keyword.STOP:
            self._ledger.put(Consent(phone=text.phone, ours=ours, standing="blocked"))
        if keyword is Keyword.START:
            self._ledger.put(Consent(phone=text.phone, ours=ours, standing="allowed"))
        changes_nothing = was_blocked is (keyword is Keyword.STOP)
        if keyword is Keyword.HELP or not changes_nothing:
            self._ledger.put(_provider_reply(text, STANDARD_REPLY[keyword]))

    def webhook_params(self, text: Text) -> dict[str, str]:
        """Source: Twilio, "Webhook request" and "Advanced Opt-Out"."""
        params = {
            "AccountSid": self._account_sid,
            "ApiVersion": "2010-04-01",
            "Body": text.body,
            "From": text.phone,
            "MessageSid": text.sid,
            "NumMedia": "0",
            "NumSegments": str(segments_of(text.body)),
            "SmsMessageSid": text.sid,
            "SmsSid": text.sid,
            "SmsStatus": text.status.value,
            "To": text.ours or "",
            **_home_of("From"),
            **_home_of("To"),
        }
        if text.messaging_service_sid:
            params["MessagingServiceSid"] = text.messaging_service_sid
        keyword = keyword_in(text.body)
        if keyword and self._faults.switches.opt_out == "advanced":
            params["OptOutType"] = keyword.value
        return params


def _home_of(side: str) -> dict[str, str]:
    """A number's home area. Blank values are usual, and signed like any other."""
    return {f"{side}City": "", f"{side}State": "", f"{side}Zip": "", f"{side}Country": "US"}


def _provider_reply(text: Text, body: str) -> Text:
    return replace(
        text,
        sid=f"SM{uuid4().hex}",
        direction=Direction.PROVIDER_REPLY,
        status=TextStatus.DELIVERED,
        body=body,
    )
