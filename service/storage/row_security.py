"""Which rows a connection may see, said once for migrations and tests.

`handrail.organisation` is set for one transaction at a time. Without it a query sees nothing and can store nothing.
"""

from collections.abc import Iterator

from service.storage.database import SYSTEM_ROLE

OPEN_TABLES = ("clock", "heartbeats", "alembic_version")  # nothing of a clinic or a person in them
SYSTEM_ONLY_TABLES = ("provider_events",)  # arrive before their organisation is known
APPEND_ONLY_TABLES = ("audit", "consent_events")

_MINE = "NULLIF(current_setting('handrail.organisation', true), '')::uuid"


def statements_for(table: str) -> Iterator[str]:
    """The DDL that puts a new table under row-level security."""
    if table in OPEN_TABLES:
        return
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"CREATE POLICY all_for_the_system ON {table} TO {SYSTEM_ROLE} USING (true) WITH CHECK (true)"
    if table in SYSTEM_ONLY_TABLES:
        return
    owner = "id" if table == "organisations" else "organisation_id"
    yield f"CREATE POLICY own_organisation ON {table} USING ({owner} = {_MINE}) WITH CHECK ({owner} = {_MINE})"


def append_only_statements(table: str) -> Iterator[str]:
    """The trigger that refuses to change or delete a row of a ledger."""
    yield (
        f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: add a row that says what changed', TG_TABLE_NAME;
END $$
"""


def grants_for(table: str, role: str) -> str:
    rights = "SELECT, INSERT" if table in APPEND_ONLY_TABLES else "SELECT, INSERT, UPDATE, DELETE"
    if table == "alembic_version":
        rights = "SELECT"
    return f'GRANT {rights} ON {table} TO "{role}"'
