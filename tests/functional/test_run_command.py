"""`screener run` and `rescreen`: what is remembered, and what changed since the last run and why."""

from __future__ import annotations

import random
import shutil
import stat
from datetime import date, timedelta
from pathlib import Path

import pytest
from command_line import screener
from remembered import SAMPLE, TRIAL, Desk, changed
from sqlalchemy import text
from synced import a_night

pytest_plugins = ["postgres", "desks"]


@pytest.fixture
def desk(new_desk: Desk) -> Desk:
    return new_desk


@pytest.fixture
def file_desk(new_file_desk: Desk) -> Desk:
    return new_file_desk


def test_the_first_run_remembers_and_has_nothing_to_compare_with(desk: Desk) -> None:
    said = desk.run(SAMPLE)
    counts = {"eligible": 2, "needs_information": 4, "not_eligible": 6}
    assert (said.code, said.json) == (0, {"run": 1, "counts": counts, "changed": []})
    assert "A key for the pseudonyms was made" in said.err
    assert "A key for the pseudonyms" not in desk.run(SAMPLE).err


def test_the_next_run_names_who_moved_and_the_datum_that_moved_them(desk: Desk) -> None:
    desk.run(SAMPLE)
    said = desk.run(changed(desk.folder, SAMPLE, "P-003", "who_performance_status", "4"), "2026-06-02")
    assert list(said.json) == ["run", "counts", "changed"]
    assert said.json["changed"] == [
        {
            "patient": desk.pseudonym("P-003"),
            "from": "needs_information",
            "to": "not_eligible",
            "because": [{"kind": "fact", "what": "WHO performance status was 1 (2026-05-11), is 4 (2026-05-11)"}],
        }
    ]


def test_a_change_that_moves_nobody_is_no_cause_beside_the_one_that_does(desk: Desk) -> None:
    desk.run(SAMPLE)
    harmless = changed(desk.folder, SAMPLE, "P-003", "recurrence_size_mm", "31", name="one.csv")
    said = desk.run(changed(desk.folder, harmless, "P-003", "primary_breast_sarcoma", "no"), "2026-06-02")
    (change,) = said.json["changed"]
    assert (change["from"], change["to"]) == ("needs_information", "eligible")
    assert change["because"] == [{"kind": "fact", "what": "primary breast sarcoma was not recorded, is no"}]


def test_a_birthday_moves_a_patient_and_is_named_as_the_cause(desk: Desk) -> None:
    table = changed(desk.folder, SAMPLE, "P-001", "birth_date", "2008-06-03")
    desk.run(table, "2026-06-01")
    assert desk.run(table, "2026-06-02").json["changed"] == []
    said = desk.run(table, "2026-06-03")
    (change,) = said.json["changed"]
    assert (change["from"], change["to"]) == ("not_eligible", "eligible")
    assert change["because"] == [{"kind": "date", "what": "a birthday (2026-06-03)"}]


def test_a_changed_rule_is_named_as_the_cause(desk: Desk) -> None:
    desk.run(SAMPLE)
    desk.amend("who_performance_status: {at_most: 2}", "who_performance_status: {at_most: 3}")
    desk.amend(
        "{name: just above, given: {who_performance_status: 3 on",
        "{name: just above, given: {who_performance_status: 4 on",
    )
    desk.amend(
        "{name: at the limit, given: {who_performance_status: 2 on",
        "{name: at the limit, given: {who_performance_status: 3 on",
    )
    path = desk.criteria / TRIAL / "patients.yaml"
    path.unlink()
    said = desk.run(SAMPLE, "2026-06-01")
    assert said.code == 0, said.err
    assert said.json["changed"], "the sample has somebody with a status of 3"
    assert {tuple(cause.items()) for change in said.json["changed"] for cause in change["because"]} == {
        (("kind", "rule"), ("what", "I1 was changed"))
    }


def test_a_line_of_the_registry_that_changed_is_named_as_the_cause(desk: Desk) -> None:
    desk.run(SAMPLE)
    with a_night(desk.url) as night:
        night.serve_record()
        night.sync(TRIAL)
        night.serve_record("≤2", "≤1")
        night.sync()
    moved = desk.run(SAMPLE).json["changed"]
    assert {(one["from"], one["to"]) for one in moved} >= {("eligible", "needs_information")}
    assert {cause["kind"] for one in moved for cause in one["because"]} == {"registry"}
    assert {cause["what"] for one in moved for cause in one["because"]} == {
        "the words behind I1 changed, and it waits for a person"
    }
    assert desk.call("registry", "acknowledge", TRIAL, "--by", "A. Jansen", "--because", "rules stand").code == 0
    back = desk.run(SAMPLE).json["changed"]
    assert {(one["to"], one["from"]) for one in back} == {(one["from"], one["to"]) for one in moved}
    assert {cause["what"] for one in back for cause in one["because"]} == {"I1 no longer waits for a person"}


