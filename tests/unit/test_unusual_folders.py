"""Rule folders that cannot be read or written: one sentence, and what stood there still stands."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from rulesets import checked, codes, write_trial

from screener.criteria.library import LoadedRules
from screener.criteria.rebase import rebase
from screener.criteria.skeleton import skeleton, write_skeleton
from screener.errors import UsageError
from screener.registry.record import parse_record


def loaded_from(folder: Path) -> LoadedRules:
    loaded, findings = checked(folder)
    assert loaded is not None
    assert not findings.errors
    return loaded


def later(loaded: LoadedRules) -> bytes:
    data = json.loads((loaded.folder / "registry.json").read_bytes())
    data["protocolSection"]["designModule"] = {"studyType": "OBSERVATIONAL"}
    return json.dumps(data).encode()


def test_an_approval_that_cannot_be_removed_stops_the_rebase(tmp_path: Path) -> None:
    loaded = loaded_from(write_trial(tmp_path))
    before = (loaded.folder / "registry.json").read_bytes()
    (loaded.folder / "approval.yaml").mkdir()
    with pytest.raises(UsageError, match=r"approval\.yaml cannot be removed"):
        rebase(loaded, later(loaded))
    assert (loaded.folder / "registry.json").read_bytes() == before


def test_a_record_that_cannot_be_read_stops_the_rebase(tmp_path: Path) -> None:
    loaded = loaded_from(write_trial(tmp_path))
    new = later(loaded)
    (loaded.folder / "registry.json").unlink()
    (loaded.folder / "registry.json").mkdir()
    with pytest.raises(UsageError, match=r"registry\.json cannot be read"):
        rebase(loaded, new)


def test_a_skeleton_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write_skeleton(blocked / "NCT00000001", "trial: NCT00000001", b"{}")
    assert blocked.read_text() == ""


def study(text: str) -> dict[str, Any]:
    return {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT00000001", "briefTitle": "A study"},
            "eligibilityModule": {"eligibilityCriteria": text},
        }
    }


def test_a_text_without_a_line_makes_no_skeleton() -> None:
    with pytest.raises(UsageError, match="holds no line"):
        skeleton(parse_record(study("Inclusion Criteria:\n\n")), "somebody")


def test_a_text_of_too_many_lines_makes_no_skeleton() -> None:
    lines = "\n".join(f"* Line number {number} of many" for number in range(1200))
    with pytest.raises(UsageError, match="cannot be numbered"):
        skeleton(parse_record(study(f"Inclusion Criteria:\n\n{lines}")), "somebody")


def test_a_record_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    loaded = loaded_from(write_trial(tmp_path))
    before = (loaded.folder / "registry.json").read_bytes()
    (loaded.folder / f".registry.json.{os.getpid()}.partial").write_bytes(b"of another run")
    with pytest.raises(UsageError, match=r"registry\.json cannot be written"):
        rebase(loaded, later(loaded))
    assert (loaded.folder / "registry.json").read_bytes() == before


def test_a_value_set_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    folder = write_trial(tmp_path)
    (folder.parent / "value_sets" / "codes.csv").mkdir(parents=True)
    assert "R110" in codes(checked(folder)[1])


def test_a_text_that_only_allows_something_is_left_to_write() -> None:
    record = study("Inclusion Criteria:\n\n* Male or female\n")
    record["protocolSection"]["eligibilityModule"]["sex"] = "ALL"
    made = skeleton(parse_record(record), "somebody")
    assert made.left == ("I1",)
    assert "\n    allows:" not in made.text


def test_a_range_of_ages_among_the_exclusions_is_left_to_write() -> None:
    made = skeleton(parse_record(study("Exclusion Criteria:\n\n* 18 to 75 years\n")), "somebody")
    assert made.encoded == ()
    assert made.left == ("E1",)
