"""Patients as JSON text, in the shape the command line promises.

Written piece by piece with what repeats kept as text, because a screening of a million patients spends more time on
its JSON than on its rules. Every text goes through the JSON encoder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from json import dumps
from json.encoder import encode_basestring as quoted
from typing import Any, Final, NamedTuple

from screener.criteria.library import LoadedRules
from screener.facts.definitions import Value
from screener.facts.values import Evidence, plain
from screener.matching.results import Leaning, PatientResult

_REMEMBERED: Final = 32768
_EVIDENCE: Final = tuple(f'"{name}":' for name in Evidence._fields)


class _Kept(dict[Any, str]):
    """Texts made once for what repeats, forgotten all at once when they become too many."""

    def __init__(self, make: Callable[[Any], str]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, key: Any) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        text = self[key] = self.make(key)
        return text


class PatientJson:
    """Writes patients as JSON objects without their rank, which is the first key and not known before the last one."""

    def __init__(self) -> None:
        self._verdicts = _Kept(_verdict)
        self._criteria = _Kept(_criterion)
        self._values = _Kept(_value)
        self._lists = _Kept(_list)

    def without_rank(self, result: PatientResult) -> str:
        """The object of one patient; a rank can be put behind its opening brace."""
        patient_id, verdict, recoverable, score, criteria, questions, presumed, notes = result
        start = self._verdicts[verdict, recoverable, score]
        pieces = [f'{{"patient_id":{quoted(patient_id)},{start},"criteria":[']
        known, heads = self._values, self._criteria
        source: str | None = None
        ending = _ending(None, "recorded")
        comma = ""
        for one in criteria:
            pieces.append(f'{comma}{heads[one[:5]]}{quoted(one[5])},"facts":[')
            comma = "]},"
            between = ""
            for name, value, on, where, state, evidence in one[6]:
                if where is not source or state != "recorded":
                    source, ending = where, _ending(where, state)
                date = "null" if on is None else f'"{on.text}"'
                pieces.append(f"{between}{known[name, value]}{date}{ending}")
                if evidence:
                    pieces[-1] = f'{pieces[-1][:-1]},"evidence":{_records(evidence)}}}'
                between = ","
                if state != "recorded":
                    source, ending = None, _ending(None, "recorded")
        lists = self._lists
        end = "]}" if criteria else ""
        pieces.append(f'{end}],"questions":{lists[questions]},"presumed":{lists[presumed]},"notes":{lists[notes]}}}')
        return "".join(pieces)

    def ranked(self, result: PatientResult, rank: int | None) -> str:
        """The whole object; the rank is null where the patient was looked at alone."""
        return with_rank(rank, self.without_rank(result))


def _ending(source: str | None, state: str) -> str:
    return f',"source":{"null" if source is None else quoted(source)},"state":"{state}"}}'


def with_rank(rank: int | None, text: str) -> str:
    """A patient's object with its rank."""
    return f'{{"rank":{"null" if rank is None else rank},{text[1:]}'


def _verdict(key: tuple[str, bool | None, int]) -> str:
    verdict, recoverable, score = key
    return compact({"verdict": verdict, "recoverable": recoverable, "score": score})[1:-1]


def _criterion(key: tuple[str, str, str, str, tuple[str, ...]]) -> str:
    name, kind, result, effect, causes = key
    return compact({"id": name, "kind": kind, "result": result, "effect": effect, "causes": causes})[:-1] + ',"reason":'


def _value(key: tuple[str, Value | None]) -> str:
    # The name belongs to the key because yes and 1 are equal in Python, and not in JSON; a fact is of one type.
    name, value = key
    return compact({"fact": name, "value": plain(value)})[:-1] + ',"on":'


def _list(items: tuple[NamedTuple, ...]) -> str:
    return compact([_item(item) for item in items])


def _item(item: NamedTuple) -> dict[str, Any]:
    data = item._asdict()
    return {**data, "value": plain(item.value)} if isinstance(item, Leaning) else data


def _records(evidence: tuple[Evidence, ...]) -> str:
    """The records behind a derived fact, what they do not say left out."""
    return f"[{','.join([_record(one) for one in evidence])}]"


def _record(one: Evidence) -> str:
    said = [f"{name}{quoted(str(word))}" for name, word in zip(_EVIDENCE, one, strict=True) if word is not None]
    return f"{{{','.join(said)}}}"


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
