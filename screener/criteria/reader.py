"""Reading `criteria.yaml` into a rule set, with a finding for every mistake."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from screener import shapes
from screener.criteria.case_reading import CaseReader
from screener.criteria.model import (
    Criterion,
    CriterionKind,
    Interpretation,
    Note,
    RuleSet,
    Unclear,
)
from screener.criteria.rule_reading import RuleReader
from screener.dates import is_day
from screener.facts.definitions import Definition, Vocabulary
from screener.facts.vocabulary import merge, read_facts
from screener.findings import Findings
from screener.located import Mapping, Node, Scalar

_FILE_KEYS: Final = ("trial", "title", "author", "facts", "conditions", "inclusion", "exclusion", "notes")
_RULE_KEYS: Final = ("require", "exclude_if", "allows", "not_encoded")
_CRITERION_KEYS: Final = ("id", "quote", *_RULE_KEYS, "unclear_if", "interpretation", "recoverable", "cases")
_OWN_RULE: Final[dict[CriterionKind, str]] = {"inclusion": "require", "exclusion": "exclude_if"}
_LETTER: Final[dict[CriterionKind, str]] = {"inclusion": "I", "exclusion": "E"}
_TRIAL: Final = re.compile(r"NCT[0-9]{8}")


def read_rules(node: Node | None, shared: Iterable[Definition], findings: Findings) -> RuleSet | None:
    """Read a rule file that was parsed into nodes.

    Args:
        node: the root of `criteria.yaml`.
        shared: the facts of the shared vocabulary.
        findings: where mistakes go.

    Returns:
        The rule set with everything that could be read, or none where there is nothing to go by.
    """
    root = shapes.mapping(node, "a rule file", findings)
    if root is None:
        return None
    shapes.check_keys(root, _FILE_KEYS, "a rule file", findings, required=("trial", "title", "author"))
    own = read_facts(root.get("facts"), findings)
    vocabulary = Vocabulary.of(*merge([shared, own], findings))
    return _FileReader(root, vocabulary, own, findings).read()


class _FileReader:
    """Reads the parts of one file that share its vocabulary and its named conditions."""

    def __init__(self, root: Mapping, vocabulary: Vocabulary, own: list[Definition], findings: Findings) -> None:
        self.root = root
        self.vocabulary = vocabulary
        self.own = own
        self.findings = findings
        conditions = shapes.mapping(root.get("conditions"), "`conditions`", findings)
        self.rules = RuleReader(vocabulary, conditions, findings)
        self.cases = CaseReader(vocabulary, findings)
        self.ids: set[str] = set()

    def read(self) -> RuleSet:
        trial, title, author = (
            shapes.text(self.root.get(key), f"`{key}`", self.findings) or "" for key in ("trial", "title", "author")
        )
        self._check_trial(trial)
        criteria = (*self._section("inclusion"), *self._section("exclusion"))
        notes = self._notes()
        conditions = self.rules.conditions()
        marks = tuple((key.text, key.mark) for key, _ in self.root.entries)
        rules = RuleSet(
            trial, title, author, criteria, notes, conditions, self.vocabulary,
            own_facts=tuple(fact.name for fact in self.own), section_marks=marks,
        )  # fmt: skip
        self._check_deciding(rules)
        return rules

    def _check_trial(self, trial: str) -> None:
        node = self.root.get("trial")
        if node is not None and trial and not _TRIAL.fullmatch(trial):
            hint = "write NCT and eight digits"
            self.findings.add("R117", node.mark, f'"{trial}" is not the id of a registered trial', hint=hint)

    def _check_deciding(self, rules: RuleSet) -> None:
        if not any(criterion.decides for criterion in rules.criteria) and not self.findings.errors:
            message = "no criterion decides anything, so every patient would be called eligible"
            self.findings.add(
                "R120", self.root.mark, message, hint="write the criteria under `inclusion:` and `exclusion:`"
            )

    def _section(self, kind: CriterionKind) -> list[Criterion]:
        nodes = shapes.items(self.root.get(kind), f"`{kind}`", self.findings)
        read = (self._criterion(node, kind) for node in nodes)
        return [criterion for criterion in read if criterion is not None]

    def _criterion(self, node: Node, kind: CriterionKind) -> Criterion | None:
        body = shapes.mapping(node, "a criterion", self.findings)
        if body is None:
            return None
        name = self._id(body, _LETTER[kind], "a criterion")
        what = f"the criterion {name}" if name else "the criterion"
        shapes.check_keys(body, _CRITERION_KEYS, what, self.findings, required=("quote",))
        quote = self._quote(body)
        chosen = self._rule_key(body, kind, what)
        rule = self.rules.rule(body.get(chosen), f"`{chosen}`") if chosen in _OWN_RULE.values() else None  # type: ignore[arg-type]
        unclear = self._unclear(body)
        recoverable = shapes.yes_no(body.get("recoverable"), "`recoverable`", self.findings)
        expected = CaseReader.results(kind, chosen)
        cases = self.cases.read(body.get("cases"), expected)
        self._check_effect(body, chosen)
        if name is None or quote is None or chosen is None:
            return None
        if chosen in _OWN_RULE.values() and rule is None:
            return None
        quote_node = body.get("quote")
        return Criterion(
            name, kind, quote, rule,
            allows=shapes.text(body.get("allows"), "`allows`", self.findings),
            not_encoded=shapes.text(body.get("not_encoded"), "`not_encoded`", self.findings),
            unclear=unclear, interpretations=self._interpretations(body), recoverable=bool(recoverable), cases=cases,
            mark=body.mark, quote_mark=quote_node.mark if quote_node else None,
        )  # fmt: skip

    def _id(self, body: Mapping, letter: str, what: str) -> str | None:
        name = shapes.text(body.get("id"), "`id`", self.findings)
        if name is None:
            if "id" not in body.blank and body.get("id") is None:
                self.findings.add("R112", body.mark, f'{what} has no "id"', hint=f"add `id: {letter}1`")
            return None
        if not re.fullmatch(r"[A-Z][0-9]{1,3}[a-z]?", name) or name[0] != letter:
            hint = f"here ids are {letter} and a number: {letter}1, {letter}2"
            self.findings.add("R116", body.mark, f'the id "{name}" does not belong in this section', hint=hint)
        if name in self.ids:
            self.findings.add("R115", body.mark, f'the id "{name}" stands here again', hint="give each its own id")
        self.ids.add(name)
        return name

    def _quote(self, body: Mapping) -> str | None:
        node = body.get("quote")
        if isinstance(node, Scalar) and not node.block:
            message = "the protocol's words stand outside a block, where YAML reads `#` and `: ` as its own signs"
            self.findings.add("R118", node.mark, message, hint="write `quote: |` and the words on the next line")
        return shapes.text(node, "`quote`", self.findings)

    def _rule_key(self, body: Mapping, kind: CriterionKind, what: str) -> str | None:
        keys = [key for key, _ in body.entries if key.text in _RULE_KEYS]
        own, other = _OWN_RULE[kind], "exclude_if" if kind == "inclusion" else "require"
        hint = f"write exactly one of: {own}, allows, not_encoded"
        if any(key.text == other for key in keys):
            self.findings.add("R114", body.mark, f"`{other}` does not belong under `{kind}`", hint=f"write `{own}:`")
            return None
        if len(keys) == 1:
            return keys[0].text
        if keys:
            self.findings.add("R114", body.mark, f"{what} says {' and '.join(key.text for key in keys)}", hint=hint)
        elif not body.blank.intersection(_RULE_KEYS):
            self.findings.add("R114", body.mark, f"{what} has no rule", hint=hint)
        return None

    def _check_effect(self, body: Mapping, chosen: str | None) -> None:
        if chosen not in ("allows", "not_encoded"):
            return
        for name in ("unclear_if", "recoverable"):
            key = body.key(name)
            if key is not None:
                self.findings.add(
                    "R119", key.mark, f"`{name}` has no effect beside `{chosen}`", hint=f"remove `{name}`"
                )

    def _unclear(self, body: Mapping) -> Unclear | None:
        node = shapes.mapping(body.get("unclear_if"), "`unclear_if`", self.findings)
        if node is None:
            return None
        keys = ("when", "because")
        shapes.check_keys(node, keys, "`unclear_if`", self.findings, required=keys)
        when = node.get("when")
        rule = self.rules.rule(when, "`when`") if when else None
        because = shapes.text(node.get("because"), "`because`", self.findings)
        return Unclear(rule, because) if rule and because else None

    def _interpretations(self, body: Mapping) -> tuple[Interpretation, ...]:
        nodes = shapes.items(body.get("interpretation"), "`interpretation`", self.findings)
        read = (self._interpretation(node) for node in nodes)
        return tuple(one for one in read if one is not None)

    def _interpretation(self, node: Node) -> Interpretation | None:
        body = shapes.mapping(node, "an interpretation", self.findings)
        if body is None:
            return None
        status = shapes.one_of(body.get("status"), ("open", "confirmed"), "`status`", self.findings)
        required = ("note", "status", "by", "on") if status == "confirmed" else ("note", "status")
        shapes.check_keys(body, ("note", "status", "by", "on"), "an interpretation", self.findings, required=required)
        note, by, on = (shapes.text(body.get(key), f"`{key}`", self.findings) for key in ("note", "by", "on"))
        place = body.get("on")
        if on is not None and place is not None and not is_day(on):
            self.findings.add("F106", place.mark, f'"{on}" is not a day of the calendar', hint="write it as 2026-01-20")
        return Interpretation(note, status, by, on) if note and status else None  # type: ignore[arg-type]  # one_of

    def _notes(self) -> tuple[Note, ...]:
        nodes = shapes.items(self.root.get("notes"), "`notes`", self.findings)
        read = (self._note(node) for node in nodes)
        return tuple(note for note in read if note is not None)

    def _note(self, node: Node) -> Note | None:
        body = shapes.mapping(node, "a note", self.findings)
        if body is None:
            return None
        name = self._id(body, "N", "a note")
        shapes.check_keys(
            body, ("id", "when", "say", "cite"), "a note", self.findings, required=("when", "say", "cite")
        )
        when = body.get("when")
        rule = self.rules.rule(when, "`when`") if when else None
        say, cite = (shapes.text(body.get(key), f"`{key}`", self.findings) for key in ("say", "cite"))
        return Note(name, rule, say, cite) if name and rule and say and cite else None
