"""`screener worklist`: who needs what, what changed, how old the data are, and which answer settles whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from remembered import SAMPLE, TRIAL, Desk, Said, changed

BY = ("--by", "A. Jansen")
IN_RANK_ORDER = [f"P-{number:03d}" for number in (1, 2, 4, 3, 5, 6, 7, 8, 9, 10, 11, 12)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk after one run."""
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    return desk


def worklist(desk: Desk, *more: str | Path) -> Said:
    return desk.call("worklist", TRIAL, *more, *BY)


def listed(desk: Desk, *more: str) -> Any:
    return worklist(desk, "--format", "json", *more).json


def named(desk: Desk, *more: str) -> set[str]:
    """The ids of who is listed."""
    ids = {desk.pseudonym(one): one for one in IN_RANK_ORDER}
    return {ids[one["patient"]] for one in listed(desk, *more)["patients"]}


def test_the_rank_is_that_of_the_design_whatever_the_bin(desk: Desk) -> None:
    desk.call("decide", TRIAL, "P-007", "to_approach", "--override-reason", "mistyped", *BY)
    patients = listed(desk)["patients"]
    assert patients[0]["patient"] == desk.pseudonym("P-007")
    assert sorted(one["rank"] for one in patients) == list(range(1, 13))
    ranked = sorted(patients, key=lambda one: one["rank"])
    verdicts = [(one["verdict"], one["recoverable"]) for one in ranked]
    assert verdicts == [
        *[("eligible", None)] * 2, *[("needs_information", None)] * 4, *[("not_eligible", True)] * 2,
        *[("not_eligible", False)] * 4,
    ]  # fmt: skip
    assert [one["score"] for one in ranked[2:6]] == [90, 90, 70, 10]
    # Of two with the same verdict and score, the one with fewer questions comes first.
    assert ranked[2]["patient"] == desk.pseudonym("P-004")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--verdict", "eligible"), {"P-001", "P-002"}),
        (("--asks", "primary_breast_sarcoma"), {"P-003", "P-006"}),
        (("--fails", "I4"), {"P-008", "P-010"}),
        (("--open", "I5", "--bin", "new"), {"P-004", "P-006"}),
        (("--open", "I5", "--asks", "primary_breast_sarcoma"), {"P-006"}),
        (("--seen-before", "2026-06-01"), set()),
        (("--seen-before", "2026-06-02", "--fails", "I1"), {"P-007"}),
        (("--changed",), set()),
    ],
)
def test_every_filter_that_is_given_has_to_fit(desk: Desk, arguments: tuple[str, ...], expected: set[str]) -> None:
    assert named(desk, *arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--fails", "I99"), "has no criterion of that name"),
        (("--asks", "shoe_size"), "There is no fact of that name"),
        (("--since", "9"), "has no run 9 to compare with"),
        (("--since", "1"), "has no run 1 to compare with"),
        (("--questions", "--bin", "new"), "Filters go with the list alone"),
        (("--patient", "P-999"), "No patient of that id"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(desk: Desk, arguments: tuple[str, ...], words: str) -> None:
    said = worklist(desk, *arguments)
    assert (said.code, said.out, words in said.err) == (2, "", True), said.err


def test_a_trial_without_a_run_says_how_to_begin(desk: Desk) -> None:
    said = desk.call("worklist", "NCT00000001", *BY)
    assert (said.code, "Begin with: screener run" in said.err) == (2, True)


def test_changes_are_told_since_any_run(desk: Desk) -> None:
    worse = changed(desk.folder, SAMPLE, "P-001", "who_performance_status", "4", name="worse.csv")
    desk.run(worse, "2026-06-02")
    desk.run(worse, "2026-06-03")
    assert named(desk, "--changed") == set()
    (one,) = listed(desk, "--changed", "--since", "1")["patients"]
    assert (one["moved_from"], one["verdict"], one["new"]) == ("eligible", "not_eligible", False)
    text = worklist(desk, "--changed", "--since", "1").out
    assert "not eligible; not eligible, score 90, rank" in text
    assert "[changed from eligible on recorded data]" in text


def test_who_came_since_is_new(desk: Desk) -> None:
    desk.run(desk.table(("P-020", "1960-01-01", "1", "2026-05-20", "")), "2026-06-02")
    desk.run(desk.table(("P-020", "1960-01-01", "1", "2026-05-20", "")), "2026-06-03")
    (one,) = [one for one in listed(desk, "--changed", "--since", "1")["patients"] if one["new"]]
    assert one["patient"] == desk.pseudonym("P-020")
    assert "[new]" in worklist(desk, "--changed", "--since", "1").out


def test_a_verdict_that_is_no_longer_the_one_decided_on_is_said(desk: Desk) -> None:
    for state in ("to_approach", "approached"):
        desk.call("decide", TRIAL, "P-001", state, *BY)
    desk.run(changed(desk.folder, SAMPLE, "P-001", "who_performance_status", "4"), "2026-06-02")
    desk.rescreen("2026-06-03")
    text = worklist(desk, "--changed").out
    assert "approached; not eligible, score 90, rank" in text
    assert "[was eligible on recorded data when decided]" in text


def test_the_age_of_the_data_is_told(desk: Desk) -> None:
    desk.run(desk.table(("P-001", "1960-01-01", "1", "2026-05-20", "no")), "2026-07-01")
    patients = {one["patient"]: one for one in listed(desk)["patients"]}
    seen, absent = patients[desk.pseudonym("P-001")], patients[desk.pseudonym("P-003")]
    assert seen["data"] == {"as_of": "2026-07-01", "oldest": "2026-05-20", "newest": "2026-05-20", "days": 42}
    assert absent["in_last_run"] is False
    assert absent["data"] == {"as_of": "2026-06-01", "oldest": "2020-01", "newest": "2026-05-19", "days": 13}
    text = worklist(desk, "--bin", "needs_data").out
    age = "data as of 2026-06-01, not in the last run; the newest of 2026-05-19, 13 days before; the oldest of 2020-01"
    assert age in text


def test_a_long_list_says_how_many_are_left_out(desk: Desk) -> None:
    said = worklist(desk, "--limit", "2")
    assert "and 4 more; --limit lists more of them, --format json every one" in said.out
    assert len(listed(desk)["patients"]) == 12


def test_the_plain_list_shows_bins_questions_and_who_waits_for_somebody(desk: Desk) -> None:
    said = worklist(desk)
    lines = said.out.splitlines()
    assert lines[0] == f"{TRIAL} after run 1 as of 2026-06-01: 12 patients"
    assert [line.split(maxsplit=1) for line in lines[1:3]] == [["6", "new"], ["6", "not eligible"]]
    assert lines[3] == "To find out, what settles most patients first:"
    assert "2 asked, 1 settled by it alone  primary_breast_sarcoma (record)" in lines[4]
    assert sum(", score " in line for line in lines) == 6
    assert "Intended use: supports trained research staff" in said.err
    assert "not approved" in said.err


def test_one_patient_is_told_which_single_answer_settles_them(desk: Desk) -> None:
    alone = listed(desk, "--patient", "P-003")
    assert alone["settled_by"] == [{"fact": "primary_breast_sarcoma", "settles": "always"}]
    several = listed(desk, "--patient", "P-005")
    assert {one["settles"] for one in several["settled_by"]} == {"if_it_excludes"}
    assert len(several["settled_by"]) == 3
    assert listed(desk, "--patient", "P-001")["settled_by"] == []
    text = worklist(desk, "--patient", "P-003").out
    assert "settles this patient, whatever the answer" in text
    last = desk.call("audit", "show", "--patient", "P-003", "--format", "json").json[-2]
    assert (last["act"], last["part"]) == ("viewed", "worklist")


@pytest.mark.parametrize("value", ["yes", "no"])
def test_what_settles_whatever_the_answer_does_so(desk: Desk, value: str) -> None:
    assert desk.answer("P-003", "primary_breast_sarcoma", value).code == 0
    desk.rescreen("2026-06-02")
    verdict = listed(desk, "--patient", "P-003")["verdict"]
    assert verdict == ("not_eligible" if value == "yes" else "eligible")
    asked = worklist(desk, "--questions", "--format", "json").json
    assert next(one for one in asked if one["fact"] == "primary_breast_sarcoma")["alone"] == 0


def test_an_age_below_the_limit_alone_excludes_somebody_of_whom_nothing_is_known(desk: Desk) -> None:
    desk.run(desk.table(("P-030", "", "", "", "")), "2026-06-02")
    settles = {one["fact"]: one["settles"] for one in listed(desk, "--patient", "P-030")["settled_by"]}
    assert settles["birth_date"] == "if_it_excludes"
    assert "always" not in settles.values()


def test_who_has_died_is_said_first_and_is_never_among_those_to_be_called(tmp_path: Path) -> None:
    heading, *rows = SAMPLE.read_text().splitlines()
    table = tmp_path / "table.csv"
    died = [f"{row},{'yes' if row.startswith('P-001,') else ''}" for row in rows]
    table.write_text("\n".join([f"{heading},deceased", *died]))
    desk = Desk(tmp_path)
    desk.run(table)
    for patient in ("P-001", "P-002"):
        desk.call("decide", TRIAL, patient, "to_approach", *BY)
    lines = worklist(desk, "--bin", "to_approach").out.splitlines()
    (place,) = [number for number, line in enumerate(lines) if "has died: do not contact" in line]
    assert lines[place - 1].startswith(f"{desk.pseudonym('P-001')}: ")
    notes = {one["patient"]: {note["id"] for note in one["notes"]} for one in listed(desk)["patients"]}
    assert [one for one, ids in notes.items() if "N5" in ids] == [desk.pseudonym("P-001")]
    called = tmp_path / "to-approach.csv"
    said = desk.call("export", TRIAL, "--contacts", "--out", called, *BY)
    assert "Left out, since the record says that they have died: 1." in said.err
    assert desk.pseudonym("P-002") in called.read_text()
    assert desk.pseudonym("P-001") not in called.read_text()
