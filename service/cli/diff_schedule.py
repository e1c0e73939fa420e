"""`handrail diff-schedule FILE`: whose queued messages a changed schedule would change, before it is saved."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from service.cli.command import UNUSABLE, command_services
from service.cli.progress import progress
from service.domain.reading import BadFile
from service.domain.schedule_file import read_schedule
from service.messaging.comparing import SHOWN, ChangedMessage, Comparison, compare
from service.messaging.given_files import texts_beside
from service.messaging.saving_schedules import check_candidate


def diff_schedule(
    file: Annotated[Path, typer.Argument(help="The changed schedule. The texts beside it count, if there are any.")],
    first: Annotated[int, typer.Option(min=0, help="How many changes to show by name.")] = SHOWN,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for a program.")] = False,
) -> None:
    """Show which messages of which visits would be added, moved, reworded or withdrawn. Nothing is stored."""
    try:
        source = file.read_text(encoding="utf-8-sig")
        name = read_schedule(source, str(file)).name
        with command_services() as services, progress("Comparing") as advance:
            organisation_id, now = services.only_organisation(), services.clock.now()
            with services.database.organisation(organisation_id) as connection:
                candidate = check_candidate(connection, name, source, texts_beside(file), now)
            found = compare(services.database, organisation_id, candidate, now=now, advance=advance, shown=first)
    except (BadFile, OSError, UnicodeDecodeError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE) from None
    if as_json:
        typer.echo(json.dumps(_as_json(found), indent=2))
    else:
        _show(found)


def _as_json(found: Comparison) -> dict[str, object]:
    return {
        "appointments": found.appointments,
        "affected": found.affected,
        "counts": found.by_difference(),
        "changes": [_change(each) for each in found.first],
    }


def _change(each: ChangedMessage) -> dict[str, str | None]:
    changed = each.changed
    return {
        "appointment": each.appointment,
        "step": changed.step,
        "channel": changed.channel.value,
        "change": changed.difference.value,
        "before_at": _utc(changed.before_at),
        "after_at": _utc(changed.after_at),
    }


def _utc(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


def _show(found: Comparison) -> None:
    out = Console()
    counts = ", ".join(f"{number} {word}" for word, number in found.by_difference().items())
    out.print(f"{found.appointments} visits looked at, {found.affected} with changes: {counts}.")
    if not found.first:
        return
    table = Table("visit", "step", "channel", "change", "before (UTC)", "after (UTC)")
    for each in found.first:
        table.add_row(*(value or "" for value in _change(each).values()))
    out.print(table)
    if sum(found.counts.values()) > len(found.first):
        out.print("There are more; --first N shows more of them.")
