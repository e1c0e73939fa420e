from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from service.domain.schedule import Driving, Schedule
from service.domain.values import Appointment, AppointmentStatus, Clinic, Clock, Kind, Recipient
from service.domain.walltime import instant
from service.messaging.rendering import (
    BadText,
    TextContext,
    context,
    context_without_visit,
    render_email,
    render_sms,
)

SACRAMENTO = Clinic(
    name="Sacramento",
    discreet_name="Lakeside Clinic",
    timezone="America/Los_Angeles",
    phone="(916) 555-0180",
)
IV = Schedule(
    name="iv",
    title="IV session",
    kinds=(Kind.IV,),
    steps=(),
    clocks={Clock.SOLIDS: timedelta(hours=8), Clock.ARRIVAL: timedelta(minutes=15)},
    driving=Driving(after_end=timedelta(hours=24)),
)
STARTS_AT = datetime(2027, 3, 16, 16, 0, tzinfo=UTC)  # Tuesday, 9:00 in Sacramento
DAY_BEFORE = datetime(2027, 3, 15, 19, 0, tzinfo=UTC)  # Monday, noon


def visit_context(
    *,
    language: str = "en",
    timezone: str | None = None,
    starts_at: datetime = STARTS_AT,
    now: datetime = DAY_BEFORE,
    schedule: Schedule = IV,
    clinic: Clinic = SACRAMENTO,
    first_name: str = "Alex",
) -> TextContext:
    appointment = Appointment(
        id=UUID(int=1),
        kind=Kind.IV,
        status=AppointmentStatus.BOOKED,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=40),
    )
    return context(
        appointment=appointment,
        schedule=schedule,
        clinic=clinic,
        recipient=Recipient(language=language, timezone=timezone),
        first_name=first_name,
        link="https://clinic.invalid/m/abc",
        now=now,
    )


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("patient.first_name", "Alex"),
        ("clinic.name", "Lakeside Clinic"),
        ("clinic.phone", "(916) 555-0180"),
        ("visit.date", "Tue, Mar 16"),
        ("visit.time", "9:00 AM"),
        ("visit.when", "tomorrow, Tue, Mar 16 at 9:00 AM"),
        ("clock.solids", "1:00 AM Tue"),
        ("clock.arrival", "8:45 AM Tue"),
        ("driving.until", "9:40 AM Wed"),
        ("link", "https://clinic.invalid/m/abc"),
    ],
)
def test_each_variable_says_what_is_documented(variable: str, said: str) -> None:
    assert render_sms(f"{{{{ {variable} }}}}", visit_context()) == said


def test_the_same_text_says_today_when_it_is_sent_on_the_day() -> None:
    morning = datetime(2027, 3, 16, 14, 0, tzinfo=UTC)

    assert render_sms("{{ visit.when }}", visit_context(now=morning)) == "today, Tue, Mar 16 at 9:00 AM"


def test_spanish_patients_read_spanish_times() -> None:
    said = render_sms("{{ visit.when }}; {{ clock.solids }}", visit_context(language="es"))

    assert said == "mañana, martes 16 de marzo, a las 9:00 a. m.; 1:00 a. m. del martes"


@pytest.mark.parametrize(
    ("patient_zone", "said"),
    [
        (None, "9:00 AM"),
        ("America/Vancouver", "9:00 AM"),
        ("America/Phoenix", "9:00 AM"),  # in March both are seven hours behind
        ("America/New_York", "9:00 AM Pacific time"),
    ],
)
def test_the_zone_is_named_only_where_the_patients_clock_shows_another_time(
    patient_zone: str | None, said: str
) -> None:
    assert render_sms("{{ visit.time }}", visit_context(timezone=patient_zone)) == said


def test_arizona_differs_from_sacramento_in_winter_only() -> None:
    winter = visit_context(timezone="America/Phoenix", starts_at=datetime(2027, 1, 12, 17, 0, tzinfo=UTC))

    assert render_sms("{{ visit.time }} {{ clock.arrival }}", winter) == (
        "9:00 AM Pacific time 8:45 AM Tue Pacific time"
    )


def test_tomorrow_is_left_out_where_it_is_already_today_for_the_patient() -> None:
    late_monday = datetime(2027, 3, 16, 5, 0, tzinfo=UTC)  # 22:00 in Sacramento, Tuesday 1:00 in New York
    said = render_sms("{{ visit.when }}", visit_context(timezone="America/New_York", now=late_monday))

    assert said == "Tue, Mar 16 at 9:00 AM Pacific time"


def test_a_fasting_clock_counts_elapsed_hours_over_the_night_the_clocks_change() -> None:
    sunday = instant(date(2027, 3, 14), time(9), SACRAMENTO.timezone)

    assert render_sms("{{ clock.solids }}", visit_context(starts_at=sunday)) == "12:00 AM Sun (midnight Sat night)"


def test_a_clock_the_schedule_does_not_have_is_an_error_and_names_no_person() -> None:
    with pytest.raises(BadText) as caught:
        render_sms("{{ patient.first_name }} {{ clock.medicines }}", visit_context())

    assert "clock.medicines" in str(caught.value)
    assert "Alex" not in str(caught.value)


def test_an_sms_is_one_line_of_plain_characters() -> None:
    source = "\n{{ clinic.name }}:  don’t eat –\n  {{ patient.first_name }}…\n"

    assert render_sms(source, visit_context(first_name="Zoe\u0301\u200b")) == "Lakeside Clinic: don't eat - Zoé..."


def test_an_email_has_one_line_of_subject_and_keeps_its_paragraphs() -> None:
    subject, body = render_email("A message\nfrom {{ clinic.name }}", "\nHello,\n\n{{ link }}\n\n\n\n", visit_context())

    assert subject == "A message from Lakeside Clinic"
    assert body == "Hello,\n\nhttps://clinic.invalid/m/abc\n"


def test_a_name_cannot_add_a_header_to_an_email() -> None:
    subject, _ = render_email("For {{ patient.first_name }}", "x", visit_context(first_name="A\r\nBcc: b@c.invalid"))

    assert "\n" not in subject
    assert "\r" not in subject


def test_an_answer_without_a_visit_may_quote_the_clinic_and_nothing_of_a_visit() -> None:
    bare = context_without_visit(clinic=SACRAMENTO, first_name="Alex")

    assert render_sms("{{ clinic.name }} {{ clinic.phone }}", bare) == "Lakeside Clinic (916) 555-0180"
    with pytest.raises(BadText, match=r"visit\.when"):
        render_sms("{{ visit.when }}", bare)
