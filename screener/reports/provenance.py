"""Where an export is from: what it was made of, when, by whom, and what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from screener import __version__
from screener.criteria.prose import INTENDED_USE
from screener.criteria.source import quoted

if TYPE_CHECKING:
    from screener.store.audit import Anchor
    from screener.worklist.cohort_view import CohortView


def provenance(
    view: CohortView, what: str, *, who: str, at: datetime, anchor: Anchor, patients: int
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Names and values for a person: the export, the run, the rules, the criteria in the registry's words."""
    run, loaded = view.run, view.footing.loaded
    yield "export", what
    yield "patients", str(patients)
    yield "made at (UTC)", f"{at:%Y-%m-%dT%H:%M:%SZ}"
    yield "made by", who
    yield "made with", f"screener {__version__}"
    yield "anchor of the audit trail", str(anchor)
    yield "trial", f"{view.trial}: {loaded.rules.title}"
    yield "last run", f"{run.id}, as of {run.as_of}, by {run.who}"
    yield "facts of the run (SHA-256)", run.facts_sha256 or ""
    yield "results of the run (SHA-256)", run.results_sha256 or ""
    yield "rules (SHA-256)", loaded.sha256
    yield "approval of the rules", str(loaded.approval)
    yield "registry record of", run.registry_version or ""
    yield "registry record (SHA-256)", run.registry_sha256 or ""
    if view.footing.stale:
        yield "held open, the registry's words changed", ", ".join(view.footing.stale)
    for one in loaded.rules.criteria:
        yield f"criterion {one.id}", quoted(one)
    yield "patients are named by", "pseudonym alone; of a birth date the year is shown"
    yield "intended use", INTENDED_USE
