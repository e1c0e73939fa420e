"""A schedule as staff configure it: named steps, each with the moment it is said. Plain frozen values."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta

from service.domain.values import Category, Channel, Clock, Condition, Event, IfUnsure, Kind, Priority, Question, Shift

# --- when a step is said -----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class BeforeStart:
    """Elapsed time before the visit starts."""

    offset: timedelta


@dataclass(frozen=True, kw_only=True)
class AfterEnd:
    """Elapsed time after the visit ends."""

    offset: timedelta


@dataclass(frozen=True, kw_only=True)
class DayAt:
    """Calendar days from the visit's local date (negative: before), at a wall time of the clinic."""

    days: int
    at_local: time


@dataclass(frozen=True, kw_only=True)
class BeforeClock:
    """So long before one of the visit's own clocks."""

    clock: Clock
    by: timedelta


@dataclass(frozen=True, kw_only=True)
class OnEvent:
    """So long after something happened to the appointment."""

    event: Event
    wait: timedelta = timedelta()


Timing = BeforeStart | AfterEnd | DayAt | BeforeClock | OnEvent


@dataclass(frozen=True, kw_only=True)
class UsefulUntil:
    """When a message stops being of use: one of the two is set."""

    before_start: timedelta | None = None
    after_due: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing a schedule says. `text` names the template, as `file.section`."""

    key: str
    title: str
    timing: Timing
    text: str
    channels: tuple[Channel, ...] = (Channel.SMS, Channel.EMAIL)
    category: Category = Category.REMINDER
    priority: Priority = Priority.NORMAL
    shift: Shift = Shift.EARLIER
    useful_until: UsefulUntil = field(default_factory=lambda: UsefulUntil(before_start=timedelta()))
    asks: Question | None = None
    only_if: tuple[Condition, ...] = ()
    catch_up: bool = True
    if_unsure: IfUnsure = IfUnsure.ASK_STAFF


@dataclass(frozen=True, kw_only=True)
class Driving:
    """When the patient may drive again: so long after the end, or at a wall time of the next day."""

    after_end: timedelta | None = None
    next_day_at_local: time | None = None


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A named list of steps for some kinds of visit, with the rules its texts quote.

    `clocks` counts back from the visit's start.
    """

    name: str
    title: str
    kinds: tuple[Kind, ...]
    steps: tuple[Step, ...]
    clocks: dict[Clock, timedelta] = field(default_factory=dict)
    driving: Driving | None = None
    reviewed_by: str = ""
    reviewed_on: date | None = None
    review_every: timedelta = timedelta(days=365)

    def step(self, key: str) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)