@pytest.mark.parametrize("remembered_first", [True, False])
def test_the_trail_tells_of_an_acknowledgement_and_of_its_forgery(desk: Desk, remembered_first: bool) -> None:
    if remembered_first:
        desk.run(SAMPLE)
    with a_night(desk.url) as night:
        night.serve_record()
        night.sync(TRIAL)
        night.serve_record("≤2", "≤1")
        night.sync()
    assert desk.call("registry", "acknowledge", TRIAL, "--by", "B. Visser", "--because", "rules stand").code == 0
    desk.run(SAMPLE)
    told = {one["act"]: one for one in desk.call("audit", "show", "--format", "json").json}
    one = told["acknowledged a change" if remembered_first else "found a change acknowledged"]
    assert (one["who"], one["part"], one["trial"]) == ("B. Visser", "acknowledgement 1", TRIAL)
    assert desk.call("audit", "verify").code == 0
    for change, said in (
        ("UPDATE registry_acknowledgement SET who = 'nobody'", "tells of acknowledgement 1, which was changed"),
        ("UPDATE registry_acknowledgement SET id = 2, who = 'B. Visser'", "tells of acknowledgement 1, which is gone"),
    ):
        with desk.memory() as memory, memory.database.engine.begin() as connection:
            connection.execute(text(change))
        assert said in desk.call("audit", "verify").err


def test_a_forged_acknowledgement_and_one_without_the_key_are_found(desk: Desk) -> None:
    desk.run(SAMPLE)
    with a_night(desk.url) as night:
        night.serve_record()
        night.sync(TRIAL)
        night.serve_record("≤2", "≤1")
        night.sync()
    away = desk.key.rename(desk.key.with_name("away"))
    said = desk.call("registry", "acknowledge", TRIAL, "--by", "A", "--because", "b")
    assert (said.code, "The key of this store is not there" in said.err) == (5, True)
    away.rename(desk.key)
    forged = "VALUES (1, 1, 'A. Jansen', 'rules stand', '2026-06-01T12:00:00Z')"
    with desk.memory() as memory, memory.database.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO registry_acknowledgement (id, drift_id, who, why, at) {forged}"))
    assert "nothing tells of acknowledgement 1" in desk.call("audit", "verify").err


def test_a_table_of_headings_alone_is_refused_and_changes_nothing(desk: Desk) -> None:
    desk.run(SAMPLE)
    said = desk.run(desk.table(), "2026-06-02")
    assert (said.code, "There is nobody in this table" in said.err) == (2, True)
    assert desk.run(SAMPLE, "2026-06-02").json["changed"] == []


def test_who_is_back_with_another_verdict_is_told_with_the_datum_that_moved_it(desk: Desk) -> None:
    desk.run(SAMPLE)
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    without = desk.folder / "without.csv"
    without.write_text("".join(line for line in lines if not line.startswith("P-001,")), encoding="utf-8")
    desk.run(without, "2026-06-02")
    worse = changed(desk.folder, SAMPLE, "P-001", "who_performance_status", "4")
    (back,) = desk.run(worse, "2026-06-03").json["changed"]
    assert (back["from"], back["to"]) == ("eligible", "not_eligible")
    first, second = (one["what"] for one in back["because"])
    assert first == "came back: was not in the last run"
    assert second.endswith("was 1 (2026-05-20), is 4 (2026-05-20)")


def test_who_is_new_gone_or_back_is_told(desk: Desk) -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    without = desk.folder / "without.csv"
    without.write_text("".join(line for line in lines if not line.startswith("P-001,")), encoding="utf-8")
    desk.run(without)
    first = desk.run(SAMPLE, "2026-06-02").json["changed"]
    gone = desk.run(without, "2026-06-03").json["changed"]
    back = desk.run(SAMPLE, "2026-06-04").json["changed"]
    moves = [
        [(one["patient"], one["from"], one["to"], one["because"][0]["what"]) for one in some]
        for some in (first, gone, back)
    ]
    name = desk.pseudonym("P-001")
    assert moves == [
        [(name, None, "eligible", "new: screened for the first time")],
        [(name, "eligible", None, "gone: is not in this run")],
        [(name, None, "eligible", "came back: was not in the last run")],
    ]


def test_an_unchanged_night_screens_nobody_again_whatever_the_order_of_the_rows(desk: Desk) -> None:
    desk.run(SAMPLE)
    heading, *rows = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    random.Random(1).shuffle(rows)
    mixed = desk.folder / "mixed.csv"
    mixed.write_text("".join((heading, *rows)), encoding="utf-8")
    said = desk.run(mixed, form="text")
    assert "Nobody's verdict has changed since run 1 as of 2026-06-01; 0 patients screened again." in said.out


