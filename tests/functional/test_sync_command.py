"""`screener sync` as a night goes: what is said while it waits, when it fails, and when there is nothing to say."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import APART, SAMPLE, Ran, screen, screener
from registry_server import RegistryServer, cut, json_reply, reply, study
from synced import ONE, RECORD, TRIAL, TWO, sqlite_url, version

BROKEN = reply(503, headers={"Retry-After": "6"})


class House:
    """A house with a store and a registry of its own."""

    def __init__(self, server: RegistryServer, folder: Path) -> None:
        self.server = server
        self.env = {"SCREENER_STORE": sqlite_url(folder), "SCREENER_REGISTRY_URL": server.base_url}
        version(server)
        server.script(f"/studies/{TRIAL}", json_reply(RECORD))

    def sync(self, *arguments: str, deadline: float = 20) -> Ran:
        return screener("sync", *arguments, "--rate", "1000", "--deadline", str(deadline), **self.env)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with RegistryServer() as server:
        yield House(server, tmp_path)


def test_a_longer_wait_is_told_without_a_terminal(house: House) -> None:
    house.server.script(f"/studies/{TRIAL}", BROKEN, json_reply(RECORD))
    ran = house.sync(TRIAL)
    assert ran.code == 0
    assert ran.err.startswith(
        f"{TRIAL}: The registry has a fault of its own (503). Tried 1 time; the next try is in 6 "
    )
    assert len(ran.err.splitlines()) == 1


def test_a_good_night_says_nothing_when_it_is_to_be_quiet(house: House) -> None:
    house.server.script(f"/studies/{TRIAL}", BROKEN, json_reply(RECORD))
    ran = house.sync(TRIAL, "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    house.server.script(f"/studies/{TRIAL}", reply(403))
    ran = house.sync("--quiet")
    assert ran.code == 4
    assert "NOT FETCHED" in ran.out


def test_the_first_night_without_a_registry_says_that_there_is_no_record_yet(house: House) -> None:
    ran = screener(
        "sync", TRIAL, "--deadline", "2", **{**house.env, "SCREENER_REGISTRY_URL": "http://127.0.0.1:9/api/v2"}
    )
    assert ran.code == 4
    assert "There is no record of it yet." in ran.out
    assert "The registry's version cannot be read: The registry cannot be reached." in ran.out
    assert "mixed" not in ran.out
    assert "in force" not in ran.out


def test_without_a_tracked_trial_the_night_does_not_pass_for_a_good_one(house: House) -> None:
    ran = house.sync()
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: No trial is tracked in ")
    assert house.server.asked == []


def test_a_trial_that_was_tracked_by_mistake_can_be_dropped(house: House) -> None:
    assert screener("registry", "track", TWO, **house.env).code == 0
    ran = house.sync()
    assert ran.code == 4
    assert f"To ask no more for it: screener registry untrack {TWO}." in ran.out


def test_a_known_trial_whose_id_is_refused_is_a_failed_fetch(house: House) -> None:
    house.sync(TRIAL)
    house.server.script(f"/studies/{TRIAL}", reply(400, "Parameter `nctId` has incorrect format"))
    ran = house.sync(TRIAL)
    assert ran.code == 4
    assert f"{TRIAL}: NOT FETCHED. The registry does not accept the id {TRIAL}." in ran.out


def test_every_failure_says_what_to_do_next(house: House) -> None:
    house.sync(TRIAL)
    for answer in (reply(400, "no"), reply(200, headers={"Content-Length": "99999999"}), json_reply(study(ONE))):
        house.server.script(f"/studies/{TRIAL}", answer)
        assert f"To look into it: screener registry doctor {TRIAL}." in house.sync().out


def test_the_doctor_is_not_well_with_a_record_that_a_sync_would_refuse(house: House) -> None:
    house.server.script(
        f"/studies/{TRIAL}", json_reply({"protocolSection": {"identificationModule": {"nctId": TRIAL}}})
    )
    ran = screener("registry", "doctor", TRIAL, **house.env)
    assert ran.code == 4
    assert ran.out.startswith("schema changed: The record of NCT06452485 holds no eligibility text.")


def test_screening_says_how_old_the_record_is_when_the_registry_was_down(house: House) -> None:
    house.sync(TRIAL)
    assert "could not be read" not in screen(SAMPLE, **house.env).err
    house.server.script(f"/studies/{TRIAL}", cut(b"{" * 100, after=1))
    assert house.sync(deadline=2).code == 4
    screened = screen(SAMPLE, **house.env)
    assert "The registry could not be read in the sync of " in screened.err
    assert "this study's record was last seen on " in screened.err
    assert screened.json["patients"] == screen(SAMPLE).json["patients"]
    house.server.script(f"/studies/{TRIAL}", json_reply(RECORD))
    assert house.sync().code == 0
    assert "could not be read" not in screen(SAMPLE, **house.env).err


def test_a_run_that_is_stopped_says_that_what_was_fetched_is_kept(house: House) -> None:
    house.server.script(f"/studies/{TWO}", BROKEN)
    command = [sys.executable, "-m", "screener", "sync", TRIAL, TWO, "--rate", "1000"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **APART, **house.env}
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith(f"{TWO}: The registry has a fault of its own")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (
        130,
        "Stopped. What was fetched before is kept; run again to fetch the rest.\n",
    )
    assert screener("registry", "show", TRIAL, **house.env).code == 0
