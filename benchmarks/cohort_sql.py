"""`python -m benchmarks.cohort_sql [ROWS...]`: `screener cohort` beside the same question written by hand.

One made-up cohort as Parquet with narrow types, 5% to 40% of each fact missing. Ours is the whole command: it checks
ids for repeats and every cell for whether it can be read, which the others do not. All results are compared.
`python -m benchmarks.cohort_sql make PATH ROWS` writes the cohort alone.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

import duckdb
import sqlglot

from benchmarks.cohort import MISSING, headings
from benchmarks.cohort_bounds import Cost, Measured, bounds
from benchmarks.cohort_by_hand import POLARS, by_hand, duckdb_by_hand
from benchmarks.measure import RUNS
from benchmarks.table import publish_lines
from screener.cohort.columns import ColumnKind, SourceColumn, cohort_table
from screener.cohort.dialects import DIALECTS
from screener.cohort.layout import statement
from screener.cohort.query import CohortQuery, TrialRules
from screener.cohort.sql import table as relation
from screener.cohort.writing import written
from screener.criteria.library import find_rules, shipped
from screener.criteria.model import RuleSet
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.matching.gate import admitted

TRIAL, DAY = "NCT06452485", date(2026, 6, 1)
SIZES = (1_000_000, 10_000_000)
ON_SPARK = 1_000_000
HARDLY_ANY = 1_000
OURS = "screener cohort"
WELL = {
    "who_performance_status": "1", "recurrence_type": "'local'", "primary_irradiated_postoperatively": "true",
    "prior_breast_irradiation": "'whole_breast'", "recurrence_surgery": "'salvage_mastectomy'",
    "high_risk_tumour_characteristics": "true", "low_risk_recurrence": "false", "staging_pet_ct": "'fdg'",
    "metastasis_count": "0", "dutch_communication": "true", "primary_breast_sarcoma": "false",
}  # fmt: skip


def value(fact: FactDefinition, place: int) -> str:
    """A value of a fact, drawn from the number of the row."""
    drawn = f"hash(i * 1000 + {place})"
    match fact.type:
        case "yes_no":
            return f"{drawn} % 2 = 0"
        case "choice":
            return f"[{', '.join(repr(one) for one in fact.options)}][1 + ({drawn} % {len(fact.options)})::int]"
        case "set":
            options = [[one] for one in fact.options] + [["neck_nodes", "bone"], ["liver", "lung"]]
            return f"{options}[1 + ({drawn} % {len(options)})::int]"
        case "date":
            start, span = ("1935-01-01", 26_000) if fact.name == "birth_date" else ("2024-01-01", 700)
            return f"date '{start}' + ({drawn} % {span})::int"
    return f"[0, 0, 0, 1, 1, 2, 3, 4][1 + ({drawn} % 8)::int]::tinyint"


def write_cohort(path: Path, rows: int, vocabulary: Vocabulary) -> None:
    columns = ["'P-' || lpad(i::varchar, 9, '0') as patient_id"]
    for place, (name, share) in enumerate(MISSING.items()):
        made = value(vocabulary[name], place)
        if name in WELL:
            made = f"case when hash(i * 7 + 3) % 5 = 0 then {WELL[name]} else {made} end"
        missing = f"hash(i * 1000 + {place} + 500) % 1000 < {int(share * 1000)}"
        columns.append(f"case when {missing} then null else {made} end as {name}")
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"copy (select {', '.join(columns)} from range({rows}) t(i)) to '{path}' (format parquet)")


def measured(arguments: list[str], threads: int) -> Cost:
    """What a whole process costs."""
    environment = {**os.environ, "POLARS_MAX_THREADS": str(threads), "SCREENER_STORE": "sqlite:////nonexistent/s.db"}
    start = time.perf_counter()
    child = subprocess.Popen(arguments, env=environment, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    assert status == 0, arguments
    seconds, megabyte = time.perf_counter() - start, 1024 if sys.platform == "linux" else 1024 * 1024
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / megabyte)


def ways(facts: Path, folder: Path, threads: int) -> dict[str, tuple[Path, Callable[[], Cost]]]:
    def of(name: str, *arguments: str) -> tuple[Path, Callable[[], Cost]]:
        out = folder / f"{name}.parquet"
        return out, lambda: measured([sys.executable, *[one.replace("OUT", str(out)) for one in arguments]], threads)

    hand = ("-m", "benchmarks.cohort_sql", "hand", str(facts), "OUT", str(threads))
    found = {
        OURS: of("ours", "-m", "screener", "cohort", TRIAL, "--facts", str(facts), "--out", "OUT",
                              "--as-of", str(DAY), "--threads", str(threads)),
        "DuckDB by hand, words as text": of("text", *hand, "text"),
        "DuckDB by hand, enumerations": of("enumerated", *hand, "enumerated"),
    }  # fmt: skip
    try:
        import polars  # type: ignore[import-not-found,unused-ignore]  # noqa: F401
    except ImportError:
        return found
    return found | {"Polars by hand": of("polars", "-c", POLARS, str(facts), "OUT")}


def agree(ours: Path, other: Path) -> bool:
    """Whether two results say the same of every patient."""
    with duckdb.connect(config={"threads": 1, "memory_limit": "2GB"}) as connection:
        names = [row[0] for row in connection.execute(f"describe select * from '{ours}'").fetchall()]
        rows = ", ".join(f'"{one}"::varchar' for one in names)
        chosen = f"select count(*), bit_xor(hash({rows})), sum(hash({rows}))"
        sums = [connection.execute(f"{chosen} from '{path}'").fetchall() for path in (ours, other)]
        return sums[0] == sums[1]


def on_this_machine(facts: Path, rows: int, threads: int) -> tuple[list[str], Measured]:
    """Lines of the table, and what they say of ours."""
    found = ways(facts, facts.parent, threads)
    runs: dict[str, list[Cost]] = {way: [] for way in found}
    for _ in range(RUNS):  # in turn, so that what else the machine does hits all alike
        for way, (_, run) in found.items():
            runs[way].append(run())
    costs = {way: typical(some) for way, some in runs.items()}
    times = {
        way: median(ours.processors / other.processors for ours, other in zip(runs[OURS], some, strict=True))
        for way, some in runs.items()
    }
    lines = []
    for way, (out, _) in found.items():
        assert agree(found[OURS][0], out), f"{way} says something else"
        cost = costs[way]
        figures = f"{cost.seconds:.2f} | {rows / cost.seconds / 1e6:.2f} | {costs[OURS].seconds / cost.seconds:.2f}"
        of_processors = f"{cost.processors:.2f} | {times[way]:.2f} | {cost.megabytes:.0f}"
        lines.append(f"| {rows:,} | {threads} | {way} | {figures} | {of_processors} |")
    return lines, Measured(costs[OURS], {way: one for way, one in times.items() if way != OURS})


def typical(runs: Sequence[Cost]) -> Cost:
    """The medians of several runs, and the most memory that one took."""
    return Cost(
        median(one.seconds for one in runs),
        median(one.processors for one in runs),
        max(one.megabytes for one in runs),
    )


def on_spark(facts: Path, rules: RuleSet) -> tuple[list[str], float]:
    """Both statements in one session, in turn, after a run that is not counted; and how many times by hand ours is."""
    from screener.cohort.spark_engine import opened

    outs = {OURS: facts.with_name("ours"), "Spark SQL by hand": facts.with_name("hand")}
    seconds: dict[str, list[float]] = {way: [] for way in outs}
    with opened("local[2]", str(facts), [TrialRules(rules)], DAY) as engine:
        session = engine.session
        queries = {OURS: written(engine.guarded("wide", csv=False), "spark")}
        queries["Spark SQL by hand"] = by_hand(f"parquet.`{facts}`", "spark")
        for _ in range(RUNS + 1):
            for way, query in queries.items():
                shutil.rmtree(outs[way], ignore_errors=True)
                start = time.perf_counter()
                session.sql(query).write.parquet(str(outs[way]))
                seconds[way].append(time.perf_counter() - start)
    assert agree(outs[OURS] / "*.parquet", outs["Spark SQL by hand"] / "*.parquet"), "Spark says something else"
    best = {way: median(some[1:]) for way, some in seconds.items()}
    times = {
        way: median(ours / other for ours, other in zip(seconds[OURS][1:], some[1:], strict=True))
        for way, some in seconds.items()
    }
    lines = [
        f"| {way} (the statement alone) | {one:.2f} | {ON_SPARK / one / 1e6:.2f} | {times[way]:.2f} |"
        for way, one in best.items()
    ]
    return lines, times["Spark SQL by hand"]


KINDS: dict[str, ColumnKind] = {
    "yes_no": "boolean", "choice": "plain", "integer": "whole", "number": "double", "date": "date", "set": "texts",
}  # fmt: skip


def compiling(rules: RuleSet) -> dict[str, float]:
    """How many ms it takes to compile, from the columns of a table to the text of the statement."""
    found = {}
    for typed in (True, False):
        columns = [
            SourceColumn(one, KINDS[rules.vocabulary[one].type] if typed and one in rules.vocabulary.facts else "text")
            for one in headings()
        ]
        for name, dialect in DIALECTS.items():
            spent = []
            for _ in range(RUNS):
                start = time.process_time()
                query = CohortQuery([TrialRules(rules)], cohort_table(columns, rules.vocabulary, name="x"), dialect(),
                                    as_of=DAY)  # fmt: skip
                written(statement(query, relation("cohort"), "wide", query.has_id()), name)
                spent.append(time.process_time() - start)
            found[f"{name}, {'typed columns, dates as text' if typed else 'all text'}"] = median(spent) * 1000
    return found


def main(sizes: tuple[int, ...]) -> None:
    criteria = shipped("criteria")
    rules = admitted(find_rules(TRIAL, criteria), criteria).rules
    versions = f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, sqlglot {sqlglot.__version__}"
    machine = f"{platform.machine()}, {os.cpu_count()} processors, {versions}{_others()}"
    load = f"load of the machine before: {os.getloadavg()[0]:.1f}"
    lines = [f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine}; {load}. Medians of {RUNS}, each way in turn.", "",
             "| patients | threads | way | seconds | million/s | ours, times | processor s | times | MB at most |",
             "|---|---|---|---|---|---|---|---|---|"]  # fmt: skip
    found: dict[int, Measured] = {}
    spark, by_spark = None, []
    with tempfile.TemporaryDirectory() as name:
        facts = Path(name) / "cohort.parquet"
        write_cohort(facts, HARDLY_ANY, rules.vocabulary)
        start = typical([ways(facts, facts.parent, 2)[OURS][1]() for _ in range(RUNS)])
        for size in sizes:
            write_cohort(facts, size, rules.vocabulary)
            for threads in (1, 2) if size == min(sizes) else (2,):
                told, found[size] = on_this_machine(facts, size, threads)
                lines += told
        if _has("pyspark") and shutil.which("java"):
            write_cohort(facts, ON_SPARK, rules.vocabulary)
            by_spark, spark = on_spark(facts, rules)
    lines += ["", f"| Spark, local[2], {ON_SPARK:,} patients | seconds | million/s | ours takes, times |",
              "|---|---|---|---|", *by_spark] if by_spark else []  # fmt: skip
    lines += ["", *bounds(start, found, compiling(rules), spark)]
    publish_lines("cohort table", lines)


def _has(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


def _others() -> str:
    from importlib.metadata import version

    return "".join(f", {name} {version(name)}" for name in ("polars", "pyspark") if _has(name))


if __name__ == "__main__":
    if sys.argv[1:2] == ["hand"]:
        duckdb_by_hand(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
    elif sys.argv[1:2] == ["make"]:
        folder = shipped("criteria")
        write_cohort(Path(sys.argv[2]), int(sys.argv[3]), admitted(find_rules(TRIAL, folder), folder).rules.vocabulary)
    else:
        main(tuple(int(one) for one in sys.argv[1:]) or SIZES)
