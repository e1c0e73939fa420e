"""A fingerprint of what a source says about a visit, so that saying it again changes nothing."""

import json
from dataclasses import replace
from hashlib import sha256

from service.domain.incoming import IncomingVisit


def with_digest(visit: IncomingVisit) -> IncomingVisit:
    """The visit with its `digest` set: SHA-256 over its meaning, not over how the file spells it."""
    contacts = [[contact.channel, contact.address, contact.permitted] for contact in visit.contacts]
    meaning = [
        visit.external_id,
        visit.patient_external_id,
        visit.given_name,
        visit.family_name,
        visit.language,
        contacts,
        visit.clinic,
        visit.kind,
        visit.status,
        visit.confirmed,
        visit.starts_at.isoformat(),
        visit.ends_at.isoformat(),
        visit.booked_at.isoformat() if visit.booked_at else None,
        visit.clinician,
    ]
    return replace(visit, digest=sha256(json.dumps(meaning).encode()).digest())
