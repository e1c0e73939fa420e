"""`handrail doctor`: looks at everything a healthy installation needs, and says what to do about the rest."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated

import typer
from kombu.connection import Connection as BrokerConnection
from kombu.exceptions import OperationalError
from rich.console import Console
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from service.cli.command import command_services
from service.domain.reading import BadFile
from service.domain.values import Channel
from service.embedded.broker import celery_connection
from service.messaging.config_folder import load_folder
from service.storage.gauges import gauges
from service.storage.heartbeats import last_beats
from service.storage.migrate import is_current
from service.storage.people import address_index
from service.storage.sealing import CannotOpen
from service.storage.tables import contact_points
from service.wiring import Services

TICK_IS_LATE = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`remedy` is empty where all is well."""

    what: str
    well: bool
    words: str
    remedy: str = ""


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print the findings for a program.")] = False) -> None:
    """Look at the installation. Ends with 0 if all is well, 1 if something needs a person, 2 if nothing answers."""
    with command_services() as services:
        findings = list(_examine(services))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _show(findings)
    raise typer.Exit(0 if all(finding.well for finding in findings) else 1)


def _examine(services: Services) -> Iterator[Finding]:
    yield from _database(services)
    yield _keys(services)
    yield _broker(services.settings.redis_url)
    yield _configuration(services)
    yield _ticking(services)
    with services.database.system() as connection:
        for gauge in gauges(connection, services.clock.now()):
            words = f"{gauge.count}, the oldest for {_span(gauge.oldest)}. {gauge.means}" if gauge.count else "none"
            remedy = gauge.remedy if gauge.count else ""
            yield Finding(what=gauge.name, well=not gauge.count, words=words, remedy=remedy)


def _database(services: Services) -> Iterator[Finding]:
    started = time.monotonic()
    try:
        with services.database.nobody() as connection:
            current = is_current(connection)
    except SQLAlchemyError as error:
        yield Finding(what="database", well=False, words=type(error).__name__, remedy="Check DATABASE_URL.")
        return
    took = (time.monotonic() - started) * 1000
    yield Finding(what="database", well=True, words=f"answers in {took:.0f} ms; its role is bound by row security")
    words, remedy = ("up to date", "") if current else ("older or newer than this version", "Run `handrail migrate`.")
    yield Finding(what="schema", well=current, words=words, remedy=remedy)


def _keys(services: Services) -> Finding:
    """Whether what is stored opens with the keys at hand, and numbers are still found by the index key."""
    with services.database.system() as connection:
        try:
            row = connection.execute(
                select(contact_points.c.channel, contact_points.c.address, contact_points.c.address_index).limit(1)
            ).first()
        except CannotOpen as error:
            remedy = "Put back the copy of HANDRAIL_KEYS. Until then nothing about a patient can be read."
            return Finding(what="keys", well=False, words=str(error), remedy=remedy)
    if row is not None and address_index((Channel(row.channel), row.address)) != bytes(row.address_index):
        words = "HANDRAIL_INDEX_KEY is not the one that numbers were stored with: nobody who writes is recognised"
        return Finding(what="keys", well=False, words=words, remedy="Put back the copy of HANDRAIL_INDEX_KEY.")
    return Finding(what="keys", well=True, words="what is stored opens with them" if row else "nothing is stored yet")


def _broker(url: str) -> Finding:
    address, options = celery_connection(url)
    if options:
        return Finding(what="broker", well=True, words="files in a folder: slower, and nothing is lost with it")
    try:
        with BrokerConnection(address, connect_timeout=3) as connection:  # type: ignore[no-untyped-call]  # no types
            connection.ensure_connection(max_retries=1, timeout=3)
    except (OperationalError, OSError) as error:
        remedy = "Nothing goes out until it answers. Check REDIS_URL and that the server runs."
        return Finding(what="broker", well=False, words=type(error).__name__, remedy=remedy)
    return Finding(what="broker", well=True, words="answers")


def _configuration(services: Services) -> Finding:
    try:
        folder = load_folder(services.settings.config_dir)
    except BadFile as bad:
        first = str(bad.mistakes[0])
        return Finding(what="configuration", well=False, words=first, remedy="Run `handrail check-config`.")
    words = f"{len(folder.clinics)} clinics, {len(folder.schedules)} schedules"
    return Finding(what="configuration", well=True, words=words)


def _ticking(services: Services) -> Finding:
    last = last_beats(services.database).get("tick")
    age = services.clock.now() - last if last else None
    if age is not None and age < TICK_IS_LATE:
        return Finding(what="scheduler and worker", well=True, words=f"ticked {_span(age)} ago")
    words = f"last ticked {_span(age)} ago" if age else "have never ticked"
    remedy = "Reminders are not going out. Start `handrail run`, or the worker and the scheduler."
    return Finding(what="scheduler and worker", well=False, words=words, remedy=remedy)


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"


def _show(findings: list[Finding]) -> None:
    console = Console()
    for finding in findings:
        mark = "[green]ok[/]  " if finding.well else "[red]look[/]"
        console.print(f"{mark} {finding.what}: {finding.words}", highlight=False)
        if finding.remedy:
            console.print(f"       {finding.remedy}", highlight=False)
