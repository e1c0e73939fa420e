"""Keys with which other programs call the API. The key is shown once; only its hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from service.storage.ids import new_id
from service.storage.tables import api_keys

PREFIX = "hr_"  # so that a key that leaks into a file is recognised for what it is
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A program that called. `actor` is how it is named wherever it is kept who did something."""

    id: UUID
    organisation_id: UUID
    name: str
    may_write: bool

    @property
    def actor(self) -> str:
        return f"api:{self.name}"


class NameTaken(Exception):
    """The organisation has a key of this name."""


def add_api_key(connection: Connection, organisation_id: UUID, name: str, *, may_write: bool, now: datetime) -> str:
    """The new key, which cannot be shown again. Raises `NameTaken`."""
    key = PREFIX + secrets.token_urlsafe(32)
    made = connection.execute(
        insert(api_keys)
        .values(
            id=new_id(),
            organisation_id=organisation_id,
            name=name,
            key_hash=_hash(key),
            may_write=may_write,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["organisation_id", "name"])
        .returning(api_keys.c.id)
    )
    if made.first() is None:
        raise NameTaken(f"There is a key called {name!r} already. Choose another name.")
    return key


def api_key_of(connection: Connection, key: str, now: datetime) -> ApiKey | None:
    """Whose key this is, and notes its use. `connection` is the system's: the organisation is not yet known."""
    row = connection.execute(select(api_keys).where(api_keys.c.key_hash == _hash(key))).one_or_none()
    if row is None:
        return None
    if row.last_used_at is None or now - row.last_used_at >= _USED_EVERY:
        connection.execute(api_keys.update().where(api_keys.c.id == row.id).values(last_used_at=now))
    return ApiKey(id=row.id, organisation_id=row.organisation_id, name=row.name, may_write=row.may_write)


def _hash(key: str) -> bytes:
    """A key is 256 random bits, so a fast hash is enough: there is nothing to guess."""
    return hashlib.sha256(key.encode()).digest()
