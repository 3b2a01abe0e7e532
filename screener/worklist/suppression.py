"""Counts that may leave the institution: small ones are withheld, with what they could be worked out from.

Whatever a reader could conclude from what is told of a funnel is concluded here first; while that leaves a small count
a single value, more is withheld.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

from screener.worklist.funnel import Funnel

WITHHELD: Final = "withheld"
"""What stands in the place of a count from which, with others, a small one could be worked out."""

_VERDICTS: Final = ("excluded", "needs_information", "eligible")
_PARTS: Final = ("alone", "with_others", "unknown")
_SINGLE: Final = ("assessed", "approached", "enrolled", "read_twice", "discordant")
Cells = dict[str, "int | str"]
"""Counts as they are told, by name; those of a criterion as `I1.alone`."""


def words_for_withheld(below: int) -> list[str]:
    """What the signs in the place of counts mean, for whoever reads them; nothing where every count is told."""
    if below == 1:
        return []
    small = "0 or 1" if below == 2 else f"1 to {below - 1}"
    return [
        f"<{below} is a count of {small}. What is {WITHHELD} is any count with which a small one could be worked out."
    ]


def shared(funnel: Funnel, below: int) -> dict[str, Any]:
    """The counts as they may leave the institution: small ones, which can point at somebody, are not told.

    A count from 1 to `below` - 1 is told as under the limit, none as 0; a limit of 2 tells none and 1 alike, which
    would say 1 otherwise. More is withheld where the others would leave a small count a single value.
    """
    data: dict[str, Any] = funnel._asdict() | {"by_criterion": [one._asdict() for one in funnel.by_criterion]}
    ids = [one.id for one in funnel.by_criterion]
    cells = _first_look(funnel, below)
    while more := _more(cells, _worked_out(cells, funnel, below)):
        cells |= dict.fromkeys(more, WITHHELD)
    data |= {name: cells[name] for name in (*_SINGLE, *_VERDICTS)}
    data["by_criterion"] = [{"id": name} | {part: cells[f"{name}.{part}"] for part in _PARTS} for name in ids]
    hidden = isinstance(data["read_twice"], str) or isinstance(data["discordant"], str)
    return data | {"kappa": None if hidden else funnel.kappa}


def _first_look(funnel: Funnel, below: int) -> Cells:
    """The counts with the small ones withheld, and what makes up for them in what adds up."""
    criteria = funnel.by_criterion
    if 0 < funnel.assessed < below:
        every = (*_SINGLE, *_VERDICTS, *(f"{one.id}.{part}" for one in criteria for part in _PARTS))
        return {**dict.fromkeys(every, WITHHELD), "assessed": f"<{below}"}
    cells: Cells = {name: _told(getattr(funnel, name), below) for name in _SINGLE}
    verdicts = parts([getattr(funnel, name) for name in _VERDICTS], below, of=funnel.assessed)
    cells |= dict(zip(_VERDICTS, verdicts, strict=True))
    alone = parts([*[one.alone for one in criteria], _several(funnel)], below, of=funnel.excluded)
    for one, told in zip(criteria, alone, strict=False):
        cells[f"{one.id}.alone"] = told
        cells |= {f"{one.id}.{part}": _told(getattr(one, part), below) for part in _PARTS[1:]}
        by_verdict = {"excluded": _PARTS, "needs_information": _PARTS[2:]}
        hidden = [part for name, some in by_verdict.items() if isinstance(cells[name], str) for part in some]
        cells |= {f"{one.id}.{part}": WITHHELD for part in hidden}
    return cells


def _told(count: int, below: int) -> int | str:
    return f"<{below}" if count < below and (count or below == 2) else count


def parts(counts: Sequence[int], below: int, *, of: int) -> list[int | str]:
    """Counts whose sum can be known where `of` is told; where a small one could be worked out, more are withheld.

    What is done rests only on what is told in the end, so that knowing how it is done tells no more.
    """
    told = [_told(count, below) for count in counts]
    small = [count for count in counts if 0 < count < below]
    if below == 2:
        return _beside_one(counts, told) if small or 0 < sum(counts) <= len(counts) else told
    even = sum(counts) == below == len(counts)  # where 1 for each would stand alone among what reads the same
    if not small or (not even and 1 < len(small) < sum(small) < len(small) * (below - 1)):
        return told
    rest = sorted((count, place) for place, count in enumerate(counts) if count >= below)
    if len(small) == 1 and len(rest) > 1 and not even:
        (least, place), (next_least, _) = rest[:2]
        both = small[0] + least
        if least < next_least and sum(below <= both - one < next_least for one in range(1, below)) > 1:
            told[place] = WITHHELD
            return told
    return [WITHHELD] * len(counts) if of >= below else told


def _beside_one(counts: Sequence[int], told: list[int | str]) -> list[int | str]:
    """Counts of which some are 1: where that could be worked out, others are withheld that can be it as well."""
    if sum(counts) < 2 * len(counts):
        return [WITHHELD] * len(counts)
    if 0 in counts:
        return told
    least = min(count for count in counts if count > 1)
    return [WITHHELD if count in (0, 1, least) else one for count, one in zip(counts, told, strict=True)]


class _Row(NamedTuple):
    """What can be the counts of a criterion, from the least to the most: alone, with others, unknown."""

    least: tuple[int, int, int]
    most: tuple[int, int, int]


def _worked_out(cells: Cells, funnel: Funnel, below: int) -> list[str]:
    """The small counts of criteria that are not told, and of which no other number goes with all that is told."""
    if isinstance(cells["excluded"], str):
        return []  # nothing is told of any criterion, nor what these counts add up to
    if isinstance(cells["needs_information"], str):
        funnel = funnel._replace(needs_information=0)  # a reader knows of nobody who must be in a count
    limits = [_limits(cells, one.id, funnel, below) for one in funnel.by_criterion]
    if not _can_be(limits, funnel, _several(funnel)):
        return []  # criteria that are gone have excluded somebody: what a reader concludes is not the right count
    return [
        f"{one.id}.{part}"
        for row, one in enumerate(funnel.by_criterion)
        for place, part in enumerate(_PARTS)
        if isinstance(cells[f"{one.id}.{part}"], str)
        and 0 < getattr(one, part) < below
        and not _can_differ(limits, (row, place), getattr(one, part), funnel=funnel)
    ]


def _limits(cells: Cells, name: str, funnel: Funnel, below: int) -> _Row:
    ranges = []
    for part in _PARTS:
        told = cells[f"{name}.{part}"]
        if isinstance(told, int):
            ranges.append((told, told))
        else:
            ranges.append((0, _not_eligible(funnel)) if told == WITHHELD else (int(below > 2), below - 1))
    least, most = zip(*ranges, strict=True)
    return _Row(least, most)


def _can_differ(limits: Sequence[_Row], place: tuple[int, int], count: int, *, funnel: Funnel) -> bool:
    """Whether a count can be another one; looked for among cohorts that are much like this one, as that is enough."""
    row, part = place
    least, most = limits[row]
    others = [least[part], count - 1], [count + 1, most[part]]
    now = _several(funnel)
    near = range(max(now - _NEAR, 0), min(now + _NEAR, funnel.excluded) + 1)
    for low, high in others:
        changed = [*limits]
        changed[row] = _Row(_with(least, part, low), _with(most, part, high))
        if low <= high and any(_can_be(changed, funnel, one) for one in sorted(near, key=lambda one: abs(one - now))):
            return True
    return False


_NEAR: Final = 25
"""How many more, or fewer, excluded by several criteria are tried."""


def _with(counts: tuple[int, int, int], part: int, count: int) -> tuple[int, int, int]:
    return (*counts[:part], count, *counts[part + 1 :])  # type: ignore[return-value]  # three again


def _can_be(limits: Sequence[_Row], funnel: Funnel, several: int) -> bool:
    """Whether some cohort has counts within the limits, with so many excluded by several criteria.

    Whoever is excluded by one criterion is in one count of those alone, by several in two of the others at least and in
    each at most once; whoever needs information is in an unknown one at least; nobody is twice in a row. That is a flow
    from rows to columns, which there is where no set of columns demands more than the rows can give (Hoffman 1960).
    """
    demand = (funnel.excluded - several, 2 * several, funnel.needs_information)
    rows = [_Row(least, _with(most, 1, min(most[1], several))) for least, most in limits]
    if sum(least[0] for least, _ in rows) > demand[0] or any(least[1] > most[1] for least, most in rows):
        return False
    everybody = _not_eligible(funnel)
    for size in range(len(_PARTS) + 1):
        for some in combinations(range(len(_PARTS)), size):
            rest = [part for part in range(len(_PARTS)) if part not in some]
            given = sum(
                min(everybody - sum(least[part] for part in rest), sum(most[part] for part in some))
                for least, most in rows
            )
            if sum(demand[part] for part in some) > given:
                return False
    return True


def _not_eligible(funnel: Funnel) -> int:
    return funnel.excluded + funnel.needs_information


def _several(funnel: Funnel) -> int:
    """How many are excluded by several criteria: not told, but known where all that each alone excludes is told."""
    return max(funnel.excluded - sum(one.alone for one in funnel.by_criterion), 0)


def _more(cells: Cells, worked_out: Sequence[str]) -> list[str]:
    """The counts to withhold next: rows and columns of those worked out, then all criteria, then all there is."""
    if not worked_out:
        return []
    rows, columns = {name.partition(".")[0] for name in worked_out}, {name.partition(".")[2] for name in worked_out}
    by_criterion = [name for name in cells if "." in name]
    near = [name for name in by_criterion if name.partition(".")[0] in rows or name.partition(".")[2] in columns]
    return next((some for some in (near, by_criterion, [*cells]) if any(cells[name] != WITHHELD for name in some)), [])
