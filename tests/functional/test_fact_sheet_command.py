"""`screener trial`: the fact sheet as a person, a program and a browser get it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from command_line import REPOSITORY, TRIAL, screener
from registry_server import RegistryServer, json_reply

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-pdf-header-footer",
)  # fmt: skip


def test_the_sheet_is_text_by_default(tmp_path: Path) -> None:
    ran = screener("trial", TRIAL, SCREENER_STORE=f"sqlite:///{tmp_path}/store.db")
    assert ran.code == 0
    for words in ("QUICK FACTS", "GOOD FIT", "NOT A FIT", "HOW TO TAKE PART", "WHEN LAST CHECKED", "not approved"):
        assert words in ran.out
    assert "never checked against the registry by this installation" in ran.out


def test_the_json_holds_what_a_program_asks_for() -> None:
    ran = screener("trial", TRIAL, "--format", "json")
    assert list(ran.json) == [
        "trial", "title", "quick_facts", "sites", "studies", "good_fit", "not_a_fit", "how_to_take_part",
        "last_checked", "since", "registry_version", "provenance", "rules", "review_state", "intended_use",
    ]  # fmt: skip
    assert ran.json["quick_facts"]["enrolment"] == "500 (estimated)"
    assert ran.json["rules"]["approval"] == "submitted"


def test_a_name_that_ends_in_html_gets_the_page(tmp_path: Path) -> None:
    ran = screener("trial", TRIAL, "--out", tmp_path / "sheet.html")
    assert (ran.code, ran.out) == (0, "")
    page = (tmp_path / "sheet.html").read_text()
    assert page.startswith("<!doctype html>")
    assert screener("trial", TRIAL, "--format", "html").out.startswith("<!doctype html>")


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_the_sheet_of_the_shipped_trial_prints_on_one_page(tmp_path: Path) -> None:
    page, printed = tmp_path / "sheet.html", tmp_path / "sheet.pdf"
    screener("trial", TRIAL, "--out", page, SCREENER_STORE=f"sqlite:///{tmp_path}/store.db")
    assert BROWSER is not None
    command = [BROWSER, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={printed}", page.as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) == 1


def test_what_a_sync_found_to_be_different_stands_on_top(tmp_path: Path) -> None:
    store = ("--store", f"sqlite:///{tmp_path}/store.db")
    record = json.loads((REPOSITORY / "criteria" / TRIAL / "registry.json").read_text())
    with RegistryServer() as server:
        server.script("/version", json_reply({"apiVersion": "2.0.3", "dataTimestamp": "2026-02-04T09:00:05"}))
        record["protocolSection"]["statusModule"]["overallStatus"] = "COMPLETED"
        server.script(f"/studies/{TRIAL}", json_reply(record))
        screener("sync", TRIAL, *store, "--base-url", server.base_url)
    ran = screener("trial", TRIAL, *store)
    assert "The registry record has changed since this one was stored:" in ran.out
    assert "  - The registry says now that this study is completed." in ran.out
    assert "never checked" not in ran.out


def test_a_real_record_without_written_words_gets_a_sheet(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "registry" / "v2" / "NCT04207047.vh-2023-11-28.json"
    screener("criteria", "new", "NCT04207047", "--from", source, "--out", tmp_path / "rules")
    ran = screener("trial", tmp_path / "rules")
    assert ran.code == 0
    assert "Your age is at least 18." in ran.out
    assert "  - “Subject in good health.”\n" in ran.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["NCT00000000"], "There are no rules for NCT00000000."), ([TRIAL, "--out", "."], ". is a folder.")],
)
def test_each_bad_input_is_told_in_one_sentence(arguments: list[str], words: str) -> None:
    ran = screener("trial", *arguments)
    assert ran.code == 2
    assert f"Error: {words}" in ran.err


def test_the_help_shows_an_example() -> None:
    ran = screener("trial", "--help")
    assert ran.code == 0
    assert "screener trial NCT06452485 --out rt-hype.html" in ran.out
