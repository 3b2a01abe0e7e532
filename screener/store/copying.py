"""Rows from one store to another, whatever database each is: the portable form of a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Integer, func, insert, select, text
from sqlmodel import SQLModel

from screener.store.decision_tables import DECISION_TABLES
from screener.store.memory_tables import MEMORY_TABLES
from screener.store.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

_ROWS_AT_ONCE: Final = 1000


def all_tables() -> Sequence[Table]:
    """Every table of a store, each after those that it refers to."""
    models: tuple[type[SQLModel], ...] = (*TABLES, *MEMORY_TABLES, *DECISION_TABLES.values())
    names = {model.__tablename__ for model in models}
    return [table for table in SQLModel.metadata.sorted_tables if table.name in names]


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy every row into a store that has none, in the order of the keys; the audit trail takes no other order."""
    for table in all_tables():
        query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_ROWS_AT_ONCE)
        with source.execute(query) as rows:
            for some in rows.mappings().partitions():
                target.execute(insert(table), [dict(row) for row in some])
    if target.dialect.name == "postgresql":
        _go_on_counting(target)


def is_empty(connection: Connection) -> bool:
    """Whether a store holds no row."""
    return all(connection.execute(select(table).limit(1)).first() is None for table in all_tables())


def _go_on_counting(connection: Connection) -> None:
    """Have the server's counters of keys go on after the rows that were given theirs."""
    for table in all_tables():
        key = next(iter(table.primary_key.columns))
        if not isinstance(key.type, Integer):
            continue
        names = {"table": table.name, "key": key.name}
        counter = connection.execute(text("SELECT pg_get_serial_sequence(:table, :key)"), names).scalar()
        last = connection.execute(select(func.max(key))).scalar()
        if counter is not None and last is not None:
            connection.execute(text("SELECT setval(:counter, :last)"), {"counter": counter, "last": last})
