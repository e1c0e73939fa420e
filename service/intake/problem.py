"""What is wrong with one line of a file, in words for the person who has the file open."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    REFUSED = "refused"  # the line is left out
    WARNING = "warning"  # the line is taken, and someone should look at it


@dataclass(frozen=True, kw_only=True)
class Problem:
    """`line` counts from 1, the header included. `value` may be about a person: show it, never log it."""

    line: int
    column: str
    value: str
    problem: str
    remedy: str
    severity: Severity
