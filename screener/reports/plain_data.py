"""Results as plain data, in the shape the command line's JSON promises."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from screener.criteria.library import LoadedRules
from screener.facts.values import FactValue, plain
from screener.matching.results import PatientResult


def patient_data(result: PatientResult, *, rank: int | None) -> dict[str, Any]:
    """One patient; without a rank where the patient was looked at alone."""
    return {
        "rank": rank,
        "patient_id": result.patient_id,
        "verdict": result.verdict,
        "recoverable": result.recoverable,
        "score": result.score,
        "criteria": [
            {
                "id": one.id,
                "kind": one.kind,
                "result": one.result,
                "effect": one.effect,
                "causes": one.causes,
                "reason": one.reason,
                "facts": [fact_data(fact) for fact in one.facts],
            }
            for one in result.criteria
        ],
        "questions": [one._asdict() for one in result.questions],
        "presumed": [{**one._asdict(), "value": plain(one.value)} for one in result.presumed],
        "notes": [one._asdict() for one in result.notes],
    }


def fact_data(fact: FactValue) -> dict[str, Any]:
    """One fact as evidence."""
    name, value, on, source, state = fact
    return {
        "fact": name,
        "value": value if value.__class__ in _PLAIN else plain(value),
        "on": None if on is None else on.text,
        "source": source,
        "state": state,
    }


_PLAIN = frozenset((bool, int, str, type(None)))


def rules_data(loaded: LoadedRules, stale: Iterable[str]) -> dict[str, Any]:
    """Which rules were used: their exact bytes, their review state, and the registry's words they stand on."""
    return {
        "sha256": loaded.sha256,
        "approval": loaded.approval.state,
        "registry_version": loaded.record.version if loaded.record else None,
        "stale": sorted(stale),
    }


def json_bytes(data: object) -> bytes:
    """Data as compact JSON."""
    return orjson.dumps(data)
