"""How words of a file are cleaned, compared and looked up."""

import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Generic, TypeVar

Meaning = TypeVar("Meaning")


def clean(text: str) -> str:
    """Without space around it control characters or direction marks, single spaces within, accents composed (NFC)."""
    plain = " ".join(text.split())
    if not plain.isprintable():
        plain = "".join(letter for letter in plain if unicodedata.category(letter) not in ("Cc", "Cf"))
    return unicodedata.normalize("NFC", plain)


def fold(text: str) -> str:
    """Equal for `booked `, `Booked` and `BOOKED`."""
    return clean(text).casefold()


def closest(word: str, known: tuple[str, ...]) -> str:
    """`Did you mean "Sacramento"? ` or nothing, to stand in front of a remedy."""
    folded = {fold(candidate): candidate for candidate in known}
    found = get_close_matches(fold(word), folded, n=1, cutoff=0.75)
    return f'Did you mean "{folded[found[0]]}"? ' if found else ""


class Words(Generic[Meaning]):
    """The words an export uses in one column, as the mapping writes them, each with its meaning."""

    def __init__(self, meanings: Mapping[str, Meaning]) -> None:
        self.as_written = tuple(meanings)
        self._meanings = {fold(word): meaning for word, meaning in meanings.items()}

    def meaning_of(self, text: str) -> Meaning | None:
        return self._meanings.get(fold(text))

    def closest(self, text: str) -> str:
        return closest(text, self.as_written)

    def meanings(self) -> tuple[Meaning, ...]:
        return tuple(self._meanings.values())
