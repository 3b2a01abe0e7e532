"""`screener rescreen --compare`: who moved between any two runs, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from remembered import SAMPLE, TRIAL, Desk, changed

pytest_plugins = ["postgres"]


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A desk after four runs: a status that went up and came back, a birthday, an answer, and somebody who has gone."""
    desk = Desk(tmp_path, None if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    young = changed(desk.folder, SAMPLE, "P-001", "birth_date", "2008-06-03", name="young.csv")
    worse = changed(desk.folder, young, "P-002", "who_performance_status", "4", name="worse.csv")
    desk.run(young, "2026-06-01")
    desk.run(worse, "2026-06-02")
    desk.answer("P-003", "primary_breast_sarcoma", "no")
    desk.run(young, "2026-06-03")
    without = desk.folder / "without.csv"
    lines = young.read_text(encoding="utf-8").splitlines(keepends=True)
    without.write_text("".join(line for line in lines if not line.startswith("P-005,")), encoding="utf-8")
    desk.run(without, "2026-06-04")
    return desk


def compare(desk: Desk, old: int, new: int) -> Any:
    said = desk.call("rescreen", TRIAL, "--compare", str(old), str(new), "--format", "json")
    assert said.code == 0, said.err
    return said.json


def moves(desk: Desk, old: int, new: int) -> dict[str, Any]:
    """From the patient to the move and its causes."""
    names = {desk.pseudonym(f"P-{number:03d}"): f"P-{number:03d}" for number in range(1, 13)}
    return {
        names[one["patient"]]: (one["from"], one["to"], [tuple(cause.values()) for cause in one["because"]])
        for one in compare(desk, old, new)["changed"]
    }


def test_what_came_and_went_between_two_runs_is_no_change(desk: Desk) -> None:
    assert moves(desk, 1, 3) == {
        "P-001": ("not_eligible", "eligible", [("date", "a birthday (2026-06-03)")]),
        "P-003": (
            "needs_information",
            "eligible",
            [("answer", "primary breast sarcoma was not recorded, is no (2026-06-01)")],
        ),
    }


def test_who_has_gone_and_who_has_come_are_told(desk: Desk) -> None:
    gone = ("fact", "gone: was in run 3, is not in run 4")
    assert moves(desk, 3, 4) == {"P-005": ("needs_information", None, [gone])}
    since = ("fact", "gone since: was in run 3, is not in run 4")
    assert moves(desk, 4, 3) == {"P-005": (None, "needs_information", [since])}
    young = (desk.folder / "young.csv").read_text(encoding="utf-8")
    (desk.folder / "more.csv").write_text(f"{young}P-013{',' * young.partition(chr(10))[0].count(',')}\n")
    desk.run(desk.folder / "more.csv", "2026-06-04")
    came = {one["patient"]: one["because"][0]["what"] for one in compare(desk, 4, 5)["changed"]}
    assert came == {
        desk.pseudonym("P-005"): "came back: was in run 1, was not in run 4",
        desk.pseudonym("P-013"): "new: screened for the first time in run 5, after run 4",
    }


def test_the_runs_may_stand_the_other_way_round(desk: Desk) -> None:
    forth, back = moves(desk, 2, 3), moves(desk, 3, 2)
    assert {name: (after, before) for name, (before, after, _) in forth.items()} == {
        name: (before, after) for name, (before, after, _) in back.items()
    }
    assert back["P-001"][2] == [("date", "the screening date went back from 2026-06-03 to 2026-06-02")]
    assert forth["P-002"][2] == [("fact", "WHO performance status was 4 (2026-05-18), is 0 (2026-05-18)")]


def test_a_run_beside_itself_has_no_change_and_the_counts_are_those_of_the_second(desk: Desk) -> None:
    assert compare(desk, 2, 2)["changed"] == []
    two = compare(desk, 1, 3)
    assert (two["since"], two["run"], two["counts"]) == (
        1,
        3,
        {"eligible": 3, "needs_information": 3, "not_eligible": 6},
    )


def test_the_words_name_both_runs_and_the_look_is_in_the_trail(desk: Desk) -> None:
    said = desk.call("rescreen", TRIAL, "--compare", "1", "4", "--by", "B. Visser")
    lines = said.out.splitlines()
    assert lines[0].startswith("Run 1 of NCT06452485 as of 2026-06-01: 12 patients; ")
    assert lines[1].startswith("Run 4 of NCT06452485 as of 2026-06-04: 11 patients; ")
    assert lines[2] == "Changed between them: 3 patients."
    last = desk.call("audit", "show", "--last", "2", "--format", "json").json[0]
    assert (last["who"], last["act"], last["part"]) == ("B. Visser", "compared", "runs 1 and 4")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--compare", "1", "9"), "has no run 9"),
        (("--compare", "1"), "requires 2 arguments"),
        (("--compare", "1", "2", "--replay", "1"), "--replay and --compare do not go together"),
        (("--compare", "1", "2", "--preview"), "--preview and --compare do not go together"),
        (("--compare", "1", "2", "--as-of", "2026-06-01"), "--compare has the days of the runs themselves"),
        (("--replay", "1", "--as-of", "2026-06-01"), "--replay has the days of the runs themselves"),
        (("--compare", "1", "2", "--out", "x"), "Only a replay is written to a file"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    said = desk.call("rescreen", TRIAL, *arguments)
    assert (said.code, said.out, words in said.err) == (2, "", True), said.err
