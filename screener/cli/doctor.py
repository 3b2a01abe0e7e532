"""`screener doctor`: how the store and its key stand."""

from __future__ import annotations

import click

from screener.cli.memory_options import form_option
from screener.cli.registry_options import store_option
from screener.errors import EXIT_INTEGRITY, EXIT_OK


@click.command()
@form_option("text", "json")
@store_option
def command(form: str, store_url: str | None) -> int:
    """Say where the store and its key are, who can read them, and whether their settings are safe.

    Nothing is made or changed. The exit code is 5 where something is not as it should be.

    \b
    Example:
      screener doctor
    """
    from screener.reports.json_text import compact
    from screener.store.address import store_address
    from screener.store.health import examined

    findings = list(examined(store_address(store_url)))
    if form == "json":
        click.echo(compact([one._asdict() for one in findings]))
    else:
        width = max(len(one.what) for one in findings)
        for one in findings:
            click.echo(f"{'  ' if one.well else '! '}{one.what:{width}}  {one.found}")
            if one.hint:
                click.echo(f"  {'':{width}}  {one.hint}")
    return EXIT_OK if all(one.well for one in findings) else EXIT_INTEGRITY
