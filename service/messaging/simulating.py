"""What real visits would say under the schedules in force, or under a changed one. Nothing is stored or sent.

Each visit is planned as on the day it was booked, for a patient who has not answered anything yet: that is the
most a schedule can say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection

from service.domain.plan import plan
from service.domain.schedule import OnEvent, Schedule
from service.domain.segments import count
from service.domain.simulation import SimulatedMessage, Simulation
from service.domain.stop_rule import SaidStop, must_say_stop, says_stop, with_line
from service.domain.timing import is_after_visit, moment
from service.domain.values import AppointmentStatus, Channel, Clinic, Event, History, PlannedMessage, Recipient
from service.messaging.planning import Planner, version_in
from service.messaging.rendering import BadText
from service.messaging.replanning import Advance
from service.messaging.schedule_bundle import NoSuchText, OpenBundle
from service.messaging.speaking import Speaker
from service.messaging.stop_line import stop_line
from service.storage.appointments import AppointmentRecord
from service.storage.database import Database
from service.storage.visits_by_patient import count_between, visits_between

AT_ONCE = 500
FIRST = (UUID(int=0), UUID(int=0))
LONG_BEFORE = timedelta(days=90)  # for a visit whose booking nobody noted
SAMPLE_NAME = "Alexandra"
SAMPLE_LINK = "https://clinic.example/m/0123456789abcdefghijklmnopqrstuv"


def simulate(
    database: Database,
    organisation_id: UUID,
    begin: datetime,
    end: datetime,
    *,
    candidate: OpenBundle | None,
    now: datetime,
    advance: Advance = lambda _done, _all: None,
) -> Simulation:
    """Visits that start from `begin` to before `end`. Memory holds one page, and what one patient would get."""
    found, after, carried = Simulation(), FIRST, _Patient()
    with database.organisation(organisation_id) as connection:
        total = count_between(connection, begin, end)
    while True:
        with database.organisation(organisation_id) as connection:
            records = visits_between(connection, begin, end, after, AT_ONCE)
            if not records:
                break
            page = _Page(connection, organisation_id, now, candidate, found)
            for patient_id, visits in groupby(page.said_by(records), key=lambda pair: pair[0].patient_id):
                if carried.id != patient_id:
                    found.add_patient(carried.messages)
                    carried = _Patient(patient_id)
                carried.messages += [message for _, said in visits for message in said]
        after = (records[-1].patient_id, records[-1].id)
        found.appointments += len(records)
        advance(found.appointments, max(total, found.appointments))
    found.add_patient(carried.messages)
    return found


class _Patient:
    """The one whose visits are being read; they may run on into the next page."""

    def __init__(self, patient_id: UUID | None = None) -> None:
        self.id = patient_id
        self.messages: list[SimulatedMessage] = []


class _Page(Planner):
    """One page of visits, planned and worded."""

    def __init__(
        self,
        connection: Connection,
        organisation_id: UUID,
        now: datetime,
        candidate: OpenBundle | None,
        counts: Simulation,
    ) -> None:
        super().__init__(connection, organisation_id, now)
        self._candidate = candidate
        self._counts = counts
        self._stops: dict[UUID, list[SaidStop]] = {}

    def said_by(
        self, records: Sequence[AppointmentRecord]
    ) -> Iterator[tuple[AppointmentRecord, list[SimulatedMessage]]]:
        recipients = self.recipients(records)
        for record in records:
            yield record, self._visit(record, recipients[record.id])

    def _visit(self, record: AppointmentRecord, recipient: Recipient) -> list[SimulatedMessage]:
        bundle = self._bundle(record)
        schedule = bundle.schedule if bundle else None
        clinic = self._clinics[record.clinic_id].clinic
        booked_at = record.booked_at or record.starts_at - LONG_BEFORE
        visit = replace(record.appointment, status=AppointmentStatus.BOOKED, attended_at=None, booked_at=booked_at)
        messages: list[PlannedMessage] = []
        for item in plan(visit, schedule, clinic, recipient, History(), booked_at, Event.BOOKED):
            if isinstance(item, PlannedMessage):
                messages.append(item)
            else:
                self._counts.skip(item.step, item.reason.value)
        if bundle is None:
            return []
        messages.sort(key=lambda message: message.due_at)
        return [self._message(message, record, bundle, clinic, recipient) for message in messages]

    def _bundle(self, record: AppointmentRecord) -> OpenBundle | None:
        if self._candidate and record.kind in self._candidate.schedule.kinds:
            return self._candidate
        in_force = self._schedules.get(record.kind)
        if in_force is None or (self._candidate and in_force.schedule.name == self._candidate.schedule.name):
            return None
        return version_in(self._connection, in_force.version_id)

    def _message(
        self,
        planned: PlannedMessage,
        record: AppointmentRecord,
        bundle: OpenBundle,
        clinic: Clinic,
        recipient: Recipient,
    ) -> SimulatedMessage:
        is_sms = planned.channel is Channel.SMS
        return SimulatedMessage(
            appointment=record.external_id,
            step=planned.step,
            channel=planned.channel,
            priority=planned.priority,
            due_at=planned.due_at,
            asked_at=_asked_at(planned, record, bundle.schedule, clinic),
            timezone=recipient.timezone or clinic.timezone,
            segments=self._segments(planned, record, bundle, clinic, recipient) if is_sms else 0,
        )

    def _segments(
        self,
        planned: PlannedMessage,
        record: AppointmentRecord,
        bundle: OpenBundle,
        clinic: Clinic,
        recipient: Recipient,
    ) -> int:
        """Of the words it would have, the line that says how to stop included. 0 where they cannot be made."""
        step = bundle.schedule.step(planned.step)
        assert step is not None
        try:
            words = Speaker(now=planned.due_at).say(
                bundle,
                text_name=step.text,
                channel=planned.channel,
                appointment=record.appointment,
                clinic=clinic,
                recipient=recipient,
                first_name=SAMPLE_NAME,
                link=SAMPLE_LINK,
            )
        except (BadText, NoSuchText):
            return 0
        return count(self._with_stop(words.body, planned, record, bundle, clinic, recipient)).segments

    def _with_stop(
        self,
        body: str,
        planned: PlannedMessage,
        record: AppointmentRecord,
        bundle: OpenBundle,
        clinic: Clinic,
        recipient: Recipient,
    ) -> str:
        said = self._stops.setdefault(planned.contact_id, [])
        has_it = says_stop(body)
        starts_series = recipient.visits_before == 0
        due = must_say_stop(said, record.id, starts_series=starts_series, now=planned.due_at)
        if has_it or due:
            said.append(SaidStop(appointment_id=record.id, at=planned.due_at))
        line = stop_line(bundle, recipient.language, clinic) if due and not has_it else ""
        return with_line(body, line) if line else body


def _asked_at(
    planned: PlannedMessage, record: AppointmentRecord, schedule: Schedule, clinic: Clinic
) -> datetime | None:
    step = schedule.step(planned.step)
    if step is None or isinstance(step.timing, OnEvent):
        return None
    asked_at = moment(step.timing, record.appointment, schedule, clinic.timezone, None)
    if asked_at is not None and is_after_visit(step.timing):
        return max(asked_at, record.ends_at + clinic.assume_attended_after)
    return asked_at
