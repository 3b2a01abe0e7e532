"""Patients as JSON text, in the shape the command line promises. Every text goes through the JSON encoder."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from json import dumps
from json.encoder import encode_basestring as quoted
from typing import Any, Final, NamedTuple

from screener.criteria.library import LoadedRules
from screener.facts.definitions import Value
from screener.facts.values import Evidence, FactValue, plain
from screener.matching.results import CriterionResult, Leaning, NoteSaid, PatientResult, Question

_REMEMBERED: Final = 32768
"""Texts that repeat are made once, the ones used last."""
_EVIDENCE: Final = tuple(f'"{name}":' for name in Evidence._fields)


def patient_text(result: PatientResult, rank: int | None) -> str:
    """The object of one patient; the rank is null where the patient was looked at alone."""
    return f'{{"rank":{compact(rank)},{unranked_text(result)[1:]}'


def unranked_text(result: PatientResult) -> str:
    """The object of one patient without the rank, which is its first key."""
    criteria = ",".join(map(criterion_text, result.criteria))
    start = start_text(result.verdict, result.recoverable, result.score)
    end = end_text(result.questions, result.presumed, result.notes)
    return f'{{"patient_id":{quoted(result.patient_id)},{start}{criteria}{end}'


@lru_cache(_REMEMBERED)
def start_text(verdict: str, recoverable: bool | None, score: int) -> str:
    """What stands between a patient's id and the first criterion."""
    outcome = compact({"verdict": verdict, "recoverable": recoverable, "score": score})
    return f'{outcome[1:-1]},"criteria":['


def criterion_text(result: CriterionResult) -> str:
    """One criterion with the facts it rests on."""
    facts = ",".join(map(_fact, result.facts))
    return f'{_head(result[:5])},"reason":{quoted(result.reason)},"facts":[{facts}]}}'


def end_text(questions: tuple[Question, ...], presumed: tuple[Leaning, ...], notes: tuple[NoteSaid, ...]) -> str:
    """What stands behind the last criterion."""
    return f'],"questions":{_list(questions)},"presumed":{_list(presumed)},"notes":{_list(notes)}}}'


@lru_cache(_REMEMBERED)
def _head(key: tuple[str, str, str, str, tuple[str, ...]]) -> str:
    name, kind, result, effect, causes = key
    return compact({"id": name, "kind": kind, "result": result, "effect": effect, "causes": causes})[:-1]


def _fact(fact: FactValue) -> str:
    name, value, on, source, state, evidence = fact
    day = "null" if on is None else f'"{on.text}"'
    where = "null" if source is None else quoted(source)
    records = f',"evidence":[{",".join(map(_record, evidence))}]' if evidence else ""
    return f'{_value(name, value)},"on":{day},"source":{where},"state":"{state}"{records}}}'


@lru_cache(_REMEMBERED)
def _value(name: str, value: Value | None) -> str:
    # The name belongs to the key because yes and 1 are equal in Python, and not in JSON; a fact is of one type.
    return compact({"fact": name, "value": plain(value)})[:-1]


def _record(one: Evidence) -> str:
    """A record behind a derived fact, what it does not say left out."""
    said = [f"{name}{quoted(str(word))}" for name, word in zip(_EVIDENCE, one, strict=True) if word is not None]
    return f"{{{','.join(said)}}}"


@lru_cache(_REMEMBERED)
def _list(items: tuple[NamedTuple, ...]) -> str:
    return compact([_item(item) for item in items])


def _item(item: NamedTuple) -> dict[str, Any]:
    data = item._asdict()
    return {**data, "value": plain(item.value)} if isinstance(item, Leaning) else data


def rules_data(loaded: LoadedRules, stale: Iterable[str]) -> dict[str, Any]:
    """Which rules were used: their exact bytes, their review state, and the registry's words they stand on."""
    return {
        "sha256": loaded.sha256,
        "approval": loaded.approval.state,
        "registry_version": loaded.record.version if loaded.record else None,
        "stale": sorted(stale),
    }


def compact(data: object) -> str:
    """Data as JSON without spaces, letters as they are."""
    return dumps(data, ensure_ascii=False, separators=(",", ":"))
