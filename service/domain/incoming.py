"""An appointment as it comes from outside, whatever the file format, before it is stored."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.values import AppointmentStatus, Channel, Kind


@dataclass(frozen=True, kw_only=True)
class IncomingContact:
    """`address` is E.164 or an e-mail address. `permitted` is None where the source does not say."""

    channel: Channel
    address: str
    permitted: bool | None


@dataclass(frozen=True, kw_only=True)
class IncomingVisit:
    """`clinic` is the clinic's name in `config/clinics`; `digest` changes when the source does."""

    external_id: str
    patient_external_id: str
    given_name: str
    family_name: str
    language: str | None
    contacts: tuple[IncomingContact, ...]
    clinic: str
    kind: Kind
    status: AppointmentStatus
    confirmed: bool
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime | None
    clinician: str
    digest: bytes


class Taken(StrEnum):
    """What storing an incoming visit did."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
