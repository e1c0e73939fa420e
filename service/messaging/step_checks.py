"""What is wrong with steps that can each be read by itself: too late to act, never sent, said twice."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from service.domain.plan import plan
from service.domain.reading import Mistake
from service.domain.schedule import OnEvent, OnStep, Schedule, Step
from service.domain.values import (
    Appointment,
    AppointmentStatus,
    Category,
    Channel,
    Clinic,
    Contact,
    Event,
    History,
    PlannedMessage,
    Question,
    Recipient,
)
from service.messaging.fasting_checks import lead_of
from service.messaging.schedule_bundle import DEFAULT_LANGUAGE, TextsByLanguage
from service.messaging.step_place import StepPlace
from service.messaging.text_checks import Findings

TIME_TO_FIND_A_RIDE = timedelta(hours=3)
SAMPLE_WEEK = datetime(2027, 3, 1, tzinfo=UTC)  # from a Monday; a visit every half hour of the week is tried
LONG_BEFORE = timedelta(days=400)
LENGTH = timedelta(minutes=40)


def check_steps(schedule: Schedule, clinics: Sequence[Clinic], texts: TextsByLanguage, place: StepPlace) -> Findings:
    """Of all steps of one schedule."""
    found = [_ride(schedule, step, place) for step in schedule.steps if step.asks is Question.RIDE]
    never = tuple(_never_sent(schedule, clinics, place))
    return sum(found, Findings(mistakes=never, warnings=tuple(_same_text(schedule, texts, place))))


def _ride(schedule: Schedule, step: Step, place: StepPlace) -> Findings:
    lead = lead_of(step, schedule)
    if lead is None or lead.least >= TIME_TO_FIND_A_RIDE:
        return Findings()
    remedy = "Ask at least 3 hours before the start."
    if lead.most < TIME_TO_FIND_A_RIDE:
        problem = "asks for a ride when too little time is left to find one"
        return Findings(mistakes=(place.mistake(step, "asks", problem, remedy),))
    problem = "asks for a ride, which before early visits leaves too little time to find one"
    return Findings(warnings=(place.mistake(step, "asks", problem, remedy),))


def _same_text(schedule: Schedule, texts: TextsByLanguage, place: StepPlace) -> Iterator[Mistake]:
    """By name, or word for word under two names."""
    said: dict[str, Step] = {}
    for step in schedule.steps:
        text = texts.get(DEFAULT_LANGUAGE, {}).get(step.text)
        words = " ".join(text.sms.split()) if text and text.sms else step.text
        if words in said:
            problem = f"says the same as the step {said[words].key!r}"
            yield place.mistake(step, "text", problem, "Give it words of its own, or leave one of the two out.")
        said.setdefault(words, step)


def _never_sent(schedule: Schedule, clinics: Sequence[Clinic], place: StepPlace) -> Iterator[Mistake]:
    """Steps that no visit of a week brings to a patient, at whatever hour, at any clinic."""
    left = {step.key for step in schedule.steps if not isinstance(step.timing, OnEvent | OnStep)}
    for clinic in clinics:
        for visit in _visits(schedule):
            if not left:
                return
            left -= _sent(schedule, clinic, visit)
    for step in schedule.steps:
        if step.key in left and clinics:
            problem = "can never be sent: its time, its use, its conditions and the sending hours leave no moment"
            yield place.mistake(step, "key", problem, "Say it at another time, let it be shifted, or remove it.")


def _sent(schedule: Schedule, clinic: Clinic, visit: Appointment) -> set[str]:
    return {
        item.step
        for before in (0, 1)
        for item in plan(
            visit, schedule, clinic, _recipient(before), History(), visit.starts_at - LONG_BEFORE, Event.BOOKED
        )
        if isinstance(item, PlannedMessage)
    }


def _visits(schedule: Schedule) -> Iterator[Appointment]:
    """From Monday noon of the western states on, since most visits are by day."""
    for half_hours in range(7 * 48):
        starts_at = SAMPLE_WEEK + timedelta(hours=20, minutes=30 * half_hours)
        yield Appointment(
            id=UUID(int=0),
            kind=schedule.kinds[0],
            status=AppointmentStatus.BOOKED,
            starts_at=starts_at,
            ends_at=starts_at + LENGTH,
        )


def _recipient(visits_before: int) -> Recipient:
    """Reached on both channels, with every permission."""
    contacts = tuple(
        Contact(id=UUID(int=number), channel=channel, allowed=frozenset(Category))
        for number, channel in enumerate(Channel)
    )
    return Recipient(contacts=contacts, visits_before=visits_before)
