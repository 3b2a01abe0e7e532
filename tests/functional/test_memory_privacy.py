"""A name, a number and a birth date that nobody else has: they come out only where they were asked for."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from registry_server import RegistryServer, json_reply
from remembered import SAMPLE, TRIAL, Desk, Said, changed
from sqlalchemy import text
from synced import RECORD, version

from screener.cli.entry import _COMMANDS as COMMANDS
from screener.criteria.library import shipped

pytest_plugins = ["postgres"]

NUMBER = "MRN-88120457"
NAME = "Zwartjes-Vantongeren"
BORN = "1903-02-17"
CANARIES = (NUMBER, NAME, BORN)
FAILED = (2, 4, 5, 75)
OFTEN_READ = ("display", "text", "div", "family", "given", "city", "line")


def office(folder: Path, url: str | None) -> Desk:
    """A desk whose patient P-003 gives somebody away in every cell, and the same in every format."""
    desk = Desk(folder, url)
    heading, *rows = SAMPLE.read_text(encoding="utf-8").splitlines()
    facts = [name for name in heading.split(",")[2:] if "__" not in name]
    missing = [f"{name}__source" for name in facts if f"{name}__source" not in heading.split(",")]
    lines = [",".join((heading, *missing, "surname", "address"))]
    for row in rows:
        words = f"letter of {NAME}, {NUMBER}" if row.startswith("P-003,") else ""
        lines.append(",".join((row, *[words.replace(",", " ")] * len(missing), NAME, NAME)))
    path = folder / "table.csv"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    path = changed(folder, path, "P-003", "birth_date", BORN, name="table.csv")
    changed(folder, path, "P-003", "patient_id", NUMBER, name="table.csv")
    other_forms(folder)
    records(folder / "records")
    return desk


def other_forms(folder: Path) -> None:
    """The table as JSON, as JSON lines, and broken in ways of its own."""
    text = (folder / "table.csv").read_text(encoding="utf-8")
    heading, *rows = [line.split(",") for line in text.splitlines()]
    patients = [dict(zip(heading, row, strict=True)) for row in rows]
    (folder / "table.json").write_text(json.dumps(patients), encoding="utf-8")
    lines = "".join(f"{json.dumps(one)}\n" for one in patients)
    (folder / "table.jsonl").write_text(lines, encoding="utf-8")
    (folder / "broken.jsonl").write_text(lines + f'{{"patient_id": "{NUMBER}", {NAME}\n', encoding="utf-8")
    (folder / "broken.json").write_text(json.dumps(patients)[:-40], encoding="utf-8")
    (folder / "twice.csv").write_text(text + text.splitlines()[3] + "\n", encoding="utf-8")
    (folder / "quote.csv").write_text(text + f'{NUMBER},"{NAME}\n', encoding="utf-8")
    (folder / "bytes.csv").write_bytes(text.encode() + f"{NUMBER},{NAME}".encode() + b"\xff\xfe\n")
    (folder / "headless.csv").write_text(text.partition("\n")[2], encoding="utf-8")
    facts = [name for name in heading if name != "patient_id" and "__source" not in name]
    unreadable = [{**one, **dict.fromkeys(facts, f"{NAME} {BORN}")} for one in patients]
    (folder / "unreadable.json").write_text(json.dumps(unreadable), encoding="utf-8")


def records(folder: Path) -> None:
    """The sample records, with the canaries in every field that a person may have written in."""
    folder.mkdir()
    for path in (shipped("data") / "fhir").glob("*.json"):
        bundle = json.loads(path.read_bytes())
        if path.name == "P-003.json":
            give_away(bundle)
            for entry in bundle["entry"]:
                entry["resource"]["note"] = [{"text": f"{NAME}, born {BORN}"}]
                entry["resource"].setdefault("identifier", [{"system": "urn:oid:1.2", "value": NUMBER}])
        text = json.dumps(bundle).replace("P-003", NUMBER)
        (folder / path.name).write_text(text, encoding="utf-8")
        if path.name == "P-003.json":
            (folder / "cut.json").write_text(text[:-200], encoding="utf-8")
            (folder / "odd.json").write_text(text.replace('"birthDate": "', '"birthDate": "x'), encoding="utf-8")


def give_away(node: Any) -> None:
    """Put the name and the birth date wherever a person may have written."""
    if isinstance(node, list):
        for one in node:
            give_away(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str):
                node[key] = NAME if key in OFTEN_READ else BORN if key == "birthDate" else value
            else:
                give_away(value)


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Desk:
    """An office in which everything that may be written is in folders of the test."""
    # Before the temporary folder is another one: the server has its own.
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    caplog.set_level(logging.DEBUG)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    for name, folder in (("HOME", "home"), ("XDG_DATA_HOME", "home/data"), ("TMPDIR", "temporary")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    return office(tmp_path, url)


WHO = ("--by", "A. Jansen")
ON = ("--as-of", "2026-06-01")
CHART = ("--on", "2026-06-01", *WHO, "--source", f"letter of {NAME}")
SARCOMA = "primary_breast_sarcoma"


def reading(name: str, *more: str) -> Iterator[tuple[str, ...]]:
    """One command over every form of the patients, whole and broken."""
    for form in (
        "table.csv", "table.json", "table.jsonl", "records", "twice.csv", "broken.jsonl", "unreadable.json",
        "broken.json", "quote.csv", "bytes.csv", "headless.csv", "nowhere.csv", "records/cut.json",
    ):  # fmt: skip
        yield (name, TRIAL, "--patients", form, *ON, *more)


COMMANDS_AND_ERRORS: list[tuple[str, ...]] = [
    ("demo",),
    ("trial", TRIAL),
    *reading("screen", "--format", "json"),
    ("screen", TRIAL, "--patients", "table.csv", *ON, "--report", "report.html"),
    ("screen", TRIAL, "--patients", "table.csv", "--as-of", NAME),
    *reading("explain", "--patient", NUMBER),
    ("explain", TRIAL, "--patients", "table.csv", "--patient", f"{NUMBER}{NAME}"),
    ("cohort", TRIAL, "--facts", "table.csv", *ON, "--out", "results.csv"),
    ("cohort", TRIAL, "--facts", "table.csv", "--as-of", NAME, "--out", "results.csv"),
    ("cohort", TRIAL, "--facts", "broken.json", *ON, "--out", "results.csv"),
    ("feasibility", TRIAL, "--facts", "table.csv", *ON, "--page", "study.html"),
    ("feasibility", TRIAL, "--facts", "broken.json", *ON),
    ("records", "inspect", "records"),
    ("records", "table", "records", "--trial", TRIAL, "--out", "made.csv", *ON),
    ("records", "table", "records/odd.json", "--trial", TRIAL, "--out", "made.csv", *ON),
    ("records", "template", TRIAL, "--out", "template.csv"),
    *reading("run", *WHO),
    ("run", TRIAL, "--patients", "table.csv", *ON, NAME),
    ("run", TRIAL, "--patients", "table.csv", "--as-of", NAME),
    ("run", TRIAL, "--patients", "table.csv", *ON, "--by", "  "),
    ("rescreen", TRIAL, "--as-of", "2026-06-02", *WHO),
    ("rescreen", TRIAL, "--preview", *WHO),
    ("rescreen", TRIAL, "--replay", "1", "--out", "replay.jsonl", *WHO),
    ("rescreen", TRIAL, "--replay", "99"),
    ("rescreen", TRIAL, "--replay", NAME),
    ("rescreen", TRIAL, "--compare", "1", "2", *WHO),
    ("answer", TRIAL, NUMBER, SARCOMA, "no", *CHART, "--note", f"said {NAME}"),
    ("answer", TRIAL, NUMBER, SARCOMA, NAME, *CHART),
    ("answer", TRIAL, NUMBER, NAME, "no", *CHART),
    ("answer", TRIAL, NUMBER, "birth_date", f"{BORN}T00:00", *CHART),
    ("answer", TRIAL, NUMBER, "birth_date", BORN.replace("19", "17", 1), *CHART),
    ("answer", TRIAL, NUMBER, SARCOMA, "no", NAME, *CHART),
    ("answer", TRIAL, NUMBER, SARCOMA, "no", *CHART, "--on", NAME),
    ("answer", TRIAL, NUMBER, SARCOMA, "no", *CHART, "--note", NAME * 200),
    ("answer", TRIAL, f"{NUMBER}-{NAME}", SARCOMA, "no", *CHART),
    ("rescreen", TRIAL, "--as-of", "2026-06-03", *WHO),
    ("decide", TRIAL, NUMBER, "to_approach", *WHO, "--override-reason", f"the PI of {NAME} says so", "--note", NAME),
    ("decide", TRIAL, NUMBER, "to_approach", *WHO, "--note", NAME),
    ("decide", TRIAL, NUMBER, NAME, *WHO),
    ("decide", TRIAL, NUMBER, "not_eligible", *WHO, "--reason", NAME),
    ("decide", TRIAL, NUMBER, "recheck_due", *WHO, "--recheck", BORN),
    ("decide", TRIAL, NUMBER, "recheck_due", *WHO, "--recheck", NAME),
    ("decide", TRIAL, NAME, "to_approach", *WHO),
    ("worklist", TRIAL, *WHO),
    ("worklist", TRIAL, "--questions", *WHO),
    ("worklist", TRIAL, "--bin", NAME),
    ("worklist", TRIAL, "--patients", "broken.json", *WHO),
    ("funnel", TRIAL, *WHO),
    ("funnel", NAME, *WHO),
    ("export", TRIAL, "--out", "log.csv", *WHO),
    ("export", TRIAL, "--out", "log.xlsx", *WHO),
    ("export", TRIAL, "--out", "log.json", "--contacts", *WHO),
    ("export", TRIAL, "--out", "log.csv", "--log", NAME, *WHO),
    ("audit", "show", "--patient", NUMBER, *WHO),
    ("audit", "show", "--patient", f"{NUMBER}{NAME}", *WHO),
    ("audit", "show", "--trial", NAME, *WHO),
    ("audit", "verify"),
    ("audit", "verify", "--anchor", NAME),
    ("audit", "anchor"),
    ("doctor",),
    ("criteria", "approve", TRIAL, *WHO),
    ("registry", "show", TRIAL),
    ("sync", TRIAL, "--rate", "1000"),
    ("backup", "--out", "copy.db", *WHO),
    ("restore", "table.csv", "--replace", *WHO),
    ("erase", f"{NUMBER}{NAME}", "--because", "request", *WHO),
    ("erase", NUMBER, "--because", NAME, *WHO),
    ("erase", NUMBER, "--because", "request", *WHO),
    ("erase", NUMBER, "--because", "request", *WHO),
]
"""Every command, and what can go wrong with each, one after the other on one store."""


def given_away(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary.casefold() in text.casefold()]


def carried_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[str, ...], Said]]:
    """What each command said; after each, nothing is left in the temporary folder."""
    monkeypatch.chdir(desk.folder)
    done = []
    with RegistryServer() as server:
        version(server)
        server.script(f"/studies/{TRIAL}", json_reply(RECORD))
        monkeypatch.setenv("SCREENER_REGISTRY_URL", server.base_url)
        for command in COMMANDS_AND_ERRORS:
            done.append((command, desk.call(*command)))
            assert list((desk.folder / "temporary").rglob("*")) == [], command
        assert server.asked
        assert given_away("\n".join(f"{one.path} {one}" for one in server.asked)) == []
    return done


def test_every_command_is_tried() -> None:
    assert {command[0] for command in COMMANDS_AND_ERRORS} == set(COMMANDS)


def test_no_canary_comes_out_through_any_command_or_error(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    done = carried_out(desk, monkeypatch)
    failed = [command for command, said in done if said.code in FAILED]
    assert len(failed) > 40
    for command, said in done:
        talk = said.err + (said.out if said.code in FAILED else "")
        assert given_away(talk) == [], (command, talk)
    trail = desk.call("audit", "show", "--format", "json")
    assert trail.code == 0
    assert len(trail.json) > 20
    assert given_away(trail.out) == []
    with desk.memory() as memory, memory.database.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM audit_row")).all()
    assert given_away("\n".join(map(str, rows))) == []
    assert given_away(caplog.text) == []
    assert given_away("\n".join(str(path) for path in desk.folder.rglob("*"))) == []
    if not desk.url.startswith("sqlite"):
        server = Path(request.getfixturevalue("postgres_server")) / "log"
        assert given_away(server.read_text(encoding="utf-8", errors="replace")) == []


def test_the_id_of_a_patient_is_in_no_file_but_those_that_were_asked_for(tmp_path: Path) -> None:
    desk = office(tmp_path, None)
    theirs = {path for path in tmp_path.rglob("*") if path.is_file()}
    table = changed(tmp_path, SAMPLE, "P-003", "patient_id", NUMBER, name="plain.csv")
    desk.run(table)
    desk.answer(NUMBER, SARCOMA, "no")
    desk.rescreen("2026-06-02")
    desk.call("decide", TRIAL, NUMBER, "to_approach", *WHO)
    desk.replay(1)
    for name in ("log.csv", "log.xlsx", "log.json"):
        assert desk.call("export", TRIAL, "--out", tmp_path / name, *WHO).code == 0
    assert desk.call("backup", "--out", tmp_path / "copy.db", *WHO).code == 0
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path not in {*theirs, table}]
    assert {"store.db", "key", "replay-1.jsonl", "log.csv", "copy.db"} <= {path.name for path in written}
    assert [path.name for path in written if NUMBER.encode() in path.read_bytes()] == []


def test_whoever_is_erased_is_in_no_byte_of_the_store(tmp_path: Path) -> None:
    desk = office(tmp_path, None)
    assert desk.run(tmp_path / "table.csv").code == 0
    desk.answer(NUMBER, SARCOMA, "no", "2026-06-01", "--note", f"said {NAME}")
    with closing(sqlite3.connect(tmp_path / "store.db")) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert NAME.encode() in (tmp_path / "store.db").read_bytes(), "facts are kept with where they stand"
    assert desk.call("erase", NUMBER, "--because", "request", *WHO).code == 0
    for path in tmp_path.glob("store.db*"):
        assert NAME.encode() not in path.read_bytes()
    assert os.listdir(tmp_path).count("store.db") == 1  # noqa: PTH208
    assert desk.call("audit", "verify").code == 0


def test_every_file_with_rows_of_patients_is_its_users_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    given = ("--patients", SAMPLE, "--as-of", "2026-06-01")
    wide = tmp_path / "log.csv"
    wide.touch(mode=0o644)
    for words in (
        ("export", TRIAL, "--out", wide),
        ("export", TRIAL, "--out", tmp_path / "log.xlsx"),
        ("export", TRIAL, "--contacts", "--out", tmp_path / "contacts.json"),
        ("rescreen", TRIAL, "--replay", "1", "--out", tmp_path / "replay.jsonl"),
        ("screen", TRIAL, *given, "--format", "csv", "--out", tmp_path / "results.csv"),
        ("screen", TRIAL, *given, "--out", tmp_path / "list.txt", "--report", tmp_path / "report.html"),
        ("cohort", TRIAL, "--facts", SAMPLE, "--as-of", "2026-06-01", "--out", tmp_path / "cohort.parquet"),
        ("cohort", TRIAL, "--facts", SAMPLE, "--as-of", "2026-06-01", "--out", tmp_path / "cohort.csv"),
    ):
        said = desk.call(*words)
        assert said.code == 0, said.err
        written = [one for one in words if isinstance(one, Path) and one != SAMPLE]
        assert {one.stat().st_mode & 0o777 for one in written} == {0o600}, words
