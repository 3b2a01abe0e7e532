"""A feasibility study as tables for a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from screener.cohort.feasibility.model import Feasibility, Sweep, change

_WIDTH = 110


def as_table(study: Feasibility) -> str:
    """The study as text."""
    stream = io.StringIO()
    console = Console(file=stream, width=_WIDTH, color_system=None, highlight=False)
    counts = study.verdicts
    told = f"{counts.eligible:,} eligible on recorded data, {counts.needs_information:,} need information"
    console.print(f"{study.trial} on {study.as_of}: {counts.patients:,} patients, {told}, {counts.not_eligible:,} not.")
    for said in (f"Rules: {study.approval}.", *study.notices):
        console.print(said)
    for title, part in _parts(study):
        if part.row_count:
            console.print()
            console.print(title)
            console.print(part)
    return stream.getvalue()


def _parts(study: Feasibility) -> Iterator[tuple[str, Table]]:
    yield "Who is left, in the order of the protocol", _funnel(study)
    yield "Why criteria are open", _causes(study)
    for sweep in study.sweeps:
        yield f"{sweep.criterion}: {sweep.words}", _sweep(study, sweep)
    open_ = f"{study.looked_at:,} of {study.verdicts.needs_information:,} who need information"
    yield f"What would be asked of {open_}", _questions(study)


def _funnel(study: Feasibility) -> Table:
    table = _table("", "excluded", "left", "of these open", "fails", "this alone", "without it: eligible", "open")
    for step in study.steps:
        eligible, still = change(study.verdicts, step.without)
        numbers = (step.excluded, step.left, step.left_open, step.fails, step.alone)
        table.add_row(step.id, *(f"{one:,}" for one in numbers), f"{eligible:+,}", f"{still:+,}")
    return table


def _causes(study: Feasibility) -> Table:
    causes = sorted({cause for step in study.steps for cause in step.causes})
    table = _table("", "open", *(cause.replace("_", " ") for cause in causes))
    for step in study.steps:
        if step.open:
            table.add_row(step.id, f"{step.open:,}", *(f"{step.causes.get(cause, 0):,}" for cause in causes))
    return table


def _sweep(study: Feasibility, sweep: Sweep) -> Table:
    table = _table("", "eligible", "open")
    for point in sweep.points:
        if point.limit == sweep.now:
            counts = point.verdicts
            table.add_row(f"{point.words} (now)", f"{counts.eligible:,}", f"{counts.needs_information:,}")
        else:
            table.add_row(point.words, *(f"{one:+,}" for one in change(study.verdicts, point.verdicts)))
    return table


def _questions(study: Feasibility) -> Table:
    table = _table("fact", "asked of", "settles alone")
    for one in study.questions:
        table.add_row(one.fact, f"{one.patients:,}", f"{one.alone:,}")
    return table


def _table(first: str, *columns: str) -> Table:
    table = Table()
    table.add_column(first)
    for one in columns:
        table.add_column(one, justify="right")
    return table
