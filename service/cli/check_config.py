"""`handrail check-config`: every mistake of a configuration folder, with its place and its remedy."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from service.clock import real_now
from service.domain.reading import Mistake
from service.messaging.config_folder import BadFolder, ConfigFolder, load_folder

HAS_MISTAKES = 1


def check_config(
    config: Annotated[Path, typer.Option(envvar="CONFIG_DIR", help="The configuration folder.")] = Path("config"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for a program.")] = False,
) -> None:
    """Check clinics, schedules and texts. Ends with 1 if something must be mended before it can be used."""
    try:
        folder = load_folder(config, today=real_now().date())
    except BadFolder as error:
        _print(error.mistakes, error.warnings, _tally(error), as_json=as_json)
        raise typer.Exit(HAS_MISTAKES) from None
    _print((), folder.warnings, _summary(folder), as_json=as_json)


def _print(mistakes: tuple[Mistake, ...], warnings: tuple[Mistake, ...], summary: str, *, as_json: bool) -> None:
    if as_json:
        found = {"ok": not mistakes, "mistakes": _listed(mistakes), "warnings": _listed(warnings)}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for mistake in mistakes:
        typer.echo(str(mistake))
    for warning in warnings:
        typer.echo(f"warning: {warning}")
    typer.echo(summary)


def _listed(mistakes: Iterable[Mistake]) -> list[dict[str, str | int]]:
    return [
        {
            "file": mistake.file,
            "line": mistake.line,
            "where": mistake.where,
            "problem": mistake.problem,
            "remedy": mistake.remedy,
        }
        for mistake in mistakes
    ]


def _tally(found: BadFolder) -> str:
    return f"{_counted(found.mistakes, 'mistake')} to mend, {_counted(found.warnings, 'warning')}."


def _summary(folder: ConfigFolder) -> str:
    steps = [step for schedule in folder.schedules.values() for step in schedule.steps]
    texts = {name for said in folder.texts.values() for name in said}
    parts = [
        _counted(folder.clinics, "clinic"),
        _counted(folder.schedules, "schedule"),
        _counted(steps, "step"),
        f"{_counted(texts, 'text')} in {', '.join(folder.texts)}",
    ]
    return f"All good: {'; '.join(parts)}. {_counted(folder.warnings, 'warning')}."


def _counted(things: Iterable[object], word: str) -> str:
    number = len(list(things))
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
