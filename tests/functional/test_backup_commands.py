"""`screener backup`, `restore` and `erase`: nothing is lost, and what is to be forgotten is."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from remembered import SAMPLE, TRIAL, Desk, Said, changed

pytest_plugins = ["postgres"]
BY = ("--by", "A. Jansen")


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A desk after a run, an answer and some decisions."""
    return _worked_at(Desk(tmp_path, None if request.param == "sqlite" else request.getfixturevalue("postgres_url")))


@pytest.fixture
def file_desk(tmp_path: Path) -> Desk:
    return _worked_at(Desk(tmp_path))


def _worked_at(desk: Desk) -> Desk:
    desk.run(SAMPLE)
    assert desk.answer("P-003", "primary_breast_sarcoma", "no").code == 0
    for patient in ("P-001", "P-002"):
        assert desk.call("decide", TRIAL, patient, "to_approach", *BY).code == 0
    assert desk.call("decide", TRIAL, "P-001", "approached", "--consent", "given", "--note", "≤ é", *BY).code == 0
    return desk


def told(desk: Desk) -> dict[str, Any]:
    """What a store says of itself, but for the trail."""
    logs = {}
    for log in ("pre-screening", "screening"):
        path = desk.folder / "log.json"
        assert desk.call("export", TRIAL, "--out", path, "--log", log, *BY).code == 0
        logs[log] = path.read_text(encoding="utf-8")
    return {**logs, **{name: desk.call(name, TRIAL, "--format", "json", *BY).out for name in ("funnel", "worklist")}}


def back_up(desk: Desk) -> tuple[Path, str]:
    out = desk.folder / "safe" / "backup.db"
    said = desk.call("backup", "--out", out, *BY)
    assert said.code == 0, said.err
    return out, said.err.rpartition("audit trail: ")[2].strip()


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_a_backup_of_either_store_can_be_restored_into_either(desk: Desk, into: str, request: Any) -> None:
    before = told(desk)
    file, anchor = back_up(desk)
    assert [path.name for path in file.parent.iterdir()] == ["backup.db"]
    assert file.stat().st_mode & 0o777 == 0o600
    other = f"sqlite:///{desk.folder}/new/store.db" if into == "sqlite" else request.getfixturevalue("second_url")
    first, desk.url = desk.url, other
    said = desk.call("restore", file, *BY)
    assert said.code == 0, said.err
    assert told(desk) == before
    verified = desk.call("audit", "verify", "--anchor", anchor)
    assert verified.code == 0, verified.err
    again = desk.run(changed(desk.folder, SAMPLE, "P-002", "who_performance_status", "3"), "2026-06-02")
    moved = {one["patient"]: one["because"][0]["kind"] for one in again.json["changed"]}
    assert moved == {desk.pseudonym("P-002"): "fact", desk.pseudonym("P-003"): "answer"}
    assert desk.call("decide", TRIAL, "P-004", "needs_data", *BY).code == 0
    assert desk.call("audit", "verify").code == 0
    assert first != other
    refused = desk.call("restore", file, *BY)
    assert (refused.code, refused.err.count("Error:")) == (2, 1)


@pytest.fixture
def second_url(postgres_server: str) -> str:
    """A second database, empty."""
    import psycopg

    with psycopg.connect(f"host={postgres_server} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS restored")
        connection.execute("CREATE DATABASE restored")
    return f"postgresql+psycopg://postgres@/restored?host={postgres_server}"


def test_a_store_that_is_there_is_put_aside_and_never_lost(file_desk: Desk) -> None:
    file, _ = back_up(file_desk)
    assert file_desk.call("decide", TRIAL, "P-004", "needs_data", *BY).code == 0
    store = file_desk.folder / "store.db"
    refused = file_desk.call("restore", file, *BY)
    assert (refused.code, "There is a store already" in refused.err) == (2, True)
    said = file_desk.call("restore", file, "--replace", *BY)
    aside = store.with_name("store.db.before-restore-1")
    assert (said.code, str(aside) in said.err) == (0, True)
    assert file_desk.call("worklist", TRIAL, "--format", "json").json["bins"].get("needs_data") is None
    (last,) = file_desk.call("audit", "show", "--last", "2", "--format", "json").json[:1]
    assert (last["act"], last["part"]) == ("viewed", "worklist")
    file_desk.url = f"sqlite:///{aside}"
    assert file_desk.call("worklist", TRIAL, "--format", "json").json["bins"]["needs_data"] == 1
    assert file_desk.call("audit", "verify").code == 0


