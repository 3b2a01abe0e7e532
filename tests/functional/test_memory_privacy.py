"""A name, a number and a birth date that nobody else has: they come out only where they were asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Ran, screener
from remembered import SAMPLE, TRIAL, changed

NUMBER = "MRN-88120457"
NAME = "Zwartjes-Vantongeren"
BORN = "1903-02-17"
CANARIES = (NUMBER, NAME, BORN)


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Ran]:
    """Commands with everything that they may write in folders of the test."""
    (tmp_path / "temporary").mkdir()
    settings = {
        "SCREENER_STORE": f"sqlite:///{tmp_path}/data/store.db",
        "SCREENER_KEY_FILE": str(tmp_path / "key"),
        "TMPDIR": str(tmp_path / "temporary"),
        "HOME": str(tmp_path / "home"),
    }
    return lambda *arguments, **more: screener(*arguments, cwd=tmp_path, **(settings | more))


def canary_table(folder: Path) -> Path:
    """The sample with one patient whose every cell gives somebody away."""
    path = changed(folder, SAMPLE, "P-003", "birth_date", BORN, name="one.csv")
    path = changed(folder, path, "P-003", "who_performance_status__source", f"letter of {NAME}", name="two.csv")
    path = changed(folder, path, "P-003", "patient_id", NUMBER, name="three.csv")
    heading, *rows = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{heading},{'surname'}", *(f"{row},{NAME}" for row in rows)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def said_where_nobody_asked(*rans: Ran) -> str:
    """All that was said on standard error, and on standard output by what failed."""
    return "\n".join(ran.err + (ran.out if ran.code in (2, 5, 75) else "") for ran in rans)


def test_no_canary_comes_out_through_any_command_or_error(desk: Callable[..., Ran], tmp_path: Path) -> None:
    table = canary_table(tmp_path)
    broken = changed(tmp_path, table, NUMBER, "who_performance_status", NAME, name="broken.csv")
    twice = tmp_path / "twice.csv"
    twice.write_text(table.read_text(encoding="utf-8") + table.read_text(encoding="utf-8").splitlines()[3] + "\n")
    on = ("--as-of", "2026-06-01")
    fact = ("--on", "2026-06-01", "--by", "A. Jansen", "--source", "chart")
    rans = [
        desk("run", TRIAL, "--patients", table, *on),
        desk("run", TRIAL, "--patients", broken, *on),
        desk("run", TRIAL, "--patients", twice, *on, "--format", "json"),
        desk("run", TRIAL, "--patients", tmp_path / "nowhere.csv", *on),
        desk("run", TRIAL, "--patients", table, *on, SCREENER_KEY_FILE=str(tmp_path / "other")),
        desk("rescreen", TRIAL, "--as-of", "2026-06-02"),
        desk("rescreen", TRIAL, "--replay", "1", "--out", tmp_path / "replay.jsonl"),
        desk("rescreen", TRIAL, "--replay", "99"),
        desk("answer", TRIAL, NUMBER, "primary_breast_sarcoma", "no", *fact, "--note", f"said {NAME}"),
        desk("answer", TRIAL, NUMBER, "primary_breast_sarcoma", NAME, *fact),
        desk("answer", TRIAL, NUMBER, "birth_date", f"{BORN}T00:00", *fact),
        desk("answer", TRIAL, NUMBER, "birth_date", "1703-02-17", *fact),
        desk("answer", TRIAL, f"{NUMBER}-{NAME}", "primary_breast_sarcoma", "no", *fact),
        desk("audit", "show", "--patient", f"{NUMBER}{NAME}"),
        desk("audit", "verify", "--anchor", NAME),
        desk("doctor"),
    ]
    said = said_where_nobody_asked(*rans)
    assert [ran.code for ran in rans] == [0, 3, 3, 2, 5, 0, 0, 2, 0, 2, 2, 2, 2, 2, 2, 0]
    trail = desk("audit", "show", "--format", "json")
    shown = desk("audit", "show", "--patient", NUMBER)
    verified = desk("audit", "verify", "--format", "json")
    for canary in CANARIES:
        assert canary not in said
        assert canary not in trail.out + shown.out + shown.err + verified.out
        assert canary not in "\n".join(str(path) for path in tmp_path.rglob("*"))
    assert [one["act"] for one in trail.json] == [*["screened"] * 4, "replayed", "answered", "viewed"]
    assert list((tmp_path / "temporary").rglob("*")) == []


def test_the_id_of_a_patient_is_in_no_file_but_those_of_the_user(desk: Callable[..., Ran], tmp_path: Path) -> None:
    table = canary_table(tmp_path)
    desk("run", TRIAL, "--patients", table, "--as-of", "2026-06-01")
    desk(
        "answer", TRIAL, NUMBER, "primary_breast_sarcoma", "no", "--on", "2026-06-01", "--by", "A", "--source", "chart"
    )
    desk("rescreen", TRIAL, "--replay", "1", "--out", tmp_path / "replay.jsonl")
    theirs = {table, *tmp_path.glob("*.csv")}
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path not in theirs]
    assert {"store.db", "key", "replay.jsonl"} <= {path.name for path in written}
    assert [path.name for path in written if NUMBER.encode() in path.read_bytes()] == []
