"""The shipped schedules: every night at 02:30 in Amsterdam, one run at a time."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from cronsim import CronSim

from screener import errors

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


def test_the_cron_line_runs_at_night_in_amsterdam() -> None:
    lines = (DEPLOY / "screener-sync.cron").read_text().splitlines()
    assert "CRON_TZ=Europe/Amsterdam" in lines
    line = next(line for line in lines if line[:1].isdigit())
    fields, user, command = line.split(maxsplit=6)[:5], line.split()[5], line.split(maxsplit=6)[6]
    runs = CronSim(" ".join(fields), datetime(2026, 6, 1, 12, 0, tzinfo=ZONE))
    assert [next(runs).isoformat() for _ in range(2)] == ["2026-06-02T02:30:00+02:00", "2026-06-03T02:30:00+02:00"]
    assert user == "screener"
    assert "screener sync" in command
    # A percent sign would end the command.
    assert "%" not in command


def test_the_cron_job_runs_at_night_in_amsterdam_one_at_a_time() -> None:
    job = yaml.safe_load((DEPLOY / "kubernetes" / "screener-sync.yaml").read_text())
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
