"""The page about the memory and the README's week are true: their commands are carried out, their tables hold."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from remembered import SAMPLE, amended, changed

from screener.cli.entry import root
from screener.criteria.library import shipped
from screener.worklist.log import COLUMNS
from screener.worklist.states import INELIGIBLE, MISSING, MOVES, REASONS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "memory.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = [line.partition("  #")[0] for block in BLOCKS for line in block.splitlines()]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WEEK = README.partition("## A coordinator's week")[2].partition("\n## ")[0]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_page_is_understood(line: str) -> None:
    arguments = shlex.split(line.partition(" >> ")[0].removeprefix("screener "))
    with click.Context(root) as context:
        name, command, rest = root.resolve_command(context, arguments)
        assert command is not None
        if isinstance(command, click.Group):
            name, command, rest = command.resolve_command(context, rest)
            assert command is not None
        command.make_context(name, list(rest))


def carried_out(script: str, folder: Path) -> None:
    """A script in a shell, in a folder with the tables of a week and nothing else."""
    shutil.copy(SAMPLE, folder / "monday.csv")
    changed(folder, SAMPLE, "P-002", "who_performance_status", "3", name="tuesday.csv")
    amended(shipped("criteria"), folder / "amended")
    settings = {
        "SCREENER_STORE": f"sqlite:///{folder}/data/store.db",
        "SCREENER_KEY_FILE": str(folder / "key"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        capture_output=True, text=True, cwd=folder, env={**os.environ, **settings},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_commands_of_the_page_can_be_given_one_after_the_other(tmp_path: Path) -> None:
    carried_out("".join(BLOCKS), tmp_path)
    assert {"log.xlsx", "funnel.svg", "to-approach.csv", "anchors.txt"} <= {one.name for one in tmp_path.iterdir()}


def test_the_week_of_the_readme_can_be_lived_and_fits_on_a_screen(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```sh\n(.*?)^```$", WEEK, re.MULTILINE | re.DOTALL)
    carried_out(block, tmp_path)
    assert {"log.xlsx", "funnel.svg", "safe"} <= {one.name for one in tmp_path.iterdir()}
    assert len(WEEK.splitlines()) <= 50
    for command in ("run", "worklist", "answer", "decide", "rescreen", "export", "funnel", "backup", "audit"):
        assert f"screener {command} " in block


def test_the_moves_of_the_page_are_those_of_the_program() -> None:
    table = TEXT.partition("| state | goes on to |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (\w+) \| ?(.*?) ?\|$", table, re.MULTILINE)
    assert {state: tuple(filter(None, to.split(", "))) for state, to in rows} == MOVES


def test_the_reasons_of_the_page_are_those_of_the_program() -> None:
    told = set(re.findall(r"`([A-Z]{2,}(?:-(?:[A-Z]+|<criterion>))?)`", TEXT))
    reasons = {reason for allowed in REASONS.values() for reason in allowed}
    assert told == reasons | {f"{INELIGIBLE}<criterion>", f"{MISSING}<criterion>"}


def test_every_filter_of_the_page_is_an_option_of_the_worklist() -> None:
    table = TEXT.partition("| to see | write |")[2].partition("\n\n")[0]
    with click.Context(root) as context:
        command = root.get_command(context, "worklist")
    assert command is not None
    options = {name for one in command.params for name in one.opts}
    told = set(re.findall(r"--[a-z][a-z-]+", table))
    assert told <= options
    assert options - told <= {"--by", "--format", "--criteria", "--store", "--limit", "--verdict", "trial"}


def test_the_columns_of_the_log_are_those_of_the_design_in_its_order() -> None:
    assert ",".join(COLUMNS) == (
        "screen_id,site,trial_id,rules_version,registry_version,patient_pseudonym,screened_at,method,data_as_of,"
        "attempt_no,verdict,first_failing_criterion,all_failing_criteria,unknown_criteria,n_met,n_not_met,n_unknown,"
        "state,reason_code,reason_text,decided_by,decided_at,second_reviewer,second_decision,discordant,override,"
        "override_reason,recheck_on,recheck_because,do_not_contact,clinician_approval,approached_at,consent_status,"
        "consent_version,note"
    )
