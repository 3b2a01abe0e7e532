"""What OMOP tables hold and this program does not read, or does not find: counted, so that it is no silence."""

from __future__ import annotations

from screener.facts.events import EventKind
from screener.facts.inspection import Inspection, Problems, RecordProblem
from screener.facts.omop.checks import asked_of, missing
from screener.facts.omop.columns import cell
from screener.facts.omop.database import Contents, Database
from screener.facts.omop.tables import PERSON_COLUMN, TABLES, WITHOUT_PERSON


def count_left_aside(database: Database, inspection: Inspection, problems: Problems) -> frozenset[EventKind]:
    """Count the tables that were read, those and the columns that are missing, and what nothing is made of.

    Returns:
        The kinds of events of which a row cannot be taken apart, or does not say whose it is: it may be anybody's.
    """
    for name in missing(database):
        inspection.note("missing", name)
    for name, source in database.not_read.items():
        for (rows,) in database.query(source.select("count(*)"), source.place):
            inspection.note("not_understood", name, count=int(rows))
    anybodys: set[EventKind] = set()
    for name, source in list(database.tables.items()):
        inspection.note("file", "OMOP table")
        contents = database.look_through(name)
        if name not in WITHOUT_PERSON:
            _note_ignored(name, contents, inspection)
        if contents.broken:
            problem, hint = "has not the cells that the heading has, in UTF-8", "export the table again"
            problems.add(RecordProblem(source.place, f"line {contents.first_broken}", problem, hint, contents.broken))
        if contents.broken or _has_unassigned(database, name):
            anybodys.update(TABLES[name].kinds)
    return frozenset(anybodys)


def _note_ignored(name: str, contents: Contents, inspection: Inspection) -> None:
    """Count the cells of the columns that are not read."""
    read = {column.name for column in asked_of(TABLES[name])}
    for column, cells in contents.cells.items():
        if cells and column not in read:
            inspection.note("ignored", f"{name}.{column}", count=cells)


def _has_unassigned(database: Database, name: str) -> bool:
    source = database.tables[name]
    if not TABLES[name].kinds:
        return False
    unassigned = source.select(f"count(*) filter ({cell(source, PERSON_COLUMN)} is null)")
    return any(rows for (rows,) in database.query(unassigned, source.place))
