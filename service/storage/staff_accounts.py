"""The people who work at the clinic: their passwords and their signed-in sessions.

Times of sessions are real time, never the sandbox's: a clock that jumps a week must not sign everybody out.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, select

from service.storage.ids import new_id
from service.storage.tables import organisations, staff, staff_sessions

IDLE_LIMIT = timedelta(minutes=60)
ABSOLUTE_LIMIT = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=1)

# OWASP's first choice of argon2id parameters (Password Storage Cheat Sheet, 2024): 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# What an unknown e-mail is compared with, so that it takes as long as a known one.
_NOBODYS_HASH = _HASHER.hash(secrets.token_urlsafe(24))
# Hashing costs memory by design; a burst of sign-ins must wait its turn and not take it all.
_HASHING_AT_ONCE = BoundedSemaphore(4)


@dataclass(frozen=True, kw_only=True)
class StaffAccount:
    id: UUID
    organisation_id: UUID
    password_hash: str


@dataclass(frozen=True, kw_only=True)
class StaffSession:
    """Somebody signed in. `actor` is how they are named wherever it is kept who did something."""

    staff_id: UUID
    organisation_id: UUID
    organisation_name: str
    name: str
    role: str
    csrf_token: str

    @property
    def actor(self) -> str:
        return actor_of(self.staff_id)


def actor_of(staff_id: UUID) -> str:
    return f"staff:{staff_id}"


def add_staff(
    connection: Connection, organisation_id: UUID, *, email: str, name: str, role: str, password: str, now: datetime
) -> UUID:
    """A new account. An e-mail address can have one only."""
    staff_id = new_id()
    connection.execute(
        staff.insert().values(
            id=staff_id,
            organisation_id=organisation_id,
            email=same_email(email),
            name=name,
            role=role,
            password_hash=_hashed(password),
            created_at=now,
        )
    )
    return staff_id


def same_email(email: str) -> str:
    """As addresses are compared: without blanks around them, in small letters."""
    return email.strip().lower()


def account_with(connection: Connection, email: str) -> StaffAccount | None:
    """The account of this e-mail that may sign in, in whichever organisation it is."""
    row = connection.execute(
        select(staff).where(staff.c.email == same_email(email), staff.c.disabled_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    return StaffAccount(id=row.id, organisation_id=row.organisation_id, password_hash=row.password_hash)


def password_fits(account: StaffAccount | None, password: str) -> bool:
    """Takes the same time for an unknown account. Call without a transaction open: it is slow by design."""
    with _HASHING_AT_ONCE:
        try:
            _HASHER.verify(account.password_hash if account else _NOBODYS_HASH, password)
        except (VerificationError, InvalidHashError):
            return False
    return account is not None


def _hashed(password: str) -> str:
    with _HASHING_AT_ONCE:
        return _HASHER.hash(password)


def open_session(connection: Connection, account: StaffAccount, now: datetime) -> str:
    """The token for the browser's cookie, which is stored nowhere else. Old sessions of this person are tidied up."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        delete(staff_sessions).where(
            staff_sessions.c.staff_id == account.id, staff_sessions.c.created_at < now - ABSOLUTE_LIMIT
        )
    )
    connection.execute(
        staff_sessions.insert().values(
            token_hash=_token_hash(token),
            organisation_id=account.organisation_id,
            staff_id=account.id,
            csrf_token=secrets.token_urlsafe(32),
            created_at=now,
            seen_at=now,
        )
    )
    connection.execute(staff.update().where(staff.c.id == account.id).values(last_seen_at=now))
    return token


def session_of(connection: Connection, token: str, now: datetime) -> StaffSession | None:
    """Whoever is signed in with this token, or None where the session is unknown, too old or was idle too long."""
    row = connection.execute(
        select(staff_sessions, staff.c.name, staff.c.role, organisations.c.name.label("organisation_name"))
        .join(staff, staff.c.id == staff_sessions.c.staff_id)
        .join(organisations, organisations.c.id == staff_sessions.c.organisation_id)
        .where(
            staff_sessions.c.token_hash == _token_hash(token),
            staff_sessions.c.seen_at > now - IDLE_LIMIT,
            staff_sessions.c.created_at > now - ABSOLUTE_LIMIT,
            staff.c.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    if now - row.seen_at > _SEEN_EVERY:
        _mark_seen(connection, row.token_hash, row.staff_id, now)
    return StaffSession(
        staff_id=row.staff_id,
        organisation_id=row.organisation_id,
        organisation_name=row.organisation_name,
        name=row.name,
        role=row.role,
        csrf_token=row.csrf_token,
    )


def _mark_seen(connection: Connection, token_hash: bytes, staff_id: UUID, now: datetime) -> None:
    connection.execute(staff_sessions.update().where(staff_sessions.c.token_hash == token_hash).values(seen_at=now))
    connection.execute(staff.update().where(staff.c.id == staff_id).values(last_seen_at=now))


def close_session(connection: Connection, token: str) -> None:
    connection.execute(delete(staff_sessions).where(staff_sessions.c.token_hash == _token_hash(token)))


def staff_names(connection: Connection) -> Mapping[str, str]:
    """Everybody's name by the actor that they are stored as."""
    return {actor_of(row.id): row.name for row in connection.execute(select(staff.c.id, staff.c.name))}


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
