"""`screener decide`, `worklist`, `funnel` and `export` as a coordinator uses them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from decided import decide, exported, listed
from remembered import SAMPLE, TRIAL, Desk, changed

pytest_plugins = ["postgres", "desks"]
TODAY = date.today()  # noqa: DTZ011


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
