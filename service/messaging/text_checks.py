"""What is wrong with one text by itself: its template, its discretion, its length."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.lint import Finding, Severity, indiscreet_words, marketing_words, trap_words
from service.domain.reading import Mistake
from service.domain.segments import count, plain
from service.domain.texts_file import FIELDS, Text
from service.messaging.text_templates import check_template

FRANK = frozenset({"common.crisis"})  # answers someone who spoke of it first, and names the line to call
TOO_MANY_CHARACTERS = 1600  # Twilio refuses more (error 21617)
MANY_SEGMENTS = 6  # a text this long costs as much as a short phone call, and is not read to its end


@dataclass(frozen=True, kw_only=True)
class PlacedText:
    """A text and where it stands."""

    name: str
    language: str
    file: str
    text: Text

    def mistake(self, field: str, line: int, problem: str, remedy: str) -> Mistake:
        """`line` counts from 1 within the field."""
        where = f"{self.name.rpartition('.')[2]}.{field}"
        first = self.text.lines.get(field, 1)
        return Mistake(file=self.file, line=first + line - 1, where=where, problem=problem, remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class Findings:
    """`mistakes` keep a folder from being used; `warnings` do not."""

    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[Mistake, ...] = ()

    def __add__(self, other: "Findings") -> "Findings":
        return Findings(mistakes=self.mistakes + other.mistakes, warnings=self.warnings + other.warnings)


def check_text(placed: PlacedText) -> Findings:
    """Everything that can be said of a text without knowing who uses it."""
    fields = [(field, getattr(placed.text, field)) for field in FIELDS if getattr(placed.text, field)]
    mistakes = tuple(found for field, source in fields for found in _broken(placed, field, source))
    words = [found for field, source in fields for found in _words(placed, field, source)]
    return Findings(
        mistakes=mistakes + tuple(found for severity, found in words if severity is Severity.ERROR),
        warnings=tuple(found for severity, found in words if severity is Severity.WARNING),
    )


def check_length(placed: PlacedText, field: str, said: str) -> Findings:
    """`said`: the text as a patient would get it."""
    counted = count(plain(said))
    if len(said) > TOO_MANY_CHARACTERS:
        problem = f"{len(said)} characters are more than an SMS can hold ({TOO_MANY_CHARACTERS})"
        return Findings(mistakes=(placed.mistake(field, 1, problem, "Shorten it."),))
    if counted.segments <= MANY_SEGMENTS:
        return Findings()
    dear = f", for the sake of {' '.join(counted.costly)}" if counted.costly else ""
    problem = f"it is long: about {counted.segments} SMS segments{dear}"
    return Findings(warnings=(placed.mistake(field, 1, problem, "See whether it can be shorter."),))


def _broken(placed: PlacedText, field: str, source: str) -> Iterator[Mistake]:
    problem = check_template(source)
    if problem is not None:
        yield placed.mistake(field, problem.line, problem.problem, problem.remedy)


def _words(placed: PlacedText, field: str, source: str) -> Iterator[tuple[Severity, Mistake]]:
    indiscreet = () if placed.name in FRANK else indiscreet_words(source, placed.language)
    for found in (*indiscreet, *trap_words(source), *marketing_words(source, placed.language)):
        yield found.severity, _mistake(placed, field, source, found)


def _mistake(placed: PlacedText, field: str, source: str, found: Finding) -> Mistake:
    line = source.count("\n", 0, found.start) + 1
    return placed.mistake(field, line, f"says {' '.join(found.word.split())!r}", found.remedy)
