"""`handrail preview`: what a schedule would say about one visit. Nothing is stored and nothing is sent."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text as Words

from service.cli.wall_times import BadTime, typed_time
from service.domain.schedule import Schedule
from service.domain.values import Clinic
from service.domain.walltime import is_timezone, local
from service.messaging.config_folder import BadFolder, ConfigFolder, bundle, load_folder, open_bundle
from service.messaging.previewing import ImaginaryVisit, Preview, PreviewedMessage, preview_schedule

UNUSABLE = 2


class Refused(Exception):
    """What was typed cannot be previewed; the message says why and what to type."""


def preview(
    schedule: Annotated[str, typer.Option(help="Its name, as in its file.")],
    starts_at: Annotated[str, typer.Option(help="When the visit starts, by the clinic's clock: 2027-03-15T09:00")],
    timezone: Annotated[str, typer.Option(help="The clinic's time zone, such as America/Los_Angeles.")],
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long the visit lasts.")] = 40,
    booked_at: Annotated[str | None, typer.Option(help="When it was booked. Without it: long before.")] = None,
    language: Annotated[str, typer.Option(help="The patient's language.")] = "en",
    patient_timezone: Annotated[str | None, typer.Option(help="The patient's time zone, if it is another.")] = None,
    config: Annotated[Path, typer.Option(envvar="CONFIG_DIR", help="The configuration folder.")] = Path("config"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for a program.")] = False,
) -> None:
    """Show every message of a schedule for one visit of an imaginary patient, with times, words and reasons."""
    try:
        folder = load_folder(config)
        chosen = _schedule(folder, schedule)
        clinic = _clinic(folder, _zone(timezone, "--timezone"))
        visit = ImaginaryVisit(
            starts_at=_at(starts_at, timezone, "--starts-at"),
            length=timedelta(minutes=minutes),
            booked_at=_at(booked_at, timezone, "--booked-at") if booked_at else None,
            language=_language(folder, language),
            patient_timezone=_zone(patient_timezone, "--patient-timezone") if patient_timezone else None,
        )
    except BadFolder as error:
        _end(f"{error}\nThe configuration in {config} has mistakes; mend them, then run this again.")
    except (Refused, BadTime) as error:
        _end(str(error))
    found = preview_schedule(open_bundle(bundle(chosen, folder).content), clinic, visit)
    if as_json:
        typer.echo(_as_json(found, timezone))
    else:
        _show(found, chosen, timezone)


# --- what was typed ----------------------------------------------------------------------------


def _schedule(folder: ConfigFolder, name: str) -> Schedule:
    """By its name, or by the name of its file."""
    by_file = {Path(file.file).stem: found for found, file in folder.schedule_files.items()}
    found = folder.schedules.get(name) or folder.schedules.get(by_file.get(name, ""))
    if found is None:
        raise Refused(f"There is no schedule {name!r}. Use one of {', '.join(sorted(folder.schedules))}.")
    return found


def _zone(name: str, option: str) -> str:
    if not is_timezone(name):
        raise Refused(f"{option} {name!r} is not a time zone. Write a name such as America/Los_Angeles.")
    return name


def _clinic(folder: ConfigFolder, timezone: str) -> Clinic:
    """The first clinic of that zone; its sending hours and holidays count. Else the first one, moved there."""
    clinics = [found.clinic for found in folder.clinics.values()]
    there = next((clinic for clinic in clinics if clinic.timezone == timezone), None)
    if there is not None:
        return there
    _tell(f"No clinic is in {timezone}; using the sending hours and holidays of {clinics[0].name}.")
    return replace(clinics[0], timezone=timezone)


def _language(folder: ConfigFolder, language: str) -> str:
    if language.split("-", maxsplit=1)[0] not in folder.texts:
        _tell(f"There are no texts in {language!r}; such patients get them in English.")
    return language


def _at(text: str, timezone: str, option: str) -> datetime:
    typed = typed_time(text, timezone, option)
    if typed.note:
        _tell(f"{option}: {typed.note}")
    return typed.at


def _tell(note: str) -> None:
    """Beside the result, so that a program can read the result alone."""
    typer.echo(note, err=True)


def _end(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(UNUSABLE)


# --- what is printed ---------------------------------------------------------------------------


def _as_json(found: Preview, timezone: str) -> str:
    messages = [_message(each, timezone) for each in found.messages]
    skipped = [{"step": each.step, "reason": each.reason.value, "why": each.why} for each in found.skipped]
    return json.dumps({"messages": messages, "skipped": skipped}, ensure_ascii=False, indent=2)


def _message(said: PreviewedMessage, timezone: str) -> dict[str, str | int | None]:
    planned = said.planned
    return {
        "step": planned.step,
        "channel": planned.channel.value,
        "due_at": _utc(planned.due_at),
        "due_local": local(planned.due_at, timezone).isoformat(timespec="seconds"),
        "expires_at": _utc(planned.expires_at),
        "text": said.text,
        "subject": said.subject,
        "segments": said.segments,
        "why": planned.why,
    }


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _show(found: Preview, schedule: Schedule, timezone: str) -> None:
    out = Console()
    messages = Table(title=f"{schedule.title}: what is said when", show_lines=True, title_justify="left")
    messages.add_column("When", no_wrap=True)
    messages.add_column("What", ratio=1)
    for said in found.messages:
        when = f"{local(said.planned.due_at, timezone):%a %Y-%m-%d\n%H:%M %Z}"
        messages.add_row(f"{when}\n{said.planned.step}\n{_channel(said)}", _words(said))
    out.print(messages)
    if not found.skipped:
        return
    skipped = Table(title="Not said", title_justify="left")
    skipped.add_column("Step", no_wrap=True)
    skipped.add_column("Why", ratio=1)
    for each in found.skipped:
        skipped.add_row(each.step, Words(each.why))
    out.print(skipped)


def _channel(said: PreviewedMessage) -> str:
    if said.segments is None:
        return "e-mail"
    return f"SMS, {said.segments} segment{'' if said.segments == 1 else 's'}"


def _words(said: PreviewedMessage) -> Words:
    subject = [f"{said.subject}\n"] if said.subject else []
    return Words.assemble(*subject, f"{said.text.rstrip()}\n", (said.planned.why, "dim"))
