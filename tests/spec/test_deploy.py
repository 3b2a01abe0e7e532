"""The shipped schedules: every night at 02:30 in Amsterdam, one run at a time."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
import yaml
from cronsim import CronSim

from screener import errors
from screener.cli.sync import command as sync

REPOSITORY = Path(__file__).resolve().parents[2]
DEPLOY = REPOSITORY / "deploy"
ZONE = ZoneInfo("Europe/Amsterdam")


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys keep their case
    parser.read(DEPLOY / "systemd" / name)
    return parser


def test_the_units_are_accepted_by_systemd() -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    units = sorted(str(path) for path in (DEPLOY / "systemd").iterdir())
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_timer_runs_at_night_in_amsterdam_and_catches_up() -> None:
    timer = unit("screener-sync.timer")["Timer"]
    assert timer["OnCalendar"] == "*-*-* 02:30:00 Europe/Amsterdam"
    assert timer["Persistent"] == "true"
    assert timer["RandomizedDelaySec"] == "20min"


def test_the_service_runs_the_sync_once_and_takes_a_change_for_no_fault() -> None:
    service = unit("screener-sync.service")["Service"]
    assert service["Type"] == "oneshot"
    assert " screener sync " in service["ExecStart"]
    assert set(service["SuccessExitStatus"].split()) == {str(errors.EXIT_FINDINGS), str(errors.EXIT_LOCKED)}


def cron() -> tuple[dict[str, str], list[str]]:
    """The settings of the cron file, and the fields of its one line: five of time, the user, the command."""
    lines = [line for line in (DEPLOY / "screener-sync.cron").read_text().splitlines() if not line.startswith("#")]
    *settings, line = lines
    assert all("=" in setting for setting in settings)
    return dict(setting.split("=", 1) for setting in settings), line.split(maxsplit=6)


def cron_job() -> dict[str, Any]:
    job: dict[str, Any] = yaml.safe_load((DEPLOY / "kubernetes" / "screener-sync.yaml").read_text())
    return job


def test_the_cron_line_runs_at_night_in_amsterdam() -> None:
    settings, (*fields, user, command) = cron()
    assert settings["CRON_TZ"] == "Europe/Amsterdam"
    runs = CronSim(" ".join(fields), datetime(2026, 6, 1, 12, 0, tzinfo=ZONE))
    assert [next(runs).isoformat() for _ in range(2)] == ["2026-06-02T02:30:00+02:00", "2026-06-03T02:30:00+02:00"]
    assert user == "screener"
    # A percent sign would end the command.
    assert "%" not in command
    # Without it cron would look in /usr/bin and /bin alone.
    assert "/usr/local/bin" in settings["PATH"].split(":")


def test_the_cron_job_mails_nothing_on_a_good_night() -> None:
    _, (*_, command) = cron()
    assert "--quiet" in command.split()


def test_cron_and_systemd_keep_their_records_in_the_same_place() -> None:
    settings, _ = cron()
    service = unit("screener-sync.service")["Service"]
    assert service["Environment"] == f"SCREENER_STORE={settings['SCREENER_STORE']}"
    assert f"/var/lib/{service['StateDirectory']}/" in settings["SCREENER_STORE"]


def test_every_schedule_calls_the_sync_with_options_that_it_has() -> None:
    _, (*_, line) = cron()
    pod = cron_job()["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    calls = [
        unit("screener-sync.service")["Service"]["ExecStart"].removeprefix("/usr/bin/env ").split(),
        line.split(),
        pod["containers"][0]["command"],
    ]
    for call in calls:
        assert call[:2] == ["screener", "sync"]
        assert sync.make_context("sync", call[2:]).params["deadline"] == 900
    assert pod["containers"][0]["env"][0]["name"] == "SCREENER_STORE"


def test_a_run_ends_by_itself_before_it_is_ended() -> None:
    deadline = sync.make_context("sync", []).params["deadline"]
    assert cron_job()["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"] > deadline
    assert unit("screener-sync.service")["Service"]["TimeoutStartSec"] == "30min"


def test_the_cron_job_is_as_kubernetes_describes_one() -> None:
    schema = json.loads(Path(__file__).with_name("cronjob.schema.json").read_text())
    jsonschema.validate(cron_job(), schema)
    misspelt = cron_job()
    misspelt["spec"]["timezone"] = misspelt["spec"].pop("timeZone")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(misspelt, schema)


def test_the_cron_job_runs_at_night_in_amsterdam_one_at_a_time() -> None:
    job = cron_job()
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
    spec = job["spec"]
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == (
        "30 2 * * *",
        "Europe/Amsterdam",
        "Forbid",
    )
    runs = CronSim(spec["schedule"], datetime(2026, 6, 1, 12, 0, tzinfo=ZONE))
    assert next(runs).isoformat() == "2026-06-02T02:30:00+02:00"
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    assert pod["containers"][0]["command"][:2] == ["screener", "sync"]


def test_the_handbook_lists_every_exit_code_of_the_sync() -> None:
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    codes = {errors.EXIT_OK, errors.EXIT_FINDINGS, errors.EXIT_USAGE, errors.EXIT_REGISTRY}
    assert listed == codes | {errors.EXIT_INTEGRITY, errors.EXIT_LOCKED}
