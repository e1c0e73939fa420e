"""What the patient believes about a visit, read off what has been handed over so far.

A cancellation notice wipes the slate: whoever got one and is then booked again must hear everything anew,
even where the time is the old one.
"""

from dataclasses import dataclass
from datetime import datetime

from service.domain.schedule import OnEvent, Schedule, Step
from service.domain.values import Event, History, Told


@dataclass(frozen=True, kw_only=True)
class Heard:
    """`now_believed` is what was told since the last cancellation notice; `taken_back`: there was such a notice."""

    starts_at: datetime
    now_believed: tuple[Told, ...]
    taken_back: bool

    @property
    def about_another_start(self) -> tuple[Told, ...]:
        return tuple(told for told in self.now_believed if told.starts_at != self.starts_at)

    def news(self, cause: Event) -> Event:
        """What is new to the patient: a move is news only to someone who heard of another start."""
        if cause not in (Event.BOOKED, Event.MOVED):
            return cause
        return Event.MOVED if self.about_another_start else Event.BOOKED

    def knows(self, step: Step) -> bool:
        """Whether this step has been said of the present start time, and nothing since undid it."""
        said = [t for t in self.now_believed if t.step == step.key and t.starts_at == self.starts_at]
        if not said or not _is_on(step, Event.MOVED):
            return bool(said)
        misled_at = max((t.handed_over_at for t in self.about_another_start), default=None)
        return misled_at is None or any(t.handed_over_at >= misled_at for t in said)


def heard(history: History, schedule: Schedule, starts_at: datetime) -> Heard:
    """What of `history` still counts, with the schedule telling which steps are cancellation notices."""
    notices = {step.key for step in schedule.steps if _is_on(step, Event.CANCELLED)}
    ordered = sorted(history.told, key=lambda told: told.handed_over_at)
    last_notice = max((i for i, told in enumerate(ordered) if told.step in notices), default=None)
    first_kept = 0 if last_notice is None else last_notice + 1
    return Heard(
        starts_at=starts_at,
        now_believed=tuple(ordered[first_kept:]),
        taken_back=last_notice is not None,
    )


def _is_on(step: Step, event: Event) -> bool:
    return isinstance(step.timing, OnEvent) and step.timing.event is event
