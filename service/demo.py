"""A demonstration: fictional patients with visits around today, in both clinics, so that every page has something to
show and messages go out at once. Numbers are from the range kept for fiction (555-01xx)."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from service.domain.incoming import IncomingContact, IncomingVisit
from service.domain.values import AppointmentStatus, Channel, Clinic, Kind
from service.domain.walltime import instant, local

_NAMES = (
    *(("Maria", "Alvarez", "es"), ("Devon", "Clarke", "en"), ("Siobhán", "O'Rourke", "en"), ("Wei", "Zhang", "en")),
    *(("Imani", "Brooks", "en"), ("José", "Ibarra", "es"), ("Hannah", "Lindqvist", "en"), ("Omar", "Haddad", "en")),
    *(("Renée", "Dubois", "en"), ("Tomás", "Vega", "es"), ("Priya", "Raman", "en"), ("Caleb", "Yazzie", "en")),
    *(("Noor", "Siddiqui", "en"), ("Grace", "Kim", "en"), ("Ezra", "Feldman", "en"), ("Lucía", "Montoya", "es")),
    *(("Andre", "Baptiste", "en"), ("Yuki", "Tanaka", "en"), ("Leilani", "Kealoha", "en"), ("Piotr", "Nowak", "en")),
)
_LENGTHS = {
    Kind.IV: timedelta(minutes=40),
    Kind.IM: timedelta(minutes=90),
    Kind.ESKETAMINE: timedelta(minutes=120),
    Kind.ORAL: timedelta(minutes=120),
    Kind.CONSULTATION: timedelta(minutes=50),
    Kind.INTEGRATION: timedelta(minutes=50),
}
_SERIES_DAYS = {Kind.IV: 3, Kind.IM: 7, Kind.ESKETAMINE: 4, Kind.ORAL: 7, Kind.CONSULTATION: 30, Kind.INTEGRATION: 7}
_KINDS = (Kind.IV, Kind.ESKETAMINE, Kind.IV, Kind.IM, Kind.ESKETAMINE, Kind.INTEGRATION, Kind.ORAL, Kind.CONSULTATION)
_HOURS = (time(8), time(9), time(9, 45), time(10, 30), time(11, 15), time(13), time(14), time(15))
_CLINICIANS = ("Dr. Amara Osei", "L. Voss NP", "T. Whitlock LMFT")
FIRST_DAY, LAST_DAY = -9, 16
SUNDAY = 6


@dataclass(frozen=True, kw_only=True)
class _Patient:
    number: int
    given_name: str
    family_name: str
    language: str
    clinic: Clinic
    kind: Kind


def demonstration_visits(clinics: list[Clinic], now: datetime) -> list[IncomingVisit]:
    """The same visits for the same day: a second start adds nothing."""
    chance = random.Random(20)  # noqa: S311  # a fixed seed, for a demonstration that is always the same
    patients = [
        _Patient(
            number=number,
            given_name=given,
            family_name=family,
            language=language,
            clinic=clinics[number % len(clinics)],
            kind=_KINDS[number % len(_KINDS)],
        )
        for number, (given, family, language) in enumerate(_NAMES)
    ]
    return [visit for patient in patients for visit in _series(patient, now, chance)]


def _series(patient: _Patient, now: datetime, chance: random.Random) -> Iterator[IncomingVisit]:
    """One patient's visits, at their kind's usual distance, never on a Sunday or a holiday."""
    today = local(now, patient.clinic.timezone).date()
    day = today + timedelta(days=FIRST_DAY + patient.number % _SERIES_DAYS[patient.kind] + patient.number // 4)
    at, clinician = _HOURS[patient.number % len(_HOURS)], _CLINICIANS[patient.number % len(_CLINICIANS)]
    turn = 0
    while day <= today + timedelta(days=LAST_DAY):
        on = day
        while on.weekday() == SUNDAY or on in patient.clinic.holidays:
            on += timedelta(days=1)
        turn += 1
        yield _visit(patient, turn, on, at, clinician, now, chance)
        day += timedelta(days=_SERIES_DAYS[patient.kind])


def _visit(
    patient: _Patient, turn: int, on: date, at: time, clinician: str, now: datetime, chance: random.Random
) -> IncomingVisit:
    starts_at = instant(on, at, patient.clinic.timezone)
    ends_at = starts_at + _LENGTHS[patient.kind]
    luck = chance.random()
    over = ends_at < now
    status = AppointmentStatus.BOOKED
    if over:
        status = AppointmentStatus.NO_SHOW if luck < 0.06 else AppointmentStatus.ATTENDED
    elif luck < 0.05:
        status = AppointmentStatus.CANCELLED
    external_id = f"DEMO-{patient.number:02}-{turn:02}"
    return IncomingVisit(
        external_id=external_id,
        patient_external_id=f"DEMO-P{patient.number:02}",
        given_name=patient.given_name,
        family_name=patient.family_name,
        language=patient.language,
        contacts=tuple(_contacts(patient)),
        clinic=patient.clinic.name,
        kind=patient.kind,
        status=status,
        confirmed=status is AppointmentStatus.BOOKED and luck > 0.7,
        starts_at=starts_at,
        ends_at=ends_at,
        booked_at=min(starts_at, now) - timedelta(days=12),
        clinician=clinician,
        digest=hashlib.sha256(external_id.encode()).digest(),
    )


def _contacts(patient: _Patient) -> Iterator[IncomingContact]:
    """Most by text and e-mail; one without a phone, one who gave no permission, so that staff see what that means."""
    area = "916" if patient.clinic.timezone == "America/Los_Angeles" else "602"
    if patient.number != 13:
        address = f"+1{area}55501{patient.number + 30:02}"
        yield IncomingContact(channel=Channel.SMS, address=address, permitted=patient.number != 17)
    if patient.number % 3 == 1 or patient.number == 13:
        name = patient.family_name.lower().replace("'", "")
        yield IncomingContact(channel=Channel.EMAIL, address=f"{name}@example.com", permitted=True)
