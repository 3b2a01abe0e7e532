"""The tables and columns of the OMOP Common Data Model 5.4 that are read, with what each column must hold.

Names, types and which columns are required follow `inst/csv/OMOP_CDMv5.4_Field_Level.csv` of OHDSI/CommonDataModel. A
column that the model requires and no event needs (race, the type of a visit) is not asked for. Tables of 5.3 have the
same names wherever both have the column.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from screener.facts.events import EventKind

Holds = Literal["key", "id", "date", "number", "text"]
"""A key names a person or a row, an id a concept; whole numbers that are neither are read like ids."""


class Column(NamedTuple):
    """A column: its name, what it holds, and whether the table is of no use without it."""

    name: str
    holds: Holds
    required: bool = False


class Table(NamedTuple):
    """A table with the columns that are read.

    `kinds` is what its rows become, none where they only say more of others. `links` are the columns that say of which
    other row a row speaks: that row's number, and the concept of its table.
    """

    name: str
    columns: tuple[Column, ...]
    kinds: tuple[EventKind, ...] = ()
    links: tuple[Column, ...] = ()


def _ids(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "id") for name in names)


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "text") for name in names)


def _required(name: str, holds: Holds = "id") -> Column:
    return Column(name, holds, required=True)


PERSON_COLUMN: Final = Column("person_id", "key", required=True)

PERSON: Final = Table(
    "person",
    (
        _required("gender_concept_id"),
        _required("year_of_birth"),
        *_ids("month_of_birth", "day_of_birth"),
        Column("birth_datetime", "date"),
    ),
    ("patient",),
)
CONCEPT: Final = Table(
    "concept",
    (
        _required("concept_id"),
        _required("concept_name", "text"),
        _required("vocabulary_id", "text"),
        _required("concept_code", "text"),
    ),
)
DEATH: Final = Table("death", (_required("death_date", "date"),))
CONDITION: Final = Table(
    "condition_occurrence",
    (
        _required("condition_occurrence_id", "key"),
        _required("condition_concept_id"),
        _required("condition_start_date", "date"),
        Column("condition_end_date", "date"),
        *_ids("condition_status_concept_id", "condition_source_concept_id"),
        *_texts("condition_source_value", "condition_status_source_value"),
    ),
    ("condition",),
)
PROCEDURE: Final = Table(
    "procedure_occurrence",
    (
        _required("procedure_occurrence_id", "key"),
        _required("procedure_concept_id"),
        _required("procedure_date", "date"),
        Column("procedure_end_date", "date"),
        *_ids("procedure_source_concept_id"),
        *_texts("procedure_source_value"),
    ),
    ("procedure", "radiotherapy"),
)
DRUG: Final = Table(
    "drug_exposure",
    (
        _required("drug_exposure_id", "key"),
        _required("drug_concept_id"),
        _required("drug_exposure_start_date", "date"),
        Column("verbatim_end_date", "date"),
        *_ids("drug_type_concept_id", "drug_source_concept_id"),
        *_texts("drug_source_value"),
    ),
    ("medication",),
)
MEASUREMENT: Final = Table(
    "measurement",
    (
        _required("measurement_id", "key"),
        _required("measurement_concept_id"),
        _required("measurement_date", "date"),
        *_ids("measurement_source_concept_id"),
        *_texts("measurement_source_value"),
        Column("value_as_number", "number"),
        *_ids("operator_concept_id", "value_as_concept_id", "unit_concept_id"),
        *_texts("unit_source_value"),
        Column("range_high", "number"),
    ),
    ("observation",),
    (Column("measurement_event_id", "key"), Column("meas_event_field_concept_id", "id")),
)
OBSERVATION: Final = Table(
    "observation",
    (
        _required("observation_id", "key"),
        _required("observation_concept_id"),
        _required("observation_date", "date"),
        *_ids("observation_source_concept_id"),
        *_texts("observation_source_value"),
        Column("value_as_number", "number"),
        *_ids("value_as_concept_id", "unit_concept_id"),
        *_texts("unit_source_value", "value_as_string"),
    ),
    ("observation",),
    (Column("observation_event_id", "key"), Column("obs_event_field_concept_id", "id")),
)
VISIT: Final = Table(
    "visit_occurrence",
    (
        _required("visit_occurrence_id", "key"),
        _required("visit_concept_id"),
        _required("visit_start_date", "date"),
        Column("visit_end_date", "date"),
        *_ids("visit_source_concept_id"),
        *_texts("visit_source_value"),
    ),
    ("encounter",),
)

EPISODE: Final = Table("episode", (_required("episode_id", "key"), _required("episode_concept_id")))
EPISODE_EVENT: Final = Table(
    "episode_event",
    (_required("episode_id", "key"), _required("event_id", "key"), _required("episode_event_field_concept_id")),
)

TABLES: Final = {
    table.name: table
    for table in (
        PERSON, CONCEPT, DEATH, CONDITION, PROCEDURE, DRUG, MEASUREMENT, OBSERVATION, VISIT, EPISODE, EPISODE_EVENT
    )
}  # fmt: skip
"""By name. Only the first two must be there; the others are named where they are missing."""

WITHOUT_PERSON: Final = frozenset({"concept", "episode_event"})

NOT_READ: Final = frozenset(
    {
        "visit_detail", "device_exposure", "note", "specimen", "fact_relationship", "observation_period",
        "payer_plan_period", "condition_era", "drug_era", "dose_era",
    }
)  # fmt: skip
"""Tables about persons that no event is made of."""
