"""`handrail simulate`: what the visits of some weeks would say, to how many, at what cost. Nothing is sent."""

import json
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from service.cli.command import UNUSABLE, command_services
from service.cli.progress import progress
from service.domain.reading import BadFile
from service.domain.schedule_file import read_schedule
from service.domain.simulation import Simulation
from service.domain.walltime import instant
from service.messaging.given_files import texts_beside
from service.messaging.saving_schedules import check_candidate
from service.messaging.schedule_bundle import open_bundle
from service.messaging.simulating import simulate as run_simulation
from service.storage.clinics import clinic_records
from service.storage.database import Database

PER_SEGMENT = "0.0120"  # US dollars, an assumption with the carrier's fee; your own price list decides
DAY = ["%Y-%m-%d"]


def simulate(
    from_: Annotated[
        datetime, typer.Option("--from", formats=DAY, help="The first day of visits, such as 2027-03-01.")
    ],
    to: Annotated[datetime, typer.Option(formats=DAY, help="The day after the last one.")],
    schedule: Annotated[
        Path | None, typer.Option(help="A changed schedule to try, instead of the one in force.")
    ] = None,
    price: Annotated[str, typer.Option(help="What one SMS segment costs you.")] = PER_SEGMENT,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for a program.")] = False,
) -> None:
    """Count what real visits would say, step by step, with the cost and every clash. Nothing is sent or stored."""
    per_segment = _price(price)
    if from_ >= to:
        _end("--to is not after --from. It is the day after the last one.")
    try:
        with command_services() as services, progress("Simulating") as advance:
            organisation_id, now = services.only_organisation(), services.clock.now()
            begin, end = _days(services.database, organisation_id, from_, to)
            candidate = None
            if schedule is not None:
                source = schedule.read_text(encoding="utf-8-sig")
                name = read_schedule(source, str(schedule)).name
                with services.database.organisation(organisation_id) as connection:
                    checked = check_candidate(connection, name, source, texts_beside(schedule), now)
                candidate = open_bundle(checked.made.content)
            found = run_simulation(
                services.database, organisation_id, begin, end, candidate=candidate, now=now, advance=advance
            )
    except (BadFile, OSError, UnicodeDecodeError) as error:
        _end(str(error))
    if as_json:
        typer.echo(json.dumps(_as_json(found, per_segment), indent=2))
    else:
        _show(found, per_segment)


def _days(
    database: Database, organisation_id: UUID, first: datetime, after_last: datetime
) -> tuple[datetime, datetime]:
    """From midnight to midnight, by the clock of the organisation's first clinic."""
    with database.organisation(organisation_id) as connection:
        clinics = sorted((record.clinic for record in clinic_records(connection).values()), key=lambda each: each.name)
    zone = clinics[0].timezone if clinics else "UTC"
    return instant(first.date(), time(), zone), instant(after_last.date(), time(), zone)


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal(-1)
    if not price.is_finite() or price < 0:
        _end(f"--price {text!r} is not a price. Write a number such as {PER_SEGMENT}.")
    return price


def _end(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(UNUSABLE)


def _as_json(found: Simulation, per_segment: Decimal) -> dict[str, object]:
    return {
        "appointments": found.appointments,
        "messages": found.messages,
        "segments": found.segments,
        "cost": f"{found.cost(per_segment):.2f}",
        "by_step": dict(found.by_step.most_common()),
        "by_channel": dict(found.by_channel.most_common()),
        "by_hour": {f"{hour:02}": found.by_hour[hour] for hour in sorted(found.by_hour)},
        "skipped": [
            {"step": step, "reason": reason, "count": number} for (step, reason), number in found.skipped.most_common()
        ],
        "clash_counts": {trouble.value: number for trouble, number in found.clash_counts.items()},
        "clashes": [
            {
                "clash": clash.trouble.value,
                "appointments": list(clash.appointments),
                "steps": list(clash.steps),
                "at": clash.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            }
            for clash in found.clashes
        ],
    }


def _show(found: Simulation, per_segment: Decimal) -> None:
    out = Console()
    out.print(
        f"{found.appointments} visits, {found.messages} messages, {found.segments} SMS segments,"
        f" {found.cost(per_segment):.2f} at {per_segment} a segment. Nothing was sent."
    )
    out.print(_counts("step", found.by_step.most_common()))
    out.print(_counts("channel", found.by_channel.most_common()))
    out.print(_counts("hour", [(f"{hour:02}:00", found.by_hour[hour]) for hour in sorted(found.by_hour)]))
    skipped = Table("step", "skipped because", "count")
    for (step, reason), number in found.skipped.most_common():
        skipped.add_row(step, reason, str(number))
    out.print(skipped)
    if not found.clashes:
        out.print("No clashes.")
        return
    clashes = Table("clash", "visits", "steps", "at (UTC)")
    for clash in found.clashes:
        row = (", ".join(clash.appointments), ", ".join(clash.steps), f"{clash.at:%Y-%m-%d %H:%M}")
        clashes.add_row(clash.trouble.value, *row)
    out.print(clashes)
    hidden = sum(found.clash_counts.values()) - len(found.clashes)
    if hidden:
        out.print(f"And {hidden} more.")


def _counts(heading: str, rows: list[tuple[str, int]]) -> Table:
    table = Table(heading, "messages")
    for name, number in rows:
        table.add_row(name, str(number))
    return table
