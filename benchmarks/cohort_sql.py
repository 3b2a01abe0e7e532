"""`python -m benchmarks.cohort_sql [ROWS...]`: `screener cohort` beside the same question written by hand.

One made-up cohort as Parquet with narrow types, 5% to 40% of each fact missing. Ours is the whole command: it checks
ids for repeats and every cell for whether it can be read, which the others do not. All results are compared.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.cohort import MISSING
from screener.criteria.library import find_rules, shipped
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.matching.gate import admitted

TRIAL, DAY = "NCT06452485", date(2026, 6, 1)
SIZES, RUNS = (1_000_000, 10_000_000), 3
README = Path(__file__).with_name("README.md")
START, END = "<!-- cohort table -->", "<!-- end of cohort table -->"
WELL = {
    "who_performance_status": "1", "recurrence_type": "'local'", "primary_irradiated_postoperatively": "true",
    "prior_breast_irradiation": "'whole_breast'", "recurrence_surgery": "'salvage_mastectomy'",
    "high_risk_tumour_characteristics": "true", "low_risk_recurrence": "false", "staging_pet_ct": "'fdg'",
    "metastasis_count": "0", "dutch_communication": "true", "primary_breast_sarcoma": "false",
}  # fmt: skip
IDS = ("I1", "I2", "I3", "I4", "I5", "I7", "I8", "I9", "E1", "E2")
NODES = "['mediastinal_nodes', 'neck_nodes', 'contralateral_axillary_nodes', 'contralateral_supraclavicular_nodes']"
LRR = "('local', 'regional', 'local_and_regional', 'second_primary_ipsilateral')"


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


def by_hand(source: str, *, enumerated: bool) -> str:
    """The eleven criteria as somebody would write them for this trial alone; words as text, or as enumerations."""
    criteria = f"""select patient_id, prior_breast_irradiation as prior,
        who_performance_status <= 2 as I1,
        birth_date <= date '2008-06-01' as I2,
        recurrence_type in {LRR} and primary_irradiated_postoperatively as I3,
        (recurrence_surgery = 'salvage_mastectomy' and high_risk_tumour_characteristics)
            or (recurrence_surgery = 'local_excision' and reirradiation_indicated) as I4,
        case when prior_breast_irradiation <> 'chest_wall'
            then prior_breast_irradiation in ('whole_breast', 'partial_breast') end as I5,
        staging_pet_ct <> 'none' as I7,
        metastasis_count = 0 or (metastasis_count <= 5 and list_has_all({NODES}, metastasis_sites)) as I8,
        dutch_communication as I9, primary_breast_sarcoma as E1,
        low_risk_recurrence and previous_breast_conserving_therapy as E2 from {source}"""
    fails = {one: f"not {one}" if one[0] == "I" else one for one in IDS}
    failed = " + ".join(f"coalesce({one}, false)::tinyint" for one in fails.values())
    still_open = " + ".join(f"({one} is null)::tinyint" for one in IDS)
    for_good = " or ".join(f"coalesce({fails[one]}, false)" for one in ("I3", "I5", "I8", "E1", "E2"))
    judged = f"select *, {failed} as f, {still_open} as o, {for_good} as g from ({criteria})"
    said = {"met": "met", "not met": "not met"}
    kinds = {"v": ("eligible", "needs_information", "not_eligible"), "i": ("met", "not met", "unknown"),
             "e": ("applies", "does not apply", "unknown"), "c": ("", "not_recorded"), "a": ("allowed",),
             "p": ("", "interpretation_open", "not_recorded;interpretation_open")}  # fmt: skip

    def word(kind: str, text: str) -> str:
        among = ", ".join(f"'{one}'" for one in kinds[kind])
        return f"'{said.get(text, text)}'::enum({among})" if enumerated else f"'{text}'"

    no, still, yes = (word("v", one) for one in ("not_eligible", "needs_information", "eligible"))
    verdict = f"case when f > 0 then {no} when o > 0 then {still} else {yes} end as verdict"
    columns = [
        "patient_id",
        verdict,
        "case when f > 0 then not g end as recoverable",
        "((10 - f - o) * 10)::smallint as score",
    ]
    for one in ("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "E1", "E2"):
        if one == "I6":
            columns += [f"{word('a', 'allowed')} as I6", f"{word('c', '')} as I6__causes"]
            continue
        kind, yes, no = ("i", "met", "not met") if one[0] == "I" else ("e", "applies", "does not apply")
        columns.append(f"case {one} when true then {word(kind, yes)} when false then {word(kind, no)} "
                       f"else {word(kind, 'unknown')} end as {one}")  # fmt: skip
        why = f"case when {one} is null then {word('c', 'not_recorded')} else {word('c', '')} end"
        if one == "I5":
            both = word("p", "not_recorded;interpretation_open")
            why = (f"case when I5 is not null then {word('p', '')} when prior is null then {both} "
                   f"else {word('p', 'interpretation_open')} end")  # fmt: skip
        columns.append(f"{why} as {one}__causes")
    return f"select {', '.join(columns)} from ({judged})"


def duckdb_by_hand(facts: Path, out: Path, threads: int, *, enumerated: bool) -> None:
    with duckdb.connect(config={"threads": threads, "memory_limit": "400MB"}) as connection:
        connection.execute("set preserve_insertion_order = false")  # else it writes with one thread
        query = by_hand(f"'{facts}'", enumerated=enumerated)
        connection.execute(f"copy ({query}) to '{out}' (format parquet)")


POLARS = """
import sys, datetime, polars as pl
from polars import col, when, lit
facts, out = sys.argv[1:3]
nodes = ['mediastinal_nodes', 'neck_nodes', 'contralateral_axillary_nodes', 'contralateral_supraclavicular_nodes']
lrr = ['local', 'regional', 'local_and_regional', 'second_primary_ipsilateral']
rules = {
    'I1': col('who_performance_status') <= 2,
    'I2': col('birth_date') <= datetime.date(2008, 6, 1),
    'I3': col('recurrence_type').is_in(lrr) & col('primary_irradiated_postoperatively'),
    'I4': ((col('recurrence_surgery') == 'salvage_mastectomy') & col('high_risk_tumour_characteristics'))
          | ((col('recurrence_surgery') == 'local_excision') & col('reirradiation_indicated')),
    'I5': when(col('prior_breast_irradiation') != 'chest_wall').then(
              col('prior_breast_irradiation').is_in(['whole_breast', 'partial_breast'])),
    'I7': col('staging_pet_ct') != 'none',
    'I8': (col('metastasis_count') == 0)
          | ((col('metastasis_count') <= 5) & (col('metastasis_sites').list.set_difference(nodes).list.len() == 0)),
    'I9': col('dutch_communication'), 'E1': col('primary_breast_sarcoma'),
    'E2': col('low_risk_recurrence') & col('previous_breast_conserving_therapy'),
}
failing = {one: ~col(one) if one[0] == 'I' else col(one) for one in rules}
f = sum(one.fill_null(False).cast(pl.Int8) for one in failing.values())
o = sum(col(one).is_null().cast(pl.Int8) for one in rules)
g = pl.any_horizontal(*(failing[one].fill_null(False) for one in ('I3', 'I5', 'I8', 'E1', 'E2')))
def said(one):
    yes, no = ('met', 'not met') if one[0] == 'I' else ('applies', 'does not apply')
    return when(col(one)).then(lit(yes)).when(~col(one)).then(lit(no)).otherwise(lit('unknown')).alias(one + ' said')
