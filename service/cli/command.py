"""The parts of the service for one command, against the running installation or one started for the purpose."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from service.cli.local_settings import LostKeys
from service.cli.surroundings import surroundings
from service.embedded.postgres import PostgresDidNotStart
from service.settings import BadSettings, settings_from
from service.storage.database import UnsafeRole
from service.storage.migrate import upgrade
from service.wiring import NoOrganisation, Services

UNUSABLE = 2


@contextmanager
def command_services() -> Iterator[Services]:
    """Ends the command with a clear line and exit code 2 where there is nothing to work with."""
    try:
        with surroundings() as environment:
            services = Services(settings_from(environment))
            if admin_url := environment.get("DATABASE_ADMIN_URL"):
                upgrade(admin_url, environment["DATABASE_URL"])
            yield services
            services.close()
    except (BadSettings, LostKeys, PostgresDidNotStart, UnsafeRole, NoOrganisation) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE) from None
