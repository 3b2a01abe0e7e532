"""What rows say of other rows: the side of a condition or a procedure, and the part that an episode gives a condition.

A side stands in the table of measurements or observations, in a row linked to the one it speaks of, with one of the
codes for sides as its value (https://github.com/OHDSI/OncologyWG/issues/604). A disease episode names the conditions it
consists of (https://github.com/ohdsi/OncologyWG/wiki/NAACCR-Disease-Episodes).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from screener.facts.events import Code
from screener.facts.fhir.sides import sides_of
from screener.facts.inspection import Inspection
from screener.facts.omop.clinical import NOTHING, Told
from screener.facts.omop.columns import Source, cell
from screener.facts.omop.concepts import SYSTEMS
from screener.facts.omop.database import Database
from screener.facts.omop.reading import Row
from screener.facts.omop.tables import (
    CONCEPT,
    EPISODE,
    EPISODE_EVENT,
    MEASUREMENT,
    OBSERVATION,
    PERSON_COLUMN,
    Column,
    Table,
)  # fmt: skip

_FIELDS: Final = {f"{table}.{table}_id": table for table in ("condition_occurrence", "procedure_occurrence")}
"""The table by the name of the concept that says which column the number of the other row comes from."""

_VALUE: Final = Column("value_as_concept_id", "id")
_EPISODE: Final = "Episode"
_ROLES: Final = {"Disease First Occurrence": "primary", "Disease Recurrence": "recurrence"}
"""By the names that the vocabulary of episodes has for those of a disease."""


def link_rows(database: Database) -> Iterator[Row]:
    """In order of the person: the person, the field linked to, the number of the row, and what is said of that.

    What is said is the vocabulary, the code and the name of a concept.
    """
    parts = [_values(database.tables[one.name], one) for one in (MEASUREMENT, OBSERVATION) if _linked(database, one)]
    if EPISODE.name in database.tables and EPISODE_EVENT.name in database.tables:
        parts.append(_episodes(database))
    if not parts:
        return iter(())
    concept = database.tables[CONCEPT.name]
    columns = (f"{cell(concept, column)} {column.name}" for column in CONCEPT.columns)
    sql = f"""
        with links as ({" union all ".join(parts)}), concepts as ({concept.select(*columns)})
        select person_id, lower(field.concept_name), event_id, said.vocabulary_id, said.concept_code, said.concept_name
        from links join concepts field on field_id = field.concept_id join concepts said on said_id = said.concept_id
        where person_id is not null and event_id is not null and lower(field.concept_name) in {tuple(_FIELDS)}
        order by all"""  # noqa: S608  # names of columns only
    return database.query(sql, f"A table of {database.path}")


def told_of(rows: Iterable[Row], inspection: Inspection) -> dict[tuple[str, int], Told]:
    """What the links of one person tell, by the table and the number of the row they speak of."""
    told: dict[tuple[str, int], Told] = {}
    for _, field, key, vocabulary, code, name in rows:
        place = (_FIELDS[str(field)], int(str(key)))
        known = told.get(place, NOTHING)
        if vocabulary != _EPISODE:
            stated = Code(SYSTEMS.get(str(vocabulary), str(vocabulary)), str(code), str(name))
            sides = sides_of((stated,), "linked row", inspection)
            told[place] = known._replace(sides=(*known.sides, *sides))
        elif (role := _ROLES.get(str(name))) is not None:
            told[place] = known._replace(roles=(*known.roles, (role, f"episode {name}")))
    return told


def _linked(database: Database, table: Table) -> bool:
    source = database.tables.get(table.name)
    wanted = (*(link.name for link in table.links), _VALUE.name)
    return source is not None and all(name in source.columns for name in wanted)


def _values(source: Source, table: Table) -> str:
    key, field = table.links
    return source.select(
        f"{cell(source, PERSON_COLUMN)} person_id", f"{cell(source, key)} event_id", f"{cell(source, field)} field_id",
        f"{cell(source, _VALUE)} said_id",
    )  # fmt: skip


def _episodes(database: Database) -> str:
    """The SQL of the rows that belong to an episode, with what it is an episode of."""
    episodes, events = database.tables[EPISODE.name], database.tables[EPISODE_EVENT.name]
    number, said = EPISODE.columns
    key, event, field = (cell(events, column) for column in EPISODE_EVENT.columns)
    whose = episodes.select(
        f"{cell(episodes, PERSON_COLUMN)} person_id", f"{cell(episodes, number)} episode_id",
        f"{cell(episodes, said)} said_id",
    )  # fmt: skip
    which = events.select(f"{key} episode_id", f"{event} event_id", f"{field} field_id")
    return f"(select person_id, event_id, field_id, said_id from ({whose}) join ({which}) using (episode_id))"  # noqa: S608
