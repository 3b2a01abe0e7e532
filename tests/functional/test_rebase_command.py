"""`screener criteria rebase`: the shipped rules moved to another record."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import REPOSITORY, TRIAL, Ran, screener
from registry_server import RegistryServer, json_reply, reply


@pytest.fixture
def criteria(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REPOSITORY / "criteria", tmp_path / "criteria"))


def rebase(criteria: Path, record: Path) -> Ran:
    return screener("criteria", "rebase", TRIAL, "--record", record, "--criteria", criteria)


def changed(criteria: Path, old: str, new: str) -> Path:
    """The stored record with other words, posted on another day."""
    text = (criteria / TRIAL / "registry.json").read_text()
    assert old in text
    path = criteria.parent / "new.json"
    path.write_text(text.replace(old, new).replace('"date": "2025-10-06"', '"date": "2026-02-03"'))
    return path


def test_changed_words_are_named_and_the_exit_code_is_one_until_they_are_written(criteria: Path) -> None:
    assert screener("criteria", "approve", TRIAL, "--by", "A. Jansen", "--criteria", criteria).code == 0
    ran = rebase(criteria, changed(criteria, "WHO performance scale ≤2", "WHO performance scale ≤1"))
    assert ran.code == 1
    assert f"{TRIAL}: replaced the record of 2025-10-06 by that of 2026-02-03." in ran.out
    assert "The approval has ended" in ran.out
    assert "I1: the quote is no longer in the registry's text:\n  WHO performance scale ≤2" in ran.out
    assert "  closest is now:\n  WHO performance scale ≤1" in ran.out
    assert "No quote covers these words of the inclusion text:\n  WHO performance scale ≤1" in ran.out
    assert not (criteria / TRIAL / "approval.yaml").exists()
    found = screener("criteria", "check", TRIAL, "--criteria", criteria, "--format", "json").json
    assert [one["code"] for one in found] == ["S102", "S101"]


def test_when_every_quote_stands_the_rules_go_on_with_the_new_record(criteria: Path) -> None:
    record = changed(criteria, '"overallStatus": "RECRUITING"', '"overallStatus": "COMPLETED"')
    ran = rebase(criteria, record)
    assert ran.code == 0
    assert "RECRUITING -> COMPLETED" in ran.out
    assert "Every quote stands" in ran.out
    assert (criteria / TRIAL / "registry.json").read_bytes() == record.read_bytes()
    assert screener("criteria", "check", TRIAL, "--criteria", criteria).code == 0
    assert rebase(criteria, record).out.startswith(f"{TRIAL}: this record stands already.")


def test_the_record_that_a_sync_has_stored_is_taken_where_no_file_is_named(criteria: Path, tmp_path: Path) -> None:
    store = ("--store", f"sqlite:///{tmp_path}/store.db")
    record = changed(criteria, "WHO performance scale ≤2", "WHO performance scale ≤1")
    with RegistryServer() as server:
        server.script("/version", json_reply({"apiVersion": "2.0.3", "dataTimestamp": "2026-02-04T09:00:05"}))
        server.script(
            f"/studies/{TRIAL}", reply(200, record.read_bytes(), headers={"Content-Type": "application/json"})
        )
        synced = screener("sync", TRIAL, *store, "--base-url", server.base_url, "--criteria", criteria)
    assert synced.code in (0, 1), synced.err
    sheet = screener("trial", TRIAL, *store, "--criteria", criteria, "--format", "json")
    assert sheet.json["last_checked"] is not None
    ran = screener("criteria", "rebase", TRIAL, *store, "--criteria", criteria)
    assert ran.code == 1
    assert "  closest is now:\n  WHO performance scale ≤1" in ran.out
    assert (criteria / TRIAL / "registry.json").read_bytes() == record.read_bytes()
    none = screener("criteria", "rebase", TRIAL, *store, "--criteria", criteria)
    assert none.out.startswith(f"{TRIAL}: this record stands already.")


def test_rules_that_cannot_be_read_are_not_moved(criteria: Path) -> None:
    record = changed(criteria, "WHO", "ECOG")
    (criteria / TRIAL / "criteria.yaml").write_text("trial: [\n")
    before = (criteria / TRIAL / "registry.json").read_bytes()
    ran = rebase(criteria, record)
    assert ran.code == 2
    assert "cannot be read, so nothing was changed" in ran.err
    assert (criteria / TRIAL / "registry.json").read_bytes() == before


def test_each_bad_input_is_told_in_one_sentence(criteria: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    text = (criteria / TRIAL / "registry.json").read_text()
    other.write_text(json.dumps(json.loads(text)).replace(TRIAL, "NCT00000000"))
    for arguments, words in (
        ([TRIAL, "--store", f"sqlite:///{tmp_path}/store.db"], "There is no store yet"),
        ([TRIAL, "--record", tmp_path / "absent.json"], "cannot be read: No such file or directory."),
        ([TRIAL, "--record", other], f"The record is of NCT00000000, not of {TRIAL}."),
        (["NCT00000000", "--record", other], "There are no rules for NCT00000000."),
    ):
        ran = screener("criteria", "rebase", *arguments, "--criteria", criteria)
        assert ran.code == 2
        assert words in ran.err
    assert (criteria / TRIAL / "registry.json").read_text() == text
