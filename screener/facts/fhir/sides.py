"""Left, right or both: what the codes of a record say about the side, and what becomes of sides that disagree.

A side is told by codes in `sides.csv`, of which every row says where the code was read. Words alone ("right breast"
beside a code that is not in the table) are no code: they make the side unreadable, because taking them for silence
could hide a contradiction.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from screener.facts.events import Code, EventField
from screener.facts.fhir.concepts import Concept, short
from screener.facts.inspection import Inspection

_TABLE: Final = Path(__file__).with_name("sides.csv")
_WORDS: Final = re.compile(r"\b(left|right|bilateral|both)\b", re.IGNORECASE)
_COVERED: Final = dict.fromkeys(("bilateral", "left and right"), ("left", "right", "bilateral"))
_SIDES_OF_WORDS: Final = {"left": "left", "right": "right", "bilateral": "bilateral", "both": "bilateral"}


class Side(NamedTuple):
    """A side that a record tells, and in which of its elements. `coded` is no where only its words say so."""

    side: str
    where: str
    coded: bool = True

    def __str__(self) -> str:
        return f"{self.side} ({self.where})"


class _Coded(NamedTuple):
    side: str
    cancer: bool


@cache
def _table() -> dict[tuple[str, str], _Coded]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {
            (row["system"], row["code"]): _Coded(row["side"], row["cancer"] == "yes") for row in csv.DictReader(file)
        }


def names_cancer(codes: Iterable[Code]) -> bool:
    """Whether one of the codes is in the table of sides and names a malignant neoplasm."""
    table = _table()
    return any(found.cancer for code in codes if (found := table.get((code[0], code[1]))))


@lru_cache(maxsize=8192)
def _side(code: Code) -> tuple[str, bool] | None:
    """The side a code tells, and whether the table says so or its words only."""
    known = _table().get((code[0], code[1]))
    if known is not None:
        return known.side, True
    words = _named(code[2] or "")
    return (" and ".join(sorted(words)), False) if words else None


def _named(words: str) -> frozenset[str]:
    """The sides that words name."""
    return _found_in(words) if short((words,)) else _found_in.__wrapped__(words)


@lru_cache(maxsize=8192)
def _found_in(words: str) -> frozenset[str]:
    return frozenset(_SIDES_OF_WORDS[word.lower()] for word in _WORDS.findall(words))


def sides_in(told: Concept, where: str, inspection: Inspection) -> list[Side]:
    """As `sides_of`, of a coded value with its words: a side that they name and that its codes do not tell is one too.

    Words that name several sides of which one is told contradict nothing.
    """
    found = sides_of(told.codes, where, inspection)
    known = {side for one in found for side in _COVERED.get(one.side, (one.side,))}
    for words in dict.fromkeys((told.words, *(code[2] for code in told.codes))):
        named = _named(words) if words else frozenset()
        if named and named.isdisjoint(known):
            found.append(Side(" and ".join(sorted(named)), f"{where}, in words", coded=False))
    return found


def sides_of(codes: Iterable[Code], where: str, inspection: Inspection) -> list[Side]:
    """The sides that codes tell. A code of which only the words tell one is counted."""
    found: list[Side] = []
    for code in codes:
        told = _side(code) if short(code) else _side.__wrapped__(code)
        if told is not None:
            found.append(Side(told[0], where, coded=told[1]))
            if not told[1]:
                inspection.note("unread_side", code[0], code[1])
    return found


def laterality(told: Sequence[Side]) -> EventField | None:
    """The side of an event, from what its record tells directly; none where it tells none.

    Sides that disagree are conflicting, and all of them are said: of two sites on two sides, a record does not say
    which one a rule asks about.
    """
    if not told:
        return None
    said = ", ".join(dict.fromkeys(str(one) for one in told))
    if any(one.side != told[0].side for one in told):
        return EventField(None, said, "conflicting")
    if any(one.coded for one in told):
        return EventField(told[0].side, said)
    return EventField(None, f"{said}, in words that no code known here says", "unreadable")


def indirect_laterality(told: Sequence[Side], cancers: Sequence[Side]) -> EventField | None:
    """The side of an event of which only the reason tells one: it must be a side of the patient's recorded cancer.

    Args:
        told: by the reason.
        cancers: the sides of the patient's cancer conditions, as far as they are known.
    """
    field = laterality(told)
    if field is None or not cancers or field.state != "recorded" or field.value in _covered(cancers):
        return field
    said = ", ".join(dict.fromkeys(str(one) for one in (*told, *cancers)))
    return EventField(None, said, "conflicting")


def _covered(sides: Iterable[Side]) -> set[str]:
    """The sides that agree with these: both sides hold each one, and the left with the right are both."""
    known = {one.side for one in sides}
    return {"left", "right", "bilateral"} if "bilateral" in known or {"left", "right"} <= known else known
