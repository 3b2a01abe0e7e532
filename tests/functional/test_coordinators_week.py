"""A coordinator's week, from an empty machine: five mornings, an amendment, answers, decisions, a hand-over."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from remembered import SAMPLE, TRIAL, Desk, changed

DAYS = [date(2026, 6, day) for day in range(1, 6)]
AMENDED = ("who_performance_status: {at_most: 2}", "who_performance_status: {at_most: 1}")
CASES = [
    (
        "{name: at the limit, given: {who_performance_status: 2 on",
        "{name: at the limit, given: {who_performance_status: 1 on",
    ),
    (
        "{name: just above, given: {who_performance_status: 3 on",
        "{name: just above, given: {who_performance_status: 2 on",
    ),
]


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The day on the coordinator's calendar, the last of a list."""
    days: list[date] = []
    for name in ("answer", "decide", "rescreen", "run", "worklist"):
        monkeypatch.setattr(f"screener.cli.{name}.today", lambda: days[-1])
    return days


def test_a_week_from_an_empty_machine_to_the_hand_over(tmp_path: Path, today: list[date]) -> None:
    desk = Desk(tmp_path)
    by = ("--by", "A. Jansen")

    def morning(table: Path) -> tuple[list[tuple[str, str | None, str | None]], list[str]]:
        ran = desk.call("run", TRIAL, "--patients", table, *by, "--format", "json")
        assert ran.code == 0, ran.err
        moves = [(one["patient"], one["from"], one["to"]) for one in ran.json["changed"]]
        return moves, [cause["kind"] for one in ran.json["changed"] for cause in one["because"]]

    def bins() -> dict[str, int]:
        counts: dict[str, int] = desk.call("worklist", TRIAL, "--format", "json").json["bins"]
        return counts

    # Monday: the first table; the coordinator looks who needs what, answers what the chart says, and defers one.
    today.append(DAYS[0])
    assert morning(SAMPLE) == ([], [])
    assert bins() == {"new": 6, "not_eligible": 6}
    asked = desk.call("worklist", TRIAL, "--questions", "--format", "json").json
    assert asked[0]["fact"] == "primary_breast_sarcoma"
    assert desk.answer("P-003", "primary_breast_sarcoma", "no", "2026-06-01").code == 0
    name = {number: desk.pseudonym(f"P-00{number}") for number in range(1, 10)}
    deferred = desk.call("decide", TRIAL, "P-005", "recheck_due", "--recheck", "2026-06-04", *by)
    assert "Look again on 2026-06-04" in deferred.out

    # Tuesday: the answer settles P-003; the clinician answers for P-005.
    today.append(DAYS[1])
    assert morning(SAMPLE) == ([(name[3], "needs_information", "eligible")], ["answer"])
    assert desk.answer("P-005", "high_risk_tumour_characteristics", "yes", "2026-06-02").code == 0
    assert desk.call("decide", TRIAL, "P-001", "to_approach", "--clinician", "Dr. B. Visser", *by).code == 0

    # Wednesday: new data make P-002 worse; P-007 is taken against the screening, with a reason.
    today.append(DAYS[2])
    table = changed(tmp_path, SAMPLE, "P-002", "who_performance_status", "3")
    assert morning(table) == ([(name[2], "eligible", "not_eligible")], ["fact"])
    against = desk.call("decide", TRIAL, "P-007", "to_approach", *by)
    assert "disagrees with the screening" in against.err
    reason = ("--override-reason", "status was mistyped, seen by Dr. Visser")
    assert desk.call("decide", TRIAL, "P-007", "to_approach", *reason, *by).code == 0

    # Thursday: an amendment; who would move is known before the rules are put in place. The deferral falls due.
    today.append(DAYS[3])
    amended = tmp_path / "amended"
    shutil.copytree(desk.criteria, amended)
    rules = amended / TRIAL / "criteria.yaml"
    text = rules.read_text(encoding="utf-8")
    for old, new in (AMENDED, *CASES):
        assert text.count(old) == 1
        text = text.replace(old, new)
    rules.write_text(text, encoding="utf-8")
    (amended / TRIAL / "patients.yaml").unlink()
    impact = desk.call("rescreen", TRIAL, "--preview", "--criteria", amended, "--format", "json", *by).json
    assert impact["run"] is None
    assert {cause["kind"] for one in impact["changed"] for cause in one["because"]} == {"rule"}
    assert bins()["recheck_due"] == 1
    desk.criteria = amended
    moves, kinds = morning(table)
    assert moves == [(one["patient"], one["from"], one["to"]) for one in impact["changed"]]
    assert set(kinds) == {"rule"}

    # Friday: the same again, nobody moved; the hand-over, and the proof of who did what.
    today.append(DAYS[4])
    assert morning(table) == ([], [])
    anchor = desk.call("audit", "anchor").out.strip()
    log = tmp_path / "hand-over.xlsx"
    assert desk.call("export", TRIAL, "--out", log, *by).code == 0
    heading, *rows = openpyxl.load_workbook(log)["log"].iter_rows(values_only=True)
    kept = {row[heading.index("patient_pseudonym")]: dict(zip(heading, row, strict=True)) for row in rows}
    assert len(kept) == 12
    assert (kept[name[7]]["override"], kept[name[7]]["state"]) == ("yes", "to_approach")
    assert kept[name[1]]["clinician_approval"] == "Dr. B. Visser"
    assert kept[name[5]]["recheck_because"] == "a person chose the day"
    funnel = desk.call("funnel", TRIAL, "--format", "json").json
    assert funnel["assessed"] == 12
    for number in range(1, 6):
        assert len(desk.replay(number)) == 12
    assert desk.call("audit", "verify", "--anchor", anchor).code == 0
