"""`screener funnel`: how many got how far, and what stopped the others."""

from __future__ import annotations

import click

from screener.cli.memory_options import by_option, form_option, named, open_memory_at
from screener.cli.options import trial_argument
from screener.cli.registry_options import store_option
from screener.cli.worklist import looked_at
from screener.errors import EXIT_OK


@click.command()
@trial_argument
@click.option(
    "--suppress-below",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Do not tell counts from 1 to N-1, for what leaves the institution.",
)
@by_option
@form_option("text", "json")
@store_option
def command(trial: str, suppress_below: int, by: str | None, form: str, store_url: str | None) -> int:
    """Count the patients of TRIAL, step by step.

    Assessed; excluded by each criterion (alone, with others), or unknown; needing data; eligible; approached; enrolled.

    \b
    Example:
      screener funnel NCT06452485 --suppress-below 5
    """
    from screener.reports.json_text import compact
    from screener.reports.worklist_text import funnel_lines
    from screener.worklist.funnel import funnel_of, shared

    who = named(by)
    with open_memory_at(store_url) as memory:
        view, _ = looked_at(memory, trial, who, "funnel")
    data = shared(funnel_of(view), suppress_below)
    for line in [compact(data)] if form == "json" else funnel_lines(data):
        click.echo(line)
    return EXIT_OK
