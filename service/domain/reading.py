"""Reading a TOML file of a clinic so that all its mistakes are told at once, each with line and remedy."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import Final, NoReturn, TypeVar

from service.domain.toml_lines import Path, line_of, lines_of

Choice = TypeVar("Choice", bound=StrEnum)
Value = TypeVar("Value")

_DURATION = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2}")
LONGEST: Final = timedelta(days=366)  # a visit's messages lie within a year of it; beyond is a slip
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)")
TYPE_WORDS: Final = {
    str: 'a text in quotes, such as "abc"',
    int: "a whole number",
    time: "a time of day without quotes, such as 09:00:00",
    date: "a date without quotes, such as 2027-03-15",
    dict: "a table",
    list: 'a list, such as ["abc"]',
}


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One thing wrong in a file. `where` is the key's way from the top; `remedy` says what to do."""

    file: str
    line: int
    where: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: "
        return (
            f"{place}{self.where}: {self.problem}. {self.remedy}"
            if self.where
            else f"{place}{self.problem}. {self.remedy}"
        )


class BadFile(Exception):
    """A file that cannot be used as it is, with every mistake found, in the order of their lines."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line))
        super().__init__("\n".join(map(str, self.mistakes)))


def duration(text: str) -> timedelta:
    """`45m`, `3h`, `7d`, `1h30m` as a `timedelta` of at most a year. Raises `ValueError` for anything else."""
    found = _DURATION.fullmatch(text)
    if found is None or not text:
        raise ValueError(f"{text!r} is not a duration")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    found_length = timedelta(days=days, hours=hours, minutes=minutes)
    if found_length > LONGEST:
        raise ValueError(f"{text!r} is longer than {LONGEST.days} days")
    return found_length


class Document:
    """A parsed file and the mistakes found in it so far. Raises `BadFile` at once if it is not TOML."""

    def __init__(self, source: str, file: str) -> None:
        self.file = file
        self.mistakes: list[Mistake] = []
        try:
            parsed: dict[str, object] = tomllib.loads(source.removeprefix("\ufeff"))
        except tomllib.TOMLDecodeError as error:
            self._refuse_syntax(str(error), source)
        self.lines = lines_of(source)
        self.top = Table(self, (), parsed)

    def add(self, path: Path, problem: str, remedy: str) -> None:
        line = line_of(self.lines, path)
        self.mistakes.append(Mistake(file=self.file, line=line, where=_named(path), problem=problem, remedy=remedy))

    def raise_if_bad(self) -> None:
        if self.mistakes:
            raise BadFile(self.mistakes)

    def _refuse_syntax(self, message: str, source: str) -> NoReturn:
        found = _AT_LINE.search(message)
        line = int(found[1]) if found else source.count("\n") + 1
        problem = "this is not valid TOML: " + _AT_LINE.sub("", message).replace(" (at end of document)", "")
        remedy = "Look at this line and the one above it for a missing quote, bracket or equals sign."
        raise BadFile([Mistake(file=self.file, line=line, where="", problem=problem, remedy=remedy)]) from None


class Table:
    """One table of the file. Each question notes its key as known; `finish` reports the others.

    A question about a wrong value records a mistake and answers like for a missing key, so that reading
    goes on and finds the rest.
    """

    def __init__(self, document: Document, path: Path, values: dict[str, object]) -> None:
        self._document = document
        self._path = path
        self._values = values
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._values

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._values)

    def line(self, key: str = "") -> int:
        """Of the key; of a value in triple quotes the line where its text begins."""
        path = (*self._path, key) if key else self._path
        return line_of(self._document.lines, (*path, "") if key else path)

    def mistake(self, key: str, problem: str, remedy: str) -> None:
        path = (*self._path, key) if key else self._path
        self._document.add(path, problem, remedy)

    def require(self, key: str, example: str) -> None:
        if key not in self._values:
            self.mistake("", f"{key!r} is missing", f"Add a line such as {key} = {example}")

    def text(self, key: str) -> str | None:
        found = self._of_type(key, str)
        if found is not None and not found.strip():
            self.mistake(key, "is empty", "Write something between the quotes or remove the line.")
            return None
        return found

    def needed_text(self, key: str, example: str) -> str:
        """The text, or "" with a mistake recorded."""
        self.require(key, example)
        return self.text(key) or ""

    def whole(self, key: str, *, at_least: int, at_most: int = 1_000_000) -> int | None:
        found = self._of_type(key, int)
        if found is not None and found > at_most:
            self.mistake(key, f"{found} is too large", f"Use a whole number of {at_most} or less.")
            return None
        if found is not None and found < at_least:
            self.mistake(key, f"{found} is too small", f"Use a whole number of {at_least} or more.")
            return None
        return found

    def yes_or_no(self, key: str) -> bool | None:
        found = self._seen(key)
        if found is None or isinstance(found, bool):
            return found
        self.mistake(key, f"{found!r} is neither true nor false", "Write true or false, without quotes.")
        return None

    def wall_time(self, key: str) -> time | None:
        return self._of_type(key, time)

    def day(self, key: str) -> date | None:
        return self._of_type(key, date)

    def duration(self, key: str) -> timedelta | None:
        text = self._of_type(key, str)
        if text is None:
            return None
        try:
            return duration(text)
        except ValueError as error:
            remedy = 'Write days, hours and minutes, such as "45m", "3h", "7d" or "1h30m".'
            self.mistake(key, str(error), remedy)
            return None

    def choice(self, key: str, among: type[Choice]) -> Choice | None:
        text = self._of_type(key, str)
        return None if text is None else self._chosen(key, text, among)

    def choices(self, key: str, among: type[Choice]) -> tuple[Choice, ...] | None:
        """A list without repetitions, in the file's order."""
        found = self._of_type(key, list)
        if found is None:
            return None
        if not found:
            self.mistake(key, "the list is empty", f"Name at least one of {_listed(among)}.")
        chosen = [self._chosen(key, item, among) for item in found]
        if len(set(found_ := [item for item in chosen if item is not None])) != len(found_):
            self.mistake(key, "names something twice", "Keep each word once.")
        return tuple(found_) or None

    def languages(self, key: str) -> tuple[str, ...]:
        """A list of two-letter codes; empty where the key is missing."""
        found = self._of_type(key, list)
        codes = tuple(code for code in found or () if isinstance(code, str) and _LANGUAGE.fullmatch(code))
        if found is not None and (not codes or len(codes) != len(found)):
            self.mistake(key, "is not a list of languages", 'Write codes of two letters, such as ["es"].')
        return codes

    def table(self, key: str) -> "Table | None":
        found = self._of_type(key, dict)
        return None if found is None else Table(self._document, (*self._path, key), found)

    def tables(self, key: str) -> list["Table"]:
        """The entries of an array of tables, `[[key]]`."""
        found = self._of_type(key, list) or []
        if not all(isinstance(item, dict) for item in found):
            self.mistake(key, "is not a list of tables", f"Start each entry with [[{key}]].")
            return []
        return [Table(self._document, (*self._path, key, i), item) for i, item in enumerate(found)]

    def know(self, *keys: str) -> None:
        """Keys that belong here though they were not asked for this time."""
        for key in keys:
            self._seen(key)

    def finish(self) -> None:
        """Report every key nobody asked for, with the nearest one that exists."""
        for key in self._values:
            if key not in self._known:
                near = get_close_matches(key, self._known, n=1)
                remedy = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(self._known)}."
                self.mistake(key, "is not a known key", remedy)

    def _seen(self, key: str) -> object:
        if key not in self._known:
            self._known.append(key)
        return self._values.get(key)

    def _of_type(self, key: str, kind: type[Value]) -> Value | None:
        found = self._seen(key)
        if found is None:
            return None
        # In Python a truth value is a number and a moment is a date; in a clinic's file neither is meant.
        if type(found) is kind:
            return found
        self.mistake(key, f"{found!s} is of the wrong sort", f"Write {TYPE_WORDS[kind]}.")
        return None

    def _chosen(self, key: str, text: object, among: type[Choice]) -> Choice | None:
        words = [member.value for member in among]
        if isinstance(text, str) and text in words:
            return among(text)
        near = get_close_matches(str(text), words, n=1)
        remedy = f"Did you mean {near[0]!r}?" if near else f"Use one of {_listed(among)}."
        self.mistake(key, f"{text!r} is not known here", remedy)
        return None


def _listed(among: type[StrEnum]) -> str:
    return ", ".join(member.value for member in among)


def _named(path: Path) -> str:
    """`steps[2].channels`, counting entries from 1 as people do."""
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words
