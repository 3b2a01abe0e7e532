"""The memory on a disk that is full, read-only or damaged: one sentence, and nothing half written."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from commands import call, desk_of_its_own
from remembered import SAMPLE, TRIAL, Desk
from test_store_damage import obey_permissions, spoil


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_of_its_own(tmp_path)


RUN = ("run", TRIAL, "--patients", str(SAMPLE), "--as-of", "2027-06-02")
ANSWER = (
    "answer",
    TRIAL,
    "P-003",
    "primary_breast_sarcoma",
    "no",
    "--on",
    "2026-06-01",
    "--by",
    "A",
    "--source",
    "chart",
)


DECIDE = ("decide", TRIAL, "P-001", "to_approach", "--by", "A")
APPROVE = ("criteria", "approve", TRIAL, "--by", "A. Jansen")
WRITING = {
    "run": RUN,
    "rescreen": ("rescreen", TRIAL, "--as-of", "2027-06-02"),
    "answer": ANSWER,
    "decide": DECIDE,
    "approve": APPROVE,
    "erase": ("erase", "P-003", "--because", "request", "--by", "A"),
}
LOOKING = {
    "preview": ("rescreen", TRIAL, "--preview"),
    "replay": ("rescreen", TRIAL, "--replay", "1"),
    "compare": ("rescreen", TRIAL, "--compare", "1", "1"),
    "worklist": ("worklist", TRIAL),
    "funnel": ("funnel", TRIAL),
    "export": ("export", TRIAL, "--out", "log.csv"),
    "show": ("audit", "show"),
}
"""Whoever looks is told of in the trail; who cannot be told of does not get to see anything."""


@pytest.mark.parametrize("arguments", WRITING.values(), ids=WRITING)
def test_a_full_disk_is_one_sentence_and_nothing_is_kept(desk: Desk, arguments: tuple[str, ...]) -> None:
    file = desk.folder / "data" / "store.db"
    # Room for the log's own pages, and for none of what is to be written.
    limit, files = file.stat().st_size, sorted(desk.criteria.rglob("*"))
    code, said = call(desk, *arguments, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limit)))
    assert (code, "full" in said) == (5, True), said
    verified = desk.call("audit", "verify", "--format", "json")
    assert (verified.code, verified.json["rows"]) == (0, 1)
    assert sorted(desk.criteria.rglob("*")) == files
    assert call(desk, *arguments)[0] == 0


@pytest.mark.parametrize("arguments", [*WRITING.values(), *LOOKING.values()], ids=[*WRITING, *LOOKING])
def test_a_store_that_may_not_be_written_is_one_sentence(desk: Desk, arguments: tuple[str, ...]) -> None:
    folder = desk.folder / "data"
    (folder / "store.db").chmod(0o400)
    folder.chmod(0o500)
    try:
        code, said = call(desk, *arguments, before=obey_permissions)
    finally:
        folder.chmod(0o700)
        (folder / "store.db").chmod(0o600)
    error = said.partition("Error:")[2]
    assert (code, said.count("Error:"), error.count("\n")) == (5, 1, 2), said
    assert "is read-only" in said
    assert "Give this user the right to write" in said
    assert list((desk.folder / "out").iterdir()) == []
    assert not (desk.criteria / TRIAL / "approval.yaml").exists()
    assert desk.call("audit", "verify", "--format", "json").json["rows"] == 1


def test_a_damaged_store_is_one_sentence_and_left_as_it_is(desk: Desk) -> None:
    file = desk.folder / "data" / "store.db"
    for page in range(1, file.stat().st_size // 4096):
        spoil(file, page * 4096)
    before = file.read_bytes()
    for arguments in (RUN, ANSWER, ("audit", "verify"), ("rescreen", TRIAL)):
        code, said = call(desk, *arguments)
        assert (code, said.count("Error:")) == (5, 1), said
    code, said = call(desk, "doctor")
    assert (code, "damaged" in said) == (5, True)
    assert file.read_bytes() == before
