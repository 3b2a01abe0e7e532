"""Rows of OMOP tables that are damaged in random ways: each is read or left out, and none stops the others."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from omop_tables import condition, measurement, person, read, tables, write_folder

_STRANGE = (
    *(b'"', b"'", b",", b"\n", b"\r", b"\0", b"\xff", b"\t", b";", "é".encode(), b"-1", b"nan", b"1e999", b"9" * 30),
    *(b"2020-13-01", b"infinity", b"9999-12-31", b"0001-01-01", b" "),
)


def _damaged(rows: bytes, rng: random.Random) -> bytes:
    made = bytearray(rows)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(made) + 1)
        match rng.randrange(3):
            case 0:
                made[place:place] = rng.choice(_STRANGE)
            case 1:
                del made[place : place + rng.randint(1, 20)]
            case _:
                made[place:place] = bytes([rng.randrange(256)])
    return bytes(made)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_rows_never_stop_the_reading(tmp_path: Path, seed: int) -> None:
    people = [person(number) for number in range(5)]
    conditions = [condition(number, person_id=number % 5) for number in range(10)]
    measured = [measurement(number, person_id=number % 5, value_as_number=number) for number in range(10)]
    made = tables(person=people, condition_occurrence=conditions, measurement=measured)
    folder = write_folder(tmp_path / "tables", made, "csv")
    whole = {file: file.read_bytes().partition(b"\n") for file in folder.iterdir() if file.stem != "person"}
    rng = random.Random(seed)
    for _ in range(30):
        for file, (heading, end, rows) in whole.items():
            file.write_bytes(heading + end + _damaged(rows, rng))
        patients, source = read(folder)
        assert len(patients) == len(people)
        assert all("concept" in str(one) or "person" in str(one) or "line" in str(one) for one in source.rejected)
