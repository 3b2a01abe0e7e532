"""A thousand trials that did not change cost next to nothing to remember."""

from __future__ import annotations

from pathlib import Path

from registry_server import Asked, Reply, json_reply, study
from synced import Night, a_night, sqlite_url

TRIALS = tuple(f"NCT{number:08}" for number in range(1, 1001))


def page(asked: Asked) -> Reply:
    """A page of 50, as the registry gives them."""
    ids = asked.query["filter.ids"].split(",")
    start = int(asked.query.get("pageToken", "0"))
    size = int(asked.query["pageSize"])
    data: dict[str, object] = {"studies": [study(nct_id) for nct_id in ids[start : start + size]]}
    if start + size < len(ids):
        data["nextPageToken"] = str(start + size)
    return json_reply(data)


def synced(url: str, *trials: str) -> tuple[dict[str, int], int]:
    with a_night(url) as night:
        night.server.script_by("/studies", page)
        report = night.sync(*trials, deadline=900)
        assert report.exit_code == 0
        return report.totals, _snapshots(night)


def _snapshots(night: Night) -> int:
    return sum(len(night.store.snapshots(nct_id)) for nct_id in TRIALS[::50])


def test_a_thousand_unchanged_trials_add_no_record_and_less_than_100_kilobytes(tmp_path: Path) -> None:
    url, file = sqlite_url(tmp_path), tmp_path / "store.db"
    totals, before = synced(url, *TRIALS)
    assert (totals["first"], before) == (1000, 20)
    size = file.stat().st_size
    totals, after = synced(url)
    assert (totals["unchanged"], after) == (1000, 20)
    assert 0 < file.stat().st_size - size < 100_000
