"""Makes the pictures of the README from real output: `python docs/make_images.py` (needs Chromium for the report)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from screener.cli.screening import Screening
from screener.criteria.library import shipped
from screener.matching.results import rank_key
from screener.reports.terminal import ranked_content

IMAGES = Path(__file__).with_name("images")
HEADLESS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def terminal() -> None:
    """The ranked list of the demo."""
    screening = Screening("NCT06452485", shipped("criteria"), date(2026, 6, 1))
    with screening.open(shipped("data") / "patients.csv") as table:
        results = sorted(screening.results(table), key=rank_key)
    with Path("/dev/null").open("w") as nowhere:
        console = Console(record=True, width=132, file=nowhere, force_terminal=True)
        console.print(ranked_content(screening.standing, date(2026, 6, 1), results, reasons=False))
    # The picture loads no font from elsewhere: any monospace one will do.
    form = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    text = console.export_svg(title="screener demo", code_format=form)
    (IMAGES / "demo.svg").write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n", encoding="utf-8")


def shot(page: Path, name: str, size: str) -> None:
    """A picture of the top of a page."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "Chromium is needed for pictures of pages"
    with tempfile.TemporaryDirectory() as profile:
        flags = [f"--user-data-dir={profile}", f"--window-size={size}", f"--screenshot={IMAGES / name}"]
        subprocess.run([chromium, *HEADLESS, *flags, page.as_uri()], check=True, stderr=subprocess.DEVNULL)


def pages() -> None:
    """The first screen of the report, and of a feasibility study of a made-up cohort."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report, cohort, study = (folder / one for one in ("report.html", "cohort.parquet", "study.html"))
        subprocess.run(["screener", "demo", "--report", report], check=True, stdout=subprocess.DEVNULL)
        shot(report, "report.png", "1280,900")
        make = [sys.executable, "-m", "benchmarks.cohort_sql", "make", cohort, "20000"]
        subprocess.run(make, check=True, cwd=Path(__file__).parents[1])
        command = ["screener", "feasibility", "NCT06452485", "--facts", cohort, "--as-of", "2026-06-01"]
        subprocess.run([*command, "--page", study], check=True, stdout=subprocess.DEVNULL)
        shot(study, "feasibility.png", "1000,1080")


def funnel() -> None:
    """The funnel of the sample patients, one of whom was approached."""
    trial, by = "NCT06452485", ("--by", "A. Jansen")
    with tempfile.TemporaryDirectory() as folder:
        settings = {"SCREENER_STORE": f"sqlite:///{folder}/store.db", "SCREENER_KEY_FILE": f"{folder}/key"}
        for command in (
            ("run", trial, "--patients", str(shipped("data") / "patients.csv"), "--as-of", "2026-06-01", *by),
            ("decide", trial, "P-001", "to_approach", *by),
            ("decide", trial, "P-001", "approached", *by),
            ("funnel", trial, "--format", "svg", "--out", str(IMAGES / "funnel.svg"), *by),
        ):
            call = [sys.executable, "-m", "screener", *command]
            subprocess.run(call, check=True, env={**os.environ, **settings}, capture_output=True)


if __name__ == "__main__":
    terminal()
    funnel()
    pages()
