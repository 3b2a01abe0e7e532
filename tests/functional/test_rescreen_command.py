"""`screener rescreen`: a past run gone through again to the byte, and a night tried before it is kept."""

from __future__ import annotations

import json

import pytest
from remembered import SAMPLE, TRIAL, Desk, changed
from sqlalchemy import text

pytest_plugins = ["postgres", "desks"]


@pytest.fixture
def desk(new_desk: Desk) -> Desk:
    return new_desk


@pytest.fixture
def file_desk(new_file_desk: Desk) -> Desk:
    return new_file_desk


def test_a_past_run_is_gone_through_again_to_the_byte(desk: Desk) -> None:
    for number, (as_of, value) in enumerate((("2026-06-01", "1"), ("2026-06-02", "4"), ("2027-08-01", "2")), start=1):
        table = changed(desk.folder, SAMPLE, "P-003", "who_performance_status", value, name=f"{number}.csv")
        desk.run(table, as_of)
    desk.amend("title:", "# a remark\ntitle:")
    desk.run(SAMPLE, "2027-08-02")
    for number, value in ((1, "1"), (2, "4"), (3, "2")):
        as_of = ("2026-06-01", "2026-06-02", "2027-08-01")[number - 1]
        table = changed(desk.folder, SAMPLE, "P-003", "who_performance_status", value, name=f"{number}.csv")
        screened = desk.call("screen", TRIAL, "--patients", table, "--as-of", as_of, "--format", "json").json[
            "patients"
        ]
        expected = json.dumps(screened)
        for row in range(2, 14):
            expected = expected.replace(f'"row {row}"', '"the patient\'s row"')
        for one in json.loads(expected):
            expected = expected.replace(f'"{one["patient_id"]}"', f'"{desk.pseudonym(one["patient_id"])}"')
        again = {one["patient_id"]: one for one in desk.replay(number)}
        for one in json.loads(expected):
            assert {**again[one["patient_id"]], "rank": 0} == {**one, "rank": 0}


def test_a_replay_gives_the_same_bytes_every_time_and_leaves_a_row_in_the_trail(file_desk: Desk) -> None:
    file_desk.run(SAMPLE)
    first, second = file_desk.replay(1), file_desk.replay(1)
    assert first == second
    assert [one["rank"] for one in first] == list(range(1, 13))
    acts = file_desk.call("audit", "show", "--format", "json").json
    assert [one["act"] for one in acts] == ["screened", "replayed", "replayed", "viewed"]


def test_rescreening_needs_no_table(desk: Desk) -> None:
    table = changed(desk.folder, SAMPLE, "P-001", "birth_date", "2008-06-03")
    desk.run(table, "2026-06-01")
    said = desk.rescreen("2026-06-03")
    assert said.json["run"] == 2
    assert [(one["patient"], one["to"]) for one in said.json["changed"]] == [(desk.pseudonym("P-001"), "eligible")]


def test_rescreening_before_any_run_is_one_sentence(file_desk: Desk) -> None:
    said = file_desk.rescreen()
    assert (said.code, said.out) == (2, "")
    assert "There is no store yet" in said.err
    file_desk.run(SAMPLE)
    again = file_desk.call("rescreen", TRIAL, "--replay", "9")
    assert (again.code, "has no run 9" in again.err) == (2, True)


def test_a_preview_names_who_would_move_and_keeps_nothing(desk: Desk) -> None:
    table = changed(desk.folder, SAMPLE, "P-001", "birth_date", "2008-06-03")
    desk.run(table, "2026-06-01")
    said = desk.call("rescreen", TRIAL, "--preview", "--as-of", "2026-06-03", "--format", "json")
    assert said.json["run"] is None
    assert said.json["counts"] == {"eligible": 2, "needs_information": 4, "not_eligible": 6}
    assert [(one["patient"], one["to"]) for one in said.json["changed"]] == [(desk.pseudonym("P-001"), "eligible")]
    words = desk.call("rescreen", TRIAL, "--preview", "--as-of", "2026-06-03").out
    assert "nothing is kept" in words
    assert "a birthday (2026-06-03)" in words
    assert desk.run(table, "2026-06-02").json == {
        "run": 2,
        "counts": {"eligible": 1, "needs_information": 4, "not_eligible": 7},
        "changed": [],
    }


def test_a_night_goes_on_where_the_rules_of_the_last_one_cannot_be_read_any_more(desk: Desk) -> None:

    desk.run(SAMPLE)
    with desk.memory() as memory, memory.database.engine.begin() as connection:
        connection.execute(text("UPDATE rules_bundle SET files = ''"))
    desk.amend("title:", "# a remark\ntitle:")
    said = desk.run(changed(desk.folder, SAMPLE, "P-003", "who_performance_status", "4"), "2026-06-02")
    (change,) = said.json["changed"]
    assert (change["to"], [cause["kind"] for cause in change["because"]]) == ("not_eligible", ["rule"])
    assert "cannot be read by this version" in change["because"][0]["what"]
    broken = desk.call("rescreen", TRIAL, "--replay", "1")
    assert (broken.code, "The stored rules of NCT06452485 are damaged" in broken.err) == (5, True)
    compared = desk.call("rescreen", TRIAL, "--compare", "1", "2")
    assert (compared.code, "The stored rules of NCT06452485 are damaged" in compared.err) == (5, True)
    assert desk.call("audit", "verify").code == 5


def test_stored_rules_that_were_exchanged_are_found_by_a_replay(desk: Desk) -> None:

    desk.run(SAMPLE)
    desk.amend("title:", "# a remark\ntitle:")
    desk.run(SAMPLE)
    with desk.memory() as memory, memory.database.engine.begin() as connection:
        (first, _), (_, other) = connection.execute(
            text(
                "SELECT b.sha256, files FROM rules_bundle b JOIN screening_basis ON rules_sha256 = b.sha256 ORDER BY id"
            )
        )
        change = text("UPDATE rules_bundle SET files = :files WHERE sha256 = :first")
        connection.execute(change, {"files": other, "first": first})
    said = desk.call("rescreen", TRIAL, "--replay", "1")
    assert (said.code, "The stored rules of NCT06452485 were changed" in said.err) == (5, True), said.err


def test_a_cohort_of_several_pieces_is_screened_again_from_memory(desk: Desk) -> None:
    heading, *rows = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    many = "".join(row.replace("P-0", f"P-{copy}-0", 1) for copy in range(400) for row in rows)
    table = desk.folder / "many.csv"
    table.write_text(heading + many, encoding="utf-8")
    first = desk.run(table).json
    assert sum(first["counts"].values()) == 4800
    again = desk.rescreen("2027-06-01")
    assert again.code == 0, again.err
    assert sum(again.json["counts"].values()) == 4800
    preview = desk.call("rescreen", TRIAL, "--preview", "--as-of", "2026-06-01", "--format", "json").json
    assert preview["counts"] == first["counts"]
    back = desk.call("rescreen", TRIAL, "--compare", "2", "1", "--format", "json").json
    assert back["changed"] == preview["changed"]
    assert len(desk.replay(1)) == 4800
