"""`handrail add-api-key`: a key with which another program may call the API."""

from typing import Annotated

import typer

from service.cli.command import command_services
from service.storage.api_keys import NameTaken
from service.storage.api_keys import add_api_key as store_key
from service.storage.audits import record_audit


def add_api_key(
    name: Annotated[str, typer.Argument(help="Which program it is for, such as practice-system.")],
    read_only: Annotated[bool, typer.Option("--read-only", help="It may look, and change nothing.")] = False,
) -> None:
    """Make a key for the API. It is shown once; only its hash is kept."""
    if not name.strip():
        typer.echo("The name is empty. Name the program that will use the key.", err=True)
        raise typer.Exit(2)
    with command_services() as services:
        organisation_id, now = services.only_organisation(), services.clock.now()
        try:
            with services.database.organisation(organisation_id) as connection:
                key = store_key(connection, organisation_id, name.strip(), may_write=not read_only, now=now)
                entries = [("api_key.added", "api_key", name.strip())]
                record_audit(connection, organisation_id, entries, actor="command line", now=now)
        except NameTaken as taken:
            typer.echo(str(taken), err=True)
            raise typer.Exit(2) from None
    typer.echo(key)
    typer.echo("Keep it as a secret: it cannot be shown again. Send it as `Authorization: Bearer KEY`.", err=True)
