"""Moving a trial's rules to a new registry record: what still stands, what must be rewritten, and no approval any more.

The rules themselves are not touched: only a person can say what new words mean.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from screener.criteria import approval
from screener.criteria.given_record import read_given
from screener.criteria.library import RECORD, LoadedRules
from screener.criteria.model import Criterion
from screener.criteria.source import Section, missing_quotes, quoted
from screener.errors import UsageError
from screener.registry.drift import FieldChange, compare_fields
from screener.registry.problems import BadAnswer
from screener.registry.record import Record, parse_record, registry_version

_ALIKE: Final = 0.5


class LostQuote(NamedTuple):
    """A quote that is not in its section of the new text; `elsewhere` names the section it stands in now, if any.

    `closest` is the line of the new text that is most like it, empty where none is.
    """

    id: str
    quote: str
    elsewhere: str
    closest: str


class Uncovered(NamedTuple):
    """Words of the new text that no quote covers, and their section."""

    section: str
    words: str


@dataclass(frozen=True, slots=True)
class Rebased:
    """What the new record means for the rules. `taken` when it was another one than the stored record."""

    trial: str
    old_version: str | None
    new_version: str | None
    taken: bool
    approval_ended: bool
    lost: tuple[LostQuote, ...]
    uncovered: tuple[Uncovered, ...]
    fields: tuple[FieldChange, ...]

    @property
    def settled(self) -> bool:
        """Whether every quote still stands and every word is covered."""
        return not self.lost and not self.uncovered


def rebase(loaded: LoadedRules, latest: bytes) -> Rebased:
    """Make a record the one that a trial's rules are written against, and end their approval.

    Args:
        loaded: the rules as they stand on disk.
        latest: the new record, as the registry's API gives it.

    Returns:
        What must be rewritten. A record that is byte for byte the stored one changes nothing, not even the approval.

    Raises:
        UsageError: the record cannot be used or is of another trial, or the folder cannot be written; then the old
            record is still in force.
    """
    trial = loaded.rules.trial
    record = read_given(latest, trial)
    if record.nct_id != trial:
        raise UsageError(
            f"The registry keeps {trial} under {record.nct_id} now.", hint="Write rules for that id: `criteria new`."
        )
    stored = _stored(loaded.folder / RECORD)
    lost, uncovered = left_to_write(loaded, record.eligibility_text or "")
    ended = False
    if stored != latest:
        ended = _end_approval(loaded.folder)
        _replace(loaded.folder / RECORD, latest)
    before = _parsed(stored)
    return Rebased(
        trial,
        registry_version(before) if before else None,
        registry_version(record),
        taken=stored != latest,
        approval_ended=ended,
        lost=lost,
        uncovered=uncovered,
        fields=compare_fields(before, record) if before else (),
    )


def left_to_write(loaded: LoadedRules, eligibility: str) -> tuple[tuple[LostQuote, ...], tuple[Uncovered, ...]]:
    """The quotes that are not in a text, and the words of the text that no quote covers."""
    missing, sections = missing_quotes(loaded.rules, eligibility)
    uncovered = [Uncovered(name, words) for name, section in sections.items() for words in section.uncovered()]
    return tuple(_lost(one, sections) for one in missing), tuple(uncovered)


def _lost(criterion: Criterion, sections: dict[str, Section]) -> LostQuote:
    words = quoted(criterion)
    elsewhere = next((name for name, section in sections.items() if words in section.text), "")
    lines = [line for section in sections.values() for line in section.lines]
    close = [] if elsewhere else get_close_matches(words, lines, n=1, cutoff=_ALIKE)
    return LostQuote(criterion.id, words, elsewhere, close[0] if close else "")


def _stored(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _parsed(content: bytes | None) -> Record | None:
    """The stored record, or none where it cannot be used: then there is nothing to compare with."""
    try:
        return parse_record(orjson.loads(content)) if content is not None else None
    except (orjson.JSONDecodeError, BadAnswer):
        return None


def _end_approval(folder: Path) -> bool:
    """Remove the approval first, so that it never stands beside a record it is not of."""
    path = folder / approval.FILE
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise UsageError(f"{path} cannot be removed: {error.strerror}.") from error
    return True


def _replace(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with aside.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.", hint="The old record still stands.") from error
    finally:
        aside.unlink(missing_ok=True)
