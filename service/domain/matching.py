"""How much of a text a rule's phrases account for. Every function is linear in the number of words."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from service.domain.normalise import Said
from service.domain.phrases import Found

ByStart = dict[int, list[Found]]


@dataclass(frozen=True)
class Reading:
    """One text as its words, with the phrases found in them by owner."""

    said: Said
    spans: dict[int, list[Found]]

    def of(self, owner: int) -> list[Found]:
        return self.spans.get(owner, [])


def by_start(spans: Iterable[Found]) -> ByStart:
    starting: ByStart = {}
    for span in spans:
        starting.setdefault(span.start, []).append(span)
    return starting


def not_undone(spans: list[Found], undone: list[Found]) -> list[Found]:
    """The spans that share no word with one of `undone`."""
    if not undone:
        return spans
    taken = {at for span in undone for at in range(span.start, span.end)}
    return [span for span in spans if taken.isdisjoint(range(span.start, span.end))]


def tile(own: ByStart, polite: ByStart, start: int, end: int) -> tuple[Found, ...]:
    """The fewest own phrases that, with polite ones, cover every word from `start` to `end`; else nothing."""
    covered: list[tuple[Found, ...] | None] = [None] * (end - start + 1)
    covered[0] = ()
    for at in range(start, end):
        before = covered[at - start]
        if before is None:
            continue
        for span in own.get(at, ()):
            _improve(covered, span.end - start, (*before, span))
        for span in polite.get(at, ()):
            _improve(covered, span.end - start, before)
    return covered[-1] or ()


def _improve(covered: list[tuple[Found, ...] | None], at: int, used: tuple[Found, ...]) -> None:
    """Some own phrase is better than none, and fewer are better than more."""
    if at >= len(covered):
        return
    there = covered[at]
    if there is None or (used and (not there or len(used) < len(there))):
        covered[at] = used


def tile_a_clause(own: ByStart, polite: ByStart, said: Said) -> tuple[Found, ...]:
    """What `tile` says of the whole text, else of the first clause it can cover."""
    start = 0
    if used := tile(own, polite, 0, len(said.words)):
        return used
    while start < len(said.words):
        end = clause_end(said, start)
        if used := tile(own, polite, start, end):
            return used
        start = end
    return ()


def clause_end(said: Said, start: int) -> int:
    end = start
    while end < len(said.words) and said.clauses[end] == said.clauses[start]:
        end += 1
    return end


def first_undoubted(spans: Sequence[Found], said: Said, doubt: Set[str]) -> tuple[Found, ...]:
    """The first span with no word of `doubt` before it in its clause."""
    doubted_from: dict[int, int] = {}
    for at, (word, clause) in enumerate(zip(said.words, said.clauses, strict=True)):
        if word in doubt:
            doubted_from.setdefault(clause, at)
    for span in spans:
        if doubted_from.get(said.clauses[span.start], span.start) >= span.start:
            return (span,)
    return ()
