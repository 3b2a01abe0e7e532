"""Who is not to be contacted, and who waits for a day or for new data, as `screener decide` keeps it."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

from decided import decide, exported, listed
from remembered import SAMPLE, TRIAL, Desk, changed

pytest_plugins = ["postgres", "desks"]
TODAY = date.today()  # noqa: DTZ011


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
