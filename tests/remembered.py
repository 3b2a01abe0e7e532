"""What the tests of the memory share: a coordinator's desk with a store, a key and rules of its own."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from screener.cli.entry import run
from screener.criteria.library import shipped
from screener.store.address import store_address
from screener.store.memory import Memory, open_memory

TRIAL = "NCT06452485"
SAMPLE = shipped("data") / "patients.csv"
HEADINGS = (
    "patient_id",
    "birth_date",
    "who_performance_status",
    "who_performance_status__on",
    "primary_breast_sarcoma",
)


@dataclass(frozen=True)
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Desk:
    """Commands as a coordinator gives them, in this process, with a store and a key in a folder of the test."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.folder = folder
        self.url = url or f"sqlite:///{folder}/store.db"
        self.key = folder / "kept elsewhere" / "key"
        self.criteria = folder / "criteria"
        shutil.copytree(shipped("criteria"), self.criteria)

    def call(self, *arguments: str | Path) -> Said:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setenv("SCREENER_STORE", self.url)
            patch.setenv("SCREENER_KEY_FILE", str(self.key))
            patch.setenv("SCREENER_CRITERIA", str(self.criteria))
            code = run([str(one) for one in arguments])
        words, talk = (stream.buffer.getvalue().decode() for stream in (out, err))  # type: ignore[attr-defined]
        assert "Traceback" not in talk
        return Said(code, words, talk)

    def run(self, patients: Path, as_of: str = "2026-06-01", *more: str, form: str = "json") -> Said:
        """Screen and remember."""
        arguments = ("--patients", patients, "--as-of", as_of, "--by", "A. Jansen", "--format", form)
        return self.call("run", TRIAL, *arguments, *more)

    def rescreen(self, as_of: str = "2026-06-01", form: str = "json") -> Said:
        return self.call("rescreen", TRIAL, "--as-of", as_of, "--by", "A. Jansen", "--format", form)

    def replay(self, number: int) -> list[Any]:
        """The patients of a past run, gone through again."""
        path = self.folder / f"replay-{number}.jsonl"
        said = self.call("rescreen", TRIAL, "--replay", str(number), "--out", path)
        assert said.code == 0, said.err
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def answer(self, patient: str, fact: str, value: str, on: str = "2026-06-01", *more: str) -> Said:
        given = ("--on", on, "--by", "A. Jansen", "--source", "chart")
        return self.call("answer", TRIAL, patient, fact, value, *given, *more)

    @contextmanager
    def memory(self) -> Iterator[Memory]:
        """The store with its key, opened."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SCREENER_KEY_FILE", str(self.key))
            with open_memory(store_address(self.url)) as memory:
                yield memory

    def pseudonym(self, patient_id: str) -> str:
        with self.memory() as memory:
            return memory.keys.pseudonym(patient_id)

    def table(self, *rows: Sequence[str], name: str = "today.csv", headings: Sequence[str] = HEADINGS) -> Path:
        """A table of patients."""
        path = self.folder / name
        path.write_text("".join(f"{','.join(row)}\n" for row in (headings, *rows)), encoding="utf-8")
        return path

    def amend(self, old: str, new: str) -> None:
        """Change the rules of the trial."""
        path = self.criteria / TRIAL / "criteria.yaml"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new), encoding="utf-8")


def changed(folder: Path, source: Path, patient: str, column: str, value: str, *, name: str = "next.csv") -> Path:
    """A table with one cell changed."""
    lines = source.read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index(column)
    rows = [line.split(",") for line in lines]
    for row in rows:
        if row[0] == patient:
            row[place] = value
    path = folder / name
    path.write_text("".join(f"{','.join(row)}\n" for row in rows), encoding="utf-8")
    return path


_AMENDMENT = (
    ("who_performance_status: {at_most: 2}", "who_performance_status: {at_most: 1}"),
    ("at the limit, given: {who_performance_status: 2 on", "at the limit, given: {who_performance_status: 1 on"),
    ("just above, given: {who_performance_status: 3 on", "just above, given: {who_performance_status: 2 on"),
)
"""A lower limit, with the cases that stand beside the rule."""


def amended(source: Path, folder: Path) -> Path:
    """The rules as an amendment has them, in a folder of their own."""
    shutil.copytree(source, folder)
    rules = folder / TRIAL / "criteria.yaml"
    text = rules.read_text(encoding="utf-8")
    for old, new in _AMENDMENT:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    rules.write_text(text, encoding="utf-8")
    (folder / TRIAL / "patients.yaml").unlink()
    return folder
