"""`handrail migrate`: the database as this version needs it, with the configuration loaded."""

import typer

from service.cli.surroundings import surroundings
from service.messaging.config_folder import BadFolder
from service.setup import prepare_everything
from service.storage.migrate import TooOld, upgrade


def migrate() -> None:
    """Migrate the database of DATABASE_ADMIN_URL and load the configuration folder. Safe to run again."""
    with surroundings() as environment:
        admin_url = environment.get("DATABASE_ADMIN_URL")
        if not admin_url:
            typer.echo("DATABASE_ADMIN_URL is not set: migrating needs the database's owner.", err=True)
            raise typer.Exit(2)
        try:
            upgrade(admin_url, environment["DATABASE_URL"])
            welcome = prepare_everything(environment, typer.echo)
        except (TooOld, BadFolder) as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None
    for line in ("The database is up to date.", *welcome.lines):
        typer.echo(line)
