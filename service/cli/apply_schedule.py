"""`handrail apply-schedule`: plans coming visits anew under the version of a schedule that is in force."""

import json
from typing import Annotated

import typer

from service.cli.command import UNUSABLE, command_services
from service.cli.progress import progress
from service.messaging.replanning import apply_schedule as apply
from service.messaging.saving_schedules import NoSuchSchedule

INTERRUPTED = 130


def apply_schedule(
    name: Annotated[str, typer.Argument(help="The schedule, by its name.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for a program.")] = False,
) -> None:
    """Plan coming visits anew after a schedule changed. Nothing goes out at once because of it.

    It may be interrupted at any time; running it again goes on where it stopped.
    """
    with command_services() as services, progress(f"Applying {name}") as advance:
        try:
            found = apply(
                services.database,
                services.only_organisation(),
                name,
                now=services.clock.now(),
                actor="command line",
                advance=advance,
            )
        except NoSuchSchedule as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(UNUSABLE) from None
        except KeyboardInterrupt:
            typer.echo("Stopped. What is done stays; run the same command again to go on.", err=True)
            raise typer.Exit(INTERRUPTED) from None
    if as_json:
        typer.echo(json.dumps({"version": found.version, "appointments": found.appointments, "left": found.left}))
    else:
        typer.echo(f"{found.appointments} visits are planned by version {found.version} now.")
