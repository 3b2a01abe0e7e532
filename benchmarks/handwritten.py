"""NCT06452485's eleven criteria written out by hand: what the compiled rules are measured against.

Plain Python over plain values, as somebody would write it for this trial alone, once for outcomes and once with an
explanation dictionary for every criterion. It knows no partial date, no unreadable cell, no question, no other trial.
"""

from __future__ import annotations

import csv
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

LRR = {"local", "regional", "local_and_regional", "second_primary_ipsilateral"}
NODES = {"mediastinal_nodes", "neck_nodes", "contralateral_axillary_nodes", "contralateral_supraclavicular_nodes"}
FAILS = (False,) * 9 + (True, True)
IDS = ("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "E1", "E2")


def both(a: bool | None, b: bool | None) -> bool | None:
    if a is False or b is False:
        return False
    return True if a and b else None


def either(a: bool | None, b: bool | None) -> bool | None:
    if a or b:
        return True
    return False if a is False and b is False else None


def truths(get: Any, turned: date) -> list[bool | None]:
    """What each criterion comes out as; `get` gives a plain value or none."""
    who, birth, kind = get("who_performance_status"), get("birth_date"), get("recurrence_type")
    surgery, prior, pet = get("recurrence_surgery"), get("prior_breast_irradiation"), get("staging_pet_ct")
    count, sites = get("metastasis_count"), get("metastasis_sites")
    return [
        None if who is None else who <= 2,
        None if birth is None else birth <= turned,
        both(None if kind is None else kind in LRR, get("primary_irradiated_postoperatively")),
        either(
            both(None if surgery is None else surgery == "salvage_mastectomy", get("high_risk_tumour_characteristics")),
            both(None if surgery is None else surgery == "local_excision", get("reirradiation_indicated")),
        ),
        None if prior is None or prior == "chest_wall" else prior in ("whole_breast", "partial_breast"),
        True,
        None if pet is None else pet != "none",
        either(
            None if count is None else count == 0,
            both(None if count is None else count <= 5, None if sites is None else sites <= NODES),
        ),
        get("dutch_communication"),
        get("primary_breast_sarcoma"),
        both(get("low_risk_recurrence"), get("previous_breast_conserving_therapy")),
    ]


def outcome(get: Any, turned: date) -> tuple[str, int]:
    """Verdict and score."""
    found = truths(get, turned)
    fails = sum(truth is wrong for truth, wrong in zip(found, FAILS, strict=True))
    still_open = found.count(None)
    score = (10 - fails - still_open) * 100 // 10
    return ("not_eligible" if fails else "needs_information" if still_open else "eligible"), score


READS = {
    "I1": ("who_performance_status",),
    "I2": ("birth_date",),
    "I3": ("recurrence_type", "primary_irradiated_postoperatively"),
    "I4": ("recurrence_surgery", "high_risk_tumour_characteristics", "reirradiation_indicated"),
    "I5": ("prior_breast_irradiation",),
    "I6": (),
    "I7": ("staging_pet_ct",),
    "I8": ("metastasis_count", "metastasis_sites"),
    "I9": ("dutch_communication",),
    "E1": ("primary_breast_sarcoma",),
    "E2": ("low_risk_recurrence", "previous_breast_conserving_therapy"),
}


def explained(facts: Any, turned: date) -> dict[str, Any]:
    """Verdict, score, and a dictionary with a reason in words and the values for every criterion."""

    def get(name: str) -> Any:
        fact = facts.get(name)
        return None if fact is None else fact[0]

    found = truths(get, turned)
    rows = []
    for name, truth, wrong in zip(IDS, found, FAILS, strict=True):
        known = [(fact, facts[fact]) for fact in READS[name] if fact in facts]
        if truth is None:
            reason = ", ".join(fact for fact in READS[name] if fact not in facts) + " not recorded"
        else:
            reason = "; ".join(f"{fact} is {value} ({on})" for fact, (value, on) in known)
        rows.append(
            {
                "id": name,
                "result": "unknown" if truth is None else "passes" if truth is not wrong else "fails",
                "reason": reason,
                "facts": [{"fact": fact, "value": value, "on": on} for fact, (value, on) in known],
            }
        )
    verdict, score = outcome(get, turned)
    return {"verdict": verdict, "score": score, "criteria": rows}


WORDS: dict[str, bool] = {"yes": True, "no": False}


def plain(name: str, text: str) -> Any:
    """A cell as the loop takes it."""
    if name == "birth_date":
        return date.fromisoformat(f"{text}-01-01"[:10])
    if name == "metastasis_sites":
        return {one for one in text.split(";") if one != "none"}
    if name in ("who_performance_status", "metastasis_count"):
        return int(text)
    return WORDS.get(text, text)


def screen(table: Path, out: Path, turned: date) -> None:
    """A table to JSON lines, in the order of the table."""
    with table.open(encoding="utf-8", newline="") as rows, out.open("w", encoding="utf-8") as lines:
        for row in csv.DictReader(rows):
            facts = {name: (plain(name, row[name]), row.get(f"{name}__on")) for name in FACTS if row.get(name)}
            found = {"patient_id": row["patient_id"], **explained(facts, turned)}
            lines.write(
                json.dumps(found, default=lambda value: sorted(value) if isinstance(value, set) else str(value))
            )
            lines.write("\n")


FACTS = sorted({fact for facts in READS.values() for fact in facts})

if __name__ == "__main__":
    screen(Path(sys.argv[1]), Path(sys.argv[2]), date.fromisoformat(sys.argv[3]))
