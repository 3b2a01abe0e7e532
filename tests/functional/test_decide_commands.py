"""`screener decide`, `worklist`, `funnel` and `export` as a coordinator uses them."""

from __future__ import annotations

import csv
import shutil
from datetime import date, timedelta
from typing import Any

import pytest
from remembered import SAMPLE, TRIAL, Desk, Said, changed

pytest_plugins = ["postgres", "desks"]
TODAY = date.today()  # noqa: DTZ011


def decide(desk: Desk, patient: str, state: str, *more: str, by: str = "A. Jansen") -> Said:
    return desk.call("decide", TRIAL, patient, state, "--by", by, *more)


def listed(desk: Desk, *more: str) -> Any:
    return desk.call("worklist", TRIAL, "--format", "json", *more).json


def exported(desk: Desk, *more: str) -> list[dict[str, str]]:
    path = desk.folder / "log.csv"
    said = desk.call("export", TRIAL, "--out", path, *more)
    assert said.code == 0, said.err
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_worklist_counts_bins_and_ranks_within_them(desk: Desk) -> None:
    data = listed(desk, "--bin", "new")
    assert data["bins"] == {"new": 6, "not_eligible": 6}
    assert [one["score"] for one in data["patients"]] == [100, 100, 90, 90, 70, 10]
    desk.run(SAMPLE, "2026-06-02")
    assert listed(desk)["bins"] == {"needs_review": 2, "needs_data": 4, "not_eligible": 6}


def test_who_moved_in_the_last_run_is_listed_with_the_verdict_before(desk: Desk) -> None:
    desk.run(changed(desk.folder, SAMPLE, "P-003", "who_performance_status", "4"), "2026-06-02")
    (one,) = listed(desk, "--changed")["patients"]
    assert (one["patient"], one["moved_from"], one["verdict"]) == (
        desk.pseudonym("P-003"),
        "needs_information",
        "not_eligible",
    )


def test_questions_of_the_cohort_name_first_what_settles_most_patients(desk: Desk) -> None:
    first = desk.call("worklist", TRIAL, "--questions", "--format", "json").json[0]
    assert (first["fact"], first["patients"], first["alone"]) == ("primary_breast_sarcoma", 2, 1)


def test_ids_of_a_table_are_shown_where_the_table_is_given(file_desk: Desk) -> None:
    without = file_desk.call("worklist", TRIAL, "--bin", "new").out
    assert "P-001" not in without
    said = file_desk.call("worklist", TRIAL, "--bin", "new", "--patients", SAMPLE)
    assert f"P-001 ({file_desk.pseudonym('P-001')}): new; eligible on recorded data, score 100" in said.out


def test_a_patient_is_taken_from_the_first_look_to_enrolment(desk: Desk) -> None:
    assert decide(desk, "P-001", "to_approach", "--clinician", "Dr. B. Visser").code == 0
    assert decide(desk, "P-001", "approached", "--on", "2026-06-02", "--consent", "asked").code == 0
    to_come = decide(desk, "P-001", "approached", "--on", (TODAY + timedelta(days=1)).isoformat())
    assert (to_come.code, "lies in the future" in to_come.err) == (2, True)
    assert decide(desk, "P-001", "approached").code == 0
    refused = decide(desk, "P-001", "enrolled")
    assert (refused.code, "without consent" in refused.err) == (2, True)
    assert decide(desk, "P-001", "enrolled", "--consent", "given", "--consent-version", "2.1").code == 0
    assert listed(desk)["bins"]["enrolled"] == 1
    (row,) = exported(desk, "--log", "screening", "--site", "Rotterdam")
    kept = ("state", "attempt_no", "consent_status", "consent_version", "clinician_approval", "site", "override")
    assert [row[name] for name in kept] == ["enrolled", "2", "given", "2.1", "Dr. B. Visser", "Rotterdam", "no"]
    before = next(one for one in exported(desk) if one["patient_pseudonym"] == row["patient_pseudonym"])
    told = ("state", "attempt_no", "consent_status", "consent_version")
    assert [before[name] for name in told] == ["approached", "2", "given", "2.1"]
    acts = [
        (one["act"], one["part"]) for one in desk.call("audit", "show", "--patient", "P-001", "--format", "json").json
    ]
    assert acts[:4] == [*(("decided", f"pre-screening {number}") for number in (1, 2, 3)), ("decided", "screening 1")]
    assert desk.call("audit", "verify").code == 0


