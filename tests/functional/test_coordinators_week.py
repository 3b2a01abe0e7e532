"""A coordinator's week, from an empty machine: five mornings, an amendment, answers, decisions, a hand-over."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from remembered import SAMPLE, TRIAL, Desk, Said, amended, changed

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 6, day) for day in range(1, 6))
BY = ("--by", "A. Jansen")
Moves = dict[str, tuple[str | None, str | None, tuple[str, ...]]]
"""Who moved, from what to what, and the kinds of what moved them."""


class Week:
    """What a coordinator does; `day` is the day on the calendar."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder)
        self.folder = folder
        self.table = shutil.copy(SAMPLE, folder / "table.csv")
        self.day = MONDAY

    def does(self, *command: str | Path) -> Said:
        """A command that is carried out."""
        said = self.desk.call(*command, *BY)
        assert said.code == 0, (command, said.err)
        return said

    def sees(self, *command: str | Path) -> Any:
        return self.does(*command, "--format", "json").json

    def morning(
        self, day: date, *new: tuple[str, str, str]
    ) -> dict[str, tuple[str | None, str | None, tuple[str, ...]]]:
        """New data come, everybody is screened; who moved, by the id, and why."""
        self.day = day
        for patient, column, value in new:
            self.table = changed(self.folder, self.table, patient, column, value, name=f"{day:%A}.csv")
        return self.by_id(self.sees("run", TRIAL, "--patients", self.table)["changed"])

    def by_id(self, moves: list[Any]) -> Moves:
        names = {self.desk.pseudonym(f"P-{number:03d}"): f"P-{number:03d}" for number in range(1, 15)}
        return {
            names[one["patient"]]: (one["from"], one["to"], tuple(cause["kind"] for cause in one["because"]))
            for one in moves
        }

    def comes(self, patient: str, like: str) -> None:
        """Somebody new is in the table, as another one is."""
        lines = self.table.read_text(encoding="utf-8").splitlines()
        row = next(line for line in lines if line.startswith(f"{like},"))
        self.table = self.folder / f"with-{patient}.csv"
        self.table.write_text("\n".join([*lines, row.replace(like, patient, 1), ""]), encoding="utf-8")

    def answers(self, patient: str, fact: str, value: str, source: str) -> None:
        self.does("answer", TRIAL, patient, fact, value, "--on", str(self.day), "--source", source)

    def bins(self) -> dict[str, int]:
        counts: dict[str, int] = self.sees("worklist", TRIAL)["bins"]
        return counts


@pytest.fixture
def week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Week:
    """An empty machine on a Monday."""
    week = Week(tmp_path)
    for name in ("answer", "decide", "rescreen", "run", "worklist"):
        monkeypatch.setattr(f"screener.cli.{name}.today", lambda: week.day)
    return week


