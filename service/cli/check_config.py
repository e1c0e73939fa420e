"""`handrail check-config`: every mistake of a configuration folder, with its place and its remedy."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from service.clock import real_now
from service.domain.reading import BadFile, Mistake
from service.domain.reply_rules import read_rules
from service.intake.mapping_file import load_mappings
from service.messaging.config_folder import BadFolder, ConfigFolder, load_folder

HAS_MISTAKES = 1


def check_config(
    config: Annotated[Path, typer.Option(envvar="CONFIG_DIR", help="The configuration folder.")] = Path("config"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for a program.")] = False,
) -> None:
    """Check the whole folder: clinics, schedules, texts, reply rules, import mappings. Ends with 1 on a mistake."""
    try:
        folder = load_folder(config, today=real_now().date())
    except BadFolder as error:
        others = (*_of_replies(config), *_of_imports(config, None))
        _print((*error.mistakes, *others), error.warnings, _tally(error), as_json=as_json)
        raise typer.Exit(HAS_MISTAKES) from None
    others = (*_of_replies(config), *_of_imports(config, folder))
    if others:
        _print(others, folder.warnings, f"{_counted(others, 'mistake')} to mend.", as_json=as_json)
        raise typer.Exit(HAS_MISTAKES)
    _print((), folder.warnings, _summary(folder), as_json=as_json)


def _of_replies(config: Path) -> tuple[Mistake, ...]:
    """Without rules nobody's STOP would be understood, so a missing folder is a mistake too."""
    files = sorted((config / "replies").glob("*.toml"))
    if not any(file.stem == "en" for file in files):
        return (
            _mistake(config / "replies" / "en.toml", "it is missing", "Put back the rules that read patients' texts."),
        )
    return tuple(mistake for file in files for mistake in _mistakes_in(file, partial(_read_rules_of, file)))


def _read_rules_of(file: Path) -> object:
    return read_rules(file.read_text(encoding="utf-8"), str(file))


def _of_imports(config: Path, folder: ConfigFolder | None) -> tuple[Mistake, ...]:
    """Mappings name clinics, so they are read only where the clinics could be."""
    if folder is None or not (config / "imports").is_dir():
        return ()
    clinics = [file.clinic for file in folder.clinics.values()]
    return _mistakes_in(config / "imports", partial(load_mappings, config / "imports", clinics))


def _mistakes_in(file: Path, read: Callable[[], object]) -> tuple[Mistake, ...]:
    try:
        read()
    except BadFile as bad:
        return tuple(bad.mistakes)
    except (OSError, UnicodeDecodeError) as error:
        return (_mistake(file, type(error).__name__, "See that the file is there and is UTF-8 text."),)
    return ()


def _mistake(file: Path, problem: str, remedy: str) -> Mistake:
    return Mistake(file=str(file), line=1, where="file", problem=problem, remedy=remedy)


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