def test_consent_goes_its_way_and_no_other(desk: Desk) -> None:
    decide(desk, "P-001", "to_approach")
    never = decide(desk, "P-001", "approached", "--consent", "withdrawn")
    assert (never.code, "was never asked for" in never.err) == (2, True)
    assert decide(desk, "P-001", "approached", "--consent", "given").code == 0
    back = decide(desk, "P-001", "approached", "--consent", "asked")
    assert (back.code, "is given, so it cannot be asked" in back.err) == (2, True)
    assert decide(desk, "P-001", "approached", "--consent", "withdrawn").code == 0
    assert decide(desk, "P-001", "enrolled").code == 2
    (row,) = exported(desk, "--log", "screening")
    assert (row["state"], row["consent_status"]) == ("approached", "withdrawn")


def test_who_is_enrolled_can_withdraw_consent_and_leave_with_a_reason(file_desk: Desk) -> None:
    for words in (("to_approach",), ("approached", "--consent", "given"), ("enrolled",)):
        assert decide(file_desk, "P-001", *words).code == 0
    withdrawn = ("--consent", "withdrawn", "--do-not-contact", "--note", "called on Monday")
    assert decide(file_desk, "P-001", "enrolled", *withdrawn).code == 0
    (row,) = exported(file_desk, "--log", "screening")
    kept = ("state", "consent_status", "do_not_contact", "note", "override")
    assert [row[name] for name in kept] == ["enrolled", "withdrawn", "yes", "called on Monday", "no"]
    assert decide(file_desk, "P-001", "to_approach").code == 2
    assert decide(file_desk, "P-001", "declined").code == 2
    left = decide(file_desk, "P-001", "declined", "--reason", "PT-DECLINED")
    assert left.out.startswith("Kept as screening decision 4: ")
    assert listed(file_desk)["bins"]["declined"] == 1


def test_disagreeing_with_the_screening_needs_a_reason_which_the_log_keeps(desk: Desk) -> None:
    said = decide(desk, "P-007", "to_approach")
    assert (said.code, "disagrees with the screening" in said.err) == (2, True)
    assert decide(desk, "P-007", "to_approach", "--override-reason", "status was mistyped").code == 0
    row = next(one for one in exported(desk) if one["state"] == "to_approach")
    assert (row["override"], row["override_reason"]) == ("yes", "status was mistyped")


def test_what_the_screening_found_is_confirmed_with_its_reason(desk: Desk) -> None:
    desk.run(SAMPLE, "2026-06-02")
    assert decide(desk, "P-007", "not_eligible", "--reason", "INEL-I1").code == 0
    assert decide(desk, "P-003", "needs_data", "--reason", "MISSING-E1").code == 0
    other = decide(desk, "P-007", "not_eligible", "--reason", "INEL-E1")
    assert (other.code, "Write one of: INEL-I1; or say with --override-reason why E1 does." in other.err) == (2, True)
    rows = {one["patient_pseudonym"]: one["reason_code"] for one in exported(desk)}
    assert (rows[desk.pseudonym("P-007")], rows[desk.pseudonym("P-003")]) == ("INEL-I1", "MISSING-E1")


def test_going_on_against_the_screening_needs_the_reason_once(desk: Desk) -> None:
    decide(desk, "P-007", "to_approach", "--override-reason", "status was mistyped")
    assert decide(desk, "P-007", "approached").code == 0
    row = next(one for one in exported(desk) if one["state"] == "approached")
    assert (row["override"], row["override_reason"]) == ("yes", "status was mistyped")


@pytest.mark.parametrize("state", ["to_approach", "approached"])
def test_an_override_ends_where_another_criterion_fails_than_when_it_was_made(desk: Desk, state: str) -> None:
    decide(desk, "P-007", "to_approach", "--override-reason", "status was mistyped")
    if state == "approached":
        decide(desk, "P-007", "approached")
    desk.rescreen("2026-06-02")
    assert len(exported(desk, "--contacts")) == (state == "to_approach")
    desk.run(changed(desk.folder, SAMPLE, "P-007", "primary_breast_sarcoma", "yes"), "2026-06-03")
    (one,) = listed(desk, "--changed")["patients"]
    assert (one["patient"], one["verdict"], one["failing"]) == (desk.pseudonym("P-007"), "not_eligible", ["I1", "E1"])
    assert (one["moved_since_decision"], one["when_decided"]["failing"]) == (True, ["I1"])
    assert one["bin"] == ("approached" if state == "approached" else "needs_review")
    assert "[when decided: fails I1]" in desk.call("worklist", TRIAL, "--changed").out
    assert exported(desk, "--contacts") == []
    again = decide(desk, "P-007", state if state == "approached" else "to_approach")
    assert (again.code, "disagrees with the screening" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("not_eligible", "--reason", "BORED"), "no reason to go to not_eligible"),
        (("not_eligible",), "a reason is needed"),
        (("not_eligible", "--reason", "INEL-I1"), "disagrees with the screening"),
        (("approached", "--on", "2026-06-02"), "Leave --on away"),
        (("to_approach", "--clinician", "Dr. B. Visser", "--do-not-contact"), "Leave --do-not-contact and --clinician"),
    ],
)
def test_a_second_reading_needs_the_same_reasons_and_moves_nothing(
    file_desk: Desk, arguments: tuple[str, ...], words: str
) -> None:
    decide(file_desk, "P-001", "to_approach")
    said = decide(file_desk, "P-001", *arguments, "--second", by="B. Visser")
    assert (said.code, words in said.err) == (2, True), said.err
    assert file_desk.call("audit", "verify", "--format", "json").json["rows"] == 2


