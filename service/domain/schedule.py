"""A schedule as staff configure it: named steps, each with the moment it is said. Plain frozen values."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum

from service.domain.reach import Reach
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


class StepEvent(StrEnum):
    """What can happen to another step's question."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, kw_only=True)
class OnStep:
    """So long after another step's question was answered, or was asked and met with silence.

    `follows` is the timing of the step at the head of the chain: it says on which side of the visit this is.
    """

    event: StepEvent
    of: str
    wait: timedelta = timedelta()
    follows: "Timing" = BeforeStart(offset=timedelta())


Timing = BeforeStart | AfterEnd | DayAt | BeforeClock | OnEvent | OnStep


@dataclass(frozen=True, kw_only=True)
class UsefulUntil:
    """When a message stops being of use: one of the two is set."""

    before_start: timedelta | None = None
    after_due: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing a schedule says. `text` names the template, as `file.section`.

    `only_if_language` empty: for everybody. `staff_task`: what a person should do besides, once it is said.
    """

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
    only_if_language: tuple[str, ...] = ()
    reach: Reach = field(default_factory=Reach)
    staff_task: str = ""


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
