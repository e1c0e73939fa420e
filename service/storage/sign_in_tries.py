"""Sign-in throttling: tries are counted in the audit, so that every process sees the same count and nothing is lost.

A try is written down before the password is looked at, under a lock, so that many tries at once count as many. The
audit keeps keyed hashes of the e-mail and of the network address, never either of them. A try with an e-mail that
nobody has counts too, or throttling would tell which addresses exist; it is kept with the oldest organisation.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, or_, select, text

from service.storage.audits import record_audit
from service.storage.sealing import keys
from service.storage.tables import audit, organisations

WINDOW = timedelta(minutes=15)
TRIES_TOGETHER = 5  # one e-mail from one address
TRIES_BY_EMAIL = 30  # from anywhere: slows guessing, yet a stranger cannot easily lock somebody out
TRIES_BY_ADDRESS = 50  # a whole clinic may share one address
_TRIED, _SUCCEEDED = "sign_in.tried", "sign_in.succeeded"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Who tries to sign in, and from where, as the audit may know it: 16 hexadecimal digits each."""

    email: str
    address: str

    @property
    def together(self) -> str:
        return f"{self.email}:{self.address}"


def source_of(email: str, address: str) -> Source:
    ring = keys()
    return Source(
        email=ring.index(f"sign-in e-mail {email}").hex()[:16],
        address=ring.index(f"sign-in address {address}").hex()[:16],
    )


def may_try(connection: Connection, organisation_id: UUID | None, source: Source, now: datetime) -> bool:
    """Counts this try. False, and not counted, where there were too many of late. Commit before the password."""
    for part in sorted((source.email, source.address)):
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:part, 7))"), {"part": part})
    tries = _open_tries(connection, source, now)
    by_email = sum(tried.startswith(source.email) for tried in tries)
    by_address = sum(tried.endswith(source.address) for tried in tries)
    together = tries.count(source.together)
    if together >= TRIES_TOGETHER or by_email >= TRIES_BY_EMAIL or by_address >= TRIES_BY_ADDRESS:
        return False
    _note(connection, organisation_id or _oldest_organisation(connection), _TRIED, source, "visitor", now)
    return True


def note_success(connection: Connection, organisation_id: UUID, source: Source, actor: str, now: datetime) -> None:
    """Tries of this e-mail from this address before now count no longer."""
    _note(connection, organisation_id, _SUCCEEDED, source, actor, now)


def _note(
    connection: Connection, organisation_id: UUID | None, action: str, source: Source, actor: str, now: datetime
) -> None:
    if organisation_id is not None:
        record_audit(connection, organisation_id, [(action, "sign_in", source.together)], actor=actor, now=now)


def _open_tries(connection: Connection, source: Source, now: datetime) -> list[str]:
    rows = connection.execute(
        select(audit.c.action, audit.c.subject_id)
        .where(
            audit.c.organisation_id.in_(select(organisations.c.id)),
            audit.c.at > now - WINDOW,
            audit.c.action.in_([_TRIED, _SUCCEEDED]),
            or_(audit.c.subject_id.startswith(source.email), audit.c.subject_id.endswith(source.address)),
        )
        .order_by(audit.c.id)
    )
    tries: list[str] = []
    for action, subject_id in rows:
        tries = [*tries, subject_id] if action == _TRIED else [tried for tried in tries if tried != subject_id]
    return tries


def _oldest_organisation(connection: Connection) -> UUID | None:
    return connection.scalar(select(organisations.c.id).order_by(organisations.c.created_at).limit(1))
