"""Between a change of the rules, or of the registry's words, and the next run nobody is taken for eligible unsaid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from remembered import SAMPLE, TRIAL, Desk
from synced import a_night

REFUSED = "The rules or the registry's words have changed since run 1: rescreen first."


def drifted(desk: Desk) -> None:
    with a_night(desk.url) as night:
        night.serve_record("WHO performance scale ≤2", "WHO performance scale ≤1")
        night.sync(TRIAL)


def edited(desk: Desk) -> None:
    desk.amend("who_performance_status: {at_most: 2}", "who_performance_status: {at_most: 1}")
    desk.amend(
        "at the limit, given: {who_performance_status: 2 on", "at the limit, given: {who_performance_status: 1 on"
    )
    desk.amend("just above, given: {who_performance_status: 3 on", "just above, given: {who_performance_status: 2 on")
    (desk.criteria / TRIAL / "patients.yaml").unlink()


def broken(desk: Desk) -> None:
    desk.amend("who_performance_status: {at_most: 2}", "who_performance_status: {at_most: 0}")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    assert desk.call("decide", TRIAL, "P-001", "to_approach", "--by", "A. Jansen").code == 0
    return desk


@pytest.mark.parametrize("change", [drifted, edited])
def test_nobody_is_contacted_over_results_that_no_longer_stand(desk: Desk, change: Callable[[Desk], None]) -> None:
    change(desk)
    out = desk.folder / "to-approach.csv"
    for words in (
        ("decide", TRIAL, "P-002", "to_approach", "--by", "A. Jansen"),
        ("decide", TRIAL, "P-001", "approached", "--by", "A. Jansen"),
        ("export", TRIAL, "--contacts", "--out", out),
    ):
        said = desk.call(*words)
        assert (said.code, REFUSED in said.err, f"screener rescreen {TRIAL}" in said.err) == (2, True, True)
    assert not out.exists()


@pytest.mark.parametrize("change", [drifted, edited])
def test_what_is_shown_after_a_change_says_so_until_the_next_run(desk: Desk, change: Callable[[Desk], None]) -> None:
    looks = (
        ("worklist", TRIAL), ("funnel", TRIAL), ("export", TRIAL, "--out", desk.folder / "log.csv"),
        ("decide", TRIAL, "P-003", "needs_data", "--by", "A. Jansen"),
    )  # fmt: skip
    as_data = [("worklist", TRIAL), ("worklist", TRIAL, "--patient", "P-001"), ("funnel", TRIAL)]
    assert all("rescreen first" not in desk.call(*words).err for words in looks)
    assert {desk.call(*words, "--format", "json").json["changed_since_run"] for words in as_data} == {None}
    change(desk)
    assert {desk.call(*words, "--format", "json").json["changed_since_run"] for words in as_data} == {REFUSED}
    for words in looks:
        said = desk.call(*words)
        assert (said.code, REFUSED in said.err) == (0, True)
    assert desk.rescreen("2026-06-02").code == 0
    assert all("rescreen first" not in desk.call(*words).err for words in looks)


def test_where_the_rules_cannot_be_used_a_look_says_so_and_no_list_to_contact_is_made(desk: Desk) -> None:
    broken(desk)
    said = desk.call("worklist", TRIAL)
    assert (said.code, "The rules cannot be used as they are now" in said.err) == (0, True)
    assert desk.call("export", TRIAL, "--contacts", "--out", desk.folder / "to-approach.csv").code == 2
