"""The append-only audit: who did what to what, and when. Never a name, number, address or text of a person."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.storage.tables import audit

Entry = tuple[str, str, str]


def record_audit(
    connection: Connection, organisation_id: UUID, entries: Sequence[Entry], *, actor: str, now: datetime
) -> None:
    """Adds (action, subject, subject id) entries, in the transaction of what they tell of."""
    if entries:
        connection.execute(
            audit.insert(),
            [
                {
                    "organisation_id": organisation_id,
                    "at": now,
                    "actor": actor,
                    "action": action,
                    "subject": subject,
                    "subject_id": subject_id,
                    "details": {},
                }
                for action, subject, subject_id in entries
            ],
        )
