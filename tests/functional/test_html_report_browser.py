"""The HTML report as a real browser shows and prints it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "unit"))

from report_pages import report_of, screened, stored, varied

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-pdf-header-footer",
)  # fmt: skip

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")


def browse(folder: Path, page: str, *flags: str) -> str:
    path = stored(folder, page)
    assert BROWSER is not None
    command = [BROWSER, *FLAGS, f"--user-data-dir={folder / 'profile'}", *flags, path.as_uri()]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    return done.stdout.decode()


def test_the_printed_report_has_at_least_one_page_per_patient(tmp_path: Path) -> None:
    results = screened(varied())
    browse(tmp_path, report_of(results), f"--print-to-pdf={tmp_path / 'report.pdf'}")
    pages = re.findall(rb"/Type\s*/Page\b", (tmp_path / "report.pdf").read_bytes())
    assert len(pages) > len(results)


def test_a_browser_reads_the_report_as_it_was_written(tmp_path: Path) -> None:
    results = screened(varied())
    shown = browse(tmp_path, report_of(results), "--dump-dom")
    assert shown.count('<section class="page patient"') == len(results)
    assert shown.count("<table") == shown.count("</table>")


def test_the_report_has_a_picture(tmp_path: Path) -> None:
    browse(tmp_path, report_of(screened(varied())), f"--screenshot={tmp_path / 'report.png'}", "--window-size=500,900")
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
