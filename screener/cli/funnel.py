"""`screener funnel`: how many got how far, and what stopped the others."""

from __future__ import annotations

from pathlib import Path

import click

from screener.cli.memory_options import by_option, changed_since_run, form_option, named, open_memory_at
from screener.cli.options import criteria_option, out_option, trial_argument
from screener.cli.registry_options import store_option
from screener.cli.worklist import looked_at, say_standing
from screener.errors import EXIT_OK


@click.command()
@trial_argument
@click.option(
    "--suppress-below",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Do not tell counts from 1 to N-1, nor what they could be worked out from: for what leaves the institution.",
)
@by_option
@form_option("text", "json", "svg")
@out_option("the funnel")
@criteria_option
@store_option
def command(
    trial: str, suppress_below: int, by: str | None, form: str, out: Path | None, criteria_dir: Path | None,
    store_url: str | None,
) -> int:  # fmt: skip
    """Count the patients of TRIAL, step by step.

    Assessed; excluded by each criterion (alone, with others), or unknown; needing data; eligible; approached; enrolled.

    \b
    Examples:
      screener funnel NCT06452485
      screener funnel NCT06452485 --suppress-below 5 --format svg --out funnel.svg
    """
    from screener.criteria.prose import INTENDED_USE
    from screener.reports.funnel_svg import funnel_svg
    from screener.reports.json_text import compact
    from screener.reports.worklist_text import funnel_lines
    from screener.reports.writing_out import write_out
    from screener.worklist.funnel import funnel_of
    from screener.worklist.suppression import shared, words_for_withheld

    who = named(by)
    with open_memory_at(store_url) as memory:
        view, anchor = looked_at(memory, trial, who, "funnel", act="viewed" if suppress_below == 1 else "shared")
    data = shared(funnel_of(view), suppress_below)
    changed = changed_since_run(view, criteria_dir, store_url)
    title = f"{view.trial} after run {view.run.id} as of {view.run.as_of}"
    hidden = words_for_withheld(suppress_below)
    if form == "svg":
        rules = f"Rules: {view.footing.loaded.approval}. Anchor of the audit trail: {anchor}."
        content = funnel_svg(data, title=title, notes=[*hidden, rules, *_cut(f"Intended use: {INTENDED_USE}")])
    elif form == "json":
        content = f"{compact(data | {'changed_since_run': changed})}\n"
    else:
        content = "".join(f"{line}\n" for line in (title, *funnel_lines(data), *hidden))
    write_out([content.encode()], out)
    say_standing(view, anchor, changed)
    return EXIT_OK


def _cut(sentence: str) -> list[str]:
    """A sentence in lines that a picture has room for."""
    import textwrap

    return textwrap.wrap(sentence, 130)
