"""Standard output that cannot take what is written: one sentence, and never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCREENER = (sys.executable, "-m", "screener")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_a_full_disk_behind_standard_output_is_one_sentence(form: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*SCREENER, "screen", "NCT06452485", "--patients", "data/patients.csv", "--format", form],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "Error: The output cannot be used: No space left on device." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("screen", "NCT06452485", "--patients", "data/patients.csv")])
def test_a_closed_standard_output_is_no_traceback(arguments: tuple[str, ...]) -> None:
    command = " ".join([*SCREENER, *arguments, ">&-"])
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_a_terminal_without_unicode_shows_escapes_and_no_question_marks() -> None:
    done = subprocess.run(
        [*SCREENER, "screen", "NCT06452485", "--patients", "data/patients.csv"],
        env={"PYTHONIOENCODING": "ascii", "PATH": ""}, capture_output=True, check=False,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr
    assert rb"\u2713" in done.stdout
