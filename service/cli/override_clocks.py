"""`handrail override-clocks`: a clinician's own fasting cut-offs for one patient."""

from datetime import datetime, timedelta
from typing import Annotated, NoReturn

import typer

from service.cli.command import command_services
from service.domain.reading import duration
from service.domain.values import Clock
from service.messaging.overrides import set_override
from service.storage.people import patients_by_external_id

WRONG = 2
LONGEST = timedelta(hours=48)
DURATION = 'Such as "12h" or "90m".'


def override_clocks(
    patient: Annotated[str, typer.Argument(help="The patient's number in the practice system.")],
    review_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="When somebody looks at this again.")],
    why: Annotated[str, typer.Option(help="The clinical reason. It is stored encrypted.")],
    by: Annotated[str, typer.Option(help="Who decided it.")] = "command line",
    solids: Annotated[str, typer.Option(help=f"Solid food, before the start. {DURATION}")] = "",
    light_meal: Annotated[str, typer.Option(help=f"A light meal. {DURATION}")] = "",
    clear_liquids: Annotated[str, typer.Option(help=f"Clear liquids. {DURATION}")] = "",
    medicines: Annotated[str, typer.Option(help=f"Medicines. {DURATION}")] = "",
) -> None:
    """Set a patient's own fasting times, for diabetes or a GLP-1 medicine; coming visits are planned anew."""
    given = {
        Clock.SOLIDS: solids,
        Clock.LIGHT_MEAL: light_meal,
        Clock.CLEAR_LIQUIDS: clear_liquids,
        Clock.MEDICINES: medicines,
    }
    clocks = {clock: _span(clock, text) for clock, text in given.items() if text}
    if not clocks or not why.strip():
        _refuse("Give at least one time, such as --solids 12h, and a reason with --why.")
    with command_services() as services:
        now = services.clock.now()
        if review_on.date() <= now.date():
            _refuse("--review-on must be a day ahead.")
        organisation_id = services.only_organisation()
        with services.database.organisation(organisation_id) as connection:
            record = patients_by_external_id(connection, [patient]).get(patient)
            if record is None:
                _refuse(f"There is no patient {patient!r}. Use the number that was imported.")
            visits = set_override(
                connection,
                organisation_id,
                record.id,
                clocks=clocks,
                review_on=review_on.date(),
                why=why,
                actor=by,
                now=now,
            )
    typer.echo(f"Set, until it is looked at again on {review_on:%Y-%m-%d}. Visits planned anew: {visits}.")


def _span(clock: Clock, text: str) -> timedelta:
    try:
        found = duration(text)
    except ValueError as error:
        _refuse(f"--{clock.value.replace('_', '-')}: {error}. {DURATION}")
    if found > LONGEST:
        _refuse(f"--{clock.value.replace('_', '-')}: {text} is longer than 48 hours.")
    return found


def _refuse(words: str) -> NoReturn:
    typer.echo(words, err=True)
    raise typer.Exit(WRONG)
