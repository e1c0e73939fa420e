"""Nearest known word, for texts in which missing a word is worse than misreading one."""

import re
from collections.abc import Iterable, Set

SHORTEST_MENDED = 5
LONGEST_MENDED = 24
_REPEATED = re.compile(r"([^\W\d_])\1+")
_MUCH_REPEATED = re.compile(r"([^\W\d_])\1{2,}")


class Speller:
    """`vocabulary`: words to be found; `known`: other real words, left as they are."""

    def __init__(self, vocabulary: Set[str], known: Set[str]) -> None:
        self._right = frozenset(vocabulary) | known
        self._near: dict[str, str] = {}
        for word in sorted(vocabulary):
            if len(word) >= SHORTEST_MENDED and word.isalpha():
                for form in {word, *_with_one_less(word)}:
                    self._near.setdefault(form, word)

    def without_repeats(self, word: str) -> str:
        """ "stooop" is "stop", "killl" is "kill"; a word that is right stays."""
        if word in self._right or not _REPEATED.search(word):
            return word
        for shorter in (_MUCH_REPEATED.sub(r"\1\1", word), _REPEATED.sub(r"\1", word)):
            if shorter in self._right:
                return shorter
        return _MUCH_REPEATED.sub(r"\1", word)

    def mend(self, word: str) -> str:
        """The known word one letter away: missing, added, wrong, or two letters swapped."""
        if word in self._right or not SHORTEST_MENDED <= len(word) <= LONGEST_MENDED or not word.isalpha():
            return word
        for form in (word, *_with_one_less(word)):
            near = self._near.get(form)
            if near and near[0] == word[0]:
                return near
        return word


def _with_one_less(word: str) -> Iterable[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))
