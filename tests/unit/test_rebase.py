"""Moving rules to a new registry record: what still stands, and what must be rewritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rulesets import ELIGIBILITY, TRIAL, checked, record, replaced, write_trial

from screener.criteria.library import LoadedRules
from screener.criteria.rebase import LostQuote, Rebased, Uncovered, rebase
from screener.errors import UsageError

APPROVAL = "approval.yaml"


def loaded(folder: Path) -> LoadedRules:
    rules, _ = checked(folder)
    assert rules is not None
    return rules


def rebased(tmp_path: Path, eligibility: str, *, folder: Path | None = None) -> Rebased:
    return rebase(loaded(folder or write_trial(tmp_path)), record(eligibility).encode())


def test_a_text_that_only_looks_different_leaves_every_quote_standing(tmp_path: Path) -> None:
    done = rebased(tmp_path, ELIGIBILITY.replace("* Wrist fracture", "1.  Wrist\n   fracture"))
    assert done.settled
    assert (done.lost, done.uncovered, done.fields) == ((), (), ())
    assert done.taken


def test_a_reworded_line_is_a_lost_quote_with_the_closest_line_and_words_to_cover(tmp_path: Path) -> None:
    done = rebased(tmp_path, replaced(ELIGIBILITY, ("Wrist fracture healed", "Wrist fracture healed for a month")))
    assert done.lost == ()
    assert done.uncovered == (Uncovered("inclusion", "for a month"),)
    done = rebased(tmp_path / "b", replaced(ELIGIBILITY, ("Severe pain of the wrist", "Severe pain of either wrist")))
    assert done.lost == (LostQuote("E1", "Severe pain of the wrist", "", "Severe pain of either wrist"),)
    assert done.uncovered == (Uncovered("exclusion", "Severe pain of either wrist"),)
    assert not done.settled


def test_a_line_that_changed_its_section_is_lost_where_it_stood(tmp_path: Path) -> None:
    done = rebased(tmp_path, "Inclusion Criteria:\n* Wrist fracture healed\n* Severe pain of the wrist\n")
    assert done.lost == (LostQuote("E1", "Severe pain of the wrist", "inclusion", ""),)


def test_the_record_takes_the_place_of_the_old_one_and_the_approval_ends(tmp_path: Path) -> None:
    folder = write_trial(tmp_path)
    (folder / APPROVAL).write_text("state: approved\n")
    before = (folder / "criteria.yaml").read_bytes()
    new = record(ELIGIBILITY + "* Fever\n")
    done = rebase(loaded(folder), new.encode())
    assert done.approval_ended
    assert (folder / "registry.json").read_text() == new
    assert (folder / "criteria.yaml").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["criteria.yaml", "registry.json"]


def test_the_very_record_that_is_stored_changes_nothing(tmp_path: Path) -> None:
    folder = write_trial(tmp_path)
    (folder / APPROVAL).write_text("state: approved\n")
    done = rebase(loaded(folder), (folder / "registry.json").read_bytes())
    assert (done.taken, done.approval_ended, done.settled) == (False, False, True)
    assert (folder / APPROVAL).exists()


def test_structured_fields_that_changed_are_named(tmp_path: Path) -> None:
    folder = write_trial(tmp_path)
    data = json.loads(record())
    data["protocolSection"]["statusModule"]["overallStatus"] = "COMPLETED"
    data["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]["date"] = "2026-02-03"
    done = rebase(loaded(folder), json.dumps(data).encode())
    assert [(one.old, one.new) for one in done.fields] == [("RECRUITING", "COMPLETED")]
    assert (done.old_version, done.new_version) == ("2025-10-06", "2026-02-03")


@pytest.mark.parametrize("stored", [b"<html>", b"[]", None])
def test_a_stored_record_that_cannot_be_used_is_replaced_without_a_comparison(
    tmp_path: Path, stored: bytes | None
) -> None:
    folder = write_trial(tmp_path)
    rules = loaded(folder)
    path = folder / "registry.json"
    path.unlink()
    if stored is not None:
        path.write_bytes(stored)
    done = rebase(rules, record().encode())
    assert (done.taken, done.old_version, done.fields) == (True, None, ())
    assert path.read_text() == record()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>", "not JSON"),
        (record("").encode(), "no eligibility text"),
        (record(nct_id="NCT00000001").encode(), f"of NCT00000001, not of {TRIAL}"),
    ],
)
def test_a_record_that_cannot_be_used_leaves_the_old_one_and_the_approval(
    tmp_path: Path, content: bytes, words: str
) -> None:
    folder = write_trial(tmp_path)
    (folder / APPROVAL).write_text("state: approved\n")
    with pytest.raises(UsageError, match=words):
        rebase(loaded(folder), content)
    assert (folder / "registry.json").read_text() == record()
    assert (folder / APPROVAL).exists()


def test_a_record_of_the_study_under_another_id_is_refused_with_what_to_do(tmp_path: Path) -> None:
    data = json.loads(record(nct_id="NCT00000001"))
    data["protocolSection"]["identificationModule"]["nctIdAliases"] = [TRIAL]
    with pytest.raises(UsageError, match="under NCT00000001 now"):
        rebase(loaded(write_trial(tmp_path)), json.dumps(data).encode())
