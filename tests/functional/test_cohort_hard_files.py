"""Files that can be read in two ways: `cohort` says what `screen` says, patient by patient, or both refuse them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from cohort_runs import cohort
from read_twice import DAY, HEAD, ROW, Said, agreed, by_cohort, by_screen, small_trial

from screener.cohort.duckdb_engine import opened
from screener.cohort.duckdb_settings import DuckDbSettings
from screener.cohort.files import find_files
from screener.cohort.query import TrialRules


@pytest.fixture(scope="module")
def trial() -> TrialRules:
    return small_trial()


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines(*objects: str) -> str:
    return "".join(f"{one}\n" for one in objects)


def person(patient: str, *pairs: str) -> str:
    given = ('"fracture": "2026-03-14"', '"pain": "mild"', *pairs)
    return f'{{"patient_id": "{patient}", {", ".join(given)}}}'


def of(said: Said | str) -> Said:
    """What was said of a file that is not refused."""
    assert isinstance(said, Said), said
    return said


def test_an_object_that_names_a_fact_twice_is_rejected_and_neither_value_is_picked(
    tmp_path: Path, trial: TrialRules
) -> None:
    some = lines(
        person("P-1", '"healed": false', '"healed": true'),
        person("P-2", '"healed": true', '"Healed": false'),
        person("P-3", '"healed": false', '"healed": null'),
        person("P-4", '"healed": false'),
    )
    said = agreed(written(tmp_path, "a.jsonl", some), trial)
    assert set(of(said).patients) == {"P-4"}
    assert list(of(said).rows) == ["a key stands twice"] * 3


@pytest.mark.parametrize(
    "number",
    ["1e0", "1E0", "2.0000000000000001", "100.000000000000000001", "9007199254740993", "-0", "0.1e1", "1.50", "1e-7",
     "123456789012345678901234567890", "0.00001", "-0.0", "2.0", "2.50", "1e400", "NaN", "-Infinity", "01", "+1", ".5"],
)  # fmt: skip
def test_a_number_of_json_is_what_stands_there_and_not_the_nearest_binary_one(
    tmp_path: Path, trial: TrialRules, number: str
) -> None:
    pairs = [f'"{fact}": {number}' for fact in ("casts", "platelets", "fracture")]
    some = lines(person("P-1", *pairs[:2]), f'{{"patient_id": {number}, {pairs[2]}, {pairs[0]}}}', person("P-3"))
    agreed(written(tmp_path, "a.jsonl", some), trial)


def test_lines_that_are_no_objects_are_rejected_by_their_row(tmp_path: Path, trial: TrialRules) -> None:
    some = lines(person("P-1"), "5", '"P-2"', "[1]", "null", "", "   ", person("P-3")[:-1], person("P-4", '"": "x"'))
    said = agreed(written(tmp_path, "a.jsonl", some), trial)
    assert set(of(said).patients) == {"P-1", "P-4"}
    assert list(of(said).rows) == ["not an object"] * 4 + ["not valid JSON"]


@pytest.mark.parametrize(
    "line",
    [
        person("P-2", '"": 1'), person("P-2", '" ": 1', '"  ": 2'), person("P-2", '"x": {"fracture": "1900"}'),
        person("P-2", '"casts": [1]'), person("P-2", '"casts": {}'),
        person("P-2")[:-1] + ",}", person("P-2") + person("P-3"), person("P-2") + "\r" + person("P-3"),
        person("P-2", '"bones": ["ulna", 1]'), person("P-2", '"bones": []'),
        person("P-2", '"bones": ["ulna",]'), person("P\\u0000-2"), person("P\\ud800-2"),
        person("P-\\ud83d\\ude00"), person("\U0001f600"), person("P-2", '"\\u0061ge": 3'), "// " + person("P-2"),
        person("P-2", '"pain__source": ["a"]'), person("P-2", '"patients": []'), '\ufeff' + person("P-2"),
        '{"patient_id": ["P-2"]}', '{"patient_id": null}', "{}", "[]", person("P-2", '"x": "' + "y" * 2_000_000 + '"'),
        person("P-2", '"x": "' + "y" * 200_000 + '"'), person("P-2", '"*": 1', '"$.a": 1', '"a.b": 1'),
        person("P-2", '"x": "a\tb"'), person("P-2", '"x": tru'), "{" + "[" * 3000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", [0, 1])
def test_a_line_of_json_that_can_be_read_in_two_ways_is_read_in_one(
    tmp_path: Path, trial: TrialRules, line: str, place: int
) -> None:
    some = [person("P-1"), person("P-9")]
    some.insert(place, line)
    agreed(written(tmp_path, "a.jsonl", lines(*some)), trial)


def test_bytes_that_are_no_text_are_refused_in_json_too(tmp_path: Path, trial: TrialRules) -> None:
    said = agreed(written(tmp_path, "a.jsonl", lines(person("P-1")).encode() + b'{"patient_id": "\xff"}\n'), trial)
    assert isinstance(said, str)


@pytest.mark.parametrize(
    "row",
    [
        f"P-2,{ROW},", f"P-2,{ROW},,", f"P-2,{ROW},,x", "P-2,2026-03-14", "P-2", ",,,,", ",,,,,", ",,", "   ", "", "\n",
        'P-2, "2026-03-14",1, "no",mild', 'P-2,"2026-03-14" ,1,no,mild', 'P-2,"2026-03-14"x,1,no,mild',
        'P-2,19"61,1,no,mild', 'P-2,1961,1,no,lo"', '"P-2,1961,1,no,mild', '"P-""2""",1961,1,no,mild',
        '"P\n2",1961,1,no,mild', '"P-2",1961,"1",no,"mild"', '"P-2"\r,1961,1,no,mild', f"P-2,{ROW}\r",
        f"P-2,{ROW}\r\r", "#P-2,1961,1,no,mild",
        "P-2,19\x0061,1,no,mild", "P-2,1961,1,n\u00f6,mild", "\ufeffP-2,1961,1,no,mild", "P-2,1961,1,no,\u2028",
        f"P-2,{'x' * 140_000},1,no,mild", f"P-2,{'x' * 110_000},1,no,mild", "P-2,1961,1,no,\x1a",
        '"P-2",1961,1,"no, really",mild', '"",1961,1,no,mild', "P-2;1961;1;no;mild", "P-1,1961,1,no,mild",
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_of_csv_that_can_be_read_in_two_ways_is_read_in_one(
    tmp_path: Path, trial: TrialRules, row: str, end: str
) -> None:
    some = end.join([HEAD, f"P-1,{ROW}", row, f"P-3,{ROW}", ""])
    agreed(written(tmp_path, "a.csv", some), trial)
    if end == "\n":
        agreed(written(tmp_path, "b.csv", end.join([HEAD, f"P-1,{ROW}", row])), trial)


