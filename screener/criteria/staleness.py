"""Rules against the registry's latest text: which criteria rest on words that have changed, and which lines are new.

A change of spelling, or of the place within a section, gives nothing. Pure: texts in, names out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from screener.criteria.model import Criterion
from screener.criteria.source import quoted, says_something, words_of
from screener.registry.drift import compare_texts
from screener.registry.text import comparable, split

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from screener.criteria.model import RuleSet
    from screener.registry.drift import LineChange
    from screener.registry.text import Line

_WHY: Final = {
    "section": "its words now stand in another section",
    "removed": "a line that it quotes was removed",
    "footnote": "a footnote mark of the line that it quotes changed",
    "level": "the line that it quotes now stands under another line",
    "introduction": "the line that it quotes now stands under another line",
}
_HELD: Final = "the registry's words changed and no rule follows them yet"
_GONE: Final = "its quote is no longer in the registry's text"


@dataclass(frozen=True, slots=True)
class Staleness:
    """What of the rules no longer rests on the registry's words.

    `stale` names criteria by id, each with the reason; `uncovered` are lines of the latest text that no quote covers.
    """

    stale: Mapping[str, str] = field(default_factory=dict)
    uncovered: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.stale or self.uncovered)


def staleness(rules: RuleSet, based_on: str, latest: str) -> Staleness:
    """Compare rules with the registry's latest eligibility text.

    Args:
        rules: the rules; their quotes were taken from `based_on`.
        based_on: the eligibility text that the rules were written against.
        latest: the eligibility text of the latest good record.

    Returns:
        A criterion is stale when its quote is not in the latest text, or when a line that it quotes changed materially.
        Somebody who has looked at the latest text and acknowledged it ends both; that is for the caller to know.
    """
    before, after = _Text(based_on), _Text(latest)
    changes = compare_texts(based_on, latest)
    changed = {one.old.number: one for one in changes if one.old is not None and one.change == "material"}
    stale: dict[str, str] = {}
    told: set[int] = set()
    for criterion in rules.criteria:
        quoted_lines = before.cover(criterion) or ()
        if after.cover(criterion) is None:
            stale[criterion.id] = _WHY["section"] if after.holds(criterion) else _GONE
        elif found := [changed[number] for number in quoted_lines if number in changed]:
            stale[criterion.id] = _why(found[0])
        if criterion.id in stale:
            told.update(quoted_lines)
    # What became of a line is told by the criterion that went stale with it, and is no new line besides.
    became = {one.new.number for one in changes if one.old and one.new and one.old.number in told}
    return Staleness(stale, after.uncovered(became))


def under_review(rules: RuleSet, found: Staleness) -> tuple[RuleSet, tuple[str, ...]]:
    """The rules with what is stale held open, and the ids of those criteria.

    A stale criterion decides even where it only allowed something: the new words may require it. A line that no quote
    covers becomes a criterion of its own, open for everybody.
    """
    held = [replace(one, allows=None, not_encoded=_HELD) if one.id in found.stale and one.allows else one
            for one in rules.criteria]  # fmt: skip
    new = [
        Criterion(f"NEW-{number}", "inclusion", line, not_encoded=_HELD)
        for number, line in enumerate(found.uncovered, start=1)
    ]
    stale = (*(one.id for one in held if one.id in found.stale), *(one.id for one in new))
    return replace(rules, criteria=(*held, *new)), stale


def _why(change: LineChange) -> str:
    named = next((_WHY[reason] for reason in change.why if reason in _WHY), None)
    return named or f"the line that it quotes changed ({', '.join(change.why)})"


class _Span(NamedTuple):
    """Where a line stands within the text of its section."""

    line: Line
    start: int
    end: int


class _Text:
    """An eligibility text in comparable spelling, by section, and what quotes cover of it."""

    def __init__(self, eligibility: str) -> None:
        self._texts: dict[str, str] = {}
        self._spans: dict[str, list[_Span]] = {}
        self._covered: dict[str, bytearray] = {}
        for line in split(eligibility):
            if line.kind != "heading":
                self._add(line)
        for section, text in self._texts.items():
            self._covered[section] = bytearray(len(text))

    def _add(self, line: Line) -> None:
        words = comparable(words_of(line))
        before = self._texts.get(line.section)
        start = 0 if before is None else len(before) + 1
        self._texts[line.section] = words if before is None else f"{before} {words}"
        self._spans.setdefault(line.section, []).append(_Span(line, start, start + len(words)))

    def cover(self, criterion: Criterion) -> tuple[int, ...] | None:
        """Mark a criterion's quote as covered.

        Returns:
            The numbers of the lines it stands in; none where its section does not hold it.
        """
        words = comparable(quoted(criterion))
        for section in (criterion.kind, "other"):
            place = self._place(section, words)
            if place is not None:
                end = place + len(words)
                self._covered[section][place:end] = b"\1" * len(words)
                spans = self._spans[section]
                return tuple(span.line.number for span in spans if span.start < end and place < span.end)
        return None

    def _place(self, section: str, words: str) -> int | None:
        """Where the words stand: at a place that no quote has covered yet, where there is one."""
        text = self._texts.get(section, "")
        found = place = text.find(words) if words else -1
        while place >= 0 and any(self._covered[section][place : place + len(words)]):
            place = text.find(words, place + 1)
        best = place if place >= 0 else found
        return best if best >= 0 else None

    def holds(self, criterion: Criterion) -> bool:
        """Whether the quote stands anywhere."""
        words = comparable(quoted(criterion))
        return any(words in text for text in self._texts.values())

    def uncovered(self, told: Collection[int]) -> tuple[str, ...]:
        """The lines of which some words are in no quote, in the order of the text, but for those told of already."""
        lines = [span.line for section, spans in self._spans.items() for span in spans if self._open(section, span)]
        return tuple(line.text for line in sorted(lines, key=lambda line: line.number) if line.number not in told)

    def _open(self, section: str, span: _Span) -> bool:
        words, covered = self._texts[section], self._covered[section]
        return any(not covered[place] and says_something(words[place]) for place in range(span.start, span.end))
