"""`python -m benchmarks.peers [PATIENTS] [--peers FOLDER]`: ours beside other engines that say who fits a trial.

All screen the same made-up cohort for NCT06452485 and are compared patient by patient, criterion by criterion; one that
says something else ends the run. Nothing is installed by it: `benchmarks/README.md` says how a folder of peers is made.
Each run is a process of its own on one processor; they take turns. Where an engine works in a process, the patients are
made ready and a tenth of them screened before the clock runs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from benchmarks.cohort import rows
from benchmarks.cohort_by_hand import IDS
from benchmarks.measure import RUNS, on_one_processor
from benchmarks.peer_elm import library
from benchmarks.peer_ours import DAY, Run, rules
from benchmarks.table import publish_lines
from screener import __version__
from screener.facts.definitions import FactDefinition, Vocabulary

HERE = Path(__file__).parent
FEW = 2_000
"""How many patients an engine screens that takes milliseconds for one."""
PIP = "FOLDER/bin/python -m pip install"
OUTCOMES, REASONS = "ours, outcomes alone", "ours, every reason in words"
COHORT, STATEMENT = "ours, `screener cohort` on DuckDB", "ours, its statement alone"
COLUMNS = ("way", "criteria", "patients", "patients/s", "of processor time", "ours as fast, times", "unknown is",
           "says why", "agrees")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """How one engine is run, what it can say, and which of ours does the same."""

    name: str
    arguments: Sequence[str | Path]
    beside: str
    why: str
    unknown: str = "kept"
    environment: dict[str, str] = field(default_factory=dict)
    install: str = ""
    missing: bool = False


def flat(row: dict[str, str], vocabulary: Vocabulary) -> dict[str, Any]:
    """A row of the cohort as plain values; what is missing is left out."""
    given = {name: text for name, text in row.items() if name != "patient_id"}
    facts = {name: plain(vocabulary[name], text) for name, text in given.items() if name in vocabulary.facts}
    return {"id": row["patient_id"], "recordType": "Patient", **given, **facts}


def plain(fact: FactDefinition, text: str) -> Any:
    match fact.type:
        case "yes_no":
            return text == "yes"
        case "integer":
            return int(text)
        case "set":
            return text.split("; ")
    return text


def write_cohort(folder: Path, count: int, vocabulary: Vocabulary) -> None:
    """The cohort in the forms that the engines read, and the criteria as ELM."""
    lines = [json.dumps(flat(row, vocabulary)) + "\n" for row in rows(count, vocabulary)]
    (folder / "cohort.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "few.jsonl").write_text("".join(lines[:FEW]), encoding="utf-8")
    for name, by_age in (("age", True), ("birth", False)):
        (folder / f"{name}.json").write_text(json.dumps(library(DAY, by_age=by_age)), encoding="utf-8")
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"""copy (select id as patient_id, * exclude (id, recordType)
            from read_json('{folder}/cohort.jsonl')) to '{folder}/cohort.parquet' (format parquet)""")


def ways(folder: Path, peers: Path) -> list[Way]:
    """Every engine, whether it is installed or not."""
    cohort, python = folder / "cohort.jsonl", peers / "bin" / "python"
    ours = [sys.executable, "-m", "benchmarks.peer_ours"]
    return [
        Way(OUTCOMES, [*ours, "outcomes", cohort], OUTCOMES, "no"),
        of_cql("cql-execution", [cohort, folder / "age.json"], peers / "node_modules"),
        of_cql("cql-execution, a latest date of birth for the age", [cohort, folder / "birth.json"],
               peers / "node_modules"),
        Way(REASONS, [*ours, "reasons", cohort], REASONS, "in words"),
        Way("openmed", [python, HERE / "peer_openmed.py", folder / "few.jsonl"], REASONS, "by a code",
            install=f"{PIP} openmed==3.1.0", missing=not has(python, "openmed")),
        Way(COHORT, [*ours, "cohort", folder / "cohort.parquet"], COHORT, "causes"),
        Way(STATEMENT, [*ours, "statement", folder / "cohort.parquet"], STATEMENT, "causes"),
        Way("ohdsi-circepy", [python, HERE / "peer_circe.py", cohort], STATEMENT, "no", unknown="not met",
            install=f"{PIP} ohdsi-circepy==0.3.0", missing=not has(python, "ohdsi-circepy")),
    ]  # fmt: skip


def of_cql(name: str, read: list[Path], modules: Path) -> Way:
    return Way(
        name,
        ["node", HERE / "peer_cql.js", *read],
        OUTCOMES,
        "no",
        environment={"NODE_PATH": str(modules)},
        install="npm install --prefix FOLDER cql-execution@3.3.2",
        missing=not (shutil.which("node") and (modules / "cql-execution").is_dir()),
    )


def has(python: Path, package: str) -> bool:
    """Whether a Python is there and has a package."""
    asked = [str(python), "-c", f"import importlib.metadata as m; m.version('{package}')"]
    return python.is_file() and subprocess.run(asked, stderr=subprocess.DEVNULL, check=False).returncode == 0


def run(way: Way, out: Path) -> Run:
    """One run of an engine in a process of its own."""
    child = subprocess.run(
        [str(one) for one in (*way.arguments, out)],
        env={**os.environ, **way.environment},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=on_one_processor(),
    )
    if child.returncode:
        raise SystemExit(f"{way.name} came to no end; what it says stands above.")
    return Run(**json.loads(child.stdout))


def answers(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def agreement(way: Way, one: Run, theirs: dict[str, str], ours: dict[str, str]) -> str:
    """That an engine says what ours says, in the words of the table.

    Raises:
        SystemExit: it does not, of some patient and criterion, or it left patients out.
    """
    criteria, places = one.criteria, [IDS.index(name) for name in one.criteria]
    if theirs.keys() != set(list(ours)[: one.patients]):
        raise SystemExit(f"{way.name} screened other patients than ours. Nothing is published.")
    same = str.maketrans("?", "0") if way.unknown != "kept" else {}
    wanted = {patient: "".join(ours[patient][place] for place in places) for patient in theirs}
    other = [
        name
        for patient, told in theirs.items()
        for name, said, ours_said in zip(criteria, told, wanted[patient].translate(same), strict=True)
        if said != ours_said
    ]
    if other:
        counts = ", ".join(f"{name} of {other.count(name):,} patients" for name in dict.fromkeys(other))
        raise SystemExit(f"{way.name} says something else than ours: {counts}. Nothing is published.")
    if way.unknown == "kept":
        return "on all"
    fits = "".join("1" if name[0] == "I" else "0" for name in criteria)
    included = [patient for patient, told in theirs.items() if told == fits]
    still_open = sum("?" in wanted[patient] for patient in included)
    return f"on all, unknown taken as not met; of {len(included):,} it includes, ours leaves {still_open:,} open"


def measured(found: list[Way], folder: Path) -> tuple[list[str], str]:
    """The lines of the table, and the versions that ran."""
    there = [way for way in found if not way.missing]
    outs = {way.name: folder / f"{place}.txt" for place, way in enumerate(there)}
    runs: dict[str, list[Run]] = {way.name: [] for way in there}
    for _ in range(RUNS):  # in turn, so that what else the machine does hits all alike
        for way in there:
            runs[way.name].append(run(way, outs[way.name]))
    ours = answers(outs[OUTCOMES])
    lines = []
    for way in found:
        if way.missing:
            lines.append(f"| {way.name} | not installed: `{way.install}` |{' |' * (len(COLUMNS) - 2)}")
            continue
        some, base = runs[way.name], runs[way.beside]
        agrees = agreement(way, some[0], answers(outs[way.name]), ours)
        lines.append(line(way, some, base, agrees))
    versions = {f"{way.name.partition(',')[0]} {runs[way.name][0].version}": None for way in there if way.install}
    return lines, ", ".join(versions) or "no peer"


def line(way: Way, some: list[Run], base: list[Run], agrees: str) -> str:
    one = some[0]
    clock, processor = (median(one.patients / spent for spent in times)
                        for times in ([run.seconds for run in some], [run.processors for run in some]))  # fmt: skip
    times = median(
        (theirs.processors / theirs.patients) / (ours.processors / ours.patients)
        for theirs, ours in zip(some, base, strict=True)
    )
    covered = (
        f"all {len(IDS)}"
        if len(one.criteria) == len(IDS)
        else f"{len(one.criteria)} of {len(IDS)}: {', '.join(one.criteria)}"
    )
    beside = "" if way.name == way.beside else f"{times:.3g}"
    cells = (way.name, covered, f"{one.patients:,}", f"{clock:,.0f}", f"{processor:,.0f}", beside, way.unknown,
             way.why, agrees)  # fmt: skip
    return f"| {' | '.join(cells)} |"


def publish(count: int, peers: Path) -> None:
    load = f"{os.getloadavg()[0]:.1f}"
    with tempfile.TemporaryDirectory() as name:
        write_cohort(Path(name), count, rules().vocabulary)
        lines, versions = measured(ways(Path(name), peers), Path(name))
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    loads = f"load of the machine before: {load}, after: {os.getloadavg()[0]:.1f}"
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    head = (
        f"Measured on {day}: {machine}, screener {__version__}, {versions}; {loads}. Medians of {RUNS}, each in turn."
    )
    lines = [head, "", f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|", *lines]
    publish_lines("peers", lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers")
    parser.add_argument("patients", nargs="?", type=int, default=100_000)
    parser.add_argument("--peers", type=Path, default=Path(os.environ.get("BENCHMARK_PEERS", "peers")),
                        help="the folder of the peers [default: peers; environment: BENCHMARK_PEERS]")  # fmt: skip
    asked = parser.parse_args()
    publish(asked.patients, asked.peers.absolute())


if __name__ == "__main__":
    main()
