"""What a newcomer types first."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import screener

COMMANDS = [
    [], ["demo"], ["screen"], ["explain"], ["criteria"], ["criteria", "check"], ["criteria", "test"],
    ["criteria", "show"], ["criteria", "facts"], ["criteria", "schema"], ["criteria", "approve"], ["criteria", "new"],
    ["criteria", "rebase"], ["records"], ["records", "template"], ["trial"], ["sync"], ["registry"],
    *(["registry", name] for name in ("track", "untrack", "show", "diff", "history", "acknowledge", "doctor")),
]  # fmt: skip


def test_the_demo_ranks_the_sample_patients_and_writes_the_report(tmp_path: Path) -> None:
    ran = screener("demo", cwd=tmp_path)
    assert ran.code == 0
    assert "12 patients: 2 eligible on recorded data; 4 need information" in " ".join(ran.out.split())
    assert "WHO performance status is 3 (2026-05-22) where at most 2" in ran.out
    assert "4. P-003" in ran.out
    assert "? Is the diagnosis a primary breast sarcoma? [record; settles E1]" in ran.out
    assert "What to try next" in ran.err
    assert "I1 is stale" in ran.out
    assert "P-001: eligible on recorded data -> needs information" in ran.out
    report = (tmp_path / "screener-demo.html").read_text()
    assert "P-012" in report
    assert "<script" not in report


def test_the_demo_can_be_taken_in_at_once_and_shows_everything_where_that_is_asked(tmp_path: Path) -> None:
    short = screener("demo", cwd=tmp_path)
    assert len((short.out + short.err).splitlines()) <= 105
    whole = screener("demo", "--reasons", cwd=tmp_path)
    assert all(f". P-{number:03}\n" in whole.out for number in range(1, 13))


def test_what_the_demo_says_to_try_next_can_be_typed(tmp_path: Path) -> None:
    ran = screener("demo", cwd=tmp_path)
    typed = [line.split() for line in ran.err.splitlines() if line.startswith("  python -m screener ")]
    assert len(typed) == 6
    for words in typed:
        names = [word for word in words[3:] if word.islower() and not word.startswith("-")]
        commands = names[:2] if names[0] in ("records", "criteria") else names[:1]
        help_text = screener(*commands, "--help").out
        assert all(word in help_text for word in words if word.startswith("--"))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_and_every_leaf_an_example(command: list[str]) -> None:
    ran = screener(*command, "--help")
    assert ran.code == 0
    assert "Usage: screener" in ran.out
    if command not in (["criteria"], ["records"], ["registry"]):
        assert "Example" in ran.out


def test_an_unknown_command_is_a_usage_error() -> None:
    assert screener("scren").code == 2


def test_the_version_is_said() -> None:
    assert screener("--version").out.startswith("screener, version ")
