"""The criteria of NCT06452485 as ELM, the form in which CQL runs: written by hand, since its translator is a service.

Each expression stands for the CQL in its comment, over a patient whose facts are plain elements. True, false and null
are what the criterion's own words come out as: of an exclusion, true says that it applies. CQL's `in` says false of
null, so whoever wants "not recorded" to stay open has to say so; all the rest keeps null by itself.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from benchmarks.cohort_by_hand import LRR_TYPES, NODE_SITES

Elm = dict[str, Any]
MODEL = "https://github.com/cqframework/cql-execution/simple"
NULL: Elm = {"type": "Null"}


def fact(name: str) -> Elm:
    return {"type": "Property", "path": name, "source": {"type": "ExpressionRef", "name": "Patient"}}


def literal(value: str | int) -> Elm:
    kind = "String" if isinstance(value, str) else "Integer"
    return {"type": "Literal", "valueType": f"{{urn:hl7-org:elm-types:r1}}{kind}", "value": value}


def operation(name: str, *operands: Elm) -> Elm:
    return {"type": name, "operand": list(operands)}


def texts(values: tuple[str, ...]) -> Elm:
    return {"type": "List", "element": [literal(one) for one in values]}


def equal(name: str, value: str | int) -> Elm:
    return operation("Equal", fact(name), literal(value))


def one_of(name: str, *values: str) -> Elm:
    """`if x is null then null else x in {...}`."""
    unknown = {"type": "IsNull", "operand": fact(name)}
    return {"type": "If", "condition": unknown, "then": NULL, "else": operation("In", fact(name), texts(values))}


def date_of(day: date) -> Elm:
    return {"type": "Date"} | {part: literal(getattr(day, part)) for part in ("year", "month", "day")}


def of_age(day: date, *, by_age: bool) -> Elm:
    """`CalculateAgeInYearsAt(birth_date, @2026-06-01) >= 18`, or the same as the latest day of birth that fits."""
    if not by_age:
        born = {"type": "ToDate", "operand": fact("birth_date")}
        return operation("LessOrEqual", born, date_of(day.replace(year=day.year - 18)))
    age = operation("CalculateAgeAt", fact("birth_date"), date_of(day)) | {"precision": "Year"}
    return operation("GreaterOrEqual", age, literal(18))


def criteria(day: date, *, by_age: bool) -> dict[str, Elm]:
    """An expression for each criterion, I6 aside, which decides nothing."""
    prior, surgery, count = "prior_breast_irradiation", "recurrence_surgery", "metastasis_count"
    both, either = "And", "Or"
    return {
        # who_performance_status <= 2
        "I1": operation("LessOrEqual", fact("who_performance_status"), literal(2)),
        "I2": of_age(day, by_age=by_age),
        # recurrence_type in {...} and primary_irradiated_postoperatively
        "I3": operation(both, one_of("recurrence_type", *LRR_TYPES), fact("primary_irradiated_postoperatively")),
        # (surgery = 'salvage_mastectomy' and high_risk) or (surgery = 'local_excision' and reirradiation_indicated)
        "I4": operation(either,
                        operation(both, equal(surgery, "salvage_mastectomy"), fact("high_risk_tumour_characteristics")),
                        operation(both, equal(surgery, "local_excision"), fact("reirradiation_indicated"))),
        # if prior = 'chest_wall' then null else prior in {...}
        "I5": {"type": "If", "condition": equal(prior, "chest_wall"), "then": NULL,
               "else": one_of(prior, "whole_breast", "partial_breast")},
        # staging_pet_ct in {...}
        "I7": one_of("staging_pet_ct", "fdg", "fes", "fdg_and_fes"),
        # metastasis_count = 0 or (metastasis_count <= 5 and metastasis_sites included in {...})
        "I8": operation(either, equal(count, 0),
                        operation(both, operation("LessOrEqual", fact(count), literal(5)),
                                  operation("IncludedIn", fact("metastasis_sites"), texts(NODE_SITES)))),
        "I9": fact("dutch_communication"),
        "E1": fact("primary_breast_sarcoma"),
        # low_risk_recurrence and previous_breast_conserving_therapy
        "E2": operation(both, fact("low_risk_recurrence"), fact("previous_breast_conserving_therapy")),
    }  # fmt: skip


def library(day: date, *, by_age: bool = True) -> Elm:
    """The whole library as cql-execution reads it."""
    patient = {"type": "SingletonFrom", "operand": {"type": "Retrieve", "dataType": f"{{{MODEL}}}Patient"}}
    definitions = {"Patient": patient} | criteria(day, by_age=by_age)
    models = {"System": "urn:hl7-org:elm-types:r1", "Simple": MODEL}
    return {
        "library": {
            "identifier": {"id": "NCT06452485", "version": "1"},
            "schemaIdentifier": {"id": "urn:hl7-org:elm", "version": "r1"},
            "usings": {"def": [{"localIdentifier": name, "uri": uri} for name, uri in models.items()]},
            "statements": {
                "def": [
                    {"name": name, "context": "Patient", "accessLevel": "Public", "expression": expression}
                    for name, expression in definitions.items()
                ]
            },
        }
    }