def test_a_week_from_an_empty_machine_to_the_hand_over(week: Week) -> None:
    empty = week.desk.call("worklist", TRIAL)
    assert (empty.code, "screener run TRIAL --patients PATH" in empty.err) == (2, True)

    # Monday: the first table. The chart answers what settles most patients; one patient is to wait until Thursday.
    assert week.morning(MONDAY) == {}
    assert week.bins() == {"new": 6, "not_eligible": 6}
    first = week.sees("worklist", TRIAL, "--questions")[0]
    assert (first["fact"], first["patients"], first["alone"]) == ("primary_breast_sarcoma", 2, 1)
    assert week.sees("worklist", TRIAL, "--patient", "P-003")["settled_by"] == [
        {"fact": first["fact"], "settles": "always"}
    ]
    week.answers("P-003", first["fact"], "no", "chart")
    deferred = week.does("decide", TRIAL, "P-005", "recheck_due", "--recheck", str(THURSDAY))
    assert f"Look again on {THURSDAY}: a person chose the day." in deferred.out

    # Tuesday: somebody new comes, and the answer settles P-003. The clinician answers, and approves P-001.
    week.comes("P-013", like="P-001")
    assert week.morning(TUESDAY) == {
        "P-003": ("needs_information", "eligible", ("answer",)),
        "P-013": (None, "eligible", ("fact",)),
    }
    assert week.bins() == {"needs_review": 3, "new": 1, "needs_data": 2, "deferred": 1, "not_eligible": 6}
    week.answers("P-005", "high_risk_tumour_characteristics", "yes", "Dr. B. Visser")
    week.does("decide", TRIAL, "P-001", "to_approach", "--clinician", "Dr. B. Visser")

    # Wednesday: P-002 is worse. P-007 is taken against the screening, with a reason.
    moved = week.morning(WEDNESDAY, ("P-002", "who_performance_status", "3"))
    assert moved == {"P-002": ("eligible", "not_eligible", ("fact",))}
    against = week.desk.call("decide", TRIAL, "P-007", "to_approach", *BY)
    assert (against.code, "disagrees with the screening" in against.err) == (2, True)
    reason = "the status was mistyped, seen by Dr. Visser"
    week.does("decide", TRIAL, "P-007", "to_approach", "--override-reason", reason)
    week.does("decide", TRIAL, "P-001", "approached", "--consent", "asked")
    contacts = week.folder / "contacts.csv"
    week.does("export", TRIAL, "--contacts", "--out", contacts)
    assert contacts.read_text(encoding="utf-8").count("to_approach") == 1

    # Thursday: the deferral falls due, and P-013 is worse. An amendment: who would move is known before it is in force.
    moved = week.morning(THURSDAY, ("P-013", "who_performance_status", "2"))
    assert moved == {}
    assert week.bins()["recheck_due"] == 1
    week.does("decide", TRIAL, "P-005", "needs_data", "--reason", "MISSING-I8", "--reason-text", "asked the PI")
    amendment = amended(week.desk.criteria, week.folder / "amended")
    impact = week.sees("rescreen", TRIAL, "--preview", "--criteria", amendment)
    assert impact["run"] is None
    expected = week.by_id(impact["changed"])
    assert expected["P-013"] == ("eligible", "not_eligible", ("rule",))

    # Friday: the amendment is in force. P-001 has consented; the pictures and the log are handed over.
    week.desk.criteria = amendment
    moved = week.morning(FRIDAY, ("P-010", "staging_pet_ct", "none"))
    assert moved == expected
    week.does("decide", TRIAL, "P-001", "enrolled", "--consent", "given", "--consent-version", "2.1")
    anchor = week.desk.call("audit", "anchor").out.strip()
    handed_over(week)
    for number in range(1, 6):
        assert len(week.desk.replay(number)) == (12 if number == 1 else 13)
    assert week.desk.call("audit", "verify", "--anchor", anchor).code == 0
    moved_to_another_machine(week, anchor)


def handed_over(week: Week) -> None:
    """The workbook and the funnel say what the week came to."""
    workbook, picture = week.folder / "hand-over.xlsx", week.folder / "funnel.svg"
    week.does("export", TRIAL, "--out", workbook, "--site", "Rotterdam")
    week.does("funnel", TRIAL, "--suppress-below", "5", "--format", "svg", "--out", picture)
    book = openpyxl.load_workbook(workbook)
    assert book.sheetnames == ["log", "criteria", "evidence", "reasons", "provenance"]
    heading, *rows = book["log"].iter_rows(values_only=True)
    kept = {row[heading.index("patient_pseudonym")]: dict(zip(heading, row, strict=True)) for row in rows}
    assert len(kept) == 13

    def cells(patient: str, *names: str) -> list[Any]:
        return [kept[week.desk.pseudonym(patient)][name] for name in names]

    assert cells("P-001", "state", "consent_status", "clinician_approval", "attempt_no") == [
        "approached", "given", "Dr. B. Visser", "1",
    ]  # fmt: skip
    assert cells("P-007", "state", "override", "override_reason") == [
        "to_approach", "yes", "the status was mistyped, seen by Dr. Visser",
    ]  # fmt: skip
    assert cells("P-005", "state", "reason_code", "reason_text") == ["needs_data", "MISSING-I8", "asked the PI"]
    assert cells("P-013", "verdict", "first_failing_criterion", "data_as_of") == ["not_eligible", "I1", str(FRIDAY)]
    funnel = week.sees("funnel", TRIAL)
    assert [funnel[name] for name in ("assessed", "approached", "enrolled")] == [13, 1, 1]
    assert ">&lt;5</text>" in picture.read_text(encoding="utf-8")


def moved_to_another_machine(week: Week, anchor: str) -> None:
    """A backup and the key are all that another machine needs."""
    backup, before = week.folder / "backup.db", week.bins()
    week.does("backup", "--out", backup)
    week.desk.url = f"sqlite:///{week.folder}/another machine/store.db"
    week.does("restore", backup)
    assert week.bins() == before
    assert week.desk.call("audit", "verify", "--anchor", anchor).code == 0
