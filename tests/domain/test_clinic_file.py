from datetime import date, time, timedelta

import pytest

from service.domain.clinic_file import ClinicFile, read_clinic
from service.domain.reading import BadFile
from service.domain.values import Clinic, SendingHours, Window

SHORT = """\
name = "Phoenix"
discreet_name = "Palo Verde"
timezone = "America/Phoenix"
phone = "(602) 555-0142"
"""
FULL = (
    SHORT
    + """\
address = "48 Palo Verde Road"
assume_attended_after = "1h"
hold_moved = "5m"
[sender]
sms = "MG0123"
segments_per_second = 3
email_from = "visits@clinic.example"
[sending_hours]
weekday = { opens = 08:00:00, closes = 21:00:00 }
weekend = { opens = 11:00:00, closes = 17:30:00 }
[holidays]
"2026-12-25" = "Christmas Day"
"""
)


def mistakes_in(source: str) -> list[str]:
    with pytest.raises(BadFile) as bad:
        read_clinic(source, "phoenix.toml")
    return [str(mistake) for mistake in bad.value.mistakes]


def test_a_full_file_is_read() -> None:
    clinic = Clinic(
        name="Phoenix",
        discreet_name="Palo Verde",
        timezone="America/Phoenix",
        phone="(602) 555-0142",
        address="48 Palo Verde Road",
        sending_hours=SendingHours(
            weekday=Window(opens_local=time(8), closes_local=time(21)),
            weekend=Window(opens_local=time(11), closes_local=time(17, 30)),
        ),
        holidays={date(2026, 12, 25): "Christmas Day"},
        assume_attended_after=timedelta(hours=1),
        hold_moved=timedelta(minutes=5),
    )
    assert read_clinic(FULL, "phoenix.toml") == ClinicFile(
        clinic=clinic, sms_sender="MG0123", segments_per_second=3, email_from="visits@clinic.example"
    )


def test_a_short_file_leaves_the_rest_to_its_defaults() -> None:
    found = read_clinic(SHORT, "phoenix.toml")
    assert (found.sms_sender, found.email_from, found.segments_per_second) == ("", "", 10)
    assert found.clinic.sending_hours == SendingHours()
    assert found.clinic.hold_moved == timedelta(minutes=3)


@pytest.mark.parametrize(
    ("text", "instead", "says"),
    [
        ("America/Phoenix", "America/Phenix", "timezone: 'America/Phenix' is not a time zone"),
        ('phone = "(602) 555-0142"\n', "", "phoenix.toml:1: 'phone' is missing"),
        ("closes = 21:00:00", "closes = 08:00:00", "sending_hours.weekday.closes: 08:00 is not after 08:00"),
        ("closes = 21:00:00", "closes = 02:00:00", "Sending hours lie within one day"),
        ("opens = 11:00:00, ", "", "sending_hours.weekend: 'opens' is missing"),
        ("[sender]", "[senders]", "phoenix.toml:8: senders: is not a known key. Did you mean 'sender'?"),
        ("segments_per_second = 3", "segments_per_second = 0", "sender.segments_per_second: 0 is too small"),
        ('"2026-12-25" =', '"2026-02-30" =', "phoenix.toml:16: holidays.2026-02-30: '2026-02-30' is not a date"),
        ('"Christmas Day"', '""', "holidays.2026-12-25: is empty"),
        ('hold_moved = "5m"', "hold_moved = 5", "phoenix.toml:7: hold_moved: 5 is of the wrong sort"),
    ],
)
def test_a_mistake_names_line_key_and_remedy(text: str, instead: str, says: str) -> None:
    [only] = mistakes_in(FULL.replace(text, instead))
    assert says in only
