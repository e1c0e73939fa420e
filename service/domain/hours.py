"""Where a message goes that would fall on a holiday or outside the sending hours.

Hours and holidays are read on the recipient's own calendar: it is their telephone that rings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from service.domain.values import SendingHours, Shift, Window
from service.domain.walltime import instant, local

ONE_DAY = timedelta(days=1)
ONE_MINUTE = timedelta(minutes=1)
SATURDAY = 5
# Holidays are the only closed days, so a gap longer than this is a mistake in the clinic's file.
LOOK_DAYS = 31


class Closed(StrEnum):
    """Why a moment is not one for sending."""

    OPEN = "open"
    HOLIDAY = "holiday"
    BEFORE_OPENING = "before_opening"
    AFTER_CLOSING = "after_closing"


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What stood in the way of the wished moment. `limit_local` is the opening or closing time it missed."""

    because: Closed = Closed.OPEN
    holiday: str = ""
    limit_local: time | None = None


STAYED = Moved()


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The moment found (UTC), and why it is not the wished one."""

    at: datetime
    moved: Moved


def fit(
    due_at: datetime,
    *,
    hours: SendingHours,
    timezone: str,
    holidays: Mapping[date, str],
    shift: Shift,
    not_before: datetime | None,
    not_after: datetime,
) -> Fit | None:
    """The allowed moment nearest to `due_at` on the side `shift` names, or None if there is none.

    The answer lies in [not_before, not_after] (either end included) and inside the hours of `timezone`.
    EARLIER means the last allowed minute before; where that is already gone and the hours are open at
    `not_before`, it means `not_before` itself. LATER means the next opening. DROP never moves.
    """
    calendar = _Calendar(hours=hours, timezone=timezone, holidays=holidays)
    moved = calendar.obstacle(due_at)
    at = _allowed(calendar, due_at, moved, shift, not_before)
    if at is None or at > not_after or (not_before is not None and at < not_before):
        return None
    return Fit(at=at, moved=moved)


def obstacle_at(at: datetime, *, hours: SendingHours, timezone: str, holidays: Mapping[date, str]) -> Moved:
    """What keeps a message from going out at that moment, if anything."""
    return _Calendar(hours=hours, timezone=timezone, holidays=holidays).obstacle(at)


def holidays_around(holidays: Mapping[date, str], visit_at: datetime, timezone: str) -> dict[date, str]:
    """The holidays that count for one visit: all but its own day, since a clinic that sees patients is not closed.

    Otherwise advice on the way home after a session on a holiday would wait until it is no longer of use.
    """
    own_day = local(visit_at, timezone).date()
    return {on: name for on, name in holidays.items() if on != own_day}


@dataclass(frozen=True, kw_only=True)
class _Calendar:
    hours: SendingHours
    timezone: str
    holidays: Mapping[date, str]

    def window(self, on: date) -> Window:
        return self.hours.weekend if on.weekday() >= SATURDAY else self.hours.weekday

    def obstacle(self, at: datetime) -> Moved:
        """Compared as wall times: that is what the patient's telephone shows, also in a repeated hour."""
        wall = local(at, self.timezone)
        on, shown = wall.date(), wall.time()
        if on in self.holidays:
            return Moved(because=Closed.HOLIDAY, holiday=self.holidays[on])
        window = self.window(on)
        if shown < window.opens_local:
            return Moved(because=Closed.BEFORE_OPENING, limit_local=window.opens_local)
        if shown >= window.closes_local:
            return Moved(because=Closed.AFTER_CLOSING, limit_local=window.closes_local)
        return STAYED

    def is_open(self, at: datetime) -> bool:
        return self.obstacle(at).because is Closed.OPEN

    def last_minute_before(self, at: datetime) -> datetime | None:
        today = local(at, self.timezone).date()
        for days in range(LOOK_DAYS):
            on = today - days * ONE_DAY
            last = instant(on, self.window(on).closes_local, self.timezone) - ONE_MINUTE
            if last <= at and self.is_open(last):
                return last
        return None

    def opening_from(self, at: datetime) -> datetime | None:
        today = local(at, self.timezone).date()
        for days in range(LOOK_DAYS):
            on = today + days * ONE_DAY
            opening = instant(on, self.window(on).opens_local, self.timezone)
            if opening >= at and self.is_open(opening):
                return opening
        return None


def _allowed(
    calendar: _Calendar, due_at: datetime, moved: Moved, shift: Shift, not_before: datetime | None
) -> datetime | None:
    is_open = moved.because is Closed.OPEN
    if shift is Shift.LATER:
        return _later(calendar, due_at if not_before is None else max(due_at, not_before))
    if shift is Shift.DROP:
        return due_at if is_open else None
    at = due_at if is_open else calendar.last_minute_before(due_at)
    too_early = not_before is not None and (at is None or at < not_before)
    if too_early and not_before is not None and calendar.is_open(not_before):
        return not_before
    return at


def _later(calendar: _Calendar, at: datetime) -> datetime | None:
    return at if calendar.is_open(at) else calendar.opening_from(at)
