"""`handrail import FILE`: appointments from a clinic's export."""

import csv
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from service.domain.clinic_file import read_clinic
from service.domain.reading import BadFile
from service.domain.values import Clinic
from service.intake.csv_source import UnusableFile, open_csv
from service.intake.importing import ImportReport, Interrupted, Take, import_file
from service.intake.mapping import Mapping, mapping_called, mapping_for
from service.intake.mapping_file import load_mappings
from service.intake.problem import Problem, Severity
from service.intake.words import closest
from service.settings import BadSettings

SOME_REFUSED = 3
UNUSABLE = 2
INTERRUPTED = 130
ROWS_SHOWN = 40

out = Console()
err = Console(stderr=True)


class Format(StrEnum):
    AUTO = "auto"
    CSV = "csv"


def import_(
    file: Annotated[Path, typer.Argument(help="The export, as the practice system wrote it.")],
    mapping: Annotated[str | None, typer.Option(help="A mapping in config/imports, by name.")] = None,
    clinic: Annotated[str | None, typer.Option(help="The clinic that every line belongs to.")] = None,
    _format: Annotated[Format, typer.Option("--format", help="What kind of file it is.")] = Format.AUTO,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything but keep nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for a program.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write every problem to this CSV file.")] = None,
) -> None:
    """Take in appointments from an export. Running it twice changes nothing the second time.

    Ends with 0 if every line was taken, 3 if some were refused, 2 if the file or its mapping cannot be used.
    """
    try:
        clinics = _clinics()
        chosen = _mapping(file, mapping, clinics)
        with (
            _taker(dry_run, source=chosen.name) as take,
            _report_file(report, beside=file) as tell,
            _progress(file) as advance,
        ):
            result = import_file(
                file,
                chosen,
                take,
                advance,
                only=_clinic(clinic, clinics),
                tell=tell,
            )
    except (UnusableFile, BadFile, BadSettings) as unusable:
        _end(str(unusable), UNUSABLE)
    except Interrupted as interrupted:
        _end(_stopped(interrupted.report, dry_run), INTERRUPTED)
    if as_json:
        typer.echo(_as_json(result))
    else:
        _show(result, dry_run)
    raise typer.Exit(SOME_REFUSED if result.refused else 0)


# --- what it works with --------------------------------------------------------------------------


@contextmanager
def _taker(dry_run: bool, *, source: str) -> Iterator[Take]:
    """Where visits go. With `dry_run` each chunk is stored and planned, and then rolled back."""
    from service.cli.command import command_services  # noqa: PLC0415 - a bad file need not wait for the database
    from service.messaging.booking import Source  # noqa: PLC0415 - the same

    with command_services() as services:
        booking = services.booking(source=Source(name=source, ref=source), dry_run=dry_run)
        yield lambda visits: booking.take(visits, services.clock.now())


def _config_dir() -> Path:
    return Path(os.environ.get("CONFIG_DIR", "config"))


def _clinics() -> list[Clinic]:
    files = sorted((_config_dir() / "clinics").glob("*.toml"))
    return [read_clinic(file.read_text(encoding="utf-8"), str(file)).clinic for file in files]


def _mapping(file: Path, name: str | None, clinics: Sequence[Clinic]) -> Mapping:
    known = load_mappings(_config_dir() / "imports", clinics)
    with open_csv(file) as source:
        return mapping_called(name, source.header, known) if name else mapping_for(source.header, known)


def _clinic(name: str | None, clinics: Sequence[Clinic]) -> Clinic | None:
    found = next((clinic for clinic in clinics if clinic.name == name), None)
    if name is None or found:
        return found
    names = tuple(clinic.name for clinic in clinics)
    raise UnusableFile(f"No clinic is called {name}. {closest(name, names)}There are: {', '.join(names)}.")


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(f"Importing {escape(file.name)}", total=None)
        yield lambda done, size: bar.update(task, completed=done, total=size)


@contextmanager
def _report_file(path: Path | None, *, beside: Path) -> Iterator[Callable[[Problem], None]]:
    """Writes problems as they come. Only its owner may read the file: it quotes what patients wrote."""
    if path is None:
        yield lambda _: None
        return
    if path.resolve() == beside.resolve():
        raise UnusableFile("--report names the export itself, which would be lost. Name another file.")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise UnusableFile(f"{path} cannot be written: {error.strerror}.") from None
    os.fchmod(descriptor, 0o600)
    with open(descriptor, "w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["line", "severity", "column", "value", "problem", "remedy"])
        yield lambda problem: rows.writerow(_cells(problem))


def _cells(problem: Problem) -> list[str]:
    cells = [problem.severity, problem.column, problem.value, problem.problem, problem.remedy]
    # A spreadsheet would run a value that begins like a formula.
    return [str(problem.line)] + [f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell for cell in cells]


# --- what it says ----------------------------------------------------------------------------------


def _end(message: str, code: int) -> NoReturn:
    err.print(escape(message), soft_wrap=True)
    raise typer.Exit(code)


def _stopped(report: ImportReport, dry_run: bool) -> str:
    done = f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged"
    if dry_run:
        return f"Stopped after {report.taken} lines ({done}). It was a dry run: nothing was kept."
    return (
        f"Stopped. {report.taken} lines are in ({done}); the rest of the file is not.\n"
        "Running the same command again is safe: lines that are in stay as they are."
    )


def _as_json(report: ImportReport) -> str:
    counts = {name: getattr(report, name) for name in ("new", "changed", "unchanged", "refused", "warnings")}
    problems = [asdict(problem) for problem in report.problems]
    return json.dumps(counts | {"problems": problems}, ensure_ascii=False, indent=2)


def _show(report: ImportReport, dry_run: bool) -> None:
    if report.problems:
        out.print(_problems_table(report.problems))
    if left_out := _left_out(report):
        out.print(left_out)
    summary = Table("new", "changed", "unchanged", "refused", "warnings")
    summary.add_row(*(str(n) for n in (report.new, report.changed, report.unchanged, report.refused, report.warnings)))
    out.print(summary)
    if dry_run:
        out.print("This was a dry run: nothing was kept.")


def _left_out(report: ImportReport) -> str:
    hidden = report.problems_left_out + max(0, len(_grouped(report.problems)) - ROWS_SHOWN)
    return "There are more problems. --report FILE writes down all of them." if hidden else ""


def _problems_table(problems: Sequence[Problem]) -> Table:
    table = Table()
    for heading in ("line", "column", "value", "problem", "what to do"):
        table.add_column(heading, overflow="fold")
    for lines, problem in _grouped(problems)[:ROWS_SHOWN]:
        style = "red" if problem.severity is Severity.REFUSED else "yellow"
        cells = (problem.column, problem.value, problem.problem, problem.remedy)
        table.add_row(f"[{style}]{_listed(lines)}[/]", *(escape(cell) for cell in cells))
    return table


def _grouped(problems: Sequence[Problem]) -> list[tuple[list[int], Problem]]:
    """Lines that share a problem in one row, refused lines first."""
    groups: dict[tuple[str, ...], tuple[list[int], Problem]] = {}
    for problem in problems:
        key = (problem.severity, problem.column, problem.value, problem.problem)
        groups.setdefault(key, ([], problem))[0].append(problem.line)
    return sorted(groups.values(), key=lambda group: (group[1].severity is Severity.WARNING, group[0][0]))


def _listed(lines: Sequence[int]) -> str:
    first = ", ".join(str(line) for line in lines[:3])
    return first if len(lines) <= 3 else f"{first} and {len(lines) - 3} more"
