"""How many SMS segments a text takes. Source: GSM 03.38, and Twilio's "SMS character limit" page."""

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("^{}\\[~]|€\f")


def segments_of(body: str) -> int:
    """At least 1. GSM-7: 160 alone or 153 each; any other character: 70 or 67 UTF-16 units."""
    if set(body) <= _GSM | _GSM_EXTENSION:
        return _split(sum(2 if letter in _GSM_EXTENSION else 1 for letter in body), alone=160, each=153)
    return _split(len(body.encode("utf-16-le")) // 2, alone=70, each=67)


def _split(units: int, *, alone: int, each: int) -> int:
    return 1 if units <= alone else -(-units // each)
