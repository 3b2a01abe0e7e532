"""`python peer_circe.py COHORT.jsonl OUT`: OHDSI's Circe over a cohort in OMOP's tables, on DuckDB with one thread.

Run by a Python that has ohdsi-circepy, which this project's own need not. Every concept id is made up for this
measurement, in the range that OMOP leaves to local concepts (above 2,000,000,000); none stands for a clinical code.
OMOP's tables record what was found and done: what is recorded as "no" or "none" leaves no row, like the unrecorded.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
from circe.api import (  # type: ignore[import-not-found,unused-ignore]
    build_cohort_query,
    cohort_expression_from_json,
)
from circe.cohortdefinition import BuildExpressionQueryOptions  # type: ignore[import-not-found,unused-ignore]
from circe.sqlrender import render, split_sql, translate  # type: ignore[import-not-found,unused-ignore]

Json = dict[str, Any]
DAY, LOCAL = "2026-06-01", 2_000_000_000
NUMBER = "number"
NODES = ("mediastinal_nodes", "neck_nodes", "contralateral_axillary_nodes", "contralateral_supraclavicular_nodes")
ELSEWHERE = ("bone", "liver", "lung", "brain", "other")
RELAPSED = ("local", "regional", "local_and_regional", "second_primary_ipsilateral")
YES = ("true",)
RECORDED = {
    "who_performance_status": ("measurement", (NUMBER,)),
    "metastasis_count": ("measurement", (NUMBER,)),
    "recurrence_type": ("condition", RELAPSED),
    "metastasis_sites": ("condition", NODES + ELSEWHERE),
    "primary_breast_sarcoma": ("condition", YES),
    "primary_irradiated_postoperatively": ("procedure", YES),
    "prior_breast_irradiation": ("procedure", ("whole_breast", "partial_breast", "chest_wall", "regional_nodes_only")),
    "recurrence_surgery": ("procedure", ("salvage_mastectomy", "local_excision", "other")),
    "staging_pet_ct": ("procedure", ("fdg", "fes", "fdg_and_fes")),
    "previous_breast_conserving_therapy": ("procedure", YES),
    "high_risk_tumour_characteristics": ("observation", YES),
    "reirradiation_indicated": ("observation", YES),
    "low_risk_recurrence": ("observation", YES),
    "dutch_communication": ("observation", YES),
}
"""The table that each fact is recorded in, and the values of which each has a concept."""
SCREENED = ("visit", "screened")
CONCEPTS = {
    key: LOCAL + place
    for place, key in enumerate(
        [SCREENED, *((fact, value) for fact, (_, values) in RECORDED.items() for value in values)], start=1
    )
}
CRITERIA = {"measurement": "Measurement", "condition": "ConditionOccurrence", "procedure": "ProcedureOccurrence",
            "observation": "Observation"}  # fmt: skip
TABLES = {"measurement": "measurement", "condition": "condition_occurrence", "procedure": "procedure_occurrence",
          "observation": "observation"}  # fmt: skip


class Definition:
    """A cohort definition in Circe's own JSON, with the concept sets that its rules name."""

    def __init__(self) -> None:
        self.sets: dict[tuple[int, ...], int] = {}

    def codeset(self, fact: str, values: tuple[str, ...]) -> int:
        return self.sets.setdefault(tuple(CONCEPTS[fact, one] for one in values), len(self.sets))

    def count(self, fact: str, *values: str, none: bool = False, **asked: Json) -> Json:
        """At least one record of a fact with one of the values up to the day of screening, or none."""
        domain = RECORDED[fact][0]
        return {
            "Criteria": {CRITERIA[domain]: {"CodesetId": self.codeset(fact, values), **asked}},
            "StartWindow": {"Start": {"Coeff": -1}, "End": {"Days": 0, "Coeff": 1}},
            "Occurrence": {"Type": 0, "Count": 0} if none else {"Type": 2, "Count": 1},
        }

    def number(self, fact: str, op: str, value: int) -> Json:
        return self.count(fact, NUMBER, ValueAsNumber={"Op": op, "Value": value})

    def rules(self) -> dict[str, Json]:
        """What each criterion asks of a patient; of an exclusion, that it is not recorded."""
        yes, count, sites = YES[0], "metastasis_count", "metastasis_sites"
        surgery, prior = "recurrence_surgery", "prior_breast_irradiation"
        return {
            "I1": every(self.number("who_performance_status", "lte", 2)),
            "I2": every() | {"DemographicCriteriaList": [{"Age": {"Op": "gte", "Value": 18}}]},
            "I3": every(self.count("recurrence_type", *RELAPSED),
                        self.count("primary_irradiated_postoperatively", yes)),
            "I4": some(every(self.count(surgery, "salvage_mastectomy"),
                             self.count("high_risk_tumour_characteristics", yes)),
                       every(self.count(surgery, "local_excision"), self.count("reirradiation_indicated", yes))),
            "I5": every(self.count(prior, "whole_breast", "partial_breast")),
            "I7": every(self.count("staging_pet_ct", "fdg", "fes", "fdg_and_fes")),
            "I8": some(every(self.number(count, "eq", 0)),
                       every(self.number(count, "lte", 5), self.count(sites, *NODES),
                             self.count(sites, *ELSEWHERE, none=True))),
            "I9": every(self.count("dutch_communication", yes)),
            "E1": every(self.count("primary_breast_sarcoma", yes, none=True)),
            "E2": some(every(self.count("low_risk_recurrence", yes, none=True)),
                       every(self.count("previous_breast_conserving_therapy", yes, none=True))),
        }  # fmt: skip

    def json(self) -> Json:
        visit = {"VisitOccurrence": {"CodesetId": self.codeset(*SCREENED[:1], SCREENED[1:])}}
        rules = [{"name": name, "expression": group} for name, group in self.rules().items()]
        first = {"Type": "First"}
        return {
            "PrimaryCriteria": {
                "CriteriaList": [visit],
                "ObservationWindow": {"PriorDays": 0, "PostDays": 0},
                "PrimaryCriteriaLimit": first,
            },
            "QualifiedLimit": first,
            "ExpressionLimit": first,
            "InclusionRules": rules,
            "EndStrategy": {"DateOffset": {"DateField": "StartDate", "Offset": 0}},
            "ConceptSets": [concept_set(place, ids) for ids, place in self.sets.items()],
        }


