"""Finding rule sets on disk, and loading one with everything it stands on."""

from __future__ import annotations

import hashlib
import importlib.resources
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from screener.criteria.approval import Approval, read_approval
from screener.criteria.case_reading import CaseReader, ExamplePatient
from screener.criteria.model import RuleSet
from screener.criteria.reader import read_rules
from screener.criteria.stored_record import StoredRecord, read_record
from screener.errors import UsageError
from screener.facts.definitions import FactDefinition, Vocabulary
from screener.facts.vocabulary import merge, read_vocabulary_file
from screener.findings import Findings, Mark
from screener.located import read_file

RULES: Final = "criteria.yaml"
RECORD: Final = "registry.json"
EXAMPLES: Final = "patients.yaml"
VOCABULARY: Final = "vocabulary"
VALUE_SETS: Final = "value_sets"
SHEET_WORDS: Final = "fact_sheet.yaml"

_TRIAL: Final = re.compile(r"NCT[0-9]{8}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LoadedRules:
    """A rule set as it stands on disk: what was read of it, and the hash of the exact bytes it is approved on."""

    folder: Path
    rules: RuleSet
    record: StoredRecord | None
    examples: tuple[ExamplePatient, ...]
    sha256: str
    approval: Approval


def shipped(name: str) -> Path:
    """The folder `criteria` or `data` that came with the package, or stands beside it in a source tree."""
    inside = Path(str(importlib.resources.files("screener"))) / "_shipped" / name
    return inside if inside.is_dir() else Path(__file__).resolve().parents[2] / name


def criteria_folder(given: Path | None) -> Path:
    """The folder of criteria: the given one, else `./criteria` where it exists, else the one that was shipped.

    Raises:
        UsageError: the given folder does not exist.
    """
    if given is None:
        here = Path("criteria")
        return here if here.is_dir() else shipped("criteria")
    if not given.is_dir():
        raise UsageError(f"There is no folder {given}.", hint="Name the folder that holds the trials' rules.")
    return given


def trials_in(folder: Path) -> list[str]:
    """The trials a folder of criteria has rules for."""
    return sorted(path.parent.name for path in folder.glob(f"*/{RULES}"))


def find_rules(target: str, folder: Path) -> Path:
    """The folder of a rule set, named by its trial's id or by a path.

    Raises:
        UsageError: there is no such rule set.
    """
    if _TRIAL.fullmatch(target) and (folder / target.upper() / RULES).is_file():
        return folder / target.upper()
    path = Path(target)
    if path.name == RULES and path.is_file():
        return path.parent
    if path.is_dir():
        return path
    known = ", ".join(trials_in(folder)) or "none"
    raise UsageError(f"There are no rules for {target}.", hint=f"Trials in {folder}: {known}.")


def load(folder: Path, shared_folder: Path, findings: Findings) -> LoadedRules | None:
    """Load a rule set and everything it stands on; mistakes go to the findings.

    Args:
        folder: the trial's folder.
        shared_folder: the folder of criteria whose vocabulary is used where none stands beside the trial's folder.
        findings: where mistakes go.

    Returns:
        What could be read, or none where there is nothing to go by.
    """
    beside = folder.resolve().parent
    shared = next((one for one in (beside, shared_folder, shipped("criteria")) if (one / VOCABULARY).is_dir()), beside)
    digest = _Digest()
    facts = _vocabulary(shared / VOCABULARY, findings, digest)
    node, content = read_file(folder / RULES, findings)
    digest.add(RULES, content)
    for path in (*sorted((shared / VALUE_SETS).glob("*.csv")), folder / SHEET_WORDS):
        digest.add(path.name, _bytes(path, findings))
    rules = read_rules(node, facts, findings) if node is not None else None
    record = read_record(folder / RECORD, rules.trial if rules else None, findings)
    digest.add("eligibility", (record.eligibility if record else "").encode())
    if rules is None:
        return None
    examples = _examples(folder / EXAMPLES, rules, findings)
    sha256 = digest.hexdigest()
    approval = read_approval(folder, rules, sha256, findings)
    return LoadedRules(folder, rules, record, examples, sha256, approval)


def shared_vocabulary(folder: Path) -> Vocabulary:
    """The vocabulary that stands in a folder of criteria, with the built-in facts; what cannot be read is left out."""
    return Vocabulary.of(*_vocabulary(folder / VOCABULARY, Findings(), _Digest()))


def _bytes(path: Path, findings: Findings) -> bytes:
    """The content of a file that belongs to what is approved; one that is not there is as good as empty."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        findings.add("R110", Mark(str(path), 1, 1), f"the file cannot be read: {error.strerror}")
        return b""


class _Digest:
    """One hash over several named contents."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, name: str, content: bytes) -> None:
        self._hash.update(f"{name}\0{len(content)}\0".encode())
        self._hash.update(content)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def _vocabulary(folder: Path, findings: Findings, digest: _Digest) -> list[FactDefinition]:
    groups = []
    for path in sorted(folder.glob("*.yaml")):
        node, content = read_file(path, findings)
        digest.add(path.name, content)
        groups.append(read_vocabulary_file(node, findings) if node is not None else [])
    return merge(groups, findings)


def _examples(path: Path, rules: RuleSet, findings: Findings) -> tuple[ExamplePatient, ...]:
    if not path.is_file():
        return ()
    node, _ = read_file(path, findings)
    return CaseReader(rules.vocabulary, findings).read_examples(node, rules.trial) if node is not None else ()
