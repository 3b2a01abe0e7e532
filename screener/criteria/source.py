"""The rules and the registry's words: every quote stands in the text, and every word of the text is quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from screener.criteria.model import Criterion, RuleSet
from screener.findings import Findings, Mark
from screener.registry.text import Line, normalise, split, without_bullets

_WORD: Final = re.compile(r"\w")
_SAYS: Final = re.compile(r"[^\s.,;:\\]")
"""A sign that can change what a line says: a comparator, a per cent or a footnote mark as well as a letter."""


_OWN_MARKS: Final = "*†‡§¶ "


def says_something(words: str) -> bool:
    """Whether words of the registry that stand outside every quote can change what the text says."""
    return _SAYS.search(words) is not None


@dataclass(frozen=True, slots=True)
class Section:
    """One section of an eligibility text in one line, without headings and bullet marks, and what quotes cover."""

    name: str
    lines: tuple[str, ...]
    text: str
    covered: bytearray

    def cover(self, quote: str) -> bool:
        """Mark the quote's words as covered, at a place no quote has covered yet where there is one."""
        place = found = self.text.find(quote)
        while place >= 0 and any(self.covered[place : place + len(quote)]):
            place = self.text.find(quote, place + 1)
        place = place if place >= 0 else found
        if place < 0:
            return False
        self.covered[place : place + len(quote)] = b"\1" * len(quote)
        return True

    def uncovered(self) -> list[str]:
        """The runs of words that no quote covers."""
        kept = "".join(sign if not used else "\0" for sign, used in zip(self.text, self.covered, strict=True))
        return [run.strip() for run in kept.split("\0") if says_something(run)]


def sections_of(eligibility: str) -> dict[str, Section]:
    """The sections of a registry text, ready to be compared with quotes."""
    lines: dict[str, list[Line]] = {}
    for line in split(eligibility):
        lines.setdefault(line.section, []).append(line)
    return {
        name: _section(
            name, tuple(words_of(line) for line in some if line.kind != "heading" and _WORD.search(line.text))
        )
        for name, some in lines.items()
    }


def _section(name: str, lines: tuple[str, ...]) -> Section:
    text = " ".join(lines)
    return Section(name, lines, text, bytearray(len(text)))


def words_of(line: Line) -> str:
    """The words of a line as quotes are compared with them: a footnote's own mark is dropped as a bullet is."""
    return line.text.lstrip(_OWN_MARKS)


def quoted(criterion: Criterion) -> str:
    """A criterion's quote as it is looked for: normalised, without bullet marks and footnotes' own marks."""
    lines = (normalise(line).lstrip(_OWN_MARKS) for line in without_bullets(criterion.quote).splitlines())
    return " ".join(filter(None, lines))


def missing_quotes(rules: RuleSet, eligibility: str) -> tuple[list[Criterion], dict[str, Section]]:
    """The criteria whose quote is not in their section of the text, and the sections with what the others cover."""
    sections = sections_of(eligibility)
    missing = []
    for criterion in rules.criteria:
        places = [sections[name] for name in (criterion.kind, "other") if name in sections]
        if not any(place.cover(quoted(criterion)) for place in places):
            missing.append(criterion)
    return missing, sections


def check_source(rules: RuleSet, eligibility: str, findings: Findings) -> None:
    """Report quotes that are not in the registry's text, and words of the text that no quote covers."""
    missing, sections = missing_quotes(rules, eligibility)
    for criterion in missing:
        _report_missing(criterion, sections, findings)
    marks = dict(rules.section_marks)
    for section in sections.values():
        mark = marks.get(section.name) or marks.get("inclusion") or marks.get("exclusion") or marks.get("trial")
        for words in section.uncovered():
            _report_uncovered(words, section, mark, findings)


def _report_missing(criterion: Criterion, sections: dict[str, Section], findings: Findings) -> None:
    assert criterion.mark is not None
    words = quoted(criterion)
    elsewhere = [section.name for section in sections.values() if words in section.text]
    if elsewhere:
        hint = f"move the criterion to `{elsewhere[0]}:`" if elsewhere[0] != "other" else ""
        message = f"the quote of {criterion.id} stands in the registry's text, but under {elsewhere[0]}"
    else:
        close = get_close_matches(words, [line for section in sections.values() for line in section.lines], n=1)
        hint = f'did you mean "{close[0]}"?' if close else "copy the words from the registry's text as they stand there"
        message = f"the quote of {criterion.id} is not in the registry's text"
    findings.add("S101", criterion.mark, message, hint=hint)


def _report_uncovered(words: str, section: Section, mark: Mark | None, findings: Findings) -> None:
    assert mark is not None  # a rule set that was read has one of the keys
    shown = words if len(words) <= 100 else f"{words[:97]}..."
    hint = "quote them in a criterion; where they decide nothing, say so with `allows:`"
    findings.add(
        "S102", mark, f'no quote covers these words of the registry\'s {section.name} text: "{shown}"', hint=hint
    )
