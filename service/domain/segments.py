"""What a text costs: how many SMS segments it fills, and which characters make it dear.

Source: GSM 03.38 (3GPP TS 23.038) and Twilio, "What is the SMS character limit?" (2026-11).
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")


class Encoding(StrEnum):
    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


_ALONE = {Encoding.GSM7: 160, Encoding.UCS2: 70}
_JOINED = {Encoding.GSM7: 153, Encoding.UCS2: 67}  # a header joins the parts and takes its share


@dataclass(frozen=True, kw_only=True)
class Segments:
    """`units`: septets or UTF-16 units. `costly`: the characters that keep it from GSM-7, each once."""

    encoding: Encoding
    units: int
    segments: int
    costly: tuple[str, ...] = ()


def count(text: str) -> Segments:
    """What `text` costs, exactly as given; an empty text fills no segment."""
    costly = tuple(dict.fromkeys(char for char in text if char not in _BASIC and char not in _EXTENDED))
    encoding = Encoding.UCS2 if costly else Encoding.GSM7
    widths = [_width(char, encoding) for char in text]
    units = sum(widths)
    alone = units <= _ALONE[encoding]
    return Segments(
        encoding=encoding,
        units=units,
        segments=min(units, 1) if alone else _parts(widths, _JOINED[encoding]),
        costly=costly,
    )


def _width(char: str, encoding: Encoding) -> int:
    if encoding is Encoding.UCS2:
        return 2 if ord(char) > 0xFFFF else 1
    return 2 if char in _EXTENDED else 1


def _parts(widths: Iterable[int], room: int) -> int:
    """A character of two units is never cut in half: it moves whole into the next part."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts


def _table(pairs: dict[str, str]) -> dict[int, str]:
    return {ord(char): plain for chars, plain in pairs.items() for char in chars}


_LOOK_ALIKES = _table(
    {
        "‘’‚‛′‵`´ʼʻˈ‹›": "'",
        "“”„‟″‶«»": '"',
        "‐‑‒–—―−⁃﹘﹣-": "-",
        "…": "...",
        "•·‧∙": "-",
        "⁄∕": "/",
        "\t\v\f": " ",
        "\u0085\u2028\u2029": "\n",
    }
)
# Drawn as nothing, though Unicode files them under letters and marks.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def plain(text: str) -> str:
    """The same words in the cheapest characters that look alike; invisible characters are gone."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    visible = "".join(_drawn(char) for char in lines.translate(_LOOK_ALIKES))
    # Composing can bring forth another look-alike (U+1FEF becomes a backtick), so they are replaced again.
    return unicodedata.normalize("NFC", visible).translate(_LOOK_ALIKES)


def _drawn(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Zs":
        return " "
    hidden = category in {"Cc", "Cf", "Cs"} and char != "\n"
    selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return "" if hidden or selector or char in _BLANKS else char