def why(one):
    if one == 'I5':
        return when(col('I5').is_not_null()).then(lit('')).when(col('prior_breast_irradiation').is_null()).then(
            lit('not_recorded;interpretation_open')).otherwise(lit('interpretation_open')).alias('I5__causes')
    return when(col(one).is_null()).then(lit('not_recorded')).otherwise(lit('')).alias(one + '__causes')
names = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'E1', 'E2']
q = pl.scan_parquet(facts).with_columns(**rules).with_columns(f.alias('f'), o.alias('o'), g.alias('g'))
q = q.with_columns(*(said(one) for one in rules), *(why(one) for one in rules))
q = q.select('patient_id',
    when(col('f') > 0).then(lit('not_eligible')).when(col('o') > 0).then(lit('needs_information'))
        .otherwise(lit('eligible')).alias('verdict'),
    when(col('f') > 0).then(~col('g')).alias('recoverable'),
    ((10 - col('f') - col('o')) * 10).cast(pl.Int16).alias('score'),
    *(piece for one in names for piece in ((lit('allowed').alias('I6'), lit('').alias('I6__causes')) if one == 'I6'
        else (col(one + ' said').alias(one), col(one + '__causes')))))
q.sink_parquet(out)
"""


def measured(arguments: list[str], threads: int) -> tuple[float, float]:
    """Seconds and peak megabytes of a whole process."""
    environment = {
        **os.environ,
        "POLARS_MAX_THREADS": str(threads),
        "SCREENER_STORE": "sqlite:////nonexistent/store.db",
    }
    start = time.perf_counter()
    child = subprocess.Popen(arguments, env=environment, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    assert status == 0, arguments
    return time.perf_counter() - start, usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)


def ways(facts: Path, folder: Path, threads: int) -> dict[str, tuple[Path, Callable[[], tuple[float, float]]]]:
    def of(name: str, *arguments: str) -> tuple[Path, Callable[[], tuple[float, float]]]:
        out = folder / f"{name}.parquet"
        return out, lambda: measured([sys.executable, *[one.replace("OUT", str(out)) for one in arguments]], threads)

    hand = ("-m", "benchmarks.cohort_sql", "hand", str(facts), "OUT", str(threads))
    found = {
        "screener cohort": of("ours", "-m", "screener", "cohort", TRIAL, "--facts", str(facts), "--out", "OUT",
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
        sums = [connection.execute(f"select count(*), bit_xor(hash({rows})), sum(hash({rows})) from '{path}'").fetchall()
                for path in (ours, other)]  # fmt: skip
        return sums[0] == sums[1]


def table(rows: int, vocabulary: Vocabulary) -> list[str]:
    lines = []
    with tempfile.TemporaryDirectory() as name:
        folder, facts = Path(name), Path(name) / "cohort.parquet"
        write_cohort(facts, rows, vocabulary)
        for threads in (1, 2):
            found = ways(facts, folder, threads)
            runs: dict[str, list[tuple[float, float]]] = {way: [] for way in found}
            for _ in range(RUNS):  # in turn, so that what else the machine does hits all alike
                for way, (_, run) in found.items():
                    runs[way].append(run())
            best = {way: median(seconds for seconds, _ in some) for way, some in runs.items()}
            ours = found["screener cohort"][0]
            for way, (out, _) in found.items():
                assert agree(ours, out), f"{way} says something else"
                peak = max(megabytes for _, megabytes in runs[way])
                ratio = best["screener cohort"] / best[way]
                speed = f"{best[way]:.2f} | {rows / best[way] / 1e6:.2f} | {ratio:.2f} | {peak:.0f}"
                lines.append(f"| {rows:,} | {threads} | {way} | {speed} |")
    return lines


def main(sizes: tuple[int, ...]) -> None:
    criteria = shipped("criteria")
    vocabulary = admitted(find_rules(TRIAL, criteria), criteria).rules.vocabulary
    versions = f"Python {platform.python_version()}, DuckDB {duckdb.__version__}"
    machine = f"{platform.machine()}, {os.cpu_count()} processors, {versions}"
    load = f"load of the machine before {os.getloadavg()[0]:.1f}"
    lines = [f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine}, {load}.", "",
             "| patients | threads | way | seconds | million/s | ours takes, times | MB at most |", "|---|---|---|---|---|---|---|"]  # fmt: skip
    for size in sizes:
        lines += table(size, vocabulary)
    print("\n".join(lines))
    before, start, rest = README.read_text(encoding="utf-8").partition(START)
    if start:
        README.write_text(
            f"{before}{START}\n" + "\n".join(lines) + f"\n{END}{rest.partition(END)[2]}", encoding="utf-8"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["hand"]:
        duckdb_by_hand(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), enumerated=sys.argv[5] == "enumerated")
    else:
        main(tuple(int(one) for one in sys.argv[1:]) or SIZES)
