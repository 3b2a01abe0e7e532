"""`screener cohort` run by a test, what it wrote, and what `screen` says of the same patients."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from command_line import TRIAL, Ran, screen, screener

DAY = "2026-06-01"
HEADINGS = "patient_id,birth_date,who_performance_status,who_performance_status__on,dutch_communication"


def cohort(facts: Path | str, *more: str | Path, **env: str) -> Ran:
    return screener("cohort", TRIAL, "--facts", facts, "--as-of", DAY, *more, **env)


def rows(path: Path) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        found = connection.execute(f"select * from '{path}'")
        names = [one[0] for one in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def by_screen(patients: Path) -> dict[str, dict[str, Any]]:
    """What `screen` says, in the columns of a cohort."""
    found = {}
    for one in screen(patients).json["patients"]:
        row = {"patient_id": one["patient_id"], "verdict": one["verdict"], "recoverable": one["recoverable"]}
        row["score"] = one["score"]
        for criterion in one["criteria"]:
            row[criterion["id"]] = criterion["result"]
            row[f"{criterion['id']}__causes"] = ";".join(criterion["causes"])
        found[one["patient_id"]] = row
    return found


def refused(ran: Ran, *words: str) -> None:
    """One sentence, a hint, and no result."""
    assert ran.code == 2, ran.err
    assert ran.err.startswith("Error: ")
    for one in words:
        assert one in ran.err
