"""`screener cohort` on Spark and on PostgreSQL: the results of `screen`, and every fault in a sentence."""

from __future__ import annotations

import csv
import re
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import duckdb
import psycopg
import pytest
from command_line import SAMPLE, TRIAL, Ran, screen, screener, table

from screener.cohort.query import TrialRules
from screener.cohort.writing import written
from screener.criteria.library import find_rules, shipped
from screener.errors import ScreenerError
from screener.matching.gate import admitted

pytest_plugins = ["java", "postgres"]

DAY = date(2026, 6, 1)
COLUMN_OF = {
    "yes_no": "boolean", "choice": "varchar", "integer": "tinyint", "number": "double", "date": "date",
    "set": "varchar[]",
}  # fmt: skip
LARGEST_METHOD = 8_000  # bytes; Java interprets what is larger


def cohort(facts: Path | str, out: Path, *more: str) -> Ran:
    return screener("cohort", TRIAL, "--facts", facts, "--out", out, "--as-of", str(DAY), *more)


def cells(path: Path) -> dict[str, dict[str, str]]:
    """The rows of a CSV file, or of the files in a folder, by patient."""
    found = {}
    for one in sorted(path.glob("part-*")) if path.is_dir() else [path]:
        with one.open(encoding="utf-8", newline="") as stream:
            found |= {row["patient_id"]: row for row in csv.DictReader(stream)}
    return found


def by_screen(patients: Path) -> dict[str, dict[str, str]]:
    """What `screen` says of each patient, in the columns of a cohort as CSV."""
    said = {None: "", True: "yes", False: "no"}
    found = {}
    for one in screen(patients).json["patients"]:
        row = {"patient_id": one["patient_id"], "verdict": one["verdict"], "recoverable": said[one["recoverable"]]}
        row["score"] = str(one["score"])
        for criterion in one["criteria"]:
            row |= {criterion["id"]: criterion["result"], f"{criterion['id']}__causes": ";".join(criterion["causes"])}
        found[one["patient_id"]] = row
    return found


def text_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_an_empty_cell_is_written_without_quotation_marks_and_every_cell_as_screen_has_it(tmp_path: Path) -> None:
    out = tmp_path / "results.csv"
    assert cohort(SAMPLE, out, "--in-order").code == 0
    assert cells(out) == by_screen(SAMPLE)
    assert '"' not in "".join(text_of(out))


@pytest.mark.usefixtures("java")
def test_spark_gives_the_sample_what_screen_gives(tmp_path: Path) -> None:
    out = tmp_path / "results.csv"
    ran = cohort(SAMPLE, out, "--engine", "spark", "--master", "local[2]")
    assert ran.code == 0
    assert cells(out) == by_screen(SAMPLE)
    assert out.stat().st_mode & 0o777 == 0o700, "it holds rows of patients"
    assert "12 patients: 2 eligible on recorded data, 4 need information, 6 not eligible" in ran.err
    assert "[Stage" not in ran.err


@pytest.mark.usefixtures("java")
def test_spark_goes_on_past_a_cell_that_cannot_be_read(tmp_path: Path) -> None:
    facts = table(tmp_path, "patient_id,who_performance_status,er_status", "P-1,1,positive", "P-2,9,maybe")
    out = tmp_path / "results.csv"
    ran = cohort(facts, out, "--engine", "spark", "--master", "local[2]")
    assert (ran.code, "column who_performance_status: 1" in ran.err, "maybe" in ran.err) == (3, True, False)
    assert cells(out) == by_screen(facts)


@pytest.mark.usefixtures("java")
def test_all_that_spark_makes_of_a_typed_table_is_small_enough_for_java_to_compile(tmp_path: Path) -> None:
    from screener.cohort.spark_engine import opened

    rules = admitted(find_rules(TRIAL, shipped("criteria")), shipped("criteria")).rules
    typed = {one.name: COLUMN_OF[one.type] for one in rules.vocabulary.facts.values() if "." not in one.name}
    columns = ", ".join(f"null::{kind} as {name}" for name, kind in typed.items())
    facts = tmp_path / "typed.parquet"
    duckdb.sql(f"copy (select 'P-1' as patient_id, {columns}) to '{facts}' (format parquet)")
    with opened("local[1]", str(facts), [TrialRules(rules)], DAY) as engine:
        statement = written(engine.shown("wide", csv=False), "spark")
        explained = engine.session.sql(f"explain codegen {statement}").collect()[0][0]
    sizes = [int(one) for one in re.findall("maxMethodCodeSize:([0-9]+)", explained)]
    assert (len(sizes), max(sizes) < LARGEST_METHOD) == (1, True)


