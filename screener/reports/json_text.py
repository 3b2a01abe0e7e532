"""Patients as JSON text, in the shape the command line promises. Every text goes through the JSON encoder."""

from __future__ import annotations

from collections.abc import Iterable
from json import dumps
from json.encoder import encode_basestring as quoted
from typing import Any, Final, NamedTuple

from screener.criteria.library import LoadedRules
from screener.facts.values import Evidence, FactValue, plain
from screener.matching.results import CriterionResult, Leaning, NoteSaid, PatientResult, Question

_EVIDENCE: Final = tuple(f'"{name}":' for name in Evidence._fields)


def patient_text(result: PatientResult, rank: int | None) -> str:
    """The object of one patient; the rank is null where the patient was looked at alone."""
    criteria = ",".join(map(criterion_text, result.criteria))
    start = start_text(result.verdict, result.recoverable, result.score)
    end = end_text(result.questions, result.presumed, result.notes)
    return f'{{"rank":{compact(rank)},"patient_id":{quoted(result.patient_id)},{start}{criteria}{end}'


def start_text(verdict: str, recoverable: bool | None, score: int) -> str:
    """What stands between a patient's id and the first criterion."""
    outcome = compact({"verdict": verdict, "recoverable": recoverable, "score": score})
    return f'{outcome[1:-1]},"criteria":['


def criterion_text(result: CriterionResult) -> str:
    """One criterion with the facts it rests on."""
    name, kind, outcome, effect, causes, reason, facts = result
    head = compact({"id": name, "kind": kind, "result": outcome, "effect": effect, "causes": causes, "reason": reason})
    return f'{head[:-1]},"facts":[{",".join(map(_fact, facts))}]}}'


def end_text(questions: tuple[Question, ...], presumed: tuple[Leaning, ...], notes: tuple[NoteSaid, ...]) -> str:
    """What stands behind the last criterion."""
    return f'],"questions":{_list(questions)},"presumed":{_list(presumed)},"notes":{_list(notes)}}}'


def _fact(fact: FactValue) -> str:
    name, value, on, source, state, evidence = fact
    text = compact({"fact": name, "value": plain(value), "on": on and on.text, "source": source, "state": state})
    return f'{text[:-1]},"evidence":[{",".join(map(_record, evidence))}]}}' if evidence else text


def _record(one: Evidence) -> str:
    """A record behind a derived fact, what it does not say left out."""
    said = [f"{name}{quoted(str(word))}" for name, word in zip(_EVIDENCE, one, strict=True) if word is not None]
    return f"{{{','.join(said)}}}"


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
