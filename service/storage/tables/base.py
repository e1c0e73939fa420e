"""What every table shares: names of constraints, and the columns that all of them have."""

from sqlalchemy import Column, ForeignKey, MetaData, Uuid
from sqlalchemy.schema import SchemaItem

from service.storage.ids import new_id

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def id_column() -> SchemaItem:
    return Column("id", Uuid, primary_key=True, default=new_id)


def organisation_column() -> SchemaItem:
    return Column("organisation_id", Uuid, ForeignKey("organisations.id"), nullable=False)
