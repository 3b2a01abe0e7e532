"""Rules read aloud: each criterion in sentences beside the protocol's own words, for a clinician or for a patient.

Nothing is said that does not stand in the rule, in a label or in the quote.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from screener.criteria.library import LoadedRules
from screener.criteria.model import Criterion, Interpretation, Note, Rule, fact_tests, facts_read
from screener.criteria.outline import rule_outline
from screener.criteria.phrases import rule_phrase
from screener.criteria.source import quoted
from screener.criteria.words import listed, value_words
from screener.facts.definitions import FactDefinition, Vocabulary

Audience = Literal["clinician", "patient"]

AUDIENCES: Final[tuple[Audience, ...]] = ("clinician", "patient")
INTENDED_USE: Final = (
    "supports trained research staff in pre-screening records against a reviewed encoding of a trial's criteria; "
    "it does not diagnose, recommend treatment, obtain consent or decide enrolment; a qualified person confirms "
    "eligibility."
)
"""What the screener is for; it stands on every output."""
NOT_APPROVED: Final = "These rules are not approved"
SHORT_HASH: Final = 12

_WIDTH: Final = 100
_ANSWERS: Final = {"record": "the record", "patient": "the patient", "clinician": "a clinician"}
_KNOWS: Final = {
    "record": "it stands in your medical record",
    "patient": "you can answer it yourself",
    "clinician": "your doctor can answer it",
}
_HEADINGS: Final[dict[Audience, dict[str, str]]] = {
    "clinician": {"inclusion": "Inclusion criteria", "exclusion": "Exclusion criteria", "note": "Notes on a result"},
    "patient": {"inclusion": "What is needed to take part", "exclusion": "When you cannot take part"},
}
_FOR_PATIENTS: Final = (
    "Everything below counts together, and this page alone decides nothing: the study team looks at it with you and "
    "confirms it. You are free to ask anything, and looking at this obliges you to nothing. Each criterion stands "
    'first in the words of the study; below it are the questions behind it, in which "the patient" is you.'
)


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion, or one note, in words: the protocol's own (none for a note), what the rule says, and remarks."""

    id: str
    kind: Literal["inclusion", "exclusion", "note"]
    quote: str
    sentence: str
    remarks: tuple[str, ...]


def lines(loaded: LoadedRules, audience: Audience) -> list[Line]:
    """The rules of a trial in sentences, in the protocol's order; for a clinician the notes stand last.

    A patient's sentence can have several lines, an outline of what must be so.
    """
    rules = loaded.rules
    say = _clinician if audience == "clinician" else _patient
    said = [say(criterion, rules.vocabulary) for criterion in rules.criteria]
    return said if audience == "patient" else [*said, *(_note(note, rules.vocabulary) for note in rules.notes)]


def text(loaded: LoadedRules, audience: Audience) -> str:
    """The rules in sentences for a terminal, at most 100 columns wide; review state and intended use stand on top."""
    blocks = list(_head(loaded, audience))
    kind = ""
    for line in lines(loaded, audience):
        if line.kind != kind:
            kind = line.kind
            blocks.append(_HEADINGS[audience][kind].upper())
        blocks.append("\n".join(_told(line)))
    return "\n\n".join(blocks) + "\n"


def review_state(loaded: LoadedRules) -> str:
    """The review state in one sentence: that the rules are not approved stands first where they are not."""
    if loaded.approval.state == "approved":
        return f"These rules are {loaded.approval}."
    return f"{NOT_APPROVED} ({str(loaded.approval).removesuffix(', not approved')})."


def registry_version(loaded: LoadedRules) -> str:
    """Which version of the registry's record the rules were written against."""
    version = loaded.record.version if loaded.record else None
    return version or "not recorded"


def _head(loaded: LoadedRules, audience: Audience) -> Iterator[str]:
    rules = loaded.rules
    yield _wrapped(f"{rules.trial}  {rules.title}", "")
    state = review_state(loaded)
    yield _wrapped(f"*** {state} ***" if state.startswith(NOT_APPROVED) else state, "")
    yield f"Registry record of {registry_version(loaded)}; rules {loaded.sha256[:SHORT_HASH]}"
    yield _wrapped(f"Intended use: {INTENDED_USE}", "")
    if audience == "patient":
        yield _wrapped(_FOR_PATIENTS, "")


def _told(line: Line) -> Iterator[str]:
    if line.quote:
        yield _wrapped(f'"{line.quote}"', " " * 5, f"{line.id:<5}")
    first, *rest = line.sentence.split("\n")
    yield _wrapped(first, " " * 5, "" if line.quote else f"{line.id:<5}")
    for part in rest:
        bare = part.lstrip(" ")
        yield _wrapped(bare, " " * (7 + len(part) - len(bare)), " " * (5 + len(part) - len(bare)))
    for remark in line.remarks:
        yield _wrapped(remark, " " * 9, " " * 7 + "* ")