def test_a_cell_that_cannot_be_read_gives_exit_code_3_and_stops_nothing(file_desk: Desk) -> None:
    said = file_desk.run(changed(file_desk.folder, SAMPLE, "P-003", "who_performance_status", "seven"))
    assert said.code == 3
    assert said.json["counts"]["needs_information"] == 4
    assert "row 4" in said.err


def test_a_run_whose_table_breaks_off_keeps_nothing(file_desk: Desk) -> None:
    file_desk.run(SAMPLE)
    broken = file_desk.folder / "broken.csv"
    broken.write_bytes(SAMPLE.read_bytes() + b'P-900,"1961\xff\xfe')
    said = file_desk.run(broken, "2026-06-02")
    assert (said.code, said.out) == (2, "")
    assert file_desk.run(SAMPLE, "2026-06-03").json["changed"] == []
    acts = file_desk.call("audit", "show", "--format", "json").json
    assert [one["part"] for one in acts if one["act"] == "screened"] == ["run 1", "run 3"]


def test_neither_ids_nor_names_are_in_the_store(file_desk: Desk) -> None:
    table = changed(file_desk.folder, SAMPLE, "P-003", "patient_id", "MRN-8812-canary")
    file_desk.run(table)
    for path in file_desk.folder.glob("store.db*"):
        assert b"MRN-8812-canary" not in path.read_bytes()


def test_the_key_is_a_file_of_its_user_outside_the_store(file_desk: Desk) -> None:
    file_desk.run(SAMPLE)
    assert stat.S_IMODE(file_desk.key.stat().st_mode) == 0o600
    secret = bytes.fromhex(file_desk.key.read_text().strip())
    for path in file_desk.folder.glob("store.db*"):
        assert secret not in path.read_bytes()
        assert secret.hex().encode() not in path.read_bytes()


def test_a_lost_key_is_never_made_again_over_a_store_that_has_pseudonyms(desk: Desk) -> None:
    desk.run(SAMPLE)
    aside = desk.key.rename(desk.key.with_name("aside"))
    said = desk.run(SAMPLE, "2026-06-02")
    assert (said.code, said.out) == (5, "")
    assert "The key of this store is not there" in said.err
    assert not desk.key.exists()
    desk.key.write_text("ab" * 32 + "\n")
    desk.key.chmod(0o600)
    other = desk.run(SAMPLE, "2026-06-02")
    assert (other.code, "is not the one of this store" in other.err) == (5, True)
    shutil.copy(aside, desk.key)
    assert desk.run(SAMPLE, "2026-06-02").json["run"] == 2


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        ("ab" * 32, 0o644, "Others can read the key"),
        ("hello", 0o600, "is not a key"),
        ("ab" * 31, 0o600, "is not a key"),
    ],
)
def test_a_key_that_cannot_be_used_is_one_sentence(file_desk: Desk, content: str, mode: int, words: str) -> None:
    file_desk.key.parent.mkdir()
    file_desk.key.write_text(content)
    file_desk.key.chmod(mode)
    said = file_desk.run(SAMPLE)
    assert (said.code, words in said.err) == (5, True)


def test_a_blank_name_is_refused_before_anything_is_made(file_desk: Desk) -> None:
    said = file_desk.call("run", TRIAL, "--patients", SAMPLE, "--by", "  ")
    assert (said.code, "must have a name" in said.err) == (2, True)
    assert not list(file_desk.folder.glob("store.db*"))


def test_the_run_of_a_person_tells_ids_of_the_table_and_the_anchor(tmp_path: Path) -> None:
    settings = {"SCREENER_STORE": f"sqlite:///{tmp_path}/store.db", "SCREENER_KEY_FILE": str(tmp_path / "key")}
    first = screener("run", TRIAL, "--patients", SAMPLE, "--as-of", "2026-06-01", "--by", "A. Jansen", **settings)
    counts, told = first.out.splitlines()
    assert counts.startswith("Run 1 of NCT06452485 as of 2026-06-01: 12 patients; 2 eligible on recorded data, ")
    assert counts.endswith("4 need information, 6 not eligible.")
    assert told == "This is the first run; from the next one on, what changed is told."
    assert "Anchor of the audit trail: 1:" in first.err
    table = changed(tmp_path, SAMPLE, "P-003", "who_performance_status", "4")
    again = screener("run", TRIAL, "--patients", table, "--as-of", "2026-06-02", "--by", "A. Jansen", **settings)
    assert "  P-003 (" in again.out
    assert "needs information -> not eligible" in again.out


def test_a_run_as_of_a_day_to_come_says_so_and_goes_on(file_desk: Desk) -> None:
    tomorrow = (date.today() + timedelta(days=1)).isoformat()  # noqa: DTZ011
    for said in (file_desk.run(SAMPLE, tomorrow), file_desk.rescreen(tomorrow)):
        assert (said.code, f"The screening date {tomorrow} lies in the future" in said.err) == (0, True)
    assert "in the future" not in file_desk.run(SAMPLE, date.today().isoformat()).err  # noqa: DTZ011
