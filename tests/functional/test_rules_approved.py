"""The approval of rules and the memory: a row of the audit trail, and who would move before anybody approves."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from remembered import SAMPLE, TRIAL, Desk, Said
from synced import a_night

pytest_plugins = ["postgres"]


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A desk after one run."""
    desk = Desk(tmp_path, None if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    assert desk.run(SAMPLE).code == 0
    return desk


def approve(desk: Desk, *more: str, by: str = "Dr. B. Visser") -> Said:
    return desk.call("criteria", "approve", TRIAL, "--by", by, *more)


def acts(desk: Desk) -> list[tuple[str, str]]:
    """Who did what, but for the looking at it."""
    rows = desk.call("audit", "show", "--format", "json").json
    return [(one["who"], one["act"]) for one in rows if one["act"] != "viewed"]


def test_a_review_and_an_approval_each_have_a_row_that_names_the_exact_bytes(desk: Desk) -> None:
    assert approve(desk, "--state", "under_review").code == 0
    said = approve(desk)
    assert said.code == 0
    rows = [
        one for one in desk.call("audit", "show", "--trial", TRIAL, "--format", "json").json if "rules" in one["act"]
    ]
    assert [(one["who"], one["act"]) for one in rows] == [
        ("Dr. B. Visser", "took rules under review"),
        ("Dr. B. Visser", "approved rules"),
    ]
    sha256 = rows[0]["part"].removeprefix("rules ")
    assert (len(sha256), rows[1]["part"]) == (64, f"rules {sha256}")
    assert sha256[:12] in said.out
    anchor = next(line.partition("trail: ")[2] for line in said.err.splitlines() if line.startswith("Anchor"))
    verified = desk.call("audit", "verify", "--anchor", anchor)
    assert verified.code == 0, verified.err


def test_an_approval_that_is_refused_has_no_row(desk: Desk) -> None:
    assert approve(desk, by="rules-team").code == 2
    assert approve(desk, by=" ").code == 2
    assert approve(desk).code == 0
    assert approve(desk, by="C. Bakker").code == 2
    assert [act for _, act in acts(desk)] == ["screened", "approved rules"]
    assert "B. Visser" in (desk.criteria / TRIAL / "approval.yaml").read_text()


def test_an_approval_without_its_row_is_not_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    assert approve(desk, "--state", "under_review").code == 0
    before = (desk.criteria / TRIAL / "approval.yaml").read_bytes()
    with closing(sqlite3.connect(tmp_path / "store.db")) as store:
        store.execute("CREATE TRIGGER broken BEFORE INSERT ON audit_row BEGIN SELECT RAISE(ABORT, 'broken'); END")
    said = approve(desk)
    assert (said.code, said.out) == (5, "")
    assert (desk.criteria / TRIAL / "approval.yaml").read_bytes() == before


def test_an_approval_given_where_there_is_no_store_is_told_by_the_first_run(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert approve(desk).code == 0
    assert not (tmp_path / "store.db").exists()
    for day in ("2026-06-01", "2026-06-02"):
        assert desk.run(SAMPLE, day).code == 0
    assert acts(desk) == [("A. Jansen", act) for act in ("found rules approved", "screened", "screened")]
    assert desk.call("audit", "verify").code == 0


def test_an_approval_in_a_store_that_only_knows_the_registry_makes_the_key(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with a_night(desk.url) as night:
        night.serve_record()
        night.sync(TRIAL)
    said = approve(desk)
    assert (said.code, "A key for the pseudonyms was made" in said.err) == (0, True)
    assert acts(desk) == [("Dr. B. Visser", "approved rules")]


def test_an_amendment_is_seen_previewed_approved_and_screened(desk: Desk) -> None:
    """The registry says another limit: who waits, who would move under the new rules, and who did."""
    with a_night(desk.url) as night:
        night.serve_record()
        night.sync(TRIAL)
        night.serve_record("≤2", "≤1")
        night.sync()
    waiting = desk.run(SAMPLE, "2026-06-02").json
    assert {cause["kind"] for one in waiting["changed"] for cause in one["because"]} == {"registry"}
    rebased = desk.call("criteria", "rebase", TRIAL)
    assert (rebased.code, "1 quotes to rewrite" in rebased.err) == (1, True)
    amend(desk)
    assert desk.call("criteria", "rebase", TRIAL).err.startswith("Who would move under these rules: screener rescreen")
    preview = desk.call("rescreen", TRIAL, "--preview", "--as-of", "2026-06-02", "--format", "json").json
    assert preview["run"] is None
    assert preview["changed"], "the sample has somebody with a status of 2"
    for change in preview["changed"]:
        assert "rule" in {cause["kind"] for cause in change["because"]}, change
    assert approve(desk).code == 0
    after = desk.run(SAMPLE, "2026-06-02").json
    assert (after["changed"], after["counts"]) == (preview["changed"], preview["counts"])
    assert [act for _, act in acts(desk)] == ["screened", "screened", "previewed", "approved rules", "screened"]


def amend(desk: Desk) -> None:
    """Write the new limit, its cases and examples."""
    desk.amend("WHO performance scale ≤2", "WHO performance scale ≤1")
    desk.amend("who_performance_status: {at_most: 2}", "who_performance_status: {at_most: 1}")
    desk.amend(
        "{name: just above, given: {who_performance_status: 3 on",
        "{name: just above, given: {who_performance_status: 2 on",
    )
    desk.amend(
        "{name: at the limit, given: {who_performance_status: 2 on",
        "{name: at the limit, given: {who_performance_status: 1 on",
    )
    (desk.criteria / TRIAL / "patients.yaml").unlink()