def _wrapped(words: str, indent: str, first: str = "") -> str:
    return textwrap.fill(
        words, _WIDTH, initial_indent=first or indent, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _clinician(criterion: Criterion, vocabulary: Vocabulary) -> Line:
    return Line(
        criterion.id, criterion.kind, quoted(criterion), _clinician_sentence(criterion, vocabulary),
        tuple(_clinician_remarks(criterion, vocabulary)),
    )  # fmt: skip


def _clinician_sentence(criterion: Criterion, vocabulary: Vocabulary) -> str:
    if criterion.allows is not None:
        return _ended(f"Allowed: {criterion.allows}")
    if criterion.rule is None:
        return _ended(f"Not encoded: {criterion.not_encoded}")
    lead = "Required" if criterion.kind == "inclusion" else "Excluded if"
    return f"{lead}: {rule_phrase(criterion.rule, vocabulary)}."


def _clinician_remarks(criterion: Criterion, vocabulary: Vocabulary) -> Iterator[str]:
    if criterion.not_encoded is not None:
        yield "A person must judge; until then nobody is eligible."
    rules = _rules_of(criterion)
    if any(test.measured_within for rule in rules for test in fact_tests(rule)):
        yield "A value older than its window, or without a date, counts as unknown."
    facts = _facts_of(rules, vocabulary)
    for fact in facts:
        if fact.presume is not None:
            words = value_words(fact.presume.value, fact)
            yield _ended(f"Where {fact.label} is not recorded, {words} is presumed: {fact.presume.because}")
    if criterion.unclear is not None:
        where = rule_phrase(criterion.unclear.when, vocabulary)
        yield f"A person must decide where {where}: {criterion.unclear.because}."
    yield from map(_interpretation, criterion.interpretations)
    if criterion.recoverable:
        yield "Recoverable: failing today is not failing for good."
    if facts:
        yield f"Answered by {listed(_answered(facts), 'and')}."


def _interpretation(one: Interpretation) -> str:
    if one.status == "open":
        return _ended(f"Open interpretation: {one.note}")
    return _ended(f"Interpretation confirmed by {one.by} on {one.on}: {one.note}")


def _answered(facts: Iterable[FactDefinition]) -> Iterator[str]:
    by: dict[str, list[str]] = {}
    for fact in facts:
        by.setdefault(fact.answered_by, []).append(fact.label)
    for who, labels in by.items():
        yield f"{_ANSWERS[who]} ({'; '.join(labels)})"


def _note(note: Note, vocabulary: Vocabulary) -> Line:
    sentence = _ended(f"Where {rule_phrase(note.when, vocabulary)}: {note.say}")
    return Line(note.id, "note", "", sentence, ("Never part of the verdict.", _ended(f"From: {note.cite}")))


def _patient(criterion: Criterion, vocabulary: Vocabulary) -> Line:
    return Line(
        criterion.id, criterion.kind, quoted(criterion), _patient_sentence(criterion, vocabulary),
        tuple(_patient_remarks(criterion, vocabulary)),
    )  # fmt: skip


def _patient_sentence(criterion: Criterion, vocabulary: Vocabulary) -> str:
    if criterion.allows is not None:
        return "This does not decide whether you can take part."
    if criterion.rule is None:
        return "The study team looks at this together with you."
    lead = "You can take part only if" if criterion.kind == "inclusion" else "You cannot take part if"
    outline = rule_outline(criterion.rule, vocabulary)
    return f"{lead} {outline}" if "\n" in outline else f"{lead} this is so:\n- {outline}"


def _patient_remarks(criterion: Criterion, vocabulary: Vocabulary) -> Iterator[str]:
    rules = _rules_of(criterion)
    if any(test.measured_within for rule in rules for test in fact_tests(rule)):
        yield "If the result is older than that, it may have to be looked at again."
    if criterion.unclear is not None or any(one.status == "open" for one in criterion.interpretations):
        yield "The study's text leaves something open here; the study team can tell you more."
    if criterion.recoverable:
        yield "This can change over time, and can then be looked at again."
    knows = dict.fromkeys(_KNOWS[fact.answered_by] for fact in _facts_of(rules, vocabulary))
    if knows:
        yield f"How to find out: {listed(knows, 'or')}."


def _rules_of(criterion: Criterion) -> list[Rule]:
    rules = [criterion.rule] if criterion.rule is not None else []
    return [*rules, criterion.unclear.when] if criterion.unclear is not None else rules


def _facts_of(rules: Iterable[Rule], vocabulary: Vocabulary) -> list[FactDefinition]:
    return [vocabulary[name] for name in dict.fromkeys(name for rule in rules for name in facts_read(rule))]


def _ended(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."
