"""`screener criteria facts`: where the facts that rules rest on come from."""

from __future__ import annotations

from pathlib import Path

import click

from screener.cli.options import criteria_option, trial_argument


@click.command()
@trial_argument
@criteria_option
def facts(trial: str, criteria_dir: Path | None) -> None:
    """Show where the facts that TRIAL's rules rest on come from: what records say them, and what must be asked.

    \b
    Example:
      screener criteria facts NCT06452485
    """
    from screener.criteria.derivation_prose import text
    from screener.criteria.library import criteria_folder, find_rules
    from screener.matching.gate import admitted

    folder = criteria_folder(criteria_dir)
    click.echo(text(admitted(find_rules(trial, folder), folder)), nl=False)
