"""`handrail explain`: everything planned, sent, skipped and answered about one visit or message, and why."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Connection

from service.cli.command import command_services
from service.domain.states import State
from service.domain.walltime import local
from service.domain.withdrawals import withdrawn_because
from service.storage.appointments import AppointmentRecord, appointment_called, find
from service.storage.clinics import clinic_records
from service.storage.people import contacts_of
from service.storage.timeline import MessageFacts, ReplyFacts, message_facts, messages_about, replies_about

NOT_FOUND = 2


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the timeline. `at` is when it happened or is due; `why` is a sentence."""

    at: datetime | None
    what: str
    state: str
    channel: str
    why: str


def explain(
    subject: Annotated[str, typer.Argument(help="An appointment's number in the practice system, or any id of ours.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the timeline for a program.")] = False,
) -> None:
    """Say why each message of a visit goes out when it does, or why it does not."""
    with command_services() as services:
        organisation_id = services.only_organisation()
        with services.database.organisation(organisation_id) as connection:
            record, only = _find(connection, subject)
            if record is None:
                typer.echo(
                    f"There is no appointment or message {subject!r}. Use the number that was imported.", err=True
                )
                raise typer.Exit(NOT_FOUND)
            clinic = clinic_records(connection)[record.clinic_id].clinic
            entries = _timeline(connection, record, only)
    if as_json:
        typer.echo(json.dumps(_as_json(record, clinic.timezone, entries), indent=2, ensure_ascii=False))
    else:
        _show(record, clinic.name, clinic.timezone, entries)


def _find(connection: Connection, subject: str) -> tuple[AppointmentRecord | None, UUID | None]:
    """The visit, and the message alone where one was named."""
    record = appointment_called(connection, subject)
    if record is not None:
        return record, None
    try:
        named = UUID(subject)
    except ValueError:
        return None, None
    message = message_facts(connection, named)
    if message is not None and message.appointment_id is not None:
        return find(connection, message.appointment_id), named
    return find(connection, named), None


def _timeline(connection: Connection, record: AppointmentRecord, only: UUID | None) -> list[Entry]:
    said = [message for message in messages_about(connection, record) if only in (None, message.id)]
    entries = [_of_message(message) for message in said]
    if only is None:
        points = contacts_of(connection, [record.patient_id]).get(record.patient_id, [])
        entries += [_of_reply(reply) for reply in replies_about(connection, record, said, points)]
    return sorted(entries, key=lambda entry: (entry.at is None, entry.at or record.starts_at, entry.what))


def _of_message(message: MessageFacts) -> Entry:
    tried = "; ".join(attempt.words for attempt in message.attempts if attempt.words)
    ended = withdrawn_because(message.reason) if message.state is State.CANCELLED else ""
    withdrawn = f"Withdrawn because {ended}." if ended else ""
    return Entry(
        at=message.handed_over_at or message.due_at,
        what=message.step,
        state=message.state,
        channel=message.channel or "",
        why=" ".join(filter(None, (message.why, withdrawn, tried))),
    )


def _of_reply(reply: ReplyFacts) -> Entry:
    """The meaning, not the words: a terminal keeps what it shows."""
    return Entry(
        at=reply.received_at, what="reply", state=reply.intent, channel="sms", why=f"Read by the rule {reply.rule!r}."
    )


def _as_json(record: AppointmentRecord, timezone: str, entries: Sequence[Entry]) -> dict[str, object]:
    return {
        "appointment": record.external_id,
        "status": record.status,
        "starts_at": record.starts_at.isoformat(),
        "timeline": [
            {
                "at": entry.at.isoformat() if entry.at else None,
                "at_local": local(entry.at, timezone).isoformat() if entry.at else None,
                "what": entry.what,
                "state": entry.state,
                "channel": entry.channel or None,
                "why": entry.why,
            }
            for entry in entries
        ],
    }


def _show(record: AppointmentRecord, clinic: str, timezone: str, entries: Sequence[Entry]) -> None:
    console = Console()
    starts = local(record.starts_at, timezone)
    console.print(f"[bold]{escape(record.external_id)}[/]: {record.kind}, {starts:%a, %b %-d, %Y, %-I:%M %p}, ", end="")
    console.print(f"{escape(clinic)}, {record.status}. Times are the clinic's.")
    table = Table("when", "what", "state", "by", "why", expand=True)
    for entry in entries:
        when = f"{local(entry.at, timezone):%a, %b %-d, %-I:%M %p}" if entry.at else ""
        table.add_row(when, entry.what, entry.state, entry.channel, escape(entry.why))
    console.print(table)
