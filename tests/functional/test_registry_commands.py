"""`screener sync` and `screener registry` as a person or a job calls them."""

from __future__ import annotations

import copy
import fcntl
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from registry_server import UNKNOWN, RegistryServer, json_reply, reply
from synced import RECORD, TRIAL, sqlite_url, version


class Desk:
    """A person at a terminal: a store, a registry, and the commands."""

    def __init__(self, server: RegistryServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        version(server)
        self.serve()

    def serve(self, old: str = "", new: str = "") -> None:
        data = copy.deepcopy(RECORD)
        module = data["protocolSection"]["eligibilityModule"]
        module["eligibilityCriteria"] = module["eligibilityCriteria"].replace(old, new)
        self.server.script(f"/studies/{TRIAL}", json_reply(data))

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "SCREENER_STORE": sqlite_url(self.folder),
            "SCREENER_REGISTRY_URL": self.server.base_url,
        }
        command = [sys.executable, "-m", "screener", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        assert "Traceback" not in done.stderr
        return done

    def sync(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.call("sync", *arguments, "--rate", "1000", "--deadline", "10")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with RegistryServer() as server:
        yield Desk(server, tmp_path)


def test_from_the_first_night_to_the_acknowledged_change(desk: Desk, tmp_path: Path) -> None:
    assert desk.call("registry", "track", TRIAL.lower(), "--by", "A. Jansen").stdout.startswith(f"{TRIAL} is tracked")
    assert desk.sync().returncode == 0
    desk.serve("≤2", "≤1")
    night = desk.sync()
    assert night.returncode == 1
    assert "the registry record changed" in night.stdout
    assert "protocol changed" not in night.stdout
    assert "[-2-]" in night.stdout
    assert "{+1+}" in night.stdout
    assert "I1 is stale" in night.stdout

    shown = json.loads(desk.call("registry", "show", TRIAL, "--format", "json").stdout)
    assert list(shown) == [
        "nct_id",
        "status",
        "registry_version",
        "protocol_sha256",
        "eligibility_sha256",
        "eligibility",
        "first_seen",
        "last_checked",
        "missing",
        "drift",
    ]
    assert (shown["nct_id"], shown["status"], shown["missing"]) == (TRIAL, "RECRUITING", False)
    assert "≤1" in shown["eligibility"]
    assert len(shown["drift"]) == 1

    page = tmp_path / "change.html"
    assert "{+1+}" in desk.call("registry", "diff", TRIAL).stdout
    assert desk.call("registry", "diff", TRIAL, "--html", str(page)).returncode == 0
    assert "≤<del>2</del>" in page.read_text()

    done = desk.call("registry", "acknowledge", TRIAL, "--by", "A. Jansen", "--because", "rules stand")
    assert done.stdout == f"{TRIAL}: 1 change acknowledged by A. Jansen.\n"
    assert desk.sync().returncode == 0
    history = json.loads(desk.call("registry", "history", TRIAL, "--format", "json").stdout)
    assert [check["outcome"] for check in history["checks"]] == ["unchanged", "changed", "first"]
    assert [drift["state"] for drift in history["drift"]] == ["acknowledged"]
    assert len(history["snapshots"]) == 2
    assert "acknowledged: material" in desk.call("registry", "history", TRIAL).stdout
    assert desk.call("registry", "untrack", TRIAL).returncode == 0
    nothing = desk.sync()
    assert nothing.returncode == 2
    assert nothing.stderr.startswith("Error: No trial is tracked in ")


def test_a_job_gets_json_lines_figures_and_a_ping(desk: Desk, tmp_path: Path) -> None:
    figures = tmp_path / "screener.prom"
    desk.server.script("/well", reply(200, "fine"))
    done = desk.sync(TRIAL, "--format", "jsonl", "--metrics", str(figures), "--ping", f"{desk.server.origin}/well")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert [line["run_id"] for line in lines] == [1, 1]
    assert lines[-1]["totals"]["first"] == 1
    values = dict(line.split() for line in figures.read_text().splitlines() if not line.startswith("#"))
    assert values["screener_sync_trials"] == "1"
    assert values["screener_sync_failures"] == "0"
    assert values["screener_sync_last_success_timestamp_seconds"] == values["screener_sync_last_run_timestamp_seconds"]
    assert "/well" in desk.server.paths()


def test_the_last_success_stays_when_a_night_fails_and_nobody_is_told_that_all_is_well(
    desk: Desk, tmp_path: Path
) -> None:
    figures = tmp_path / "screener.prom"
    desk.sync(TRIAL, "--metrics", str(figures))
    name = "screener_sync_last_success_timestamp_seconds"
    first = next(line for line in figures.read_text().splitlines() if line.startswith(name))
    desk.server.script(f"/studies/{TRIAL}", reply(403, "<html>no</html>"))
    done = desk.sync("--metrics", str(figures), "--ping", f"{desk.server.origin}/well")
    assert done.returncode == 4
    assert re.search(r"Its record, last seen on \d{4}-\d\d-\d\d, stays in force\.", done.stdout)
    assert first in figures.read_text()
    assert "screener_sync_failures 1" in figures.read_text()
    assert "/well" not in desk.server.paths()


def test_a_ping_or_figures_that_fail_leave_the_run_as_it_was(desk: Desk, tmp_path: Path) -> None:
    done = desk.sync(TRIAL, "--ping", "http://127.0.0.1:1/")
    assert (done.returncode, done.stderr) == (0, "The health check could not be told that the run is done.\n")
    desk.serve("≤2", "≤1")
    done = desk.sync("--metrics", str(tmp_path / "no" / "where.prom"))
    assert done.returncode == 1
    assert "cannot be written" in done.stderr


def test_a_second_run_ends_at_once_with_75(desk: Desk, tmp_path: Path) -> None:
    desk.sync(TRIAL)
    with (tmp_path / "store.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = desk.sync()
    assert (done.returncode, done.stdout) == (75, "")
    assert done.stderr.startswith("Error: Another run is at work")


def test_ids_that_cannot_be_used_are_one_sentence_each_and_the_rest_is_synced(desk: Desk) -> None:
    done = desk.sync("NCT12", "NCT99999999", TRIAL)
    assert done.returncode == 2
    assert '"NCT12" is not a registry id.' in done.stdout
    assert "The registry does not know NCT99999999." in done.stdout
    assert f"{TRIAL}: first record kept" in done.stdout


def test_a_missing_study_is_said_and_kept(desk: Desk) -> None:
    desk.sync(TRIAL)
    desk.server.script(f"/studies/{TRIAL}", reply(404, UNKNOWN.format(TRIAL)))
    assert desk.sync().returncode == 4
    assert json.loads(desk.call("registry", "show", TRIAL, "--format", "json").stdout)["missing"] is True
    assert "no longer knows this study" in desk.call("registry", "show", TRIAL).stdout


def test_the_doctor_sends_the_request_of_a_sync_and_says_what_came_back(desk: Desk) -> None:
    desk.sync(TRIAL)
    asked = desk.server.asked[1]
    done = desk.call("registry", "doctor", TRIAL)
    assert done.returncode == 0
    assert "status: 200" in done.stdout
    assert (desk.server.asked[-1].path, desk.server.asked[-1].query) == (asked.path, asked.query)
    assert desk.server.asked[-1].headers == asked.headers
    desk.server.script(f"/studies/{TRIAL}", reply(403, "<html>no</html>", headers={"X-Edge": "yes"}))
    done = desk.call("registry", "doctor", TRIAL)
    assert done.returncode == 4
    assert done.stdout.startswith("blocked: ")
    assert "X-Edge: yes" in done.stdout


@pytest.mark.parametrize("name", ["show", "diff", "history", "untrack"])
def test_looking_makes_no_store(desk: Desk, name: str) -> None:
    done = desk.call("registry", name, TRIAL)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: There is no store yet")
    assert list(desk.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("registry", "show", "NCT1"), "is not a registry id"),
        (("registry", "show", "NCT00000009"), "no record of NCT00000009 yet"),
        (("registry", "diff", TRIAL), "has not changed"),
        (("registry", "history", "NCT00000009"), "is not tracked"),
        (("registry", "untrack", "NCT00000009"), "is not tracked"),
        (("registry", "acknowledge", TRIAL, "--by", "A", "--because", "b"), "waits for a person"),
        (("registry", "acknowledge", TRIAL, "--by", " ", "--because", "b"), "a name and a reason"),
        (("sync", "--base-url", "https://example.org"), "address cannot be used"),
        (("sync", "--store", "mysql://x"), "address of the store"),
        (("sync", "--rate", "0"), "--rate"),
    ],
)
def test_bad_input_is_one_sentence(desk: Desk, arguments: tuple[str, ...], words: str) -> None:
    desk.sync(TRIAL)
    done = desk.call(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_every_command_shows_an_example(desk: Desk) -> None:
    names = ("track", "untrack", "show", "diff", "history", "acknowledge", "doctor")
    for arguments in (("sync",), *(("registry", name) for name in names)):
        said = desk.call(*arguments, "--help").stdout
        assert "Example" in said
        assert f"screener {' '.join(arguments)}" in said
