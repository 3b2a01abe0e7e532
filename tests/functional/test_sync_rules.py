"""The sync of a trial with rules: which changes make them stale, for how long, and who ends it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from registry_server import json_reply
from synced import ONE, RECORD, TRIAL, Night, a_night, shipped_judge, sqlite_url

from screener.registry.sync_report import json_lines

pytest_plugins = ["postgres"]


@pytest.fixture(params=["sqlite", "postgresql"])
def night(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Night]:
    url = sqlite_url(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with a_night(url) as made:
        yield made


def test_an_escape_only_change_says_nothing(night: Night) -> None:
    night.judges = {TRIAL: shipped_judge()}
    night.serve_record()
    night.sync(TRIAL)
    night.serve_record("\\>=18", ">=18")
    report = night.sync()
    assert (report.exit_code, report.trials[0].stale, report.trials[0].drifts) == (0, {}, ())
    assert [drift.state for drift in night.store.drifts(TRIAL)] == ["noted"]


def test_another_number_names_the_stale_criterion_on_every_run_until_it_is_acknowledged(night: Night) -> None:
    night.judges = {TRIAL: shipped_judge()}
    night.serve_record()
    assert night.sync(TRIAL).exit_code == 0
    night.serve_record("≤2", "≤1")
    for outcome in ("changed", "unchanged"):
        report = night.sync()
        assert (report.exit_code, report.trials[0].outcome) == (1, outcome)
        assert set(report.trials[0].stale) == {"I1"}
    night.store.acknowledge(TRIAL, who="A. Jansen", why="rules stand", at=night.time.now())
    report = night.sync()
    assert (report.exit_code, report.trials[0].stale, report.trials[0].uncovered) == (0, {}, ())


def test_text_that_returns_ends_the_staleness_and_still_asks_for_a_look(night: Night) -> None:
    night.judges = {TRIAL: shipped_judge()}
    for old, new in (("", ""), ("≤2", "≤1"), ("", "")):
        night.serve_record(old, new)
        report = night.sync(TRIAL)
    assert (report.exit_code, report.trials[0].stale) == (1, {})
    assert len(night.store.snapshots(TRIAL)) == 3
    assert night.sync().exit_code == 1
    night.store.acknowledge(TRIAL, who="A. Jansen", why="as before", at=night.time.now())
    assert night.sync().exit_code == 0


def test_a_change_after_an_acknowledgement_is_stale_again(night: Night) -> None:
    night.judges = {TRIAL: shipped_judge()}
    night.serve_record()
    night.sync(TRIAL)
    night.serve_record("≤2", "≤1")
    night.sync()
    night.store.acknowledge(TRIAL, who="A. Jansen", why="rules stand", at=night.time.now())
    night.serve_record("≤2", "≤0")
    assert set(night.sync().trials[0].stale) == {"I1"}


def test_another_spelling_after_an_acknowledgement_says_nothing(night: Night) -> None:
    night.judges = {TRIAL: shipped_judge()}
    night.serve_record()
    night.sync(TRIAL)
    night.serve_record("≤2", "≤1")
    night.sync()
    night.store.acknowledge(TRIAL, who="A. Jansen", why="rules stand", at=night.time.now())
    night.serve_record("≤2", "<=1")
    report = night.sync()
    assert (report.exit_code, report.trials[0].stale) == (0, {})


def test_a_quote_that_is_not_in_the_first_record_makes_its_rule_stale_at_once(night: Night) -> None:
    night.judges = {TRIAL: shipped_judge()}
    night.serve_record("≤2", "≤1")
    report = night.sync(TRIAL)
    assert (report.exit_code, report.trials[0].outcome) == (1, "first")
    assert set(report.trials[0].stale) == {"I1"}


def test_who_acknowledged_a_closed_study_has_not_looked_at_its_text(night: Night) -> None:
    night.judges = {TRIAL: shipped_judge()}
    night.serve_record("≤2", "≤1")
    night.sync(TRIAL)
    data = json.loads(night.store.latest(TRIAL).body)  # type: ignore[union-attr]
    data["protocolSection"]["statusModule"]["overallStatus"] = "COMPLETED"
    night.server.script(f"/studies/{TRIAL}", json_reply(data))
    assert night.sync().exit_code == 1
    night.store.acknowledge(TRIAL, who="A. Jansen", why="it has closed", at=night.time.now())
    assert set(night.sync().trials[0].stale) == {"I1"}


def test_a_withheld_record_is_kept_and_makes_every_rule_stale(night: Night) -> None:
    night.judges = {TRIAL: shipped_judge()}
    night.serve_record()
    night.sync(TRIAL)
    withheld = {"identificationModule": {"nctId": TRIAL}, "statusModule": {"overallStatus": "WITHHELD"}}
    night.server.script(f"/studies/{TRIAL}", json_reply({"protocolSection": withheld}))
    report = night.sync()
    assert report.exit_code == 1
    assert len(report.trials[0].stale) == 11


def test_every_json_line_holds_the_run_and_the_last_one_the_totals(night: Night) -> None:
    night.judges = {TRIAL: shipped_judge()}
    night.serve(ONE)
    night.serve_record()
    night.sync(ONE, TRIAL)
    night.serve_record("≤2", "≤1")
    lines = [json.loads(line) for line in json_lines(night.sync())]
    assert {line["run_id"] for line in lines} == {2}
    assert [line.get("nct_id") for line in lines] == [ONE, TRIAL, None]
    assert lines[1]["rules"]["stale"] == ["I1"]
    assert lines[1]["drift"][0]["changes"][0].startswith("material (number), under inclusion")
    assert lines[2]["totals"]["trials"] == 2
    assert lines[2]["exit_code"] == 1


def test_the_record_of_the_shipped_rules_makes_none_of_them_stale(night: Night) -> None:
    night.judges = {TRIAL: shipped_judge()}
    night.server.script(f"/studies/{TRIAL}", json_reply(RECORD))
    assert night.sync(TRIAL).exit_code == 0
