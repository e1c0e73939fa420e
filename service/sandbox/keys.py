"""Keys for the signed event webhook. Importing this has no side effects."""

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)


def new_event_keys() -> tuple[str, str]:
    """A fresh P-256 pair, each on one line: the private key (base64 of PKCS#8 DER) for
    `SANDBOX_SENDGRID_PRIVATE_KEY`, the public one (base64 of SPKI DER, SendGrid's form) for
    `SENDGRID_WEBHOOK_PUBLIC_KEY`."""
    private = ec.generate_private_key(ec.SECP256R1())
    private_der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public_der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(private_der).decode(), base64.b64encode(public_der).decode()


def read_event_key(private: str) -> ec.EllipticCurvePrivateKey:
    """The private key `new_event_keys` made. Raises `ValueError` when it is anything else."""
    key = load_der_private_key(base64.b64decode(private, validate=True), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ValueError("not a P-256 key")
    return key
