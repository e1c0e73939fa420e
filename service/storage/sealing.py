"""Encryption of what belongs to a person, by the application, before it reaches the database.

AES-256-GCM. A stored value is `key id` + 0x00 + 12-byte nonce + ciphertext and tag. The column's name is bound in as
associated data, so a value copied into another column does not open. New values use the first key of the ring; old
ones open with theirs, so keys can be rotated. A keyed hash (HMAC-SHA256) finds a phone number without storing it.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Dialect, Label, LargeBinary, type_coerce
from sqlalchemy.types import TypeDecorator

NONCE_BYTES = 12


class CannotOpen(Exception):
    """A stored value does not open: its key is missing from HANDRAIL_KEYS, or the value was changed."""


class KeyRing:
    """Keys by id, the first for new values; and the key of the searchable hash."""

    def __init__(self, keys: Sequence[tuple[str, bytes]], index_key: bytes) -> None:
        self.newest = keys[0][0]
        self._ciphers = {name: AESGCM(key) for name, key in keys}
        self._index_key = index_key

    def seal(self, text: str, column: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self.newest].encrypt(nonce, text.encode("utf-8", "surrogatepass"), column.encode())
        return self.newest.encode() + b"\0" + nonce + sealed

    def open(self, stored: bytes, column: str) -> str:
        name, _, rest = stored.partition(b"\0")
        cipher = self._ciphers.get(name.decode("ascii", "replace"))
        if cipher is None:
            raise CannotOpen(f"a value of {column} was sealed with a key that HANDRAIL_KEYS does not hold")
        try:
            plain = cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], column.encode())
        except (InvalidTag, ValueError):
            raise CannotOpen(f"a value of {column} does not open with the key it names") from None
        return plain.decode("utf-8", "surrogatepass")

    def index(self, text: str) -> bytes:
        """32 bytes that are the same for the same text, and tell nothing without the key."""
        return hmac.new(self._index_key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


class _Ring:
    """The ring of this process, set once by the wiring."""

    current: KeyRing | None = None


def use_keys(ring: KeyRing) -> None:
    _Ring.current = ring


def keys() -> KeyRing:
    if _Ring.current is None:
        raise RuntimeError("no keys yet: the wiring calls use_keys() before any query")
    return _Ring.current


class Sealed(TypeDecorator[str]):
    """A text column that only the application can read. Name it after its table and column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        return None if value is None else keys().seal(value, self.column)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else keys().open(bytes(value), self.column)


def as_stored(column: Column[str]) -> Label[bytes]:
    """The sealed bytes, for a query over many rows: one value that does not open must not cost the others."""
    return type_coerce(column, LargeBinary).label(column.name)


def opened(stored: bytes | None, column: Column[str]) -> str | None:
    """What `as_stored` read. Raises `CannotOpen`."""
    kind = column.type
    assert isinstance(kind, Sealed)
    return None if stored is None else keys().open(bytes(stored), kind.column)
