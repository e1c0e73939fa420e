"""`handrail add-staff`: an account for somebody who works at the clinic."""

from enum import StrEnum
from typing import Annotated

import typer

from service.cli.command import command_services
from service.storage.staff_accounts import add_staff as store_staff

SHORTEST_PASSWORD = 12


class Role(StrEnum):
    FRONT_DESK = "front_desk"
    CLINICIAN = "clinician"
    MANAGER = "manager"
    OPERATOR = "operator"


def add_staff(
    email: Annotated[str, typer.Argument(help="What they sign in with.")],
    name: Annotated[str, typer.Option(prompt="Name", help="Shown to colleagues.")],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.FRONT_DESK,
    password: Annotated[
        str, typer.Option(prompt="Password", hide_input=True, confirmation_prompt=True, help="Asked for when left out.")
    ] = "",
) -> None:
    """Make an account. The password is asked for, and only its hash is kept."""
    if len(password) < SHORTEST_PASSWORD:
        typer.echo(f"The password needs at least {SHORTEST_PASSWORD} characters.", err=True)
        raise typer.Exit(2)
    with command_services() as services:
        organisation_id = services.only_organisation()
        with services.database.organisation(organisation_id) as connection:
            store_staff(
                connection,
                organisation_id,
                email=email,
                name=name,
                role=role,
                password=password,
                now=services.clock.now(),
            )
    typer.echo(f"{email} can sign in now.")