def every(*criteria: Json) -> Json:
    return {"Type": "ALL", "CriteriaList": list(criteria), "DemographicCriteriaList": [], "Groups": []}


def some(*groups: Json) -> Json:
    return {"Type": "ANY", "CriteriaList": [], "DemographicCriteriaList": [], "Groups": list(groups)}


def concept_set(place: int, ids: tuple[int, ...]) -> Json:
    items = [{"concept": {"CONCEPT_ID": one, "CONCEPT_NAME": "made up"}, "includeDescendants": False} for one in ids]
    return {"id": place, "name": f"set {place}", "expression": {"items": items}}


def statements() -> list[str]:
    """Circe's SQL, in DuckDB's words; what it found of each rule is left behind to be compared."""
    options = BuildExpressionQueryOptions()
    options.cohort_id, options.target_table = 1, "cohort"
    options.cdm_schema = options.vocabulary_schema = options.result_schema = "main"
    asked = build_cohort_query(cohort_expression_from_json(json.dumps(Definition().json())), options)
    # The renderer knows no default for the name of the column.
    written = render(asked, cohort_id_field_name="cohort_definition_id")
    left = ("DELETE FROM inclusion_events", "DROP TABLE inclusion_events")
    return [one for one in split_sql(translate(written, "duckdb")) if not one.strip().startswith(left)]


def long(fact: str) -> str:
    """One row for each patient and value of a fact."""
    value = f"unnest({fact})" if fact == "metastasis_sites" else f"{fact}::varchar"
    measured = RECORDED[fact][1] == (NUMBER,)
    shown, number = (f"'{NUMBER}'", f"{fact}::double") if measured else (value, "null::double")
    return (
        f"select person_id, '{fact}' as fact, {shown} as value, {number} as number, {fact}__on::date as day "
        f"from facts where {fact} is not null"
    )


def tables(cohort: Path) -> Iterator[str]:
    """OMOP's tables of a cohort, with the columns that Circe reads."""
    yield f"create table facts as select row_number() over () as person_id, * from read_json('{cohort}')"
    yield "create table concept (concept_id bigint, fact varchar, value varchar, invalid_reason varchar)"
    rows = ", ".join(f"({one}, '{fact}', '{value}', null)" for (fact, value), one in CONCEPTS.items())
    yield f"insert into concept values {rows}"
    yield """create table person as select person_id, id as person_source_value,
        year(birth_date::date) as year_of_birth from facts"""
    yield f"""create table observation_period as select person_id, date '2020-01-01' as observation_period_start_date,
        date '{DAY}' as observation_period_end_date from facts"""
    yield f"""create table visit_occurrence as select person_id as visit_occurrence_id, person_id,
        {CONCEPTS[SCREENED]}::bigint as visit_concept_id, date '{DAY}' as visit_start_date,
        date '{DAY}' as visit_end_date from facts"""
    yield f"create table said as {' union all '.join(map(long, RECORDED))}"
    for domain, table in TABLES.items():
        of = ", ".join(f"'{fact}'" for fact, (other, _) in RECORDED.items() if other == domain)
        yield f"""create table {table} as select row_number() over () as {table}_id, person_id,
            concept_id as {domain}_concept_id, day as {domain}_date, day as {domain}_start_date,
            null::date as {domain}_end_date, number as value_as_number, null::bigint as visit_occurrence_id,
            null::double as range_low, null::double as range_high, null::varchar as value_as_string,
            null::bigint as value_as_concept_id, null::bigint as unit_concept_id, null::double as quantity
            from said join concept using (fact, value) where fact in ({of})"""
    yield """create table cohort (cohort_definition_id int, subject_id bigint,
        cohort_start_date date, cohort_end_date date)"""


def main(cohort: Path, out: Path) -> None:
    names = list(Definition().rules())
    with duckdb.connect(config={"threads": 1}) as connection:
        for statement in tables(cohort):
            connection.execute(statement)
        asked = statements()
        start, spent = time.perf_counter(), time.process_time()
        for statement in asked:
            connection.execute(statement)
        seconds, processors = time.perf_counter() - start, time.process_time() - spent
        # In the criterion's own words: of an exclusion, that it applies.
        told = " || ".join(
            f"case when {place} in rules then '{int(name[0] == 'I')}' else '{int(name[0] != 'I')}' end"
            for place, name in enumerate(names)
        )
        found = connection.execute(f"""select person_source_value, {told} from person join (select q.person_id,
            coalesce(list(inclusion_rule_id), []) as rules from person q left join inclusion_events using (person_id)
            group by q.person_id) using (person_id) order by person_id""").fetchall()
        included = connection.execute("select count(distinct subject_id) from cohort").fetchall()[0][0]
    wanted = "".join(str(int(name[0] == "I")) for name in names)
    assert included == sum(told == wanted for _, told in found), "Circe's cohort is not that of its rules"
    out.write_text("".join(f"{patient}\t{told}\n" for patient, told in found), encoding="utf-8")
    words = f"{version('ohdsi-circepy')}, DuckDB {duckdb.__version__}"
    print(json.dumps({"version": words, "criteria": names, "patients": len(found),
                      "seconds": seconds, "processors": processors}))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
