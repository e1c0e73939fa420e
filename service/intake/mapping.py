"""What the columns and words of one practice system's export mean. Written as a file in `config/imports/`."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

from service.domain.values import AppointmentStatus, Clinic, Kind
from service.intake.csv_source import UnusableFile
from service.intake.words import Words, closest, fold


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The name of each column as the export writes it. The end comes from a length or from an end time."""

    external_id: str
    patient_id: str
    family_name: str
    given_name: str
    kind: str
    date: str
    time: str
    status: str
    length_minutes: str | None = None
    end_time: str | None = None
    phone: str | None = None
    email: str | None = None
    language: str | None = None
    clinician: str | None = None
    location: str | None = None
    may_text: str | None = None
    booked: str | None = None

    def named(self) -> tuple[str, ...]:
        """Every column the mapping expects to find."""
        values = (getattr(self, field.name) for field in fields(self))
        return tuple(value for value in values if value is not None)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a status word says of a visit."""

    status: AppointmentStatus
    confirmed: bool


class Answer(StrEnum):
    """What a word in the permission column says. `NOT_SAID` is no permission, but does not undo one either."""

    YES = "yes"
    NO = "no"
    NOT_SAID = "not_said"


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """Formats are those of `datetime.strptime`.

    `locations` is empty where the export has no such column; then the operator names the clinic.
    `may_email` holds for all patients, since exports have no such column; None: nobody has said.
    """

    name: str
    title: str
    default_region: str
    columns: Columns
    ignored: tuple[str, ...]
    date_format: str
    time_format: str
    booked_format: str
    kinds: Words[Kind]
    statuses: Words[Standing]
    locations: Words[Clinic]
    languages: Words[str]
    may_text: Words[Answer]
    may_email: bool | None

    def missing_in(self, header: Sequence[str]) -> tuple[str, ...]:
        """The columns this mapping needs and the header does not have."""
        present = {fold(name) for name in header}
        return tuple(name for name in self.columns.named() if fold(name) not in present)

    def unknown_in(self, header: Sequence[str]) -> tuple[str, ...]:
        """The header's columns of which this mapping says nothing, not even that they are left out."""
        known = {fold(name) for name in (*self.columns.named(), *self.ignored)}
        return tuple(name for name in header if name and fold(name) not in known)


def mapping_for(header: Sequence[str], mappings: Sequence[Mapping]) -> Mapping:
    """The mapping whose columns are all in the header, the one that reads most of them first.

    Raises `UnusableFile`, which names what the closest mapping misses.
    """
    if not mappings:
        raise UnusableFile("config/imports holds no mapping. docs/importing.md says how to write one.")
    fitting = [mapping for mapping in mappings if not mapping.missing_in(header)]
    if not fitting:
        raise UnusableFile(_what_is_missing(header, mappings))
    most = max(len(mapping.columns.named()) for mapping in fitting)
    best = [mapping for mapping in fitting if len(mapping.columns.named()) == most]
    if len(best) > 1:
        names = ", ".join(mapping.name for mapping in best)
        raise UnusableFile(f"More than one mapping reads this file: {names}. Choose one with --mapping.")
    return best[0]


def mapping_called(name: str, header: Sequence[str], mappings: Sequence[Mapping]) -> Mapping:
    """The mapping the operator asked for. Raises `UnusableFile` if there is none, or it does not fit."""
    named = next((mapping for mapping in mappings if mapping.name == name), None)
    if named is None:
        known = [mapping.name for mapping in mappings]
        hint = closest(name, tuple(known))
        raise UnusableFile(f"No mapping is called {name}. {hint}There are: {', '.join(known) or 'none'}.")
    if named.missing_in(header):
        raise UnusableFile(_what_is_missing(header, [named]))
    return named


def _what_is_missing(header: Sequence[str], mappings: Sequence[Mapping]) -> str:
    nearest = min(mappings, key=lambda mapping: len(mapping.missing_in(header)))
    missing = nearest.missing_in(header)
    spare = nearest.unknown_in(header)
    listed = "\n".join(f'  "{name}" is missing. {closest(name, spare)}'.rstrip() for name in missing)
    has = ", ".join(name for name in header if name)
    return (
        f"No mapping reads this file. Closest is {nearest.name}, but of its columns\n{listed}\n"
        f"The file has: {has}.\n"
        f"Name the columns as this file does in config/imports/{nearest.name}.toml, or write a mapping of its own."
    )
