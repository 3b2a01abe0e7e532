"""Night after night: what is in force after a run is what screening everybody anew gives, whatever had changed."""

from __future__ import annotations

import json
import random
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import rulesets
from remembered import Desk

ELIGIBILITY = """Inclusion Criteria:

* Platelets at least 100 x 10^9/L within 28 days
* Adults

Exclusion Criteria:

* Surgery in the last 6 months
"""

RULES = f"""trial: {rulesets.TRIAL}
title: A trial of nothing
author: rules-team

inclusion:
  - id: I1
    quote: |
      Platelets at least 100 x 10^9/L within 28 days
    require:
      platelets: {{at_least: 100, measured_within: 28 days}}
    cases:
      - {{name: at the limit, given: {{platelets: 100 on 2026-01-10}}, on: 2026-02-07, expect: met}}
      - {{name: below, given: {{platelets: 99 on 2026-01-10}}, on: 2026-02-07, expect: not met}}
      - {{name: too old, given: {{platelets: 100 on 2026-01-10}}, on: 2026-02-08, expect: unknown}}
  - id: I2
    quote: |
      Adults
    require:
      age: {{at_least: 18}}
    cases:
      - {{name: birthday, given: {{birth_date: 2008-06-01}}, on: 2026-06-01, expect: met}}
      - {{name: a day before, given: {{birth_date: 2008-06-02}}, on: 2026-06-01, expect: not met}}
      - {{name: nothing recorded, given: {{}}, on: 2026-06-01, expect: unknown}}

exclusion:
  - id: E1
    quote: |
      Surgery in the last 6 months
    exclude_if:
      surgery: {{happened_within: 6 months}}
    cases:
      - {{name: just within, given: {{surgery: 2026-01-10}}, on: 2026-07-10, expect: applies}}
      - {{name: just outside, given: {{surgery: 2026-01-10}}, on: 2026-07-11, expect: does not apply}}
      - {{name: nothing recorded, given: {{}}, on: 2026-06-01, expect: unknown}}
"""

NAMED = re.compile(r"(older than [0-9]+ \w+ on) [0-9-]{10}")
HEADINGS = ("patient_id", "birth_date", "platelets", "platelets__on", "surgery")


def row(chance: random.Random, name: str, today: date) -> list[str]:
    """A patient of that day, with gaps and partial dates."""

    def day(back: int) -> str:
        when = (today - timedelta(days=chance.randint(0, back))).isoformat()
        return chance.choice((when, when, when[:7], ""))

    born = date(2008, 1, 1) + timedelta(days=chance.randint(0, 400))
    return [name, chance.choice((born.isoformat(), "1970", "")), str(chance.randint(90, 110)), day(40), day(300)]


def said(patient: Any) -> Any:
    """What is said of a patient, but for the day of the screening and the row."""
    text = NAMED.sub(r"\1 TODAY", json.dumps({**patient, "rank": 0, "patient_id": ""}))
    return json.loads(re.sub(r'"row [0-9]+"', '"the patient\'s row"', text))


def moved(changes: list[Any]) -> list[Any]:
    """Who was there on both nights."""
    back = "came back: was not in the last run"
    return [one for one in changes if one["from"] and one["to"] and one["because"][0]["what"] != back]


def test_thirty_nights_give_what_screening_everybody_anew_gives(tmp_path: Path) -> None:
    trial = rulesets.write_trial(tmp_path / "rules", rules=RULES, eligibility=ELIGIBILITY)
    desk, chance = Desk(tmp_path), random.Random(6452485)
    today, moves = date(2026, 5, 1), 0
    rows = {f"P-{number}": row(chance, f"P-{number}", today) for number in range(40)}
    for night in range(1, 31):
        today += timedelta(days=chance.choice((1, 1, 1, 3, 20)))
        for name in chance.sample(sorted(rows), 3):
            rows[name] = row(chance, name, today)
        here = [one for one in rows.values() if chance.random() > 0.02]
        chance.shuffle(here)
        table = desk.table(*here, headings=HEADINGS)
        day = ("--as-of", today.isoformat())
        ran = desk.call("run", trial, "--patients", table, *day, "--format", "json")
        assert ran.code == 0, ran.err
        if night > 1:
            told = moved(ran.json["changed"])
            two = ("--compare", str(night - 1), str(night), "--format", "json")
            assert moved(desk.call("rescreen", rulesets.TRIAL, *two).json["changed"]) == told
            moves += len(told)
        fresh = desk.call("screen", trial, "--patients", table, *day, "--format", "jsonl").out.splitlines()
        out = tmp_path / "replay.jsonl"
        assert desk.call("rescreen", rulesets.TRIAL, "--replay", str(night), "--out", out).code == 0
        kept = {one["patient_id"]: said(one) for one in map(json.loads, out.read_text().splitlines())}
        assert kept == {desk.pseudonym(one["patient_id"]): said(one) for one in map(json.loads, fresh)}
    assert moves > 30
