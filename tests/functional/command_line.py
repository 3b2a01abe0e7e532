"""Running the command line as a person or a job does: as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "data" / "patients.csv"
TRIAL = "NCT06452485"


# No store of the person who runs the tests is looked at, and no colour of the terminal.
APART = {"NO_COLOR": "1", "PYTHONUTF8": "1", "SCREENER_STORE": "sqlite:////nonexistent/store.db"}


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def screener(*arguments: str | Path, given: str | bytes | None = None, cwd: Path | None = None, **env: str) -> Ran:
    """Run `screener`; a traceback fails the test whatever else it asserts."""
    stdin = given.encode() if isinstance(given, str) else given
    ran = subprocess.run(
        [sys.executable, "-m", "screener", *map(str, arguments)],
        input=stdin if stdin is not None else b"",
        capture_output=True,
        cwd=cwd or REPOSITORY,
        env={**os.environ, **APART, **env},
        timeout=120,
        check=False,
    )
    result = Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())
    assert "Traceback" not in result.err, result.err
    return result


def screen(patients: Path, *more: str | Path, form: str = "json", **env: str) -> Ran:
    """Screen a table for NCT06452485 on the day of the sample."""
    return screener("screen", TRIAL, "--patients", patients, "--as-of", "2026-06-01", "--format", form, *more, **env)


def table(folder: Path, *rows: str, name: str = "patients.csv") -> Path:
    """A table of patients from its lines."""
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
