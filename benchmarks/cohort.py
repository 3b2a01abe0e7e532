"""A made-up cohort with the gaps of real data: what the benchmarks screen. The same seed gives the same patients."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from screener.dates import parse_date
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.facts.values import FactValue, PatientRecord, read_value

# How often a fact is missing: from 5% (what every record holds) to 40% (what a clinician must attest).
MISSING = {
    "birth_date": 0.05,
    "who_performance_status": 0.20,
    "recurrence_type": 0.10,
    "primary_irradiated_postoperatively": 0.20,
    "prior_breast_irradiation": 0.20,
    "recurrence_surgery": 0.15,
    "high_risk_tumour_characteristics": 0.40,
    "reirradiation_indicated": 0.40,
    "previous_breast_conserving_therapy": 0.15,
    "low_risk_recurrence": 0.40,
    "staging_pet_ct": 0.20,
    "metastasis_count": 0.20,
    "metastasis_sites": 0.30,
    "dutch_communication": 0.10,
    "primary_breast_sarcoma": 0.10,
    "recurrence_date": 0.15,
    "er_status": 0.15,
}
DAYS = [f"2026-{month:02d}-{day:02d}" for month in range(1, 6) for day in range(1, 29)]


def rows(count: int, vocabulary: Vocabulary, *, seed: int = 1) -> Iterator[dict[str, str]]:
    """Patients as rows of a fact table: about one in five gets through most criteria."""
    rng = random.Random(seed)
    for number in range(count):
        row = {"patient_id": f"P-{number:07d}"}
        well = rng.random() < 0.2
        for name, share in MISSING.items():
            if rng.random() >= share:
                row[name] = _cell(vocabulary[name], rng, well=well)
                if name != "birth_date":
                    row[f"{name}__on"] = rng.choice(DAYS)
        yield row


_WELL = {
    "who_performance_status": "1",
    "recurrence_type": "local",
    "primary_irradiated_postoperatively": "yes",
    "prior_breast_irradiation": "whole_breast",
    "recurrence_surgery": "salvage_mastectomy",
    "high_risk_tumour_characteristics": "yes",
    "low_risk_recurrence": "no",
    "staging_pet_ct": "fdg",
    "metastasis_count": "0",
    "dutch_communication": "yes",
    "primary_breast_sarcoma": "no",
}


def _cell(fact: FactDefinition, rng: random.Random, *, well: bool) -> str:
    if well and fact.name in _WELL:
        return _WELL[fact.name]
    match fact.type:
        case "yes_no":
            return rng.choice(("yes", "no"))
        case "choice":
            return rng.choice(fact.options)
        case "set":
            return "; ".join(rng.sample(fact.options, rng.randint(1, 2)))
        case "date":
            year = rng.randint(1935, 2000) if fact.name == "birth_date" else rng.randint(2024, 2025)
            return f"{year}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    return str(rng.choice((0, 0, 0, 1, 1, 2, 3, 4)))


def headings() -> list[str]:
    """The columns of the table."""
    dated = [name for name in MISSING if name != "birth_date"]
    return ["patient_id", *MISSING, *(f"{name}__on" for name in dated)]


def write_csv(path: Path, count: int, vocabulary: Vocabulary) -> None:
    """Write a cohort as CSV."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, headings())
        writer.writeheader()
        writer.writerows(rows(count, vocabulary))


def records(count: int, vocabulary: Vocabulary) -> list[PatientRecord]:
    """A cohort as patient records, ready to be evaluated."""
    made = []
    for place, row in enumerate(rows(count, vocabulary), start=2):
        facts = {}
        for name in MISSING:
            if name in row:
                on = row.get(f"{name}__on")
                value = read_value(vocabulary[name], row[name])
                facts[name] = FactValue(name, value, parse_date(on) if on else None, f"row {place}")
        made.append(PatientRecord(row["patient_id"], facts, place))
    return made
