"""The pictures of a feasibility study, in the measures of the page: a funnel, bars, and a curve for each limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from screener.cohort.feasibility.model import Feasibility, Step, Sweep, Verdicts, change

WIDTH: Final = 720
ROW: Final = 30
LABELS: Final = 60
NUMBERS: Final = 150
_CURVE_HEIGHT: Final = 160
_MARGIN: Final = 34
_LABELLED: Final = 24
"""Where the highest point of a curve lies: below the number that says how high it is."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a picture: what it is, its pieces (a kind and a width each), and what is said behind it."""

    label: str
    pieces: tuple[tuple[str, float], ...]
    said: str
    y: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A value on the axis of a curve, and what it would change; nothing at the value that stands."""

    x: float
    limit: str
    eligible: str
    open: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One limit at several values: a line of eligible patients and one of those who are not ruled out."""

    title: str
    eligible: str
    possible: str
    marks: tuple[Mark, ...]
    most: int


def funnel(study: Feasibility) -> list[Bar]:
    """Who is left after each criterion: settled so far, and open."""
    total = study.verdicts.patients
    bars = [_bar("all", 0, total, [("sure", total)], f"{total:,}")]
    for place, step in enumerate(study.steps, start=1):
        pieces = [("sure", step.left - step.left_open), ("open", step.left_open)]
        less = f" (-{step.excluded:,})" if step.excluded else ""
        bars.append(_bar(step.id, place, total, pieces, f"{step.left:,}{less}"))
    return bars


def effects(study: Feasibility) -> list[Bar]:
    """How each criterion came out over the whole cohort."""
    total = study.verdicts.patients

    def row(place: int, step: Step) -> Bar:
        pieces = [("sure", step.passes), ("open", step.open), ("out", step.fails)]
        return _bar(step.id, place, total, pieces, f"{step.alone:,} by this alone")

    return [row(place, step) for place, step in enumerate(study.steps)]


def curve(sweep: Sweep, now: Verdicts) -> Curve:
    """The curve of one limit; `now` is what the limit that stands gives."""
    counts = [point.verdicts for point in sweep.points]
    most = max((one.eligible + one.needs_information for one in counts), default=0)
    marks = []
    for place, point in enumerate(sweep.points):
        told = ("", "") if point.limit == sweep.now else tuple(f"{one:+,}" for one in change(now, point.verdicts))
        marks.append(Mark(_x(place, len(counts)), point.limit, *told))
    lines = (_line([one.eligible for one in counts], most), _line([_possible(one) for one in counts], most))
    return Curve(f"{sweep.criterion}: {sweep.words}", *lines, tuple(marks), most)


def _possible(counts: Verdicts) -> int:
    return counts.eligible + counts.needs_information


def _line(values: Sequence[int], most: int) -> str:
    foot = _CURVE_HEIGHT - _MARGIN
    heights = (foot - (foot - _LABELLED) * value / (most or 1) for value in values)
    points = ((_x(place, len(values)), y) for place, y in enumerate(heights))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _x(place: int, count: int) -> float:
    return _MARGIN + place * (WIDTH - 2 * _MARGIN) / max(count - 1, 1)


def _bar(label: str, place: int, total: int, pieces: Sequence[tuple[str, int]], said: str) -> Bar:
    room = WIDTH - LABELS - NUMBERS
    return Bar(label, tuple((kind, room * count / (total or 1)) for kind, count in pieces), said, place * ROW)
