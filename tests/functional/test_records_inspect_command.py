"""`screener records inspect`: what is understood of records, as a person and as a job ask for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from command_line import APART, REPOSITORY, screener
from fhir import PATIENT, bundle, condition, observation, write

SECRET = "Nakamura-Featherstonehaugh"


def export(folder: Path) -> Path:
    write(folder / "a.json", bundle({**PATIENT, "name": [{"family": SECRET}]}, condition(), observation(note=[SECRET])))
    write(folder / "b.json", bundle({**PATIENT, "id": "2"}))
    return folder


def test_a_person_reads_what_was_understood(tmp_path: Path) -> None:
    ran = screener("records", "inspect", export(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{tmp_path}: 2 patients\nFiles: 2 JSON. Times became dates in UTC.\n")
    assert "Observation.note  1" in ran.out
    assert SECRET not in ran.out


def test_a_program_reads_it_as_json(tmp_path: Path) -> None:
    ran = screener("records", "inspect", export(tmp_path), "--format", "json", "--zone", "Europe/Amsterdam")
    assert ran.code == 0
    assert (ran.json["patients"], ran.json["zone"]) == (2, "Europe/Amsterdam")
    assert ran.json["event"] == [
        {"what": "patient", "detail": None, "count": 2},
        {"what": "condition", "detail": None, "count": 1},
        {"what": "observation", "detail": None, "count": 1},
    ]
    assert SECRET not in ran.out


def test_the_zone_can_stand_in_the_environment(tmp_path: Path) -> None:
    ran = screener("records", "inspect", export(tmp_path), "--format", "json", SCREENER_ZONE="America/New_York")
    assert ran.json["zone"] == "America/New_York"


def test_what_could_not_be_used_makes_the_exit_code_3_and_stops_nothing(tmp_path: Path) -> None:
    (export(tmp_path) / "c.json").write_text(f'{{"resourceType": "Bundle", "{SECRET}": NaN}}')
    ran = screener("records", "inspect", tmp_path, "--complete", "condition")
    assert ran.code == 3
    assert f"1 thing could not be used\n  {tmp_path / 'c.json'}, line 1, column" in ran.out.replace("\n  c", "c")
    assert "condition was declared complete; for 2 patients that is not relied on" in ran.out
    assert SECRET not in ran.out + ran.err


def test_a_path_where_nothing_stands_is_told_with_the_next_step(tmp_path: Path) -> None:
    ran = screener("records", "inspect", tmp_path / "gone")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"Error: There is no file or folder {tmp_path / 'gone'}.\n  Check the spelling of the path.\n"


def test_a_folder_that_holds_no_records_is_told_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    ran = screener("records", "inspect", tmp_path)
    assert ran.code == 2
    assert "Name the folder of the export, and unpack archives first." in ran.err


def test_a_zone_that_does_not_exist_is_told(tmp_path: Path) -> None:
    ran = screener("records", "inspect", export(tmp_path), "--zone", "Europe")
    assert ran.code == 2
    assert "it is not a time zone; write it as Europe/Amsterdam." in ran.err


def test_help_shows_an_example() -> None:
    ran = screener("records", "inspect", "--help")
    assert ran.code == 0
    assert "screener records inspect export/" in ran.out


def test_an_interrupt_ends_every_process_without_a_word_too_many(tmp_path: Path) -> None:
    """Two thousand files are read by several processes; the interrupt comes while they look through the files."""
    one = json.dumps(bundle(PATIENT, *(observation(f"o{number}") for number in range(200)))).encode()
    for number in range(2000):
        (tmp_path / f"{number}.json").write_bytes(one.replace(b"Patient/1", b"Patient/%d" % number))
    command = [sys.executable, "-m", "screener", "records", "inspect", str(tmp_path)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=REPOSITORY,
        env={**os.environ, **APART},
        start_new_session=True,
    ) as running:
        assert _children_begun(running.pid)
        os.killpg(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert out == b""
    (line,) = err.decode().strip().splitlines()
    assert line.startswith("Stopped;")
    assert running.returncode == 130


def _children_begun(pid: int) -> bool:
    """Wait until the process has started others; its own end means that it never did."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for _ in range(10_000_000):
        try:
            if children.read_text().strip():
                return True
        except OSError:
            return False
    return False
