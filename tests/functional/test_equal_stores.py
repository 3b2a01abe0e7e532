"""SQLite and PostgreSQL keep the same: after the same thousand acts the exports and the trails are equal."""

from __future__ import annotations

import csv
import random
import shutil
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from remembered import SAMPLE, TRIAL, Desk, changed

from screener.errors import UsageError
from screener.store.memory import Memory
from screener.worklist import answering, deciding
from screener.worklist.footing import Footing, held_against
from screener.worklist.states import STATES, Move

pytest_plugins = ["postgres"]
ACTS = 1000
DAY = date(2026, 6, 1)
VALUES = {
    "primary_breast_sarcoma": ("yes", "no"),
    "who_performance_status": ("0", "1", "4"),
    "dutch_communication": ("no",),
}
REASONS = (None, "DECEASED", "PT-DECLINED", "OTHER", "INEL-I1", "MISSING-E1")


def acts(memory: Memory, footing: Footing, chance: random.Random) -> int:
    """A thousand acts as a busy office does them, some of which are refused; how many were kept."""
    kept, now = 0, datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
    for _ in range(ACTS):
        now += timedelta(seconds=chance.randint(1, 60))
        patient, by = f"P-{chance.randint(1, 13):03d}", chance.choice(("A. Jansen", "B. Visser"))
        with suppress(UsageError):
            if chance.random() < 0.3:
                fact = chance.choice(sorted(VALUES))
                given = answering.Given(patient, fact, chance.choice(VALUES[fact]), DAY, by, "chart", "=1+1")
                answering.take_down(memory, footing.loaded.rules, given, today=DAY, now=now)
            else:
                recheck = DAY + timedelta(days=chance.randint(0, 9))
                to = chance.choice(STATES)
                move = Move(to, chance.choice(REASONS), "because", chance.choice((None, "the PI says so")),
                            recheck if to == "recheck_due" else None, chance.choice((None, None, False)))  # fmt: skip
                consent = chance.choice((None, "asked", "given"))
                decided = deciding.Given(patient, move, by, chance.random() < 0.2, consent_status=consent, note="é ≤2")
                deciding.decide(memory, footing, decided, today=DAY, now=now)
            kept += 1
    return kept


def told(desk: Desk) -> dict[str, Any]:
    """Everything that comes out of a store, but for the moment at which a run was made."""
    logs: dict[str, Any] = {}
    for log in ("pre-screening", "screening"):
        path = desk.folder / "log.json"
        assert desk.call("export", TRIAL, "--out", path, "--log", log, "--by", "A").code == 0
        logs[log] = [
            line.split('"screened_at"')[0] + line.split('"method"')[1] for line in path.read_text().splitlines()
        ]
        workbook, redcap = desk.folder / "log.xlsx", desk.folder / "redcap.csv"
        assert desk.call("export", TRIAL, "--out", workbook, "--log", log, "--by", "A").code == 0
        book = openpyxl.load_workbook(workbook)
        logs |= {f"{log}: {sheet}": list(book[sheet].values) for sheet in ("criteria", "evidence", "reasons")}
        more = ("--log", log, "--format", "redcap", "--by", "A")
        assert desk.call("export", TRIAL, "--out", redcap, *more).code == 0
        with redcap.open(encoding="utf-8", newline="") as stream:
            logs[f"{log}: redcap"] = [{**row, "screened_at": ""} for row in csv.DictReader(stream)]
    trail = [{**one, "at": ""} for one in desk.call("audit", "show", "--by", "A", "--format", "json").json]
    looks = (("funnel",), ("worklist",), ("worklist", "--questions"), ("worklist", "--changed"))
    data = {" ".join(look): desk.call(look[0], TRIAL, *look[1:], "--by", "A", "--format", "json").out for look in looks}
    return {"logs": logs, "trail": trail, **data}


def test_a_thousand_acts_give_equal_exports_and_trails(tmp_path: Path, postgres_url: str) -> None:
    found, kept = [], []
    for name, url in (("sqlite", None), ("postgresql", postgres_url)):
        (tmp_path / name).mkdir()
        desk = Desk(tmp_path / name, url)
        desk.key.parent.mkdir()
        desk.key.write_text("ab" * 32)
        desk.key.chmod(0o600)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("screener.cli.memory_options.utc_now", lambda: datetime(2026, 6, 1, 7, 0, tzinfo=UTC))
            assert desk.run(SAMPLE).code == 0
        with desk.memory() as memory:
            kept.append(acts(memory, _footing(desk), random.Random(6452485)))
        shutil.copy(SAMPLE, desk.folder / "sample.csv")
        again = desk.run(changed(desk.folder, desk.folder / "sample.csv", "P-003", "who_performance_status", "4"))
        found.append((again.out, told(desk)))
        assert desk.call("audit", "verify").code == 0
    assert kept[0] == kept[1] > 300
    assert found[0] == found[1]


def _footing(desk: Desk) -> Footing:
    from screener.matching.gate import admitted

    return held_against(admitted(desk.criteria / TRIAL, desk.criteria), None)
