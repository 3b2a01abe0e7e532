"""`screener trial`: the fact sheet of a trial."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from screener.cli.options import criteria_option, out_option, trial_argument
from screener.cli.registry_options import store_option
from screener.criteria.library import LoadedRules, criteria_folder, find_rules
from screener.matching.gate import admitted
from screener.reports.fact_sheet import FactSheet, fact_sheet
from screener.reports.writing_out import write_out
from screener.store.state import RegistryState, registry_state


@click.command()
@trial_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "html")),
    help="[default: html where --out ends in .html, else text]",
)
@out_option("the fact sheet")
@store_option
@criteria_option
def command(trial: str, form: str | None, out: Path | None, store_url: str | None, criteria_dir: Path | None) -> None:
    """Show the fact sheet of TRIAL: quick facts, what it studies, who fits, how to take part, when last checked.

    What the registry's record does not hold is said to be not in the record. What a sync has found to be different
    since stands on top.

    \b
    Examples:
      screener trial NCT06452485
      screener trial NCT06452485 --out rt-hype.html
      screener trial NCT06452485 --format json
    """
    folder = criteria_folder(criteria_dir)
    loaded = admitted(find_rules(trial, folder), folder)
    state = registry_state(store_url, loaded.rules.trial)
    sheet = fact_sheet(loaded, state.last_checked if state else None, since=_since(state, loaded) if state else ())
    by_name = "html" if out is not None and out.suffix.lower() in (".html", ".htm") else "text"
    write_out([_written(sheet, form or by_name).encode()], out)
    if out is not None:
        click.echo(f"Fact sheet: {out}", err=True)


def _since(state: RegistryState, loaded: LoadedRules) -> tuple[str, ...]:
    """What the registry says now and the stored record does not."""
    said = list(state.open_drift)
    if state.missing_since is not None:
        said.insert(0, f"The registry has had no record of this study since {state.missing_since:%Y-%m-%d}.")
    if loaded.record is not None and state.status != loaded.record.status and state.status is not None:
        said.insert(0, f"The registry says now that this study is {state.status.replace('_', ' ').lower()}.")
    return tuple(said)


def _written(sheet: FactSheet, form: str) -> str:
    from screener import __version__
    from screener.reports.fact_sheet_forms import as_data, as_html, as_text

    if form == "json":
        import json

        return json.dumps(as_data(sheet), ensure_ascii=False, indent=2) + "\n"
    if form == "html":
        return as_html(sheet, version=__version__, created=datetime.now(UTC))
    return as_text(sheet)
