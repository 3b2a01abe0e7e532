"""The audit trail after a patient was erased: it can be asked for, and still shows what is missing of the others."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from remembered import SAMPLE, Desk, changed


def test_the_trail_of_an_erased_patient_is_still_shown(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    pseudonym = desk.pseudonym("P-002")
    assert desk.call("erase", "P-002", "--because", "request", "--by", "A. Jansen").code == 0
    for name in ("P-002", pseudonym):
        said = desk.call("audit", "show", "--patient", name)
        assert (said.code, "erased" in said.out) == (0, True)
    assert desk.call("audit", "show", "--patient", "P-999").code == 2


@pytest.mark.parametrize("erased", [False, True])
def test_a_result_that_was_removed_is_found_also_where_another_patient_of_the_run_was_erased(
    tmp_path: Path, erased: bool
) -> None:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    desk.run(changed(tmp_path, SAMPLE, "P-003", "who_performance_status", "4"), "2026-06-02")
    if erased:
        assert desk.call("erase", "P-002", "--because", "request", "--by", "A. Jansen").code == 0
    assert desk.call("audit", "verify").code == 0
    name = desk.pseudonym("P-003")
    with closing(sqlite3.connect(tmp_path / "store.db")) as store:
        (number,) = store.execute("SELECT id FROM patient WHERE pseudonym = ?", (name,)).fetchone()
        store.execute("DELETE FROM screening_result WHERE run_id = 2 AND patient_id = ?", (number,))
        store.execute("UPDATE screening_result SET until_run = NULL WHERE until_run = 2")
        store.commit()
    said = desk.call("audit", "verify")
    assert (said.code, "run 2" in said.err, desk.pseudonym("P-002") in said.err) == (5, True, False), said.err