@pytest.mark.parametrize(
    "before",
    [",,,,\n", "\n", "\n\n,,\n", "   \n", "\ufeff", "\ufeff\n", ',"",,,\n', '" ",,,,\n', "\t\n"],
)
def test_the_headings_are_the_first_row_that_holds_something(tmp_path: Path, trial: TrialRules, before: str) -> None:
    said = agreed(written(tmp_path, "a.csv", f"{before}{HEAD}\nP-1,{ROW}\nP-2,{ROW}\n"), trial)
    assert set(of(said).patients) == {"P-1", "P-2"}


@pytest.mark.parametrize("heading", ['"patient_id"', ' "patient_id"', "patient_id ", '"patient\nid"', "PATIENT_ID"])
def test_headings_are_read_alike(tmp_path: Path, trial: TrialRules, heading: str) -> None:
    some = f"{HEAD.replace('patient_id', heading)}\nP-1,{ROW}\nP-2,{ROW}\n"
    found, expected = (said(written(tmp_path, "a.csv", some), trial) for said in (by_cohort, by_screen))
    assert found == expected


@pytest.mark.parametrize("ends", [("\n", "\r\n"), ("\r\n", "\n"), ("\n", "\r"), ("\r", "\r"), ("\r", "\n")])
def test_mixed_line_ends_are_read(tmp_path: Path, trial: TrialRules, ends: tuple[str, str]) -> None:
    one, other = ends
    said = agreed(written(tmp_path, "a.csv", f"{HEAD}{one}P-1,{ROW}{other}P-2,{ROW}{one}P-3,{ROW}{other}"), trial)
    assert set(of(said).patients) == {"P-1", "P-2", "P-3"}


def test_rows_are_counted_over_all_files_and_a_file_is_named_where_there_are_several(
    tmp_path: Path, trial: TrialRules
) -> None:
    place = tmp_path / "parts"
    place.mkdir()
    written(place, "a.csv", f"{HEAD}\nP-1,{ROW}\nP-2,{ROW},\n")
    written(place, "b.csv", f"{HEAD}\nP-3,{ROW}\nP-4,2026-03-14,77,no,mild\nP-5,{ROW},\n")
    with opened(find_files(place), [trial], DAY, DuckDbSettings(threads=1)) as engine:
        summary = engine.run(tmp_path / "result.parquet", "wide")
    (row,), (cell,) = summary.rows, summary.unusable
    assert (row.count, row.first) == (2, f"row 3 of {place / 'a.csv'}")
    assert (cell.column, cell.first_row) == ("casts", 5)


@pytest.mark.parametrize("odd", [" Local", "?conflicting", "nearby"])
def test_a_word_in_another_spelling_at_the_end_of_a_large_table_is_read(tmp_path: Path, odd: str) -> None:
    facts, out = tmp_path / "cohort.parquet", tmp_path / "results.parquet"
    columns = (
        f"lpad(i::varchar, 9, '0') as patient_id, case i when 199999 then '{odd}' else 'local' end as recurrence_type"
    )
    rows = f"select {columns}, true as primary_irradiated_postoperatively from range(200000) t(i)"
    duckdb.sql(f"copy ({rows}) to '{facts}' (row_group_size 20000)")
    assert cohort(facts, "--out", out).code == (3 if odd == "nearby" else 0)
    found = duckdb.sql(f"select I3, I3__causes, patient_id = '000199999' from '{out}' group by all").fetchall()
    said = {"?conflicting": ("unknown", "conflicting"), "nearby": ("unknown", "unreadable")}.get(odd, ("met", ""))
    assert set(found) == {("met", "", False), (*said, True)}
