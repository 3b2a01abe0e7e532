"""What results rest on besides facts and the date: the rules, the registry's words, the version of the program.

The files of the rules are kept with the results, so that any result can be found again to the byte.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from screener import __version__
from screener.criteria.library import (
    RECORD,
    RULES,
    SHEET_WORDS,
    VALUE_SETS,
    VOCABULARY,
    LoadedRules,
    load,
    shipped,
)
from screener.criteria.staleness import staleness, under_review
from screener.errors import IntegrityError
from screener.findings import Findings
from screener.store.run_records import NewBasis
from screener.store.standing import staleness_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from screener.criteria.model import RuleSet
    from screener.store.runs import RunStore
    from screener.store.state import RegistryState

_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The time that a ZIP archive gives a file which has none."""


_RESTORE: Final = "Put the store aside and restore a backup."


@dataclass(frozen=True, slots=True)
class Footing:
    """Rules ready to run: with what is stale held open, and named so."""

    loaded: LoadedRules
    rules: RuleSet
    stale: tuple[str, ...]
    registry_text: str | None
    engine: str = __version__

    @property
    def criteria(self) -> tuple[str, ...]:
        """The ids of the criteria, in the order of the protocol."""
        return tuple(one.id for one in self.rules.criteria)

    @property
    def sha256(self) -> str:
        """The hash of all that a result can rest on here."""
        parts = [self.engine, self.rules.trial, self.loaded.sha256, self.registry_text]
        return hashlib.sha256(orjson.dumps(parts)).hexdigest()


def footing_of(loaded: LoadedRules, state: RegistryState | None) -> Footing:
    """The rules as they stand towards the latest record."""
    found = staleness_of(loaded, state)
    text = state.eligibility if state is not None and found else None
    return held_against(loaded, text)


def held_against(loaded: LoadedRules, registry_text: str | None, *, engine: str = __version__) -> Footing:
    """The rules held against a text of the registry; against none they stand as written."""
    if registry_text is None or loaded.record is None:
        return Footing(loaded, loaded.rules, (), None, engine)
    found = staleness(loaded.rules, loaded.record.eligibility, registry_text)
    rules, stale = under_review(loaded.rules, found)
    return Footing(loaded, rules, stale, registry_text, engine)


def changed_since(now: Footing, then: tuple[str, str], run: int) -> str | None:
    """Say so where past results rest on something else than a screening today would; nothing where they do not.

    Args:
        now: what a screening today would rest on.
        then: the hash of what the run stood on, and the version of the program that made it.
        run: its number.
    """
    sha256, engine = then
    if now.sha256 == sha256:
        return None
    as_engine = replace(now, engine=engine).sha256 == sha256
    what = "The program has" if as_engine else "The rules or the registry's words have"
    return f"{what} changed since run {run}: rescreen first."


def stored_footing(runs: RunStore, number: int, trial: str) -> Footing:
    """What past results rest on, by the number under which the store keeps it.

    Raises:
        IntegrityError: the stored rules are damaged, were changed, or are of a version that this program cannot read.
    """
    basis, files = runs.basis(number)
    loaded = unpacked(files, trial)
    if loaded.sha256 != basis.rules_sha256:
        raise IntegrityError(f"The stored rules of {trial} were changed.", hint=_RESTORE)
    return held_against(loaded, basis.registry_text, engine=basis.engine)


def basis_of(footing: Footing, shared_folder: Path) -> NewBasis:
    """A footing ready to be stored; `shared_folder` is the folder of criteria that the rules were read with.

    Its files are taken when they are asked for, which raises IntegrityError where they have changed since.
    """
    loaded = footing.loaded

    def files() -> bytes:
        packed = _packed(loaded.folder, shared_folder)
        if unpacked(packed, loaded.rules.trial).sha256 != loaded.sha256:
            raise IntegrityError("The rules have changed while they were read.", hint="Run again.")
        return packed

    return NewBasis(footing.sha256, loaded.sha256, footing.registry_text, footing.engine, files)


def _packed(folder: Path, shared_folder: Path) -> bytes:
    """The files of a rule set in one, with the vocabulary and the value sets beside it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in _files(folder, shared_folder):
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _files(folder: Path, shared_folder: Path) -> Iterator[tuple[str, Path]]:
    beside = folder.resolve().parent
    shared = next((one for one in (beside, shared_folder, shipped("criteria")) if (one / VOCABULARY).is_dir()), beside)
    for inner, pattern in ((VOCABULARY, "*.yaml"), (VALUE_SETS, "*.csv")):
        for path in sorted((shared / inner).glob(pattern)):
            yield f"{inner}/{path.name}", path
    for name in (RULES, RECORD, SHEET_WORDS):
        if (folder / name).is_file():
            yield f"trial/{name}", folder / name


def unpacked(files: bytes, trial: str) -> LoadedRules:
    """Rules from their stored files.

    Raises:
        IntegrityError: they are damaged, or of a version that this program cannot read.
    """
    with tempfile.TemporaryDirectory(prefix="screener-rules-") as name:
        root = Path(name)
        try:
            with zipfile.ZipFile(io.BytesIO(files)) as archive:
                archive.extractall(root)
        except (zipfile.BadZipFile, OSError, TypeError) as error:
            raise IntegrityError(f"The stored rules of {trial} are damaged.", hint=_RESTORE) from error
        (root / VOCABULARY).mkdir(exist_ok=True)
        loaded = load(root / "trial", root, Findings())
    if loaded is None:
        raise IntegrityError(f"The stored rules of {trial} cannot be read by this version.", hint=_RESTORE)
    return replace(loaded, folder=Path(trial))
