"""What a coordinator decides and sees at a desk: decisions, the worklist, the log."""

from __future__ import annotations

import csv
from typing import Any

from remembered import TRIAL, Desk, Said


def decide(desk: Desk, patient: str, state: str, *more: str, by: str = "A. Jansen") -> Said:
    return desk.call("decide", TRIAL, patient, state, "--by", by, *more)


def listed(desk: Desk, *more: str) -> Any:
    return desk.call("worklist", TRIAL, "--format", "json", *more).json


def exported(desk: Desk, *more: str) -> list[dict[str, str]]:
    path = desk.folder / "log.csv"
    said = desk.call("export", TRIAL, "--out", path, *more)
    assert said.code == 0, said.err
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