@pytest.mark.usefixtures("java")
def test_sets_of_any_length_and_repeated_options_are_read_alike_on_spark(tmp_path: Path) -> None:
    sites = [
        "",
        "none",
        "bone",
        "bone;liver",
        "bone;bone",
        "bone;liver;lung;brain",
        "bone;nose",
        "neck_nodes;",
        "Bone ; LUNG",
    ]
    rows = [f"P-{place},1,{one}" for place, one in enumerate(sites)]
    facts = table(tmp_path, "patient_id,metastasis_count,metastasis_sites", *rows)
    out = tmp_path / "results.csv"
    assert cohort(facts, out, "--engine", "spark", "--master", "local[1]").code == 3
    assert cells(out) == by_screen(facts)


@pytest.mark.usefixtures("java")
def test_what_spark_cannot_read_or_write_is_a_sentence_and_no_result(tmp_path: Path) -> None:
    from screener.cohort.spark_engine import opened

    rules = TrialRules(admitted(find_rules(TRIAL, shipped("criteria")), shipped("criteria")).rules)
    heading = "patient_id,who_performance_status"
    good = table(tmp_path, heading, "P-1,1", name="good.csv")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and no end")
    taken = tmp_path / "taken.csv"
    taken.mkdir()
    (taken / "part").touch()

    def said(facts: Path, out: str = "results.csv") -> str:
        with pytest.raises(ScreenerError) as caught, opened("local[2]", str(facts), [rules], DAY) as engine:
            engine.run(str(tmp_path / out), "wide")
        return caught.value.message

    assert "There is no file" in said(tmp_path / "none.parquet")
    assert "cannot be read; nothing was written" in said(tmp_path / "cut.parquet")
    assert "more or fewer cells" in said(table(tmp_path, heading, "P-1,1", "P-2,2,3", name="long.csv"))
    assert "more or fewer cells" in said(table(tmp_path, heading, "P-1,1", "P-2", name="short.csv"))
    assert "more than once" in said(table(tmp_path, heading, "P-1,1", "P-1,2", name="twice.csv"))
    assert "has no column patient_id" in said(table(tmp_path, "id,er_status", "P-1,positive", name="id.csv"))
    assert "other separators" in said(table(tmp_path, heading.replace(",", ";"), "P-1;1", name="semicolons.csv"))
    assert "other separators" in said(table(tmp_path, heading, "P-1,1", name="commas.tsv"))
    assert "names no format" in said(good, "results.xlsx")
    assert "There is no folder" in said(good, "none/results.csv")
    assert "is a folder that holds something" in said(good, "taken.csv")
    assert not list(tmp_path.glob("*results*"))


@pytest.mark.usefixtures("java")
def test_spark_says_what_keeps_it_from_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = table(tmp_path, "patient_id,er_status", "P-1,positive")

    def refused(master: str) -> str:
        ran = cohort(facts, tmp_path / "results.csv", "--engine", "spark", "--master", master)
        assert (ran.code, ran.err.count("Error:")) == (2, 1)
        return ran.err

    for address in ("sprak://host:7077", "localhost:7077", "spark://"):
        assert f'"{address}" is no address of a Spark cluster' in refused(address)
    assert "Write --master as local[*]" in refused("local[none]")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "none"))
    assert "Spark finds no Java that it can use" in refused("local[1]")


@pytest.mark.usefixtures("java")
def test_executors_of_spark_log_no_more_than_the_program_and_ctrl_c_is_its_own(tmp_path: Path) -> None:
    from screener.cohort.spark_engine import opened

    rules = TrialRules(admitted(find_rules(TRIAL, shipped("criteria")), shipped("criteria")).rules)
    facts = table(tmp_path, "patient_id,er_status", "P-1,positive")
    before = signal.getsignal(signal.SIGINT)
    with opened("local[1]", str(facts), [rules], DAY) as engine:
        context = engine.session.sparkContext
        assert context.getConf().get("spark.executor.syncLogLevel.enabled") == "true"
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is before


