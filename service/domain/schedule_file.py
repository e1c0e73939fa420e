"""A schedule as clinic staff write it, `config/schedules/<name>.toml`, read into a `Schedule`."""

import re
from datetime import timedelta

from service.domain.on_file import bind_to_others
from service.domain.reading import Document, Table
from service.domain.schedule import Driving, Schedule, Step
from service.domain.step_file import read_step
from service.domain.values import Clock, Kind

DEFAULT_REVIEW = timedelta(days=365)

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_schedule(source: str, file: str) -> Schedule:
    """Raises `BadFile` with every mistake. `file` is the name to show in them."""
    document = Document(source, file)
    schedule = _schedule(document.top)
    document.raise_if_bad()
    return schedule


def _schedule(top: Table) -> Schedule:
    clocks = _clocks(top)
    schedule = Schedule(
        name=_name(top),
        title=top.needed_text("title", '"IV session"'),
        kinds=_kinds(top),
        clocks=clocks,
        driving=_driving(top),
        steps=_steps(top, top.text("texts"), clocks),
        reviewed_by=top.text("reviewed_by") or "",
        reviewed_on=top.day("reviewed_on"),
        review_every=top.duration("review_every") or DEFAULT_REVIEW,
    )
    top.finish()
    return schedule


def _name(top: Table) -> str:
    name = top.needed_text("name", '"iv-infusion"')
    if name and _NAME.fullmatch(name) is None:
        top.mistake("name", f"{name!r} is not a usable name", "Use small letters, digits and hyphens.")
    return name


def _kinds(top: Table) -> tuple[Kind, ...]:
    top.require("kinds", '["iv"]')
    return top.choices("kinds", Kind) or ()


def _clocks(top: Table) -> dict[Clock, timedelta]:
    table = top.table("clocks")
    if table is None:
        return {}
    found = {clock: table.duration(clock.value) for clock in Clock}
    table.finish()
    return {clock: before for clock, before in found.items() if before is not None}


def _driving(top: Table) -> Driving | None:
    table = top.table("driving")
    if table is None:
        return None
    driving = Driving(after_end=table.duration("after_end"), next_day_at_local=table.wall_time("next_day_at"))
    if ("after_end" in table) is ("next_day_at" in table):
        table.mistake("", "needs exactly one rule", "Keep either after_end or next_day_at.")
    table.finish()
    return driving


def _steps(top: Table, texts: str | None, clocks: dict[Clock, timedelta]) -> tuple[Step, ...]:
    tables = top.tables("steps")
    if not tables and "steps" not in top:
        top.mistake("", "there are no steps", "Add at least one, starting with the line [[steps]].")
    first_lines: dict[str, int] = {}
    steps: list[Step] = []
    for table in tables:
        step = read_step(table, texts, clocks)
        if step.key and step.key in first_lines:
            problem = f"the key {step.key!r} is taken by the step on line {first_lines[step.key]}"
            table.mistake("key", problem, "Give each step a key of its own.")
        first_lines.setdefault(step.key, table.line("key"))
        steps.append(step)
    return bind_to_others(steps, tables)
