"""A small language for phrases, and one automaton that finds all of them in one pass.

    i need to cancel        words
    can|could you           one of several words
    please?                 may be missing
    stop .. texts           up to three words of any kind between
    suicid*                 any word that begins so
    <ride>                  one phrase of the group `ride` in the same file; also <ride>|bus
    #  #/10  #:#            a number; a number out of ten; a time of day

The automaton is built lazily and remembers its steps by known words only, so a text costs one
dictionary look-up a word and phrase, and nothing a patient writes is kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.domain.normalise import every_word

ANY_WORDS = 3
MOST_REMEMBERED = 50_000
SHORTEST_PREFIX = 4
OUT_OF_TEN = "#/10"
NUMBER = "#"
TIME_OF_DAY = "#:#"

Groups = Mapping[str, tuple[str, ...]]


class BadPhrase(Exception):
    """A phrase that cannot be read; the message says why and what to write."""


@dataclass(frozen=True, slots=True)
class Found:
    """Words `start` to `end` (not included) are a phrase of `owner`."""

    owner: int
    start: int
    end: int


class Finder:
    """Finds phrases in words. Add all phrases first; each belongs to an `owner`, any number."""

    def __init__(self, numbers: Iterable[str] = ()) -> None:
        self.vocabulary: set[str] = set()
        self._numbers = frozenset(numbers)
        self._edges: list[dict[str, list[int]]] = [{}]
        self._any: list[list[int]] = [[]]
        self._owner: dict[int, int] = {}
        self._prefixes: tuple[str, ...] = ()
        self._steps: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._owners: dict[frozenset[int], tuple[int, ...]] = {}

    def add(self, phrase: str, owner: int, groups: Groups) -> None:
        """Raises `BadPhrase`."""
        ends = self._extend({0}, phrase.split(), groups, depth=0)
        if 0 in ends:
            raise BadPhrase("could be empty; keep at least one word without a question mark")
        for state in ends:
            final = self._state()
            self._owner[final] = owner
            self._edges[state].setdefault("", []).append(final)

    def find(self, words: tuple[str, ...]) -> list[Found]:
        """Every phrase at every place, in the order of their first word."""
        symbols = [self._symbol(word) for word in words]
        found: list[Found] = []
        for start in range(len(symbols)):
            states = _START
            for at in range(start, len(symbols)):
                states = self._step(states, symbols[at])
                if not states:
                    break
                found.extend(Found(owner, start, at + 1) for owner in self._owned(states))
        return found

    def knows(self, word: str) -> bool:
        return word in self.vocabulary or word.startswith(self._prefixes)

    def _state(self) -> int:
        self._edges.append({})
        self._any.append([])
        return len(self._edges) - 1

    def _extend(self, starts: set[int], pieces: list[str], groups: Groups, depth: int) -> set[int]:
        for piece in pieces:
            starts = self._extend_by_piece(starts, piece, groups, depth)
        return starts

    def _extend_by_piece(self, starts: set[int], piece: str, groups: Groups, depth: int) -> set[int]:
        if piece == "..":
            return self._extend_by_gap(starts)
        meeting = self._state()
        for choice in piece.removesuffix("?").split("|"):
            if choice.startswith("<"):
                self._extend_by_group(starts, choice.strip("<>"), meeting, groups, depth)
            else:
                self._extend_by_word(starts, choice, meeting)
        return {meeting} | starts if piece.endswith("?") else {meeting}

    def _extend_by_gap(self, starts: set[int]) -> set[int]:
        reached, last = set(starts), set(starts)
        for _ in range(ANY_WORDS):
            state = self._state()
            for before in last:
                self._any[before].append(state)
            reached.add(state)
            last = {state}
        return reached

    def _extend_by_group(self, starts: set[int], name: str, meeting: int, groups: Groups, depth: int) -> None:
        if name not in groups:
            raise BadPhrase(f"names the group <{name}>, which is not in this file; add it under [groups]")
        if depth > 4:
            raise BadPhrase(f"the group <{name}> contains itself; write its phrases out")
        for phrase in groups[name]:
            for end in self._extend(starts, phrase.split(), groups, depth + 1):
                if end in starts:
                    raise BadPhrase(f"the group <{name}> holds a phrase that could be empty")
                self._edges[end].setdefault("", []).append(meeting)

    def _extend_by_word(self, starts: set[int], word: str, meeting: int) -> None:
        for symbol in self._symbols_of(word):
            for start in starts:
                self._edges[start].setdefault(symbol, []).append(meeting)

    def _symbols_of(self, word: str) -> tuple[str, ...]:
        if word == NUMBER:
            return (NUMBER, *self._numbers)
        if word in (OUT_OF_TEN, TIME_OF_DAY):
            return (word,)
        if word.endswith("*"):
            return (self._new_prefix(word),)
        folded = every_word(word)
        if len(folded) != 1:
            raise BadPhrase(f"{word!r} is not one word; write words apart, with spaces between")
        self.vocabulary.add(folded[0])
        return folded

    def _new_prefix(self, word: str) -> str:
        prefix = "".join(every_word(word[:-1]))
        if len(prefix) < SHORTEST_PREFIX:
            raise BadPhrase(f"{word!r} is too short; write at least {SHORTEST_PREFIX} letters before the star")
        self._prefixes = tuple(sorted({*self._prefixes, prefix}, key=len, reverse=True))
        return prefix + "*"

    def _symbol(self, word: str) -> str:
        if word in self.vocabulary or word in self._numbers:
            return word
        if word[0].isdigit():
            return _number_symbol(word)
        return next((prefix + "*" for prefix in self._prefixes if word.startswith(prefix)), "other")

    def _step(self, states: frozenset[int], symbol: str) -> frozenset[int]:
        key = (states, symbol)
        known = self._steps.get(key)
        if known is None:
            if len(self._steps) > MOST_REMEMBERED:
                self._steps.clear()
                self._owners.clear()
            known = self._steps[key] = self._step_unremembered(states, symbol)
        return known

    def _step_unremembered(self, states: frozenset[int], symbol: str) -> frozenset[int]:
        symbols = [symbol, *(p + "*" for p in self._prefixes if symbol.startswith(p) and symbol != p + "*")]
        if symbol.isdigit() and len(symbol) <= 3:
            symbols.append(NUMBER)
        reached: set[int] = set()
        for state in states:
            reached.update(self._any[state])
            for each in symbols:
                reached.update(self._edges[state].get(each, ()))
        return frozenset(self._with_silent(reached))

    def _with_silent(self, states: set[int]) -> set[int]:
        """`states` and all that follow without a word."""
        waiting = list(states)
        while waiting:
            for state in self._edges[waiting.pop()].get("", ()):
                if state not in states:
                    states.add(state)
                    waiting.append(state)
        return states

    def _owned(self, states: frozenset[int]) -> tuple[int, ...]:
        known = self._owners.get(states)
        if known is None:
            owners = {self._owner[state] for state in states if state in self._owner}
            known = self._owners[states] = tuple(sorted(owners))
        return known


_START = frozenset({0})


def _number_symbol(word: str) -> str:
    if word.isdigit():
        return NUMBER if len(word) <= 3 else "other"
    if len(word) > 5:
        return "other"
    hour, colon, minute = word.partition(":")
    if colon and hour.isdigit() and minute.isdigit():
        return TIME_OF_DAY
    return OUT_OF_TEN if word.endswith("/10") and word[:-3].isdigit() else "other"
