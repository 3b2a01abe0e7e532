"""The audit trail can be asked for a patient who was erased, by id and by pseudonym."""

from __future__ import annotations

from pathlib import Path

from remembered import SAMPLE, Desk


def test_the_trail_of_an_erased_patient_is_still_shown(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    pseudonym = desk.pseudonym("P-002")
    assert desk.call("erase", "P-002", "--because", "request", "--by", "A. Jansen").code == 0
    for name in ("P-002", pseudonym):
        said = desk.call("audit", "show", "--patient", name)
        assert (said.code, "erased" in said.out) == (0, True)
    assert desk.call("audit", "show", "--patient", "P-999").code == 2
