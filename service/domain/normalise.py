"""A patient's text as plain words: no case, no accents, no skin tones, no invisible characters.

Every step is linear in the length of the text, and none can fail, whatever the text holds.
"""

import re
import unicodedata
from dataclasses import dataclass

_QUOTES = dict.fromkeys(map(ord, "‘’‚‛´`ʼʹ′＇"), "'") | dict.fromkeys(map(ord, "“”„‟«»〝〞"), '"')
_PICTURES = {0x1F51F: "10", 0x00BF: " ", 0x00A1: " "}
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u0300-\u036f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u20d0-\u20ff\ufe00-\ufe0f\ufeff\ufff0-\uffff\ud800-\udfff\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]"
)
_TOKEN = re.compile(
    r"(?P<break>[.!?;,\n\u2013\u2014]+|\s-+\s)"
    r"|(?P<word>-?[0-9]+(?:[.,:-][0-9]+|\s?[/\u2044]\s?[0-9]+)+"  # 6.5, 6-7, 9:30, 6/10, 555-0180
    r"|(?<![^\W_])-[0-9]+|[0-9]+(?=[ap]m(?![^\W_]))|[^\W_]+"  # -3, the 9 of 9am, any word
    r"|[\u2190-\u2bff\U0001f000-\U0001faff])"
)
_HEARTS = ("</3", " 💔 "), ("<3", " ❤ ")
_REACTION = re.compile(r'([^"\n]{1,48}?)\s*"(.*)"\.?', re.DOTALL)
_SIGNED = re.compile(r"(?:\n|\s)[-–—~]\s?([A-Z][^\W\d_]*\.?(?: [A-Z][^\W\d_]*\.?){0,2})\Z")
_SIGNATURE_ROOM = 48


@dataclass(frozen=True, kw_only=True)
class Said:
    """The words of one text. `clauses[i]` numbers the clause of `words[i]`; emoji are words of their own.

    Words from `signed_at` on may be a signature. `quoted` is what a tapback ("Liked “…”") quotes:
    for a tapback, `words` holds only what stands before the quotation.
    """

    words: tuple[str, ...]
    clauses: tuple[int, ...]
    signed_at: int
    asks: bool
    quoted: tuple[str, ...] | None = None


def normalise(text: str) -> Said:
    """What `text` says, without what mail programs and tapbacks put around it."""
    plain = text.translate(_QUOTES)
    reaction = _REACTION.fullmatch(plain.strip()) if plain.rstrip(" .\n").endswith('"') else None
    if reaction and any(map(str.isalpha, reaction[1])):
        words, clauses = _split(fold(reaction[1]))
        return Said(words=words, clauses=clauses, signed_at=len(words), asks=False, quoted=every_word(reaction[2]))
    body = _above_two_dashes(_without_quoted_lines(plain)).rstrip()
    folded = fold(body)
    words, clauses = _split(folded)
    signed = len(words) - _signature_length(body)
    return Said(words=words, clauses=clauses, signed_at=signed, asks="?" in folded)


def every_word(text: str) -> tuple[str, ...]:
    """All words of `text`, quotations and signatures too."""
    return _split(fold(text))[0]


def fold(text: str) -> str:
    """Lower case without accents, apostrophes and invisible characters; full-width letters made plain."""
    for written, meant in _HEARTS:
        text = text.replace(written, meant)
    if text.isascii():
        return _INVISIBLE.sub("", text.lower()).replace("'", "")
    text = unicodedata.normalize("NFKD", text.translate(_QUOTES | _PICTURES)).casefold()
    return _INVISIBLE.sub("", unicodedata.normalize("NFKD", text)).replace("'", "")


def _split(folded: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    words: list[str] = []
    clauses: list[int] = []
    clause = 0
    for found in _TOKEN.finditer(folded):
        if found.lastgroup == "break":
            clause += 1
        else:
            words.append(found[0].replace("\u2044", "/").replace(" ", ""))
            clauses.append(clause)
    return join_spelled_out(words, clauses)


def join_spelled_out(words: list[str], clauses: list[int]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """`s t o p` and `s.t.o.p` are "stop": four or more single letters in a row are one word."""
    if sum(1 for word in words if len(word) == 1 and word.isalpha()) < 4:
        return tuple(words), tuple(clauses)
    joined: list[str] = []
    kept: list[int] = []
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and len(words[end]) == 1 and words[end].isalpha():
            end += 1
        end = end if end - at >= 4 else at + 1
        joined.append("".join(words[at:end]))
        kept.append(clauses[at])
        at = end
    return tuple(joined), tuple(kept)


def _without_quoted_lines(text: str) -> str:
    if ">" not in text:
        return text
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))


def _above_two_dashes(text: str) -> str:
    """Mail programs set a signature off with a line of two dashes."""
    return text.split("\n-- \n", 1)[0].split("\n--\n", 1)[0]


def _signature_length(body: str) -> int:
    """How many words at the end look like "- Maria Lopez"."""
    signed = _SIGNED.search(body[-_SIGNATURE_ROOM:])
    return len(signed[1].split()) if signed else 0
