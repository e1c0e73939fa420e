"""What saving a schedule would change in the messages that are queued for one visit. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.values import Channel


class Difference(StrEnum):
    ADDED = "added"
    MOVED = "moved"
    REWORDED = "reworded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Saying:
    """One message to be. `words` stands for what it says: equal values, equal words."""

    step: str
    channel: Channel
    due_at: datetime
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Changed:
    """One difference. `before_at` is None for a message that is added, `after_at` for one that is withdrawn."""

    step: str
    channel: Channel
    difference: Difference
    before_at: datetime | None
    after_at: datetime | None


def differences(before: Iterable[Saying], after: Iterable[Saying]) -> list[Changed]:
    """In the order of time. A message may both move and be reworded: that makes two."""
    had = {(saying.step, saying.channel): saying for saying in before}
    gets = {(saying.step, saying.channel): saying for saying in after}
    found = [change for key in dict.fromkeys([*had, *gets]) for change in _between(had.get(key), gets.get(key))]
    return sorted(found, key=lambda change: (change.after_at or change.before_at, change.step, change.difference))


def _between(before: Saying | None, after: Saying | None) -> list[Changed]:
    if before is None or after is None:
        return [_changed(before, after, Difference.WITHDRAWN if after is None else Difference.ADDED)]
    kinds = [
        *([Difference.MOVED] if before.due_at != after.due_at else []),
        *([Difference.REWORDED] if before.words != after.words else []),
    ]
    return [_changed(before, after, kind) for kind in kinds]


def _changed(before: Saying | None, after: Saying | None, difference: Difference) -> Changed:
    either = after or before
    assert either is not None
    return Changed(
        step=either.step,
        channel=either.channel,
        difference=difference,
        before_at=before.due_at if before else None,
        after_at=after.due_at if after else None,
    )
