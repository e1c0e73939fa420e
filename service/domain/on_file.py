"""What a step with `on` waits for: something that happens to the visit, or to another step's question."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from service.domain.reading import Table
from service.domain.schedule import OnEvent, OnStep, Step, StepEvent, Timing
from service.domain.values import Event


class On(StrEnum):
    """Every word that may stand after `on`."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    ATTENDED = "attended"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"


def read_on(table: Table) -> Timing | None:
    on, wait, of = table.choice("on", On), table.duration("wait"), table.text("of")
    if on is None:
        return None
    if on in (On.ANSWERED, On.UNANSWERED):
        return _on_step(table, StepEvent(on.value), of, wait)
    if of is not None:
        remedy = 'Remove it, or wait for another step with on = "answered".'
        table.mistake("of", f"does not go with on = {on.value!r}", remedy)
    if on is On.MOVED and wait == timedelta():
        remedy = "Remove the line to use the clinic's hold_moved, or wait at least a minute."
        table.mistake("wait", "a moved visit needs a pause, as it may be moved back", remedy)
    return OnEvent(event=Event(on.value), wait=wait or timedelta())


def _on_step(table: Table, event: StepEvent, of: str | None, wait: timedelta | None) -> Timing | None:
    table.require("of", '"check_day1"')
    if event is StepEvent.UNANSWERED and not wait:
        table.mistake("on", "does not say how long silence may last", 'Add wait = "24h".')
    return None if of is None else OnStep(event=event, of=of, wait=wait or timedelta())


def bind_to_others(steps: Sequence[Step], tables: Sequence[Table]) -> tuple[Step, ...]:
    """The steps, each that waits for another knowing when that one is said. Records what cannot be waited for."""
    known = {step.key: step for step in steps}
    return tuple(_bound(step, table, known) for step, table in zip(steps, tables, strict=True))


def _bound(step: Step, table: Table, known: dict[str, Step]) -> Step:
    timing = step.timing
    if not isinstance(timing, OnStep):
        return step
    other = known.get(timing.of)
    if other is None:
        table.mistake("of", f"there is no step {timing.of!r}", f"Name one of {', '.join(sorted(known))}.")
        return step
    follows = _first_cause(step, known)
    if follows is None:
        table.mistake("of", "the step would wait for itself", "Name a step that has a time of its own.")
        return step
    if other.asks is None:
        remedy = f'Add asks = "score" or another question to {other.key!r}, or name a step that asks one.'
        table.mistake("of", f"the step {other.key!r} asks nothing, so nobody can answer it", remedy)
    return replace(step, timing=replace(timing, follows=follows))


def _first_cause(step: Step, known: dict[str, Step]) -> Timing | None:
    """The timing at the head of the chain; None where the chain bites its own tail."""
    seen: set[str] = set()
    while isinstance(step.timing, OnStep) and step.key not in seen:
        seen.add(step.key)
        if step.timing.of not in known:
            break
        step = known[step.timing.of]
    return None if step.key in seen else step.timing
