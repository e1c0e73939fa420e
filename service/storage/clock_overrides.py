"""A clinician's own fasting cut-offs for one patient: numbers, who set them, why, and when to look again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from service.domain.values import Clock
from service.storage.tables import clock_overrides

ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class ClockOverride:
    """`clocks` count back from the start. `why` names a condition of the patient, so it is sealed and never logged."""

    patient_id: UUID
    clocks: dict[Clock, timedelta]
    set_by: str
    why: str
    set_at: datetime
    review_on: date


def store_override(connection: Connection, organisation_id: UUID, override: ClockOverride) -> None:
    """In the place of the patient's earlier one, if there was any."""
    statement = insert(clock_overrides).values(
        organisation_id=organisation_id,
        patient_id=override.patient_id,
        minutes_before={clock.value: before // ONE_MINUTE for clock, before in override.clocks.items()},
        set_by=override.set_by,
        why=override.why,
        set_at=override.set_at,
        review_on=override.review_on,
    )
    names = ("minutes_before", "set_by", "why", "set_at", "review_on")
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["patient_id"], set_={name: statement.excluded[name] for name in names}
        )
    )


def overrides_of(connection: Connection, patient_ids: Iterable[UUID]) -> dict[UUID, dict[Clock, timedelta]]:
    """The cut-offs alone, of those patients who have some of their own."""
    rows = connection.execute(
        select(clock_overrides.c.patient_id, clock_overrides.c.minutes_before).where(
            clock_overrides.c.patient_id.in_(list(patient_ids))
        )
    )
    return {
        patient_id: {Clock(clock): minutes * ONE_MINUTE for clock, minutes in minutes_before.items()}
        for patient_id, minutes_before in rows
    }


def overdue_reviews(connection: Connection, today: date) -> list[tuple[UUID, date]]:
    """(patient, the day by which somebody was to look again), of those whose day has come."""
    rows = connection.execute(
        select(clock_overrides.c.patient_id, clock_overrides.c.review_on).where(clock_overrides.c.review_on <= today)
    )
    return [(patient_id, review_on) for patient_id, review_on in rows]