def load(server: str, name: str, path: Path, **types: str) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        headings, *rows = csv.reader(stream)
    columns = ", ".join(f'"{one}" {types.get(one, "text")}' for one in headings)
    with psycopg.connect(f"host={server} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(f"drop table if exists {name}".encode())
        connection.execute(f"create table {name} ({columns})".encode())
        with connection.cursor().copy(f"copy {name} from stdin".encode()) as copy:
            for row in rows:
                copy.write_row([cell or None for cell in row])


@pytest.fixture
def postgres(postgres_server: str, tmp_path: Path) -> Callable[..., Ran]:
    url = f"postgresql://postgres@/postgres?host={postgres_server}"
    return lambda facts, *more, out="results.csv": cohort(
        facts, tmp_path / out, "--engine", "postgres", "--database", url, *more
    )


@pytest.mark.parametrize(
    "types",
    [{}, {"metastasis_count": "smallint", "who_performance_status": "numeric", "dutch_communication": "boolean"}],
)
def test_postgresql_gives_the_sample_what_screen_gives(
    types: dict[str, str], postgres: Callable[..., Ran], postgres_server: str, tmp_path: Path
) -> None:
    load(postgres_server, "patients", SAMPLE, **types)
    assert postgres("public.patients").code == 0
    assert cells(tmp_path / "results.csv") == by_screen(SAMPLE)


def ask_readers_for_a_password(server: str) -> None:
    """A user of whom, and of nobody else, the server wants a password; it takes a moment to look at its settings."""
    rights = Path(server) / "data" / "pg_hba.conf"
    asking = "local all reader scram-sha-256\n"
    trusting = rights.read_text(encoding="utf-8").removeprefix(asking)
    with psycopg.connect(f"host={server} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute("drop role if exists reader")
        connection.execute("create role reader login password 'right'")
        rights.write_text(asking + trusting, encoding="utf-8")
        connection.execute("select pg_reload_conf()")
    with suppress(psycopg.OperationalError):
        while True:
            psycopg.connect(f"host={server} user=reader dbname=postgres").close()


@pytest.mark.parametrize(
    ("password", "words"), [(None, "The database asks for a password"), ("secret", "The server refuses the user")]
)
def test_a_password_that_postgresql_does_not_take_is_told_as_that_and_not_repeated(
    password: str | None, words: str, postgres: Callable[..., Ran], postgres_server: str, tmp_path: Path
) -> None:
    ask_readers_for_a_password(postgres_server)
    secret = "" if password is None else f":{password}"
    ran = postgres("public.patients", "--database", f"postgresql://reader{secret}@/postgres?host={postgres_server}")
    assert (ran.code, words in ran.err, "secret" in ran.err) == (2, True, False)


def test_faults_of_postgresql_are_a_sentence_and_no_result(
    postgres: Callable[..., Ran], postgres_server: str, tmp_path: Path
) -> None:
    load(postgres_server, "twice", table(tmp_path, "patient_id,er_status", "P-1,positive", "P-1,negative"))
    load(postgres_server, "strange", table(tmp_path, "patient_id,er_statu", "P-1,positive"))
    load(postgres_server, "good", table(tmp_path, "patient_id,er_status", "P-1,secret words"))

    def refused(ran: Ran, *words: str) -> None:
        assert (ran.code, ran.err.count("Error:")) == (2, 1)
        for one in words:
            assert one in ran.err

    refused(postgres("nothing"), "There is no such table in the database")
    refused(postgres("a.b.c"), "is no name of a table")
    refused(postgres("twice"), "more than once", "Make a view of it")
    refused(postgres("strange"), "No column of strange is a fact")
    refused(postgres("good", out="results.parquet"), "PostgreSQL writes its result as CSV")
    refused(postgres("good", "--database", f"postgresql://postgres@/none?host={postgres_server}"), "cannot be reached")
    refused(postgres("good", "--database", "localhost/clinic"), "no address of PostgreSQL", "postgresql://user@host/")
    refused(cohort("good", tmp_path / "results.csv", "--engine", "postgres"), "The database is not named")
    assert not list(tmp_path.glob("*results*"))
    ran = postgres("good")
    assert (ran.code, "column er_status: 1" in ran.err, "secret" in ran.err) == (3, True, False)
