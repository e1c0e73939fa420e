"""One row of an export under its mapping: values by column, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import TypeVar

from service.intake.problem import Problem, Severity
from service.intake.words import Words, clean, fold

Meaning = TypeVar("Meaning")
LONGEST = 100  # characters of a name or an id


class Row:
    """Collects problems while it is read. `places` gives each column's position by its folded name."""

    def __init__(self, line: int, values: Sequence[str], places: Mapping[str, int], mapping_name: str) -> None:
        self.line = line
        self.problems: list[Problem] = []
        self._values = values
        self._places = places
        self._mapping_name = mapping_name

    def written(self, column: str | None) -> str:
        """The value as the file has it; empty where the export has no such column."""
        return "" if column is None else self._values[self._places[fold(column)]]

    def text(self, column: str | None) -> str:
        return clean(self.written(column))

    def refuse(self, column: str, problem: str, remedy: str) -> None:
        self._note(column, problem, remedy, Severity.REFUSED)

    def warn(self, column: str, problem: str, remedy: str) -> None:
        self._note(column, problem, remedy, Severity.WARNING)

    @property
    def is_refused(self) -> bool:
        return any(problem.severity is Severity.REFUSED for problem in self.problems)

    def _note(self, column: str, problem: str, remedy: str, severity: Severity) -> None:
        value = self.text(column) if fold(column) in self._places else ""
        self.problems.append(
            Problem(
                line=self.line,
                column=column,
                value=value,
                problem=problem,
                remedy=remedy,
                severity=severity,
            )
        )

    def needed(self, column: str, without_it: str) -> str:
        """The value, or a refusal if it is empty. `without_it` says what cannot be done then."""
        value = self.text(column)
        if not value:
            self.refuse(column, f"Is empty, and {without_it}", "Fill it in where the export comes from.")
        return self.short(column, value)

    def short(self, column: str, value: str) -> str:
        """The value, or a refusal where it is far longer than any real one: it would not fit in a text."""
        if len(value) > LONGEST:
            self.refuse(column, f"Has {len(value):,} characters", f"Shorten it to {LONGEST} or fewer.")
        return value

    def word(self, column: str, words: Words[Meaning], table: str) -> Meaning | None:
        """What the value means, or a refusal. `table` is the mapping file's table of these words."""
        meaning = words.meaning_of(self.written(column))
        if meaning is None:
            self.refuse(column, "This word is not known", self.word_remedy(column, words, table))
        return meaning

    def word_remedy(self, column: str, words: Words[Meaning], table: str) -> str:
        hint = words.closest(self.text(column))
        return f"{hint}Correct it, or add it to [{table}] in config/imports/{self._mapping_name}.toml."

    def date(self, column: str, form: str) -> date | None:
        found = _read(self.text(column), form)
        if found and 2000 <= found.year < 2100:
            return found.date()
        self.refuse(column, "There is no such date", f"Write it like {_example(form)}.")
        return None

    def time(self, column: str, form: str) -> time | None:
        found = _read(self.text(column), form)
        if found is None:
            self.refuse(column, "There is no such time of day", f"Write it like {_example(form)}.")
        return found.time() if found else None

    def moment(self, column: str | None, form: str) -> datetime | None:
        """A date with its time, as a wall time; None where it is empty or, with a warning, wrong."""
        if column is None or not self.text(column):
            return None
        found = _read(self.text(column), form)
        if found and 2000 <= found.year < 2100:
            return found
        self.warn(
            column,
            "Is no date and time; when the visit was booked stays unknown",
            f"Write it like {_example(form)}.",
        )
        return None


def _read(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - a wall time; its clinic gives the zone
    except ValueError:
        return None


def _example(form: str) -> str:
    return datetime(2027, 3, 16, 15, 5).strftime(form)  # noqa: DTZ001 - shows a form
