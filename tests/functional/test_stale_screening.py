"""From a change in the registry to the patients it touches: sync, screen, explain, check, acknowledge, rebase."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import REPOSITORY, SAMPLE, TRIAL, Ran, screen, screener
from registry_server import RegistryServer, json_reply

RECORD: dict[str, Any] = json.loads((REPOSITORY / "criteria" / TRIAL / "registry.json").read_bytes())


class Site:
    """A site's own store, and a registry whose record can change overnight."""

    def __init__(self, server: RegistryServer, folder: Path) -> None:
        self.server = server
        self.env = {"SCREENER_STORE": f"sqlite:///{folder}/store.db", "SCREENER_REGISTRY_URL": server.base_url}

    def serve(self, *changes: tuple[str, str], **status: str) -> None:
        record = copy.deepcopy(RECORD)
        eligibility = record["protocolSection"]["eligibilityModule"]
        for old, new in changes:
            assert old in eligibility["eligibilityCriteria"]
            eligibility["eligibilityCriteria"] = eligibility["eligibilityCriteria"].replace(old, new)
        record["protocolSection"]["statusModule"].update(status)
        stamp = {"apiVersion": "2.0.5", "dataTimestamp": "2026-05-29T09:00:05"}
        self.server.script("/version", json_reply(stamp))
        self.server.script(f"/studies/{TRIAL}", json_reply(record))

    def sync(self) -> Ran:
        return screener("sync", TRIAL, "--rate", "1000", **self.env)

    def screen(self, *more: str, form: str = "json") -> Ran:
        return screen(SAMPLE, *more, form=form, **self.env)

    def run(self, *arguments: str | Path) -> Ran:
        return screener(*arguments, **self.env)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with RegistryServer() as server:
        made = Site(server, tmp_path)
        made.serve()
        assert made.sync().code == 0
        yield made


def results(ran: Ran, criterion: str) -> set[tuple[str, ...]]:
    rows = (one for patient in ran.json["patients"] for one in patient["criteria"] if one["id"] == criterion)
    return {(one["result"], *one["causes"]) for one in rows}


def test_an_unchanged_record_changes_no_result(site: Site) -> None:
    assert site.sync().code == 0
    assert site.screen().json == screen(SAMPLE).json


def test_another_number_makes_every_patients_result_unknown_and_nobody_eligible(site: Site) -> None:
    site.serve(("≤2", "≤1"))
    ran = site.sync()
    assert ran.code == 1
    assert "I1 is stale" in ran.out
    screened = site.screen()
    assert screened.json["rules"]["stale"] == ["I1"]
    assert results(screened, "I1") == {("unknown", "rule_stale")}
    assert screened.json["counts"]["eligible"] == 0
    assert "I1 is stale until a person looks" in screened.err


def test_an_escape_alone_says_nothing(site: Site) -> None:
    site.serve(("≤2", r"\<=2"), (r"\>=18", "≥18"))
    assert site.sync().code == 0
    assert site.screen().json["patients"] == screen(SAMPLE).json["patients"]


def test_a_line_that_was_allowed_and_is_required_now_blocks_everybody(site: Site) -> None:
    site.serve(
        ("(Neo)adjuvant systemic therapy (NST) is allowed.", "(Neo)adjuvant systemic therapy (NST) is required.")
    )
    assert site.sync().code == 1
    screened = site.screen()
    assert results(screened, "I6") == {("unknown", "rule_stale")}
    assert screened.json["counts"]["eligible"] == 0


def test_a_new_line_is_an_open_criterion_for_everybody(site: Site) -> None:
    site.serve(("\n\nExclusion Criteria:", "\n* Signed informed consent\n\nExclusion Criteria:"))
    assert site.sync().code == 1
    screened = site.screen()
    assert screened.json["rules"]["stale"] == ["NEW-1"]
    assert results(screened, "NEW-1") == {("unknown", "rule_stale")}
    assert screened.json["counts"]["eligible"] == 0


def test_a_study_that_closed_is_said_on_every_screening_and_changes_no_result(site: Site) -> None:
    site.serve(overallStatus="COMPLETED")
    assert site.sync().code == 1
    screened = site.screen()
    assert "The registry says that this study is completed." in screened.err
    assert screened.json["patients"] == screen(SAMPLE).json["patients"]


def test_explain_the_report_and_the_check_say_it_too(site: Site, tmp_path: Path) -> None:
    site.serve(("≤2", "≤1"))
    site.sync()
    explained = site.run("explain", TRIAL, "--patients", SAMPLE, "--patient", "P-001", "--as-of", "2026-06-01")
    assert "[rule stale]" in " ".join(explained.out.split())
    report = tmp_path / "report.html"
    assert site.screen("--report", str(report), form="table").code == 0
    assert "I1 is stale until a person looks" in report.read_text(encoding="utf-8")
    checked = site.run("criteria", "check", TRIAL, "--format", "json")
    assert (checked.code, [one["code"] for one in checked.json]) == (2, ["S103"])


def test_who_looks_and_says_why_ends_the_staleness(site: Site) -> None:
    site.serve(("≤2", "≤1"))
    site.sync()
    why = "our approved protocol still says 2"
    assert site.run("registry", "acknowledge", TRIAL, "--by", "A. Jansen", "--because", why).code == 0
    assert site.sync().code == 0
    screened = site.screen()
    assert screened.json["rules"]["stale"] == []
    assert screened.json["patients"] == screen(SAMPLE).json["patients"]
    assert "seen by A. Jansen" in screened.err
    assert why in screened.err


def test_rules_are_rebased_on_the_new_record_and_rewritten(site: Site, tmp_path: Path) -> None:
    criteria = shutil.copytree(REPOSITORY / "criteria", tmp_path / "criteria")
    site.serve(("≤2", "≤1"))
    site.sync()
    ran = site.run("criteria", "rebase", TRIAL, "--criteria", criteria)
    assert ran.code == 1
    assert "I1" in ran.out
    path = criteria / TRIAL / "criteria.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("≤2", "≤1"), encoding="utf-8")
    assert site.run("criteria", "check", TRIAL, "--criteria", criteria).code == 0
    assert site.screen("--criteria", str(criteria)).json["rules"]["stale"] == []


def test_a_registry_that_is_down_stops_no_screening(site: Site) -> None:
    down = screener("sync", "--deadline", "1", **{**site.env, "SCREENER_REGISTRY_URL": "http://127.0.0.1:9/api/v2"})
    assert down.code == 4
    assert site.screen().json["patients"] == screen(SAMPLE).json["patients"]
