"""`handrail new-key` and `handrail rotate-keys`: the keys that seal what belongs to patients."""

import base64
import secrets

import typer
from rich.progress import Progress

from service.cli.command import command_services
from service.storage.resealing import count_to_reseal, reseal, tables_with_sealed_columns


def new_key() -> None:
    """Print a new key of 32 random bytes, for HANDRAIL_KEYS or HANDRAIL_INDEX_KEY."""
    typer.echo(base64.b64encode(secrets.token_bytes(32)).decode())


def rotate_keys() -> None:
    """Seal everything stored with the first key of HANDRAIL_KEYS. Safe to stop, and to run again."""
    with command_services() as services, Progress(transient=True) as bar:
        for table in tables_with_sealed_columns():
            task = bar.add_task(table.name, total=count_to_reseal(services.database, table))
            for done in reseal(services.database, table):
                bar.advance(task, done)
    typer.echo("Everything is sealed with the first key now. Keep the older keys for as long as you keep old backups.")
