"""What a cohort is asked to cost at most, and whether it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

BY_HAND: Final = 1.3
"""How many times the question written by hand, in the same run."""
MILLIONS: Final = 2.0
MEGABYTES: Final = 600.0
GROWTH: Final = 15.0
COMPILING: Final = 50.0


class Cost(NamedTuple):
    """What a whole process took: seconds by the clock and of processors, and peak memory in MB."""

    seconds: float
    processors: float
    megabytes: float


class Measured(NamedTuple):
    """What was measured of one size of a cohort: ours, and how many times each way by hand it is, by processor time."""

    ours: Cost
    times: Mapping[str, float]


def grown(start: Cost, least: tuple[int, Cost], most: tuple[int, Cost]) -> float:
    """By how many hundredths a patient of the largest cohort costs more than one of the smallest, in processor time.

    The start of the program, measured with hardly any patient, is taken off both.
    """
    each = [(cost.processors - start.processors) / rows for rows, cost in (least, most)]
    return (each[1] / each[0] - 1) * 100


def bounds(
    start: Cost, found: Mapping[int, Measured], compiled: Mapping[str, float], spark: float | None
) -> Iterator[str]:
    """The lines of a table: what is asked, what was measured, whether it holds."""
    least, most = min(found), max(found)
    one, words = found[most], f"{most:,} patients, two threads"
    yield "| asked | at | measured | holds |"
    yield "|---|---|---|---|"
    for way, times in one.times.items():
        if way.startswith("DuckDB"):
            yield _line(f"at most {BY_HAND} times {way}, by processor time", words, times, BY_HAND)
    speed = most / one.ours.seconds / 1e6
    yield f"| at least {MILLIONS} million patients a second | {words} | {speed:.2f} | {_word(speed >= MILLIONS)} |"
    yield _line(f"at most {MEGABYTES:.0f} MB", words, one.ours.megabytes, MEGABYTES, digits=0)
    if least < most:
        more = grown(start, (least, found[least].ours), (most, one.ours))
        yield _line(f"a patient costs at most {GROWTH:.0f}% more", f"{least:,} to {most:,}", more, GROWTH, digits=1)
    for what, ms in compiled.items():
        yield _line(f"compiled in at most {COMPILING:.0f} ms", what, ms, COMPILING, digits=0)
    if spark is not None:
        yield _line(f"at most {BY_HAND} times Spark SQL by hand", "local[2], the statement alone", spark, BY_HAND)


def _line(asked: str, where: str, measured: float, at_most: float, *, digits: int = 2) -> str:
    return f"| {asked} | {where} | {measured:.{digits}f} | {_word(measured <= at_most)} |"


def _word(holds: bool) -> str:
    return "yes" if holds else "no"
