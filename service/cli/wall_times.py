"""Wall times as people type them on the command line."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from service.domain.explain import clock_time
from service.domain.walltime import instant, local


class BadTime(ValueError):
    """Says which option, what was wrong with it and how to write it."""


@dataclass(frozen=True, kw_only=True)
class TypedTime:
    """`at` is the instant meant; `note` says what was decided where clocks skip or repeat that time."""

    at: datetime
    note: str = ""


def typed_time(text: str, timezone: str, option: str) -> TypedTime:
    """`2027-03-15T09:00` by the clocks of `timezone`; one with an offset or Z means itself. Raises `BadTime`."""
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        raise BadTime(f"{option} {text!r} is not a date and time. {_remedy()}") from None
    if ":" not in text:
        raise BadTime(f"{option} {text!r} has no time of day. {_remedy()}")
    if typed.tzinfo is not None:
        return TypedTime(at=typed.astimezone(UTC))
    at = instant(typed.date(), typed.time(), timezone)
    return TypedTime(at=at, note=_note(typed, at, timezone))


def _remedy() -> str:
    return "Write it like 2027-03-15T09:00."


def _note(typed: datetime, at: datetime, timezone: str) -> str:
    shown = local(at, timezone)
    wall = f"{clock_time(typed)} on {typed:%Y-%m-%d}"
    if shown.replace(tzinfo=None) != typed:
        return f"{wall} does not exist in {timezone}, where clocks go forward; taken as {clock_time(shown)}."
    if _offset(typed, timezone, fold=0) != _offset(typed, timezone, fold=1):
        return f"{wall} comes twice in {timezone}, where clocks go back; taken as the first."
    return ""


def _offset(typed: datetime, timezone: str, *, fold: int) -> object:
    return typed.replace(tzinfo=ZoneInfo(timezone), fold=fold).utcoffset()
