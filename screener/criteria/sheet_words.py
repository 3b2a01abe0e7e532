"""The words of a trial's fact sheet that a person wrote: `fact_sheet.yaml` in the trial's folder, which may be absent.

Every key but `trial` is optional; what is not written there is made from the rules themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from screener import shapes
from screener.criteria.library import SHEET_WORDS
from screener.errors import InvalidRules
from screener.findings import Findings
from screener.located import Mapping, read_file

_KEYS: Final = ("trial", "good_fit", "not_a_fit")


@dataclass(frozen=True, slots=True)
class SheetWords:
    """For whom the trial is, and for whom it is not, a sentence each; empty where nobody wrote it."""

    good_fit: tuple[str, ...] = ()
    not_a_fit: tuple[str, ...] = ()


def read_sheet_words(folder: Path, trial: str) -> SheetWords:
    """The written words of a trial's fact sheet.

    Raises:
        InvalidRules: the file is there and cannot be read as such words of this trial.
    """
    path = folder / SHEET_WORDS
    if not path.is_file():
        return SheetWords()
    findings = Findings()
    node, _ = read_file(path, findings)
    body = shapes.mapping(node, "a fact sheet", findings)
    words = _words(body, trial, findings) if body is not None else SheetWords()
    if findings.errors:
        raise InvalidRules(f"{path} cannot be used.", findings=findings.ordered())
    return words


def _words(body: Mapping, trial: str, findings: Findings) -> SheetWords:
    shapes.check_keys(body, _KEYS, "a fact sheet", findings, required=("trial",))
    shapes.one_of(body.get("trial"), (trial,), "`trial`", findings)
    return SheetWords(_sentences(body, "good_fit", findings), _sentences(body, "not_a_fit", findings))


def _sentences(body: Mapping, key: str, findings: Findings) -> tuple[str, ...]:
    items = shapes.items(body.get(key), f"`{key}`", findings)
    read = (shapes.text(item, f"an item of `{key}`", findings) for item in items)
    return tuple(" ".join(words.split()) for words in read if words)
