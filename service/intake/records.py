"""From a file's characters to its records, one at a time, whatever state the file is in.

A broken line costs itself and nothing else: an unclosed quote does not swallow the lines behind it, a
stray byte does not spoil the accents of the others, and no line is held that is longer than `LONGEST_LINE`.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TextIO

LONGEST_LINE = 65_536  # characters
MOST_LINES_IN_A_RECORD = 20  # a quoted value may run over several lines


class Flaw(Enum):
    NOT_UTF8 = auto()  # read as Windows-1252 instead, the usual other encoding of a US export
    TOO_LONG = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file, its line break included. `number` counts from 1."""

    number: int
    text: str
    flaw: Flaw | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One row of the table. `line` is where it begins."""

    line: int
    fields: tuple[str, ...]
    flaw: Flaw | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """A line that yields no row."""

    line: int
    text: str
    problem: str
    remedy: str


def lines_of(stream: TextIO) -> Iterator[Line]:
    """`stream` is opened with `newline=""` and `errors="surrogateescape"`."""
    number = 0
    while text := stream.readline(LONGEST_LINE):
        number += 1
        if len(text) == LONGEST_LINE and not text.endswith(("\n", "\r")):
            _skip_the_rest(stream)
            yield Line(number, text[:80], Flaw.TOO_LONG)
        else:
            yield _decoded(number, text)


def _skip_the_rest(stream: TextIO) -> None:
    while (piece := stream.readline(LONGEST_LINE)) and not piece.endswith(("\n", "\r")):
        pass


def _decoded(number: int, text: str) -> Line:
    try:
        text.encode()
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "surrogateescape")
        return Line(number, raw.decode("cp1252", "replace"), Flaw.NOT_UTF8)
    return Line(number, text)


class Records:
    """The rows behind the header. `width` is the header's number of columns."""

    def __init__(self, lines: Iterator[Line], *, delimiter: str, width: int) -> None:
        self._lines = lines
        self._put_back: deque[Line] = deque()
        self._delimiter = delimiter
        self._width = width

    def __iter__(self) -> Iterator[Record | Unreadable]:
        while line := self._next():
            if line.text.strip(f" \t\r\n{self._delimiter}"):
                yield self._record(line)

    def _next(self) -> Line | None:
        return self._put_back.popleft() if self._put_back else next(self._lines, None)

    def _record(self, first: Line) -> Record | Unreadable:
        if first.flaw is Flaw.TOO_LONG:
            return unreadable(
                first, f"The line is longer than {LONGEST_LINE:,} characters", "Look for a missing line break."
            )
        if "\0" in first.text:
            return unreadable(first, "The line holds NUL characters", "Export the file again; this copy is damaged.")
        fields = split(first.text, self._delimiter)
        if fields is not None:
            return Record(line=first.number, fields=fields, flaw=first.flaw)
        return self._joined(first) or unreadable(
            first,
            "A quotation mark does not close where a value ends",
            "Close the quotation mark, and double the ones inside a value.",
        )

    def _joined(self, first: Line) -> Record | None:
        """The record that begins on `first` and runs on; None, with the other lines put back, if it never ends."""
        taken = [first]
        while len(taken) < MOST_LINES_IN_A_RECORD and (line := self._next()):
            taken.append(line)
            fields = split("".join(part.text for part in taken), self._delimiter)
            if fields is None:
                continue
            flaws = {part.flaw for part in taken if part.flaw}
            if len(fields) == self._width and Flaw.TOO_LONG not in flaws and not any("\0" in f for f in fields):
                return Record(line=first.number, fields=fields, flaw=next(iter(flaws), None))
            break
        self._put_back.extendleft(reversed(taken[1:]))
        return None


def split(text: str, delimiter: str) -> tuple[str, ...] | None:
    """The values of one record, or None where its quotation marks do not work out."""
    try:
        return tuple(next(csv.reader([text], delimiter=delimiter, strict=True), ()))
    except csv.Error:
        return None


def unreadable(line: Line, problem: str, remedy: str) -> Unreadable:
    return Unreadable(line=line.number, text=line.text[:80].rstrip(), problem=problem, remedy=remedy)
