"""How Twilio and SendGrid sign what they post."""

import base64
from collections.abc import Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from twilio.request_validator import RequestValidator


class TwilioSigner:
    def __init__(self, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token)

    def headers(self, url: str, params: Mapping[str, str]) -> dict[str, str]:
        """`url` is the whole address with its query, without a fragment."""
        return {"X-Twilio-Signature": str(self._validator.compute_signature(url, dict(params)))}


class SendGridSigner:
    """ECDSA P-256 over the timestamp's bytes and then the body's, as sendgrid/docs "security-features" says."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    def headers(self, timestamp: int, body: bytes) -> dict[str, str]:
        signature = self._key.sign(str(timestamp).encode() + body, ec.ECDSA(hashes.SHA256()))
        return {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": str(timestamp),
        }
