"""Planning visits anew after a schedule changed: `python -m bench.replanning [VISITS]`.

Starts a PostgreSQL of its own, books VISITS (default 2,000) visits, saves a changed schedule, and applies it in
pages of 200. Prints visits a second and the longest transaction, as ratios to booking the same visits in the same
run, so that the figures of two machines can be compared.

Profile of applying (600 visits of a 17-step schedule, cProfile, two cores shared with others): 35 % storing some 15
rows a visit, 21 % the pure plan, 13 % reading what is queued, 11 % making the rows, 10 % raising versions and
withdrawing, 7 % reading patients and permissions; 37 % of it all is waiting for PostgreSQL.
Seen there without the profiler: 119 visits a second, planning anew / booking 1.4, longest / mean transaction 1.1. So
10,000 visits take a minute and a half, and no row is locked for longer than one page.
"""

import itertools
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from service.domain.incoming import IncomingContact, IncomingVisit
from service.domain.values import Channel
from service.messaging.booking import Source, take_visits
from service.messaging.replanning import AT_ONCE, apply_schedule
from service.messaging.saving_schedules import save_schedule, schedule_called
from service.messaging.schedule_bundle import source_of
from service.storage.migrate import upgrade
from service.wiring import Services
from tests import servers
from tests.clinic import MONDAY_NOON, configured, settings_for, visit

NAME = "iv-infusion"
OLD, NEW = "days_after = 3\nat = 11:00:00", "days_after = 3\nat = 12:00:00"


@contextmanager
def _services() -> Iterator[Services]:
    with (
        TemporaryDirectory() as scratch,
        servers.open_folder() as folder,
        servers.running_postgres(folder) as url,
        servers.empty_database(url) as database,
    ):
        upgrade(database.admin_url, database.app_url)
        services = Services(settings_for(database, Path(scratch), "http://127.0.0.1:1"))
        yield services
        services.close()


def _visits(number: int) -> list[IncomingVisit]:
    def one(index: int) -> IncomingVisit:
        contact = IncomingContact(channel=Channel.SMS, address=f"+1916555{index:04}", permitted=True)
        later = timedelta(days=index % 30, minutes=index % 480)
        usual = visit(external_id=f"A{index}", patient_external_id=f"P{index}", contacts=(contact,))
        return replace(usual, starts_at=usual.starts_at + later, ends_at=usual.ends_at + later)

    return [one(index) for index in range(number)]


def main(number: int) -> None:
    with _services() as services:
        organisation_id, database = configured(services), services.database
        visits = _visits(number)
        began = time.perf_counter()
        for first in range(0, number, AT_ONCE):
            with database.organisation(organisation_id) as connection:
                chunk = visits[first : first + AT_ONCE]
                take_visits(connection, organisation_id, chunk, source=Source(name="b", ref="b"), now=MONDAY_NOON)
        booking = time.perf_counter() - began
        with database.organisation(organisation_id) as connection:
            source = source_of(schedule_called(connection, NAME).bundle).replace(OLD, NEW)
            save_schedule(
                connection,
                organisation_id,
                NAME,
                source,
                {},
                base_version=None,
                actor="bench",
                reason="",
                now=MONDAY_NOON,
            )
        ends = [time.perf_counter()]
        done = apply_schedule(
            database,
            organisation_id,
            NAME,
            now=MONDAY_NOON,
            actor="bench",
            advance=lambda _done, _all: ends.append(time.perf_counter()),
        )
        whole = ends[-1] - ends[0]
        longest = max(after - before for before, after in itertools.pairwise(ends))
    print(f"{done.appointments} visits: {done.appointments / whole:.0f} a second, longest transaction {longest:.2f} s")
    spread = longest * len(ends[1:]) / whole
    print(f"planning anew / booking: {whole / booking:.2f}; longest / mean transaction: {spread:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
