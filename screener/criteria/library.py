"""Finding rule sets on disk, and loading one with everything it stands on."""

from __future__ import annotations

import hashlib
import importlib.resources
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from screener.criteria.approval import Approval, read_approval
from screener.criteria.case_reading import CaseReader, ExamplePatient
from screener.criteria.derivation_check import check_unused
from screener.criteria.derivation_reading import read_derivations
from screener.criteria.derivations import Derivations
from screener.criteria.model import RuleSet
from screener.criteria.reader import read_rules
from screener.criteria.stored_record import StoredRecord, read_record
from screener.errors import UsageError
from screener.facts.definitions import Definition, Vocabulary
from screener.facts.value_sets import ValueSet, read_value_set
from screener.facts.vocabulary import merge, read_vocabulary_file
from screener.findings import Findings, Mark
from screener.located import Mapping as MappingNode
from screener.located import Node, read_file

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
    derivations: Derivations = field(default_factory=Derivations)
    """How its facts, and those of the shared vocabulary, are derived from patient records."""


class _Words(NamedTuple):
    """What the files of a vocabulary define, and the `facts:` mappings in which it stands."""

    definitions: list[Definition]
    nodes: list[Node | None]


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
    words = _vocabulary(shared / VOCABULARY, findings, digest)
    node, content = read_file(folder / RULES, findings)
    digest.add(RULES, content)
    value_sets = _value_sets(shared / VALUE_SETS, findings, digest)
    digest.add(SHEET_WORDS, _bytes(folder / SHEET_WORDS, findings) or b"")
    rules = read_rules(node, words.definitions, findings) if node is not None else None
    record = read_record(folder / RECORD, rules.trial if rules else None, findings)
    digest.add("eligibility", (record.eligibility if record else "").encode())
    if rules is None:
        return None
    derivations = read_derivations([*words.nodes, _facts_of(node)], rules.vocabulary, value_sets, findings)
    check_unused(rules, derivations, findings)
    examples = _examples(folder / EXAMPLES, rules, findings)
    sha256 = digest.hexdigest()
    approval = read_approval(folder, rules, sha256, findings)
    return LoadedRules(folder, rules, record, examples, sha256, approval, derivations)


class SharedFacts(NamedTuple):
    """The facts that trials share, and how they are derived from patient records."""

    vocabulary: Vocabulary
    derivations: Derivations


def shared_facts(folder: Path, findings: Findings) -> SharedFacts:
    """The facts that stand in a folder of criteria, with the built-in ones; what cannot be read is left out."""
    digest = _Digest()
    words = _vocabulary(folder / VOCABULARY, findings, digest)
    vocabulary = Vocabulary.of(*words.definitions)
    value_sets = _value_sets(folder / VALUE_SETS, findings, digest)
    return SharedFacts(vocabulary, read_derivations(words.nodes, vocabulary, value_sets, findings))


def _bytes(path: Path, findings: Findings) -> bytes | None:
    """The content of a file that belongs to what is approved; none where there is none, or none that can be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        findings.add("R110", Mark(str(path), 1, 1), f"the file cannot be read: {error.strerror}")
        return None


class _Digest:
    """One hash over several named contents."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, name: str, content: bytes) -> None:
        self._hash.update(f"{name}\0{len(content)}\0".encode())
        self._hash.update(content)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def _vocabulary(folder: Path, findings: Findings, digest: _Digest) -> _Words:
    groups, nodes = [], []
    for path in sorted(folder.glob("*.yaml")):
        node, content = read_file(path, findings)
        digest.add(path.name, content)
        groups.append(read_vocabulary_file(node, findings) if node is not None else [])
        nodes.append(_facts_of(node))
    return _Words(merge(groups, findings), nodes)


def _facts_of(node: Node | None) -> Node | None:
    return node.get("facts") if isinstance(node, MappingNode) else None


def _value_sets(folder: Path, findings: Findings, digest: _Digest) -> dict[str, ValueSet]:
    found = {}
    for path in sorted(folder.glob("*.csv")):
        content = _bytes(path, findings)
        digest.add(path.name, content or b"")
        if content is not None:
            found[path.stem] = read_value_set(content, path.stem, str(path), findings)
    return found


def _examples(path: Path, rules: RuleSet, findings: Findings) -> tuple[ExamplePatient, ...]:
    if not path.is_file():
        return ()
    node, _ = read_file(path, findings)
    return CaseReader(rules.vocabulary, findings).read_examples(node, rules.trial) if node is not None else ()
