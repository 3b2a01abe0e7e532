"""`screener answer`: an answer typed once settles a criterion tomorrow too, until its evidence or the rule changes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from remembered import SAMPLE, TRIAL, Desk, changed

pytest_plugins = ["postgres", "desks"]


def test_an_answer_settles_the_patient_at_the_next_run_and_at_all_that_follow(desk: Desk) -> None:
    kept = desk.answer("P-003", "primary_breast_sarcoma", "no")
    assert (kept.code, kept.out.startswith("Kept as answer 1 on ")) == (0, True)
    (change,) = desk.run(SAMPLE, "2026-06-02").json["changed"]
    assert (change["from"], change["to"]) == ("needs_information", "eligible")
    what = "primary breast sarcoma was not recorded, is no (2026-06-01)"
    assert change["because"] == [{"kind": "answer", "what": what}]
    for day in ("2026-06-03", "2026-06-04"):
        said = desk.run(SAMPLE, day).json
        assert (said["changed"], said["counts"]["eligible"]) == ([], 3)


@pytest.mark.parametrize("patient", ["P-001", "P-003"])
def test_an_age_is_refused_as_an_answer_and_the_birth_date_counts(file_desk: Desk, patient: str) -> None:
    said = file_desk.answer(patient, "age", "12")
    assert (said.code, "Answer birth_date instead" in said.err) == (2, True)
    assert file_desk.rescreen().json["changed"] == []
    assert file_desk.answer("P-001", "birth_date", "2014").code == 0
    (change,) = file_desk.rescreen().json["changed"]
    assert (change["from"], change["to"]) == ("eligible", "not_eligible")


def test_an_answer_is_shown_as_one_with_who_said_so(desk: Desk) -> None:
    desk.answer("P-003", "primary_breast_sarcoma", "no")
    desk.rescreen()
    patient = next(one for one in desk.replay(2) if one["patient_id"] == desk.pseudonym("P-003"))
    criterion = next(one for one in patient["criteria"] if one["id"] == "E1")
    assert criterion["facts"] == [
        {
            "fact": "primary_breast_sarcoma",
            "value": False,
            "on": "2026-06-01",
            "source": "chart, answered by A. Jansen",
            "state": "answered",
        }
    ]


def test_an_answer_stands_above_what_is_recorded_which_is_shown_beside_it(desk: Desk) -> None:
    desk.answer("P-001", "who_performance_status", "4")
    (change,) = desk.rescreen("2026-06-02").json["changed"]
    assert (change["from"], change["to"]) == ("eligible", "not_eligible")
    patient = next(one for one in desk.replay(2) if one["patient_id"] == desk.pseudonym("P-001"))
    (fact,) = next(one for one in patient["criteria"] if one["id"] == "I1")["facts"]
    assert (fact["value"], fact["state"]) == (4, "answered")
    assert fact["evidence"] == [
        {"reference": "recorded otherwise", "place": "clinic letter", "on": "2026-05-20", "value": "1"}
    ]


def test_an_older_table_taken_by_mistake_ends_no_answer(file_desk: Desk) -> None:
    older = changed(file_desk.folder, SAMPLE, "P-003", "primary_breast_sarcoma", "yes", name="older.csv")
    file_desk.answer("P-003", "primary_breast_sarcoma", "no")
    assert file_desk.rescreen().json["counts"]["eligible"] == 3
    mistaken = file_desk.run(older, "2026-05-01", form="text")
    assert ("run 3" in mistaken.out.lower(), "no longer stands" in mistaken.out) == (True, False)
    assert file_desk.run(SAMPLE, "2026-06-02").json["counts"]["eligible"] == 3
    assert file_desk.call("audit", "verify").code == 0


def test_an_answer_ends_when_the_record_of_the_fact_changes_and_not_when_another_does(desk: Desk) -> None:
    desk.answer("P-003", "primary_breast_sarcoma", "no")
    desk.rescreen()
    other = changed(desk.folder, SAMPLE, "P-003", "who_performance_status", "2", name="other.csv")
    assert desk.run(other, "2026-06-02").json["changed"] == []
    same = changed(desk.folder, other, "P-003", "primary_breast_sarcoma", "yes", name="same.csv")
    said = desk.run(same, "2026-06-03", form="text")
    why = "the answer holds only with what the record said when it was given"
    assert f"fact: primary breast sarcoma was no (2026-06-01), is yes; {why}" in said.out
    assert f"Answer 1 on {desk.pseudonym('P-003')} no longer stands: the record says otherwise now." in said.out
    assert desk.run(other, "2026-06-04").json["counts"]["eligible"] == 2
    acts = desk.call("audit", "show", "--patient", "P-003", "--format", "json").json
    assert [(one["act"], one["part"]) for one in acts][:2] == [
        ("answered", "answer 1"),
        ("ended an answer", "answer 1"),
    ]


def test_an_answer_ends_when_a_rule_that_reads_the_fact_changes_and_not_when_another_does(desk: Desk) -> None:
    desk.answer("P-003", "primary_breast_sarcoma", "no")
    desk.rescreen()
    desk.amend("title:", "# a remark\ntitle:")
    assert desk.rescreen("2026-06-02").json["changed"] == []
    path = desk.criteria / "vocabulary" / "oncology.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count("label: primary breast sarcoma") == 1
    path.write_text(text.replace("label: primary breast sarcoma", "label: breast sarcoma as primary"), encoding="utf-8")
    said = desk.rescreen("2026-06-03", form="text")
    assert said.code == 0, said.err
    assert "no longer stands: a rule that reads it was changed." in said.out
    assert "eligible on recorded data -> needs information" in said.out
    assert (
        "rule: breast sarcoma as primary was no (2026-06-01), is not recorded; the answer holds only with" in said.out
    )


def test_going_back_before_the_day_of_an_answer_is_told_as_the_date_and_so_is_coming_forth_again(desk: Desk) -> None:
    desk.answer("P-003", "primary_breast_sarcoma", "no")
    desk.rescreen("2026-06-02")
    went_back = "the screening date went back from 2026-06-02 to 2026-05-31"
    for said in (desk.rescreen("2026-05-31").json["changed"], compared(desk, 2, 3)):
        (change,) = said
        assert (change["from"], change["to"]) == ("eligible", "needs_information")
        (because,) = change["because"]
        assert (because["kind"], because["what"].endswith(went_back)) == ("date", True)
        assert "the answer counts from 2026-06-01 on" in because["what"]
    (change,) = desk.rescreen("2026-06-02").json["changed"]
    what = "primary breast sarcoma was not recorded, is no (2026-06-01); the answer counts from 2026-06-01 on"
    assert change["because"] == [{"kind": "date", "what": what}]


def test_an_older_table_that_says_otherwise_is_told_as_the_record(file_desk: Desk) -> None:
    file_desk.answer("P-003", "primary_breast_sarcoma", "no")
    file_desk.rescreen("2026-06-02")
    older = changed(file_desk.folder, SAMPLE, "P-003", "primary_breast_sarcoma", "yes", name="older.csv")
    (change,) = file_desk.run(older, "2026-06-01").json["changed"]
    assert [(one["kind"], "is yes; the answer holds only with" in one["what"]) for one in change["because"]] == [
        ("fact", True)
    ]


def compared(desk: Desk, *runs: int) -> Any:
    return desk.call("rescreen", TRIAL, "--compare", *map(str, runs), "--format", "json").json["changed"]


def test_a_second_answer_takes_the_place_of_the_first(desk: Desk) -> None:
    desk.answer("P-003", "primary_breast_sarcoma", "no")
    desk.rescreen()
    desk.answer("P-003", "primary_breast_sarcoma", "yes", "2026-06-02")
    (change,) = desk.rescreen("2026-06-02").json["changed"]
    assert (change["from"], change["to"]) == ("eligible", "not_eligible")
    assert desk.replay(2) != desk.replay(3)
    assert desk.call("audit", "verify").code == 0


def shown(desk: Desk, patient: str) -> list[dict[str, object]]:
    answers: list[dict[str, object]] = desk.call("worklist", TRIAL, "--patient", patient, "--format", "json").json[
        "answers"
    ]
    return answers


def test_answers_that_stand_are_shown_with_what_is_recorded_otherwise(file_desk: Desk) -> None:
    file_desk.answer("P-001", "primary_breast_sarcoma", "yes")
    (one,) = shown(file_desk, "P-001")
    assert one == {
        "number": 1, "fact": "primary_breast_sarcoma", "value": "yes", "on": "2026-06-01", "by": "A. Jansen",
        "source": "chart", "note": None, "counted": False, "recorded_otherwise": "no",
    }  # fmt: skip
    file_desk.rescreen("2026-06-02")
    assert shown(file_desk, "P-001") == [one | {"counted": True}]
    text = file_desk.call("worklist", TRIAL, "--patient", "P-001").out
    assert "answer 1: primary_breast_sarcoma is yes on 2026-06-01, answered by A. Jansen, chart" in text
    assert "recorded otherwise: no" in text
    assert shown(file_desk, "P-003") == []


def test_an_answer_that_is_withdrawn_ends_with_its_row_in_the_trail(desk: Desk) -> None:
    fact = "primary_breast_sarcoma"
    desk.answer("P-003", fact, "no")
    assert desk.rescreen("2026-06-02").json["counts"]["eligible"] == 3
    withdrawing = ("answer", TRIAL, "P-003", fact, "--withdraw", "--by", "B. Visser")
    both = desk.call(*withdrawing, "--source", "chart")
    assert (both.code, "What is taken back has no value" in both.err) == (2, True)
    said = desk.call(*withdrawing)
    assert (said.code, said.out.startswith("Withdrawn: answer 1 on ")) == (0, True)
    (change,) = desk.rescreen("2026-06-03").json["changed"]
    assert (change["from"], change["to"]) == ("eligible", "needs_information")
    what = "primary breast sarcoma was no (2026-06-01), is not recorded; the answer was withdrawn"
    assert change["because"] == [{"kind": "answer", "what": what}]
    assert shown(desk, "P-003") == []
    trail = desk.call("audit", "show", "--patient", "P-003", "--format", "json").json
    assert ("B. Visser", "ended an answer", "answer 1") in {(one["who"], one["act"], one["part"]) for one in trail}
    again = desk.call(*withdrawing)
    assert (again.code, "No answer to that fact" in again.err) == (2, True)


@pytest.mark.parametrize("missing", ["VALUE", "--on", "--source"])
def test_an_answer_that_is_not_whole_is_one_sentence(file_desk: Desk, missing: str) -> None:
    given = {"VALUE": ["no"], "--on": ["--on", "2026-06-01"], "--source": ["--source", "chart"]}
    rest = [word for name, words in given.items() if name != missing for word in words]
    said = file_desk.call("answer", TRIAL, "P-003", "primary_breast_sarcoma", *rest, "--by", "A. Jansen")
    assert (said.code, missing in said.err) == (2, True)


def test_an_answer_counts_from_its_day_on(desk: Desk) -> None:
    desk.answer("P-003", "primary_breast_sarcoma", "no", "2026-06-03")
    assert desk.rescreen("2026-06-02").json["changed"] == []
    assert [one["to"] for one in desk.rescreen("2026-06-03").json["changed"]] == ["eligible"]


def test_a_patient_is_named_by_id_or_by_pseudonym(file_desk: Desk) -> None:
    name = file_desk.pseudonym("P-003")
    for patient in ("P-003", name, name.lower()):
        assert f"on {name}." in file_desk.answer(patient, "primary_breast_sarcoma", "no").out


@pytest.mark.parametrize(
    ("patient", "fact", "value", "words"),
    [
        ("P-003", "primary_breast_sarcoma", "maybe", "is not yes or no"),
        ("P-003", "primary_breast_sarcoma", "", "is not yes or no"),
        ("P-003", "who_performance_status", "1.5", "is not a whole number"),
        ("P-003", "who_performance_status", "9", "is outside the range"),
        ("P-003", "recurrence_surgery", "yes", "is not a listed option"),
        ("P-003", "metastasis_sites", "bone;;", "is not a list of options"),
        ("P-003", "birth_date", "01/02/1960", "is not a date"),
        ("P-003", "birth_date", "2999-01-01", "is after today"),
        ("P-003", "birth_date", "1801-01-01", "is outside the range"),
        ("P-003", "recurrence_date", "2999-01-01", "is after today"),
        ("P-003", "recurrence_date", "2999", "is after today"),
        ("P-003", "primary_brest_sarcoma", "no", "Did you mean"),
        ("P-003", "shoe_size", "43", "No criterion of NCT06452485 reads a fact of that name"),
        ("P-999", "primary_breast_sarcoma", "no", "No patient of that id"),
    ],
)
def test_an_answer_that_cannot_be_used_is_one_sentence_and_nothing_is_kept(
    file_desk: Desk, patient: str, fact: str, value: str, words: str
) -> None:
    said = file_desk.answer(patient, fact, value)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
    assert "P-999" not in said.err
    acts = file_desk.call("audit", "show", "--format", "json").json
    assert [one["act"] for one in acts] == ["screened", "viewed"]


def test_an_answer_of_a_day_to_come_or_from_nobody_or_nowhere_is_refused(file_desk: Desk) -> None:
    tomorrow = (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011
    assert "lies in the future" in file_desk.answer("P-003", "primary_breast_sarcoma", "no", tomorrow).err
    arguments = ("answer", TRIAL, "P-003", "primary_breast_sarcoma", "no", "--on", "2026-06-01")
    assert "must have a name" in file_desk.call(*arguments, "--by", " ", "--source", "chart").err
    assert "blank, or too long" in file_desk.call(*arguments, "--by", "A. Jansen", "--source", " ").err
    assert "Missing option" in file_desk.call(*arguments, "--by", "A. Jansen").err
    assert "Missing option" in file_desk.call(*arguments, "--source", "chart").err


def test_answering_for_a_trial_without_a_run_is_one_sentence(tmp_path: Path) -> None:
    said = Desk(tmp_path).answer("P-003", "primary_breast_sarcoma", "no")
    assert (said.code, "There is no store yet" in said.err) == (2, True)