def test_the_second_reader_is_another_person_however_the_name_is_written(file_desk: Desk) -> None:
    decide(file_desk, "P-001", "to_approach")
    assert "somebody else" in decide(file_desk, "P-001", "to_approach", "--second", by="a jansen").err


def test_a_second_reader_moves_nothing_and_discordance_is_told(desk: Desk) -> None:
    assert "no first decision" in decide(desk, "P-001", "to_approach", "--second").err
    decide(desk, "P-001", "to_approach")
    assert "somebody else" in decide(desk, "P-001", "needs_review", "--second").err
    assert decide(desk, "P-001", "needs_review", "--second", by="B. Visser").code == 0
    decide(desk, "P-002", "to_approach")
    decide(desk, "P-002", "to_approach", "--second", by="B. Visser")
    row = next(one for one in exported(desk) if one["discordant"] == "yes")
    assert (row["state"], row["second_reviewer"], row["second_decision"]) == (
        "to_approach",
        "B. Visser",
        "needs_review",
    )
    data = desk.call("funnel", TRIAL, "--format", "json").json
    assert (data["read_twice"], data["discordant"], data["kappa"]) == (2, 1, 0.0)


def test_who_is_not_to_be_contacted_is_in_no_contact_export(desk: Desk) -> None:
    for patient in ("P-001", "P-002"):
        decide(desk, patient, "to_approach")
    assert len(exported(desk, "--contacts")) == 2
    assert decide(desk, "P-002", "not_eligible", "--reason", "DNC").code == 0
    refused = decide(desk, "P-002", "to_approach", "--override-reason", "asked again")
    assert (refused.code, "not to be contacted" in refused.err) == (2, True)
    silent = decide(desk, "P-002", "to_approach", "--contact-allowed")
    assert (silent.code, "Say with --note who allowed it" in silent.err) == (2, True)
    assert [one["patient_pseudonym"] for one in exported(desk, "--contacts")] == [desk.pseudonym("P-001")]
    decide(desk, "P-001", "needs_review", "--do-not-contact")
    assert exported(desk, "--contacts") == []


def test_who_is_not_to_be_contacted_in_one_trial_is_contacted_in_none(desk: Desk) -> None:
    other = "NCT06452486"
    shutil.copytree(desk.criteria / TRIAL, desk.criteria / other)
    for path in (desk.criteria / other).iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace(TRIAL, other), encoding="utf-8")
    ran = desk.call("run", other, "--patients", SAMPLE, "--as-of", "2026-06-01", "--by", "A. Jansen")
    assert ran.code == 0, ran.err
    decide(desk, "P-001", "to_approach")
    assert len(exported(desk, "--contacts")) == 1
    dnc = ("not_eligible", "--reason", "DNC", "--by", "B. Visser")
    assert desk.call("decide", other, "P-001", *dnc).code == 0
    assert exported(desk, "--contacts") == []
    assert [one["do_not_contact"] for one in exported(desk) if one["state"] == "to_approach"] == ["yes"]
    assert "in another trial" in decide(desk, "P-001", "approached", "--contact-allowed").err
    allowed = ("needs_review", "--contact-allowed", "--note", "the patient called", "--by", "B. Visser")
    assert desk.call("decide", other, "P-001", *allowed).code == 0
    assert len(exported(desk, "--contacts")) == 1


def test_who_is_no_longer_in_the_table_stays_in_the_log_and_on_the_worklist(desk: Desk) -> None:
    decide(desk, "P-001", "to_approach")
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    shorter = desk.folder / "shorter.csv"
    shorter.write_text("".join(line for line in lines if not line.startswith("P-001")), encoding="utf-8")
    desk.run(shorter, "2026-06-02")
    rows = {one["patient_pseudonym"]: one for one in exported(desk)}
    gone = rows[desk.pseudonym("P-001")]
    assert (len(rows), gone["state"], gone["data_as_of"]) == (12, "to_approach", "2026-06-01")
    assert {one["data_as_of"] for name, one in rows.items() if name != desk.pseudonym("P-001")} == {"2026-06-02"}
    assert sum(listed(desk)["bins"].values()) == 12
    assert exported(desk, "--contacts") == []
    desk.run(SAMPLE, "2026-06-03")
    assert len(exported(desk, "--contacts")) == 1


