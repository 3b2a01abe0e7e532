"""Values dated after a case, and notes that contradict themselves."""

from __future__ import annotations

import shutil
from pathlib import Path

from screener.criteria.library import shipped
from screener.findings import Findings
from screener.matching.gate import check


def changed(folder: Path, old: str, new: str) -> Findings:
    criteria = Path(shutil.copytree(shipped("criteria"), folder / "criteria"))
    path = criteria / "NCT06452485" / "criteria.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return check(path.parent, criteria)[1]


def test_a_value_dated_after_the_day_of_its_case_is_told(tmp_path: Path) -> None:
    found = changed(tmp_path, "who_performance_status: 2 on 2026-05-20", "who_performance_status: 2 on 2026-06-02")
    assert [one.code for one in found] == ["F106"]
    assert "after 2026-06-01" in found[0].message


def test_a_note_that_contradicts_itself_is_told(tmp_path: Path) -> None:
    found = changed(tmp_path, "{less_than: 20}", "{less_than: 20, more_than: 30}")
    assert [one.code for one in found] == ["L102"]
