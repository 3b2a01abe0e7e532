"""`python peer_openmed.py COHORT.jsonl OUT`: openmed's trial matcher over the first patients of a cohort.

Run by a Python that has openmed, which this project's own need not. Its matcher needs no model. A criterion is one
line: a concept that is there or not, or a number compared; conditions on both sides of an "and" are two lines, an "or"
and an exclusion with two conditions it cannot say. What its signals are made from is worked out before the clock runs.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from openmed.clinical.journey import JourneySnapshot  # type: ignore[import-not-found,unused-ignore]
from openmed.clinical.journey_contracts import (  # type: ignore[import-not-found,unused-ignore]
    canonical_digest,
    derived_opaque_id,
)
from openmed.clinical.trials import TrialStudyRecord  # type: ignore[import-not-found,unused-ignore]
from openmed.clinical.trials.criteria import parse_trial_criteria  # type: ignore[import-not-found,unused-ignore]
from openmed.clinical.trials.matcher import (  # type: ignore[import-not-found,unused-ignore]
    JourneySignal,
    evaluate_trial_eligibility,
)

DAY, AT = date(2026, 6, 1), "2026-06-01T00:00:00Z"
LRR = ("local", "regional", "local_and_regional", "second_primary_ipsilateral")
LINES = {
    "I1": ("WHO performance scale <= 2",),
    "I2": ("age >= 18",),
    "I3": ("condition: locoregional recurrence", "procedure: postoperative irradiation of the primary"),
    "I5": ("procedure: whole or partial breast irradiation",),
    "I7": ("procedure: PET-CT in staging",),
    "I9": ("observation: communication in Dutch",),
    "E1": ("condition: primary breast sarcoma",),
}
TEXT = "\n".join(
    line
    for section in ("Inclusion", "Exclusion")
    for line in (
        f"{section} Criteria:",
        *(one for name, some in LINES.items() if name[0] == section[0] for one in some),
    )
)
STATES = {"met": "1", "not_met": "0", "unknown": "?"}


def study() -> Any:
    return TrialStudyRecord(
        study_id="NCT06452485", overall_status="RECRUITING", brief_title="RT-HYPE", official_title=None,
        last_update_date="2026-01-01", conditions=("Breast Cancer Recurrence",), interventions=(), locations=(),
        eligibility_text=TEXT, retrieved_at=AT, source_digest=canonical_digest("made for this measurement"),
    )  # fmt: skip


def told(patient: dict[str, Any]) -> Iterator[tuple[str, bool | int | None]]:
    """Each line's concept and what is known of it; chest wall is for a person to decide, so it is there but open."""
    born = patient.get("birth_date")
    if born is not None:
        birth = date.fromisoformat(born)
        yield LINES["I2"][0], DAY.year - birth.year - ((DAY.month, DAY.day) < (birth.month, birth.day))
    if (scale := patient.get("who_performance_status")) is not None:
        yield LINES["I1"][0], scale
    chosen = {
        LINES["I3"][0]: ("recurrence_type", LRR),
        LINES["I5"][0]: ("prior_breast_irradiation", ("whole_breast", "partial_breast")),
        LINES["I7"][0]: ("staging_pet_ct", ("fdg", "fes", "fdg_and_fes")),
    }
    for line, (fact, among) in chosen.items():
        if fact in patient:
            yield line, None if patient[fact] == "chest_wall" else patient[fact] in among
    attested = {
        LINES["I3"][1]: "primary_irradiated_postoperatively",
        LINES["I9"][0]: "dutch_communication",
        LINES["E1"][0]: "primary_breast_sarcoma",
    }
    for line, fact in attested.items():
        if fact in patient:
            yield line, patient[fact]


def signals(patient: dict[str, Any], concepts: dict[str, tuple[str, str]]) -> tuple[Any, tuple[Any, ...]]:
    """A patient as openmed takes one: a snapshot, and a signal for each thing known."""
    snapshot = JourneySnapshot.at(derived_opaque_id("subject", patient["id"]), 1)
    digest = canonical_digest(snapshot.to_dict())
    made = []
    for line, value in told(patient):
        kind, concept = concepts[line]
        number = type(value) is int
        made.append(
            JourneySignal(
                concept_kind=kind,
                concept=concept,
                snapshot_id=snapshot.snapshot_id,
                snapshot_digest=digest,
                fact_ids=(derived_opaque_id("fact", patient["id"], line),),
                evidence_ids=(derived_opaque_id("evidence", patient["id"], line),),
                numeric_value=value if number else None,
                present=True if number else value,
            )
        )
    return snapshot, tuple(made)


def answers(result: Any, ids: dict[str, str]) -> str:
    """What each criterion came out as; one of two lines is their "and"."""
    said = {ids[one.criterion_id]: STATES[one.state.value] for one in result.criterion_results}
    together = ("".join(said[line] for line in lines) for lines in LINES.values())
    return "".join("0" if "0" in one else "?" if "?" in one else "1" for one in together)


def main(cohort: Path, out: Path) -> None:
    trial = study()
    criteria = parse_trial_criteria(trial)
    assert all(one.supported for one in criteria.criteria), "openmed cannot read a line"
    ids = {one.criterion_id: one.source_fragment for one in criteria.criteria}
    concepts = {one.source_fragment: (one.concept_kind, one.concept) for one in criteria.criteria}
    patients = [json.loads(line) for line in cohort.read_text(encoding="utf-8").splitlines()]
    ready = [signals(one, concepts) for one in patients]

    def screened(some: list[tuple[Any, tuple[Any, ...]]]) -> list[Any]:
        return [evaluate_trial_eligibility(trial, *one, criteria=criteria, evaluated_at=AT) for one in some]

    screened(ready[: len(ready) // 10])
    gc.collect()
    start, spent = time.perf_counter(), time.process_time()
    results = screened(ready)
    seconds, processors = time.perf_counter() - start, time.process_time() - spent
    lines = (f"{one['id']}\t{answers(result, ids)}\n" for one, result in zip(patients, results, strict=True))
    out.write_text("".join(lines), encoding="utf-8")
    print(json.dumps({"version": version("openmed"), "criteria": list(LINES), "patients": len(patients),
                      "seconds": seconds, "processors": processors}))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
