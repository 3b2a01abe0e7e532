"""The page about the memory is true: its commands are commands, and its table is that of the program."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from screener.cli.entry import root
from screener.worklist.states import INELIGIBLE, MISSING, MOVES, REASONS

TEXT = (Path(__file__).parents[2] / "docs" / "memory.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("  #")[0].removeprefix("screener ")
    for block in re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_page_is_understood(line: str) -> None:
    arguments = shlex.split(line)
    with click.Context(root) as context:
        name, command, rest = root.resolve_command(context, arguments)
        assert command is not None
        if isinstance(command, click.Group):
            name, command, rest = command.resolve_command(context, rest)
            assert command is not None
        command.make_context(name, list(rest))


def test_the_moves_of_the_page_are_those_of_the_program() -> None:
    rows = re.findall(r"^\| (\w+) \| ?(.*?) ?\|$", TEXT.partition("| state | goes on to |")[2], re.MULTILINE)
    assert {state: tuple(filter(None, to.split(", "))) for state, to in rows} == MOVES


def test_the_reasons_of_the_page_are_those_of_the_program() -> None:
    told = set(re.findall(r"`([A-Z]{2,}(?:-(?:[A-Z]+|<criterion>))?)`", TEXT))
    reasons = {reason for allowed in REASONS.values() for reason in allowed}
    assert told == reasons | {f"{INELIGIBLE}<criterion>", f"{MISSING}<criterion>"}
