"""What a month of visits would say, counted, and where messages get into each other's way. Pure."""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from service.domain.values import Channel, Priority
from service.domain.walltime import local

TOO_CLOSE = timedelta(hours=1)
MOST_A_DAY = 4
FAR = timedelta(hours=2)


class Trouble(StrEnum):
    TOO_CLOSE = "two messages within an hour"
    TOO_MANY = "more than 4 messages in a day"
    SAFETY_SHIFTED = "a safety text shifted by more than 2 hours"


@dataclass(frozen=True, kw_only=True)
class SimulatedMessage:
    """`asked_at`: when its step asks for it, None where that depends on an event. `segments`: 0 for an e-mail."""

    appointment: str
    step: str
    channel: Channel
    priority: Priority
    due_at: datetime
    asked_at: datetime | None
    timezone: str
    segments: int


@dataclass(frozen=True, kw_only=True)
class Clash:
    """`steps` are the ones concerned, `appointments` the visits they speak of, `at` when the last of them goes out."""

    trouble: Trouble
    appointments: tuple[str, ...]
    steps: tuple[str, ...]
    at: datetime


@dataclass(kw_only=True)
class Simulation:
    """Counts over all patients so far. Of clashes the first `keep` are kept, and all are counted."""

    keep: int = 200
    appointments: int = 0
    messages: int = 0
    segments: int = 0
    by_step: Counter[str] = field(default_factory=Counter)
    by_channel: Counter[str] = field(default_factory=Counter)
    by_hour: Counter[int] = field(default_factory=Counter)
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)
    clash_counts: Counter[Trouble] = field(default_factory=Counter)
    clashes: list[Clash] = field(default_factory=list)

    def skip(self, step: str, reason: str) -> None:
        self.skipped[step, reason] += 1

    def add_patient(self, said: Iterable[SimulatedMessage]) -> None:
        """Everything that one patient would get in the time simulated."""
        ordered = sorted(said, key=lambda message: (message.due_at, message.step))
        for message in ordered:
            self.messages += 1
            self.segments += message.segments
            self.by_step[message.step] += 1
            self.by_channel[message.channel.value] += 1
            self.by_hour[local(message.due_at, message.timezone).hour] += 1
        found = clashes_of(ordered)
        self.clash_counts.update(clash.trouble for clash in found)
        self.clashes += found[: max(0, self.keep - len(self.clashes))]

    def cost(self, per_segment: Decimal) -> Decimal:
        return self.segments * per_segment


def clashes_of(ordered: Sequence[SimulatedMessage]) -> list[Clash]:
    """Of one patient's messages, in the order of time."""
    close = [
        _clash(Trouble.TOO_CLOSE, (first, second))
        for first, second in itertools.pairwise(ordered)
        if second.due_at - first.due_at < TOO_CLOSE
    ]
    days: dict[object, list[SimulatedMessage]] = {}
    for message in ordered:
        days.setdefault(local(message.due_at, message.timezone).date(), []).append(message)
    many = [_clash(Trouble.TOO_MANY, said) for said in days.values() if len(said) > MOST_A_DAY]
    shifted = [_clash(Trouble.SAFETY_SHIFTED, (message,)) for message in ordered if _is_far(message)]
    return [*close, *many, *shifted]


def _is_far(message: SimulatedMessage) -> bool:
    if message.asked_at is None or message.priority is not Priority.SAFETY:
        return False
    return abs(message.due_at - message.asked_at) > FAR


def _clash(trouble: Trouble, said: Sequence[SimulatedMessage]) -> Clash:
    return Clash(
        trouble=trouble,
        appointments=tuple(dict.fromkeys(message.appointment for message in said)),
        steps=tuple(message.step for message in said),
        at=said[-1].due_at,
    )
