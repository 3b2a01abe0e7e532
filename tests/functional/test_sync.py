"""The sync, situation by situation: a scripted registry, a real store, and what is reported and kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from registry_server import UNKNOWN, json_reply, redirect, reply, study
from synced import ONE, THREE, TWO, Night, a_night, sqlite_url, version

from screener.registry.change_words import sentences
from screener.registry.sync import MANY

pytest_plugins = ["postgres"]


@pytest.fixture(params=["sqlite", "postgresql"])
def night(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Night]:
    url = sqlite_url(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with a_night(url) as made:
        yield made


def test_the_first_record_is_the_baseline_without_alarm(night: Night) -> None:
    night.serve(ONE)
    report = night.sync(ONE)
    assert (report.exit_code, report.trials[0].outcome) == (0, "first")
    kept = night.store.latest(ONE)
    assert kept is not None
    assert json.loads(kept.body) == study(ONE)
    assert (kept.api_version, kept.data_timestamp) == ("2.0.3", "2026-05-29T09:00:00")
    assert night.store.drifts(ONE) == ()


def test_an_unchanged_record_is_checked_and_not_kept_again(night: Night) -> None:
    night.serve(ONE)
    night.sync(ONE)
    report = night.sync()
    assert (report.exit_code, report.trials[0].outcome) == (0, "unchanged")
    assert len(night.store.snapshots(ONE)) == 1
    assert [check.outcome for check in night.store.checks(ONE)] == ["unchanged", "first"]


def test_a_new_load_of_the_same_record_is_unchanged(night: Night) -> None:
    for stamp in ("2026-01-01", "2026-01-02"):
        data = {**study(ONE), "derivedSection": {"miscInfoModule": {"versionHolder": stamp}}}
        night.server.script(f"/studies/{ONE}", json_reply(data))
        report = night.sync(ONE)
    assert report.trials[0].outcome == "unchanged"


def test_trials_given_by_id_are_tracked_from_then_on_and_the_rest_is_left_alone(night: Night) -> None:
    night.serve(ONE)
    night.serve(TWO)
    night.sync(ONE)
    report = night.sync(TWO)
    assert [trial.nct_id for trial in report.trials] == [TWO]
    assert night.store.tracked() == (ONE, TWO)
    assert [trial.nct_id for trial in night.sync().trials] == [ONE, TWO]


def test_a_bullet_moved_to_the_exclusions_is_material(night: Night) -> None:
    night.serve(ONE, "Inclusion Criteria:\n\n* A mended wrist\n* Adult\n\nExclusion Criteria:\n\n* A cold")
    night.sync(ONE)
    night.serve(ONE, "Inclusion Criteria:\n\n* Adult\n\nExclusion Criteria:\n\n* A cold\n* A mended wrist")
    report = night.sync()
    assert report.exit_code == 1
    assert "material" in report.trials[0].drifts[0].classes
    said = 'material (section), now under exclusion and no longer under inclusion: "A mended wrist"'
    assert said in sentences(report.trials[0].drifts[0].details)


def test_a_bullet_moved_within_its_section_is_recorded_without_alarm(night: Night) -> None:
    night.serve(ONE, "Inclusion Criteria:\n\n* A mended wrist\n* Adult")
    night.sync(ONE)
    night.serve(ONE, "Inclusion Criteria:\n\n* Adult\n* A mended wrist")
    report = night.sync()
    assert (report.exit_code, report.trials[0].outcome) == (0, "changed")
    assert [(drift.state, drift.classes) for drift in night.store.drifts(ONE)] == [("noted", ("moved",))]


@pytest.mark.parametrize(
    ("module", "value", "field"),
    [
        ("statusModule", {"overallStatus": "COMPLETED"}, "overallStatus"),
        ("eligibilityModule", {**study(ONE)["protocolSection"]["eligibilityModule"], "sex": "MALE"}, "sex"),  # type: ignore[index]
    ],
)
def test_a_changed_status_or_sex_waits_for_a_person(night: Night, module: str, value: object, field: str) -> None:
    night.serve(ONE)
    night.sync(ONE)
    night.serve(ONE, **{module: value})
    report = night.sync()
    assert report.exit_code == 1
    assert [one["field"] for one in report.trials[0].drifts[0].details["fields"]] == [field]


def test_a_change_of_what_nobody_screens_by_is_kept_without_alarm(night: Night) -> None:
    night.serve(ONE)
    night.sync(ONE)
    night.serve(ONE, descriptionModule={"briefSummary": "Still nothing."})
    assert night.sync().exit_code == 0
    assert len(night.store.snapshots(ONE)) == 2


def test_a_trial_the_registry_no_longer_knows_is_marked_missing_and_kept(night: Night) -> None:
    night.serve(ONE)
    night.sync(ONE)
    night.server.script(f"/studies/{ONE}", reply(404, UNKNOWN.format(ONE)))
    report = night.sync()
    assert (report.exit_code, report.trials[0].outcome, report.trials[0].http_status) == (4, "missing", 404)
    trial = night.store.trial(ONE)
    assert trial is not None
    assert trial.missing_since is not None
    assert night.store.latest(ONE) is not None
    night.serve(ONE)
    assert night.sync().exit_code == 0
    assert night.store.trial(ONE).missing_since is None  # type: ignore[union-attr]


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
def test_a_refusal_keeps_the_last_good_record_and_the_rest_is_synced(night: Night, status: int) -> None:
    night.serve(ONE)
    night.serve(TWO)
    night.sync(ONE, TWO)
    before = night.store.latest(ONE)
    night.server.script(f"/studies/{ONE}", reply(status, "no"))
    report = night.sync(deadline=8)
    assert report.exit_code == 4
    assert [trial.outcome for trial in report.trials] == ["failed", "unchanged"]
    assert night.store.latest(ONE) == before
    assert night.store.trial(ONE).missing_since is None  # type: ignore[union-attr]


def test_a_change_and_a_failed_fetch_in_one_run_are_both_reported(night: Night) -> None:
    night.serve(ONE)
    night.serve(TWO)
    night.sync(ONE, TWO)
    night.serve(ONE, "Inclusion Criteria:\n\n* Age \\>=16 years")
    night.server.script(f"/studies/{TWO}", reply(403, "<html>no</html>"))
    report = night.sync()
    assert report.exit_code == 4
    assert [trial.outcome for trial in report.trials] == ["changed", "failed"]
    assert report.trials[0].drifts


def test_an_id_that_is_misspelt_or_unknown_is_said_and_the_rest_is_synced(night: Night) -> None:
    night.serve(ONE)
    report = night.sync("NCT1", THREE, ONE)
    assert report.exit_code == 2
    assert [trial.mistake for trial in report.trials] == [True, True, False]
    assert '"NCT1" is not a registry id.' in str(report.trials[0].problem)
    assert night.store.tracked() == (ONE,)


def test_a_merged_study_is_kept_under_the_id_that_was_asked_for(night: Night) -> None:
    merged = study(TWO)
    merged["protocolSection"]["identificationModule"]["nctIdAliases"] = [ONE]  # type: ignore[index]
    night.server.script(f"/studies/{ONE}", redirect(f"/api/v2/studies/{TWO}"))
    night.server.script(f"/studies/{TWO}", json_reply(merged))
    assert night.sync(ONE).exit_code == 0
    assert night.store.latest(ONE).record().nct_id == TWO  # type: ignore[union-attr]


def test_data_loaded_in_between_are_fetched_once_more(night: Night) -> None:
    night.serve(ONE)
    version(night.server, "old", "new", "new")
    report = night.sync(ONE)
    assert (report.exit_code, report.mixed) == (0, False)
    assert report.trials[0].outcome == "first"
    assert night.server.paths().count(f"/studies/{ONE}") == 2


def test_data_that_keep_moving_mark_the_run_mixed(night: Night) -> None:
    night.serve(ONE)
    version(night.server, "old", "new", "newer")
    report = night.sync(ONE)
    assert (report.exit_code, report.mixed) == (4, True)
    assert night.server.paths().count(f"/studies/{ONE}") == 2
    assert night.store.latest(ONE) is not None


def test_a_version_that_cannot_be_read_does_not_stop_the_run(night: Night) -> None:
    night.serve(ONE)
    night.server.script("/version", reply(403, "<html>no</html>"))
    report = night.sync(ONE)
    assert (report.exit_code, report.mixed) == (4, True)
    assert night.store.latest(ONE) is not None


def test_many_trials_are_asked_for_together_and_one_that_a_batch_lacks_alone(night: Night) -> None:
    ids = [f"NCT{number:08}" for number in range(1, MANY + 2)]
    night.server.script("/studies", json_reply({"studies": [study(nct_id) for nct_id in ids[1:]]}))
    night.serve(ids[0])
    report = night.sync(*ids)
    assert (report.exit_code, report.totals["first"]) == (0, len(ids))
    assert night.server.paths() == ["/version", "/studies", f"/studies/{ids[0]}", "/version"]


def test_a_record_with_signs_a_database_refuses_is_kept(night: Night) -> None:
    data = study(ONE, text="Inclusion Criteria:\n\n* Age \\>=18 \ud800\0")
    data["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]["date"] = "2025\0\ud800"  # type: ignore[index]
    night.server.script(f"/studies/{ONE}", json_reply(data))
    assert night.sync(ONE).exit_code == 0
    night.serve(ONE)
    assert night.sync().exit_code == 1


def test_the_two_loads_of_a_public_record_are_unchanged(night: Night, shared_data: Path) -> None:
    nct_id = "NCT02552212"
    for load in ("2023-12-12", "2024-01-03"):
        body = (shared_data / "registry" / "v2" / f"{nct_id}.vh-{load}.json").read_bytes()
        night.server.script(f"/studies/{nct_id}", reply(200, body, headers={"Content-Type": "application/json"}))
        report = night.sync(nct_id)
    assert (report.exit_code, report.trials[0].outcome) == (0, "unchanged")
    assert len(night.store.snapshots(nct_id)) == 1
