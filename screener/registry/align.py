"""Which line of one eligibility text is which line of another.

Lines are paired by equal text first, then by similarity; what is left was added or removed. Every step treats both
texts alike, so that a comparison means the same in both directions. Of lines with equal text the first is paired with
the first, the second with the second.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from screener.registry.text import Line, comparable
from screener.registry.words import profile, similarity

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

ALIKE: Final = 0.5
"""Lines of the same section at least so similar are taken for one line that was rewritten."""
ALIKE_ELSEWHERE: Final = 0.8
"""The same for lines of different sections."""
MOST_COMPARISONS: Final = 250_000
"""Beyond this no text is a list of criteria; its lines count as removed and added, which is material."""


class Placed(NamedTuple):
    """A line with its comparable text and the line it stands under: a bullet of a lower level, or an introduction."""

    line: Line
    text: str
    under: Placed | None


class Pair(NamedTuple):
    """A line of the old text and a line of the new one."""

    old: Placed
    new: Placed


def placed(lines: tuple[Line, ...]) -> list[Placed]:
    """The lines, each with what it stands under."""
    result: list[Placed] = []
    above: list[Placed] = []
    for line in lines:
        while above and not _is_under(line, above[-1].line):
            above.pop()
        here = Placed(line, comparable(line.text), above[-1] if above else None)
        result.append(here)
        if line.kind == "bullet" or (line.kind == "paragraph" and line.text.endswith(":")):
            above.append(here)
    return result


def _is_under(line: Line, above: Line) -> bool:
    return line.level > above.level and line.section == above.section


def align(old: list[Placed], new: list[Placed]) -> tuple[list[Pair], list[Placed], list[Placed]]:
    """Pairs in the order of the new text, then the lines removed from the old text and those added by the new one."""
    pairs: list[Pair] = []
    for key in (_by_place, _by_section, _by_text):
        pairs += _equal(old, new, key)
        old, new = _unpaired(old, new, pairs)
    pairs += _similar(old, new)
    old, new = _unpaired(old, new, pairs)
    return sorted(pairs, key=lambda pair: pair.new.line.number), old, new


def in_order(pairs: list[Pair]) -> set[Pair]:
    """The pairs, of those given in the order of the new text, that kept their order: as many as can be."""
    best: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for place, pair in enumerate(pairs):
        number = pair.old.line.number
        at = bisect_left(best, number)
        before.append(ends[at - 1] if at else -1)
        best[at : at + 1] = [number]
        ends[at : at + 1] = [place]
    kept: set[Pair] = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        kept.add(pairs[place])
        place = before[place]
    return kept


def _by_place(item: Placed) -> Hashable:
    line = item.line
    return line.section, line.kind, line.level, item.under.text if item.under else "", item.text


def _by_section(item: Placed) -> Hashable:
    return item.line.section, item.text


def _by_text(item: Placed) -> Hashable:
    return item.text


def _equal(old: list[Placed], new: list[Placed], key: Callable[[Placed], Hashable]) -> list[Pair]:
    groups: dict[Hashable, list[Placed]] = defaultdict(list)
    for item in old:
        groups[key(item)].append(item)
    taken: dict[Hashable, int] = defaultdict(int)
    pairs = []
    for item in new:
        name = key(item)
        if taken[name] < len(groups[name]):
            pairs.append(Pair(groups[name][taken[name]], item))
            taken[name] += 1
    return pairs


def _unpaired(old: list[Placed], new: list[Placed], pairs: list[Pair]) -> tuple[list[Placed], list[Placed]]:
    gone = {pair.old.line.number for pair in pairs}
    came = {pair.new.line.number for pair in pairs}
    left = [item for item in old if item.line.number not in gone]
    return left, [item for item in new if item.line.number not in came]


def _similar(old: list[Placed], new: list[Placed]) -> list[Pair]:
    """Pairs of lines that resemble each other, the most similar first; of equals those at the nearest places."""
    if len(old) * len(new) > MOST_COMPARISONS:
        return []
    words_old, words_new = [profile(item.text) for item in old], [profile(item.text) for item in new]
    found: list[tuple[float, int, int, int, int]] = []
    for i, one in enumerate(old):
        for j, other in enumerate(new):
            score = _likeness(one.line, other.line, similarity(words_old[i], words_new[j]))
            if score:
                found.append((-score, abs(i - j), i + j, i, j))
    pairs, used_old, used_new = [], set[int](), set[int]()
    for _, _, _, i, j in sorted(found):
        if i not in used_old and j not in used_new:
            used_old.add(i)
            used_new.add(j)
            pairs.append(Pair(old[i], new[j]))
    return pairs


def _likeness(one: Line, other: Line, score: float) -> float:
    """The score that counts, or nothing; headings of one section are always taken for each other."""
    if (one.kind == "heading") != (other.kind == "heading"):
        return 0.0
    if one.kind == "heading":
        return 1.0 + score if one.section == other.section else 0.0
    if one.section == other.section:
        return score if score >= ALIKE else 0.0
    return score / 2 if score >= ALIKE_ELSEWHERE else 0.0
