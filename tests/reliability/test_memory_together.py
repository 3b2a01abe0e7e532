"""Several write at once: nothing is lost, nobody is told that the store is locked, and the trail has no gap."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from registry_server import RegistryServer, json_reply, study
from remembered import SAMPLE, Desk
from sqlmodel import select
from synced import ONE, version

from screener.store.audit_check import verify
from screener.store.decision_tables import PreScreeningDecision
from screener.store.memory_tables import AnswerRow

pytest_plugins = ["postgres"]
WRITERS = 4
PROGRAM = Path(__file__).with_name("writing_acts.py")


def environment(desk: Desk) -> dict[str, str]:
    return {**os.environ, "SCREENER_STORE": desk.url, "SCREENER_KEY_FILE": str(desk.key)}


@pytest.mark.parametrize(("kind", "each"), [("sqlite", 500), ("postgresql", 100)])
def test_2000_decisions_of_four_writers_and_a_sync_beside_them_lose_nothing(
    kind: str, each: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, None if kind == "sqlite" else request.getfixturevalue("postgres_url"))
    desk.run(SAMPLE)
    command = [sys.executable, str(PROGRAM), str(each), desk.url, str(desk.criteria)]
    pipe = subprocess.PIPE
    writers = [subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment(desk)) for _ in range(WRITERS)]
    with RegistryServer() as server:
        version(server)
        server.script(f"/studies/{ONE}", json_reply(study(ONE)))
        sync = [sys.executable, "-m", "screener", "sync", ONE, "--rate", "1000", "--base-url", server.base_url]
        syncs = 0
        while any(writer.poll() is None for writer in writers):
            done = subprocess.run(sync, capture_output=True, text=True, env=environment(desk))
            assert (done.returncode in (0, 1), "lock" in done.stderr) == (True, False), done.stderr
            syncs += 1
    said = [writer.communicate() for writer in writers]
    assert [(writer.returncode, error) for writer, (_, error) in zip(writers, said, strict=True)] == [
        (0, b"")
    ] * WRITERS
    acknowledged = [line for words, _ in said for line in words.decode().splitlines()]
    with desk.memory() as memory:
        verify(memory.database, memory.keys)
        with memory.database.reading() as session:
            kept = [f"answer {number}" for number in session.exec(select(AnswerRow.id))]
            kept += [f"decision {number}" for number in session.exec(select(PreScreeningDecision.id))]
    assert syncs
    assert sum(line.startswith("decision") for line in acknowledged) == WRITERS * each
    assert sorted(acknowledged) == sorted(kept)


def test_several_who_begin_at_once_share_one_key(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    command = [sys.executable, "-m", "screener", "run", "NCT06452485", "--patients", str(SAMPLE)]
    pipe = subprocess.PIPE
    begun = [subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment(desk)) for _ in range(4)]
    for process in begun:
        process.communicate()
    # Whoever came while another was at work was told to come again, and is.
    assert {process.returncode for process in begun} <= {0, 75}
    assert desk.run(SAMPLE).code == 0
    assert desk.call("audit", "verify").code == 0


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_every_acknowledged_act_has_reached_the_disk(tmp_path: Path) -> None:
    desk, trace = Desk(tmp_path), tmp_path / "trace"
    desk.run(SAMPLE)
    calls = ["strace", "-f", "-e", "trace=fdatasync,fsync,write", "-o", str(trace)]
    command = [*calls, sys.executable, str(PROGRAM), "50", desk.url, str(desk.criteria)]
    done = subprocess.run(command, capture_output=True, env=environment(desk), check=True)
    acknowledged = done.stdout.splitlines()
    assert len(acknowledged) >= 50
    synced, told = False, 0
    for line in trace.read_text().splitlines():
        synced |= "sync(" in line
        if 'write(1, "decision' in line or 'write(1, "answer' in line:
            assert synced, f"acknowledged before it was on the disk: {line}"
            synced, told = False, told + 1
    assert told == len(acknowledged)
