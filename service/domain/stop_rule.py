"""When a text must say how to end the texts: once per series of visits, and at least monthly. Pure.

Source: CTIA Messaging Principles and Best Practices (opt-out instructions, to be repeated in regular intervals).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

AT_LEAST_EVERY = timedelta(days=30)
_SAYS_STOP = re.compile(r"\bSTOP\b")


@dataclass(frozen=True, kw_only=True)
class SaidStop:
    """A text that said it, to one contact point. `appointment_id` is None for an answer to the patient."""

    appointment_id: UUID | None
    at: datetime


def says_stop(text: str) -> bool:
    return _SAYS_STOP.search(text) is not None


def must_say_stop(said: Iterable[SaidStop], appointment_id: UUID | None, *, starts_series: bool, now: datetime) -> bool:
    """`said` to this contact point. With the first visit of a series it is said anew, whatever other visits told."""
    lately = [each for each in said if now - each.at < AT_LEAST_EVERY]
    if starts_series:
        return all(each.appointment_id != appointment_id for each in lately)
    return not lately


def with_line(text: str, line: str) -> str:
    """`line` as a sentence of its own behind the text."""
    end = text.rstrip()
    return f"{end}{'.' if end[-1:].isalnum() else ''} {line}"