def test_a_damaged_store_gives_way_to_its_backup(file_desk: Desk) -> None:
    file, _ = back_up(file_desk)
    store = file_desk.folder / "store.db"
    store.write_bytes(b"\xff" * store.stat().st_size)
    assert file_desk.call("worklist", TRIAL).code == 5
    assert file_desk.call("restore", file, "--replace", *BY).code == 0
    assert file_desk.call("audit", "verify").code == 0


def _refused(desk: Desk, file: Path, code: int, words: str) -> None:
    before = (desk.folder / "store.db").read_bytes()
    said = desk.call("restore", file, "--replace", *BY)
    assert (said.code, said.err.count("Error:"), words in said.err) == (code, 1, True), said.err
    assert (desk.folder / "store.db").read_bytes() == before
    assert not list(desk.folder.rglob("*.partial*"))


def test_a_backup_that_is_not_whole_is_refused_and_the_store_stays(file_desk: Desk) -> None:
    file, _ = back_up(file_desk)
    whole = file.read_bytes()
    _refused(file_desk, file_desk.folder / "nowhere.db", 2, "There is no backup")
    file.write_bytes(b"patients")
    _refused(file_desk, file, 5, "not a store, or is damaged")
    file.write_bytes(whole)
    with closing(sqlite3.connect(file)) as store:
        store.execute("UPDATE pre_screening_decision SET state = 'declined' WHERE id = 1")
        store.commit()
    _refused(file_desk, file, 5, "was changed since")
    file.write_bytes(whole)
    file_desk.key.write_text("ab" * 32)
    _refused(file_desk, file, 5, "key")


