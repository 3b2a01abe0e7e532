"""Commands as processes, on a disk or with rights that a test takes away."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from remembered import SAMPLE, Desk


def desk_of_its_own(folder: Path) -> Desk:
    """A desk after one run, its store in a folder of its own, and one beside it for what commands write."""
    (folder / "out").mkdir()
    desk = Desk(folder, f"sqlite:///{folder}/data/store.db")
    desk.run(SAMPLE)
    return desk


def call(desk: Desk, *arguments: str, before: Callable[[], None] | None = None) -> tuple[int, str]:
    """Exit code and everything said by a command."""
    settings = {"SCREENER_STORE": desk.url, "SCREENER_KEY_FILE": str(desk.key), "SCREENER_CRITERIA": str(desk.criteria)}
    done = subprocess.run(
        [sys.executable, "-m", "screener", *arguments],
        capture_output=True, text=True, cwd=desk.folder / "out", env={**os.environ, **settings}, preexec_fn=before,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr
