"""What the patient believes about a visit, read off what has been handed over so far.

A cancellation notice wipes the slate: whoever got one and is then booked again must hear everything anew,
even where the time is the old one.
"""

from dataclasses import dataclass
from datetime import datetime

from service.domain.schedule import OnEvent, Schedule, Step
from service.domain.values import Appointment, Event, History, Kind, Told


@dataclass(frozen=True, kw_only=True)
class Heard:
    """`now_believed` is what was told since the last cancellation notice; `taken_back`: there was such a notice."""

    starts_at: datetime
    kind: Kind
    clinic: str
    now_believed: tuple[Told, ...]
    taken_back: bool
    says_booked: bool

    @property
    def about_another_visit(self) -> tuple[Told, ...]:
        """What was said of another time or place than the present one."""
        return tuple(told for told in self.now_believed if not self._is_here_and_then(told))

    def news(self, cause: Event) -> Event:
        """What is new to the patient: a move is news only to someone who heard of another time or place.

        A visit that stands again after a cancellation notice is news too: as booked, or where the schedule has no
        words for that, as moved, which says when it is now.
        """
        if cause not in (Event.BOOKED, Event.MOVED):
            return cause
        stands_again = self.taken_back and not self.says_booked
        return Event.MOVED if self.about_another_visit or stands_again else Event.BOOKED

    def knows(self, step: Step) -> bool:
        """Whether this step has reached the patient, about the visit as it is now, and nothing since undid it."""
        said = [
            told
            for told in self.now_believed
            if told.step == step.key and told.counts and self._is_here_and_then(told) and told.kind in (None, self.kind)
        ]
        misled_at = max((told.handed_over_at for told in self.about_another_visit), default=None)
        return any(misled_at is None or told.handed_over_at >= misled_at for told in said)

    def _is_here_and_then(self, told: Told) -> bool:
        return told.starts_at == self.starts_at and told.clinic in ("", self.clinic)


def heard(history: History, schedule: Schedule, visit: Appointment, clinic: str) -> Heard:
    """What of `history` still counts, with the schedule telling which steps are cancellation notices."""
    notices = {step.key for step in schedule.steps if is_on(step, Event.CANCELLED)}
    ordered = sorted(history.told, key=lambda told: told.handed_over_at)
    last_notice = max((i for i, told in enumerate(ordered) if told.step in notices), default=None)
    first_kept = 0 if last_notice is None else last_notice + 1
    return Heard(
        starts_at=visit.starts_at,
        kind=visit.kind,
        clinic=clinic,
        now_believed=tuple(ordered[first_kept:]),
        taken_back=last_notice is not None,
        says_booked=any(is_on(step, Event.BOOKED) for step in schedule.steps),
    )


def is_on(step: Step, event: Event) -> bool:
    return isinstance(step.timing, OnEvent) and step.timing.event is event
