"""What belongs to a person is unreadable in the database, and stays readable through a change of keys."""

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from service.storage.people import patients_by_external_id
from service.storage.resealing import count_to_reseal, reseal, tables_with_sealed_columns
from service.storage.sealing import CannotOpen, KeyRing, use_keys
from tests import servers
from tests.clinic import PHONE, ClinicUnderTest, visit

OLD, NEW, INDEX = os.urandom(32), os.urandom(32), os.urandom(32)


def ring(*keys: tuple[str, bytes]) -> KeyRing:
    return KeyRing(keys, INDEX)


@given(st.text())
def test_whatever_is_sealed_opens_again(words: str) -> None:
    keys = ring(("k1", OLD))
    assert keys.open(keys.seal(words, "patients.given_name"), "patients.given_name") == words


def test_the_same_words_are_sealed_differently_each_time() -> None:
    keys = ring(("k1", OLD))
    assert keys.seal("Ana", "a.b") != keys.seal("Ana", "a.b")


def test_an_older_key_still_opens_and_the_first_one_seals() -> None:
    sealed = ring(("k1", OLD)).seal("Ana", "a.b")
    both = ring(("k2", NEW), ("k1", OLD))
    assert both.open(sealed, "a.b") == "Ana"
    assert both.seal("Ana", "a.b").startswith(b"k2\0")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]), "a.b"),
        (lambda sealed: sealed, "another.column"),
        (lambda sealed: b"k9" + sealed[2:], "a.b"),
    ],
)
def test_a_changed_moved_or_foreign_value_does_not_open(change, column: str) -> None:  # type: ignore[no-untyped-def]
    keys = ring(("k1", OLD))
    with pytest.raises(CannotOpen):
        keys.open(change(keys.seal("Ana", "a.b")), column)


def test_the_index_finds_without_telling() -> None:
    assert ring(("k1", OLD)).index(PHONE) == ring(("k2", NEW)).index(PHONE)
    assert PHONE.encode() not in ring(("k1", OLD)).index(PHONE)


def test_nothing_of_a_person_stands_readable_in_any_table(clinic: ClinicUnderTest, database: servers.Database) -> None:
    clinic.take(visit())
    clinic.dispatch(clinic.message("prepare").due_at)
    clinic.hear("my name is Ana Silva")
    engine = create_engine(database.admin_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        names = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        dump = "\n".join(str(connection.execute(text(f"SELECT t::text FROM {name} t")).all()) for name in names)
    engine.dispose()
    for secret in ("Silva", "Ana ", PHONE, PHONE[2:]):
        assert secret not in dump
        assert secret.encode().hex() not in dump


def test_rotating_keys_seals_everything_with_the_new_one(clinic: ClinicUnderTest) -> None:
    clinic.take(visit())
    known = clinic.services.settings.handrail_keys.get_secret_value().partition(":")[2]
    use_keys(ring(("k2", NEW), ("k1", base64.b64decode(known))))
    for table in tables_with_sealed_columns():
        list(reseal(clinic.services.database, table))
        assert count_to_reseal(clinic.services.database, table) == 0
    use_keys(ring(("k2", NEW)))
    with clinic.services.database.system() as connection:
        assert patients_by_external_id(connection, ["P1"])["P1"].given_name == "Ana"
