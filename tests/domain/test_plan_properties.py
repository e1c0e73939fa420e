"""What holds for every plan, whatever the visit, the steps, the history and the moment."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from service.domain.plan import plan
from service.domain.schedule import (
    AfterEnd,
    BeforeClock,
    BeforeStart,
    DayAt,
    OnEvent,
    OnStep,
    Schedule,
    StepEvent,
    Timing,
    UsefulUntil,
)
from service.domain.values import (
    Appointment,
    AppointmentStatus,
    Category,
    Channel,
    Clinic,
    Clock,
    Condition,
    Contact,
    Event,
    History,
    Plan,
    PlannedMessage,
    Priority,
    Recipient,
    Shift,
    Told,
)
from service.domain.walltime import local
from tests.domain.visits import CLINIC, LONG_BEFORE, PATIENT, planned, schedule, step, visit

ZONES = ("America/Los_Angeles", "America/Phoenix", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Berlin")
FIRST_AT = datetime(2027, 2, 20, tzinfo=UTC)
HOLIDAY = date(2027, 3, 15)

moments = st.integers(0, 60 * 24 * 4).map(lambda quarters: FIRST_AT + timedelta(minutes=15 * quarters))
spans = st.integers(0, 20 * 24 * 4).map(lambda quarters: timedelta(minutes=15 * quarters))
wall_times = st.integers(0, 95).map(lambda quarters: time(quarters // 4, quarters % 4 * 15))
timings: st.SearchStrategy[Timing] = st.one_of(
    st.builds(BeforeStart, offset=spans),
    st.builds(AfterEnd, offset=spans),
    st.builds(DayAt, days=st.integers(-14, 14), at_local=wall_times),
    st.builds(BeforeClock, clock=st.sampled_from(Clock), by=spans),
    st.builds(OnEvent, event=st.sampled_from(Event), wait=spans),
    st.builds(OnStep, event=st.sampled_from(StepEvent), of=st.sampled_from(["s0", "s1"]), wait=spans),
)
uses = st.one_of(
    st.builds(UsefulUntil, before_start=spans),
    st.builds(UsefulUntil, after_due=spans.filter(bool)),
)
contacts = st.builds(
    Contact,
    id=st.integers(1, 9).map(lambda number: UUID(int=number)),
    channel=st.sampled_from(Channel),
    allowed=st.frozensets(st.sampled_from(Category)),
)
recipients = st.builds(
    Recipient,
    timezone=st.none() | st.sampled_from(ZONES),
    contacts=st.lists(contacts, max_size=3).map(tuple),
    visits_before=st.integers(0, 2),
    clock_overrides=st.dictionaries(st.sampled_from(Clock), spans, max_size=2),
)
channels = st.lists(st.sampled_from(Channel), min_size=1, unique=True).map(tuple)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    steps = [
        replace(
            step(f"s{number}", draw(timings)),
            channels=draw(channels),
            priority=draw(st.sampled_from([Priority.SAFETY, Priority.NORMAL, Priority.LOW])),
            shift=draw(st.sampled_from(Shift)),
            useful_until=draw(uses),
            only_if=draw(st.lists(st.sampled_from(Condition), max_size=1).map(tuple)),
            catch_up=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 5)))
    ]
    return schedule(*steps)


@st.composite
def visits(draw: st.DrawFn) -> Appointment:
    found = visit(starts_at=draw(moments), minutes=draw(st.integers(10, 180)))
    status = draw(st.sampled_from([AppointmentStatus.BOOKED, *AppointmentStatus]))
    return replace(found, status=status, booked_at=draw(st.none() | moments))


@st.composite
def histories(draw: st.DrawFn, starts_at: datetime) -> History:
    said = st.builds(
        Told,
        step=st.integers(0, 5).map("s{}".format),
        appointment_version=st.just(1),
        starts_at=st.just(starts_at) | moments,
        handed_over_at=moments,
    )
    told = tuple(draw(st.lists(said, max_size=3)))
    answered = draw(st.dictionaries(st.sampled_from(["s0", "s1"]), moments, max_size=2))
    return History(told=told, confirmed=draw(st.booleans()), ride_known=draw(st.booleans()), answered=answered)


clinics = st.sampled_from(ZONES).map(lambda zone: replace(CLINIC, timezone=zone, holidays={HOLIDAY: "Founders' Day"}))
answers_for_all = st.sampled_from([Event.BOOKED, Event.MOVED])


@given(st.data(), schedules(), visits(), clinics, recipients, moments, st.sampled_from(Event))
def test_a_message_keeps_to_its_hours_its_use_its_contact_and_its_visit(
    draws: st.DataObject,
    rules: Schedule,
    appointment: Appointment,
    clinic: Clinic,
    recipient: Recipient,
    now: datetime,
    cause: Event,
) -> None:
    history = draws.draw(histories(appointment.starts_at))
    for outcome in plan(appointment, rules, clinic, recipient, history, now, cause):
        if isinstance(outcome, PlannedMessage):
            assert now <= outcome.due_at < outcome.expires_at
            wall = local(outcome.due_at, recipient.timezone or clinic.timezone)
            window = clinic.sending_hours.weekend if wall.weekday() >= 5 else clinic.sending_hours.weekday
            assert window.opens_local <= wall.time() < window.closes_local
            assert wall.date() != HOLIDAY
            assert any(c.id == outcome.contact_id and outcome.category in c.allowed for c in recipient.contacts)
            assert appointment.status is not AppointmentStatus.RETRACTED


@given(st.data(), schedules(), visits(), clinics, recipients, moments, answers_for_all)
def test_every_step_yields_one_message_or_one_reason_and_always_the_same(
    draws: st.DataObject,
    rules: Schedule,
    appointment: Appointment,
    clinic: Clinic,
    recipient: Recipient,
    now: datetime,
    cause: Event,
) -> None:
    history = draws.draw(histories(appointment.starts_at))
    outcomes = plan(appointment, rules, clinic, recipient, history, now, cause)
    assert [outcome.step for outcome in outcomes] == [step.key for step in rules.steps]
    assert all(outcome.why.endswith(".") for outcome in outcomes)
    assert outcomes == plan(appointment, rules, clinic, recipient, history, now, cause)


@given(schedules(), visits(), clinics, recipients, moments)
def test_moving_there_and_back_restores_the_plan_when_nothing_was_told(
    rules: Schedule, appointment: Appointment, clinic: Clinic, recipient: Recipient, now: datetime
) -> None:
    before = plan(appointment, rules, clinic, recipient, History(), now, Event.BOOKED)
    back = replace(appointment, version=appointment.version + 2)
    after = plan(back, rules, clinic, recipient, History(), now, Event.MOVED)
    assert _messages(before) == _messages(after)


def _messages(outcomes: Plan) -> list[PlannedMessage]:
    return [outcome for outcome in outcomes if isinstance(outcome, PlannedMessage)]


@given(schedules(), visits(), clinics, recipients, moments)
def test_at_most_one_message_catches_up(
    rules: Schedule, appointment: Appointment, clinic: Clinic, recipient: Recipient, now: datetime
) -> None:
    outcomes = plan(appointment, rules, clinic, recipient, History(), now, Event.BOOKED)
    assert sum("caught up on" in outcome.why for outcome in outcomes) <= 1


def test_a_plan_of_fourteen_steps_takes_far_less_than_three_milliseconds() -> None:
    steps = [step(f"s{days}", DayAt(days=days, at_local=time(7))) for days in range(-7, 7)]
    planned(*steps, now=LONG_BEFORE)
    began = perf_counter()
    for _ in range(100):
        planned(*steps, patient=PATIENT, now=LONG_BEFORE)
    assert (perf_counter() - began) / 100 < 0.003
