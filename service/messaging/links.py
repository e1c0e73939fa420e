"""Signed, expiring links to a page about one message. They name nobody: an id, an end, and a signature."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

_MAC_BYTES = 16


class Links:
    """Makes and reads link tokens. `key`: 32 bytes known only to us."""

    def __init__(self, *, key: bytes, public_base_url: str, lifetime: timedelta) -> None:
        self._key = hashlib.sha256(b"handrail link" + key).digest()
        self._base = public_base_url
        self._lifetime = lifetime

    def to_message(self, message_id: UUID, now: datetime) -> str:
        """The address of the page that shows this message, good for the lifetime of links."""
        return f"{self._base}/m/{self.token(message_id, now + self._lifetime)}"

    def token(self, message_id: UUID, ends_at: datetime) -> str:
        payload = message_id.bytes + int(ends_at.timestamp()).to_bytes(5)
        return base64.urlsafe_b64encode(payload + self._mac(payload)).decode().rstrip("=")

    def message_of(self, token: str, now: datetime) -> UUID | None:
        """The message a token leads to, or None where it is forged, cut short, or over."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        payload, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if len(payload) != 21 or not hmac.compare_digest(mac, self._mac(payload)):
            return None
        ends_at = datetime.fromtimestamp(int.from_bytes(payload[16:]), UTC)
        return UUID(bytes=payload[:16]) if now < ends_at else None

    def _mac(self, payload: bytes) -> bytes:
        return hmac.new(self._key, payload, hashlib.sha256).digest()[:_MAC_BYTES]