def test_new_data_on_a_deferred_patient_end_the_waiting(desk: Desk) -> None:
    decide(desk, "P-007", "recheck_due", "--recheck", (TODAY + timedelta(days=30)).isoformat())
    assert listed(desk)["bins"]["deferred"] == 1
    desk.run(changed(desk.folder, SAMPLE, "P-007", "who_performance_status", "1"), "2026-06-02")
    assert listed(desk)["bins"]["recheck_due"] == 1


def test_a_deferral_falls_due_on_its_day(desk: Desk) -> None:
    tomorrow = TODAY + timedelta(days=1)
    said = decide(desk, "P-004", "recheck_due", "--recheck", tomorrow.isoformat())
    assert f"Look again on {tomorrow}: a person chose the day." in said.out
    assert listed(desk)["bins"]["deferred"] == 1
    from screener.worklist.cohort_view import cohort_view

    with desk.memory() as memory:
        bins = {one.bin for one in cohort_view(memory, TRIAL, tomorrow).entries}
    assert "recheck_due" in bins
    assert "deferred" not in bins


def test_the_day_of_a_deferral_is_proposed_where_time_alone_changes_something(file_desk: Desk) -> None:
    born = TODAY.replace(year=TODAY.year - 18, day=min(TODAY.day, 28)) + timedelta(days=40)
    table = changed(file_desk.folder, SAMPLE, "P-001", "birth_date", born.isoformat())
    file_desk.run(table, TODAY.isoformat())
    birthday = born.replace(year=born.year + 18)
    assert listed(file_desk, "--patient", "P-001")["look_again"] == {"on": str(birthday), "because": "a birthday"}
    said = decide(file_desk, "P-001", "recheck_due")
    assert f"Look again on {birthday}: a birthday." in said.out
    never = decide(file_desk, "P-004", "recheck_due")
    assert (never.code, "Time alone changes nothing" in never.err) == (2, True)


def test_a_verdict_that_moves_after_a_decision_brings_the_patient_back(desk: Desk) -> None:
    assert decide(desk, "P-007", "not_eligible", "--reason", "INEL-I1").code == 0
    assert "not_eligible" in decide(desk, "P-007", "declined", "--reason", "PT-DECLINED").err
    desk.run(changed(desk.folder, SAMPLE, "P-007", "who_performance_status", "1"), "2026-06-02")
    (one,) = listed(desk, "--changed")["patients"]
    assert (one["patient"], one["bin"]) == (desk.pseudonym("P-007"), "needs_review")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("P-999", "to_approach"), "No patient of that id"),
        (("P-001", "enrolled"), "From new nobody goes to enrolled"),
        (("P-001", "asleep"), "it is not one of"),
        (("P-001", "approached", "--on", "2999-01-01"), "outside the years"),
        (("P-001", "to_approach", "--on", "2026-06-01"), "Only who is approached"),
        (("P-001", "recheck_due", "--recheck", "2026-06-01"), "is not after today"),
        (("P-001", "not_eligible", "--reason", "OTHER"), "OTHER needs words"),
    ],
)
def test_a_decision_that_cannot_be_made_is_one_sentence_and_nothing_is_kept(
    file_desk: Desk, arguments: tuple[str, ...], words: str
) -> None:
    said = decide(file_desk, *arguments)
    assert (said.code, said.out, words in said.err) == (2, "", True)
    assert file_desk.call("audit", "verify", "--format", "json").json["rows"] == 1


def test_the_funnel_counts_each_step_and_hides_small_counts(desk: Desk) -> None:
    decide(desk, "P-001", "to_approach")
    decide(desk, "P-001", "approached")
    data = desk.call("funnel", TRIAL, "--format", "json").json
    steps = ("assessed", "excluded", "needs_information", "eligible", "approached", "enrolled")
    assert [data[name] for name in steps] == [12, 6, 4, 2, 1, 0]
    assert {one["id"]: one["alone"] for one in data["by_criterion"] if one["alone"]} == {"I1": 1, "I8": 1}
    told = desk.call("funnel", TRIAL, "--suppress-below", "5").out
    lines = [line.split() for line in told.splitlines()]
    assert ["eligible", "on", "recorded", "data", "<5"] in lines
    assert ["assessed", "12"] in lines


def test_views_and_exports_are_in_the_trail(file_desk: Desk) -> None:
    listed(file_desk)
    file_desk.call("funnel", TRIAL)
    exported(file_desk)
    exported(file_desk, "--contacts")
    acts = file_desk.call("audit", "show", "--format", "json").json
    assert [(one["act"], one["part"]) for one in acts[1:]] == [
        ("viewed", "worklist"),
        ("viewed", "funnel"),
        ("exported", "pre-screening log"),
        ("exported", "contacts"),
        ("viewed", "audit trail"),
    ]
