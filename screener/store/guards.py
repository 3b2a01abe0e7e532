"""What keeps the audit trail append-only inside the database: each row once, in order, never changed or removed.

On SQLite `INSERT OR REPLACE` removes a row without telling the triggers of DELETE; it would have to insert a number
that is not the next one, which the trigger of INSERT refuses before anything is replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_SQLITE: Final = {
    "audit_row_stays": """
        CREATE TRIGGER audit_row_stays BEFORE UPDATE ON audit_row
        BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    "audit_row_is_kept": """
        CREATE TRIGGER audit_row_is_kept BEFORE DELETE ON audit_row
        BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    "audit_row_is_next": """
        CREATE TRIGGER audit_row_is_next BEFORE INSERT ON audit_row
        WHEN NEW.number IS NOT (SELECT COALESCE(MAX(number), 0) + 1 FROM audit_row)
        BEGIN SELECT RAISE(ABORT, 'the audit trail has no gaps'); END""",
}
_POSTGRES: Final = {
    "audit_row_stays": """
        CREATE TRIGGER audit_row_stays BEFORE UPDATE OR DELETE ON audit_row
        FOR EACH ROW EXECUTE FUNCTION audit_row_refused()""",
    "audit_row_is_kept": """
        CREATE TRIGGER audit_row_is_kept BEFORE TRUNCATE ON audit_row
        FOR EACH STATEMENT EXECUTE FUNCTION audit_row_refused()""",
    "audit_row_is_next": """
        CREATE TRIGGER audit_row_is_next BEFORE INSERT ON audit_row
        FOR EACH ROW EXECUTE FUNCTION audit_row_in_order()""",
}
_FUNCTIONS: Final = (
    """CREATE OR REPLACE FUNCTION audit_row_refused() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$""",
    """CREATE OR REPLACE FUNCTION audit_row_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM audit_row) THEN
            RAISE EXCEPTION 'the audit trail has no gaps';
        END IF;
        RETURN NEW;
    END $$""",
)
_THERE: Final = {
    "sqlite": "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit_row'",
    "postgresql": """
        SELECT tgname, tgenabled FROM pg_trigger
        WHERE tgrelid = 'audit_row'::regclass AND NOT tgisinternal""",
}


def put_up(connection: Connection) -> None:
    """Put up the guards of an audit table that has none."""
    sqlite = connection.dialect.name == "sqlite"
    for statement in (*(() if sqlite else _FUNCTIONS), *(_SQLITE if sqlite else _POSTGRES).values()):
        connection.exec_driver_sql(statement)


def missing(connection: Connection) -> list[str]:
    """The guards that are not there, are switched off, or say something else."""
    sqlite = connection.dialect.name == "sqlite"
    found = {str(name): how for name, how in connection.execute(text(_THERE[connection.dialect.name]))}
    if sqlite:
        return [name for name, sql in _SQLITE.items() if _words(found.get(name) or "") != _words(sql)]
    # The server says O of a trigger that fires, as text or as the byte of its type "char".
    return [name for name in _POSTGRES if found.get(name) not in ("O", b"O")]


def _words(sql: str) -> list[str]:
    return sql.split()
