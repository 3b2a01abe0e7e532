"""Approval of rules: by somebody else than the author, on exact bytes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from rulesets import ELIGIBILITY, RULES, VOCABULARY, checked, codes, record, write_trial

from screener.criteria.approval import Approval, put_back, same_person, write_approval
from screener.criteria.library import LoadedRules
from screener.errors import UsageError

DAY = date(2026, 6, 2)


def loaded(folder: Path) -> LoadedRules:
    rules, _ = checked(folder)
    assert rules is not None
    return rules


def approved(folder: Path, by: str = "A. Reviewer", state: str = "approved") -> LoadedRules:
    before = loaded(folder)
    give(before, by, state)
    return loaded(folder)


def give(rules: LoadedRules, by: str, state: str = "approved", on: date = DAY) -> Path:
    return write_approval(rules.folder, rules.rules, rules.sha256, current=rules.approval, by=by, on=on, state=state)


def test_rules_without_an_approval_are_submitted(tmp_path: Path) -> None:
    assert loaded(write_trial(tmp_path)).approval == Approval()
    assert str(Approval()) == "submitted, not approved"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("approved", "approved by Ä. Reviewer on 2026-06-02"),
        ("under_review", "under review by Ä. Reviewer since 2026-06-02, not approved"),
    ],
)
def test_an_approval_that_was_written_is_read_again(tmp_path: Path, state: str, words: str) -> None:
    folder = write_trial(tmp_path)
    rules = approved(folder, " Ä. Reviewer ", state)
    assert rules.approval == Approval(state, "Ä. Reviewer", "2026-06-02")  # type: ignore[arg-type]
    assert str(rules.approval) == words
    assert checked(folder)[1] == []


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("criteria.yaml", RULES + "# one more line\n"),
        ("registry.json", record(ELIGIBILITY + "\n")),
        ("../vocabulary/words.yaml", VOCABULARY + "\n"),
        ("../value_sets/bones.csv", "system,code,display,source\nhttp://example.org,1,one,a made-up source\n"),
    ],
)
def test_any_edit_of_what_was_approved_ends_the_approval(tmp_path: Path, file: str, content: str) -> None:
    folder = write_trial(tmp_path)
    (folder.parent / "value_sets").mkdir()
    assert approved(folder).approval.state == "approved"
    (folder / file).write_text(content, encoding="utf-8")
    rules, findings = checked(folder)
    assert rules is not None
    assert rules.approval.state == "submitted"
    assert codes(findings) == ["A102"]


def test_the_hash_holds_what_stands_in_which_file(tmp_path: Path) -> None:
    one = write_trial(tmp_path / "one", vocabulary=VOCABULARY)
    two = write_trial(tmp_path / "two", vocabulary=VOCABULARY)
    assert loaded(one).sha256 == loaded(two).sha256
    (two.parent / "vocabulary" / "words.yaml").rename(two.parent / "vocabulary" / "other.yaml")
    assert loaded(one).sha256 != loaded(two).sha256


def test_example_patients_are_not_part_of_what_is_approved(tmp_path: Path) -> None:
    folder = write_trial(tmp_path)
    approved(folder)
    (folder / "patients.yaml").write_text("trial: NCT00000000\npatients: []\n", encoding="utf-8")
    assert loaded(folder).approval.state == "approved"


WHOLE = "trial: NCT00000000\nstate: approved\nby: A. Reviewer\non: 2026-06-02\nsha256: {sha}\n"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("by: A. Reviewer", "by: RULES-team", "A101"),
        ("trial: NCT00000000", "trial: NCT00000001", "A102"),
        ("state: approved", "state: fine", "R117"),
        ("on: 2026-06-02\n", "", "R112"),
        ("on: 2026-06-02", "on: yesterday", "F106"),
        ("on: 2026-06-02", "on: 2026-06", "F106"),
        ("on: 2026-06-02", "on: [2026-06-02]", "R111"),
        ("on: 2026-06-02", "on: 2026-06-02\nbecause: trust me", "R107"),
    ],
)
def test_an_approval_that_does_not_hold_is_told_and_the_rules_are_submitted(
    tmp_path: Path, old: str, new: str, code: str
) -> None:
    folder = write_trial(tmp_path)
    words = WHOLE.format(sha=loaded(folder).sha256)
    (folder / "approval.yaml").write_text(words, encoding="utf-8")
    assert loaded(folder).approval.state == "approved"
    (folder / "approval.yaml").write_text(words.replace(old, new), encoding="utf-8")
    rules, findings = checked(folder)
    assert rules is not None
    assert rules.approval == Approval()
    assert codes(findings) == [code]


def test_a_list_is_no_approval(tmp_path: Path) -> None:
    folder = write_trial(tmp_path)
    (folder / "approval.yaml").write_text("- approved\n", encoding="utf-8")
    assert codes(checked(folder)[1]) == ["R111"]
    assert loaded(folder).approval == Approval()


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ("  ", "An approval needs a name."),
        (" - . ", "An approval needs a name."),
        (" Rules-TEAM", '" Rules-TEAM" wrote these rules and cannot approve them.'),
        ("ｒｕｌｅｓ  team", '"ｒｕｌｅｓ  team" wrote these rules and cannot approve them.'),
    ],
)
def test_the_author_and_nobody_cannot_approve(tmp_path: Path, by: str, message: str) -> None:
    folder = write_trial(tmp_path)
    with pytest.raises(UsageError) as caught:
        approved(folder, by)
    assert caught.value.message == message
    assert not (folder / "approval.yaml").exists()


def test_the_approval_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    rules = approved(write_trial(tmp_path), "A. Reviewer")
    kept = (rules.folder / "approval.yaml").read_bytes()
    for state in ("approved", "under_review"):
        with pytest.raises(UsageError) as caught:
            give(rules, "B. Second", state)
        assert caught.value.message == "These rules are approved by A. Reviewer on 2026-06-02 already."
        assert "approval.yaml first" in caught.value.hint
    assert (rules.folder / "approval.yaml").read_bytes() == kept


def test_who_approved_can_take_it_back_and_who_reviews_does_not_stand_in_the_way(tmp_path: Path) -> None:
    rules = approved(write_trial(tmp_path), "A. Reviewer")
    give(rules, "a. reviewer", "under_review")
    back = loaded(rules.folder)
    assert back.approval.state == "under_review"
    give(back, "B. Second", on=date(2026, 6, 3))
    assert str(loaded(rules.folder).approval) == "approved by B. Second on 2026-06-03"


def test_the_approval_of_earlier_bytes_stands_in_nobodys_way(tmp_path: Path) -> None:
    folder = approved(write_trial(tmp_path), "A. Reviewer").folder
    (folder / "criteria.yaml").write_text(RULES + "# one more line\n", encoding="utf-8")
    give(loaded(folder), "B. Second")
    assert loaded(folder).approval.by == "B. Second"


def test_an_approval_that_has_ended_says_who_gave_it_and_one_of_another_trial_says_so(tmp_path: Path) -> None:
    folder = approved(write_trial(tmp_path), "A. Reviewer").folder
    path, rules = folder / "approval.yaml", folder / "criteria.yaml"
    words = path.read_text(encoding="utf-8")
    rules.write_text(RULES + "# one more line\n", encoding="utf-8")
    assert checked(folder)[1][0].message == (
        "the rules, the vocabulary or the registry's text have changed since the approval that "
        '"A. Reviewer" gave on 2026-06-02'
    )
    path.write_text(words.replace("NCT00000000", "NCT00000001"), encoding="utf-8")
    assert checked(folder)[1][0].message == "the approval is for NCT00000001, and these rules are for NCT00000000"


def test_a_name_is_written_in_one_way(tmp_path: Path) -> None:
    assert approved(write_trial(tmp_path), "  Jose\u0301   Reviewer ").approval.by == "Jos\u00e9 Reviewer"


def test_an_approval_that_cannot_be_written_is_told_with_its_path(tmp_path: Path) -> None:
    folder = write_trial(tmp_path)
    (folder / "approval.yaml").mkdir()
    rules = loaded(folder)
    with pytest.raises(UsageError, match=r"approval\.yaml cannot be written"):
        give(rules, "A. Reviewer")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("A. Smith", "a.  SMITH ", True),
        ("Jos\u00e9 Mu\u00f1oz", "Jose\u0301 MUN\u0303OZ", True),
        ("Ａ. Smith", "A Smith", True),
        ("\u0130nci", "i\u0307nci", True),
        ("Müller", "Muller", False),
        ("Strauß", "STRAUSS", True),
        ("A. Smith", "B. Smith", False),
        ("Al", "A l", False),
    ],
)
def test_two_names_mean_the_same_person_whatever_the_case_and_the_spaces(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same


@pytest.mark.parametrize("before", [None, b"what was there"])
def test_an_approval_is_put_back_where_what_is_done_beside_it_fails(tmp_path: Path, before: bytes | None) -> None:
    path = tmp_path / "approval.yaml"
    if before is not None:
        path.write_bytes(before)

    def interrupted() -> None:
        with put_back(tmp_path):
            path.write_bytes(b"new")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    assert (path.read_bytes() if path.exists() else None) == before
    with put_back(tmp_path):
        path.write_bytes(b"new")
    assert path.read_bytes() == b"new"