def test_a_backup_of_an_older_version_is_brought_up_to_date_and_that_is_said(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run(SAMPLE)
    file, _ = back_up(desk)
    with closing(sqlite3.connect(file)) as store:
        store.execute("DROP TABLE pre_screening_decision")
        store.execute("DROP TABLE screening_decision")
        store.execute("UPDATE screener_version SET version_num = '0003'")
        store.commit()
    said = desk.call("restore", file, "--replace", *BY)
    assert (said.code, "The backup was of an older version (0003)" in said.err) == (0, True), said.err
    assert desk.call("decide", TRIAL, "P-001", "to_approach", *BY).code == 0
    assert desk.call("audit", "verify").code == 0


def test_a_backup_of_a_newer_version_or_of_nothing_is_refused(file_desk: Desk) -> None:
    file, _ = back_up(file_desk)
    with closing(sqlite3.connect(file)) as store:
        store.execute("UPDATE screener_version SET version_num = '9999'")
        store.commit()
    _refused(file_desk, file, 5, "The backup was written by a newer version of this program.")
    file.unlink()
    with closing(sqlite3.connect(file)) as store:
        store.execute("VACUUM")
    _refused(file_desk, file, 5, "The backup holds nothing.")


def test_a_backup_on_a_disk_that_is_full_leaves_nothing(file_desk: Desk) -> None:
    settings = {"SCREENER_STORE": file_desk.url, "SCREENER_KEY_FILE": str(file_desk.key)}
    limit = (file_desk.folder / "store.db").stat().st_size // 2
    done = subprocess.run(
        [sys.executable, "-m", "screener", "backup", "--out", str(file_desk.folder / "backup.db"), *BY],
        capture_output=True, text=True, env={**os.environ, **settings},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    assert (done.returncode in (2, 5), done.stderr.count("Error:")) == (True, 1), done.stderr
    assert "Traceback" not in done.stderr
    assert not list(file_desk.folder.glob("*backup*"))
    assert file_desk.call("audit", "verify").code == 0


def erase(desk: Desk, *more: str) -> Said:
    return desk.call("erase", *more, *BY)


def test_one_patient_is_erased_and_the_trail_stays_whole(desk: Desk) -> None:
    name, anchor = desk.pseudonym("P-003"), desk.call("audit", "anchor").out.strip()
    said = erase(desk, "P-003", "--because", "request")
    assert (said.code, said.out) == (0, "1 patient erased.\n"), said.err
    rows = json_log(desk)
    assert len(rows) == 11
    assert name not in {one["patient_pseudonym"] for one in rows}
    verified = desk.call("audit", "verify", "--anchor", anchor)
    assert verified.code == 0, verified.err
    trail = desk.call("audit", "show", "--format", "json").json
    assert ("erased", "patient 3: request", name) in [(one["act"], one["part"], one["pseudonym"]) for one in trail]
    assert "No patient of that id" in desk.call("decide", TRIAL, "P-003", "needs_data", *BY).err
    assert len(desk.replay(1)) == 11


def json_log(desk: Desk, *more: str) -> Any:
    path = desk.folder / "log.json"
    assert desk.call("export", TRIAL, "--out", path, *more, *BY).code == 0
    return json.loads(path.read_text(encoding="utf-8"))


def test_what_is_erased_is_in_no_page_of_the_file(file_desk: Desk) -> None:
    words = b"Zwartjes-Vantongeren"
    file_desk.run(changed(file_desk.folder, SAMPLE, "P-002", "who_performance_status__source", words.decode()))
    file_desk.call("decide", TRIAL, "P-002", "approached", "--note", words.decode(), *BY)
    file_desk.answer("P-002", "primary_breast_sarcoma", "no", "2026-06-01", "--note", words.decode())
    held = [path for path in file_desk.folder.glob("store.db*") if words in path.read_bytes()]
    assert held
    assert erase(file_desk, "P-002", "--because", "mistake").code == 0
    assert [path for path in file_desk.folder.glob("store.db*") if words in path.read_bytes()] == []


def test_whoever_comes_back_after_an_erasure_is_somebody_new(desk: Desk) -> None:
    erase(desk, "P-001", "--because", "withdrawal")
    again = desk.run(SAMPLE, "2026-06-02").json
    because = {one["patient"]: one["because"][0]["what"] for one in again["changed"]}
    assert because[desk.pseudonym("P-001")] == "new: screened for the first time"
    (row,) = [one for one in json_log(desk) if one["patient_pseudonym"] == desk.pseudonym("P-001")]
    assert (row["state"], row["decided_by"]) == ("new", "")
    assert desk.call("decide", TRIAL, "P-001", "to_approach", *BY).code == 0
    verified = desk.call("audit", "verify")
    assert verified.code == 0, verified.err


def test_who_was_not_seen_for_long_is_erased_but_for_who_consented_or_is_not_to_be_contacted(desk: Desk) -> None:
    desk.call("decide", TRIAL, "P-002", "not_eligible", "--reason", "DNC", *BY)
    one = desk.table(("P-004", "1960-01-01", "1", "2026-06-30", "no"))
    assert desk.run(one, "2026-07-01").code == 0
    old = ("--not-seen-since", "2026-07-01", "--because", "retention")
    preview = erase(desk, *old, "--preview")
    assert (preview.code, preview.out) == (0, "9 patients would be erased.\n")
    assert len(json_log(desk)) == 12
    said = erase(desk, *old)
    assert (said.code, said.out) == (0, "9 patients erased.\n")
    assert "1 patient stayed: consented" in said.err
    assert "1 patient stayed: not to be contacted" in said.err
    assert len(json_log(desk)) == 3
    assert desk.call("audit", "verify").code == 0
    assert erase(desk, *old).out == "0 patients erased.\n"


def test_that_somebody_is_not_to_be_contacted_is_not_forgotten_by_the_way(file_desk: Desk) -> None:
    file_desk.call("decide", TRIAL, "P-002", "not_eligible", "--reason", "DNC", *BY)
    refused = erase(file_desk, "P-002", "--because", "request")
    assert (refused.code, "--forget-do-not-contact" in refused.err) == (2, True)
    assert erase(file_desk, "P-002", "--because", "request", "--forget-do-not-contact").code == 0
    assert erase(file_desk, "--because", "request").code == 2


def test_a_day_to_come_erases_nobody(file_desk: Desk) -> None:
    said = erase(file_desk, "--not-seen-since", "2199-01-01", "--because", "retention")
    assert (said.code, "a day to come" in said.err) == (2, True)
    assert len(json_log(file_desk)) == 12
