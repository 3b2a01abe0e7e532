"""`screener backup`: a copy of the store in one file, checked."""

from __future__ import annotations

from pathlib import Path

import click

from screener.cli.memory_options import by_option, named, open_memory_at, utc_now
from screener.cli.registry_options import store_option
from screener.errors import EXIT_OK


@click.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The file to write.")
@by_option
@store_option
def command(out: Path, by: str | None, store_url: str | None) -> int:
    """Write the whole store to one file while others go on working, and check it.

    The file can be restored into a file or a shared store, whichever it was taken of. It holds patient data; the key is
    not in it, and is to be kept apart from it.

    \b
    Example:
      screener backup --out /mnt/safe/screener-2026-06-05.db
    """
    from screener.store.audit import Entry, record
    from screener.store.backup import back_up

    who = named(by)
    with open_memory_at(store_url) as memory:
        record(memory.database, memory.keys, Entry(who, "backed up", "store"), at=utc_now())
        head = back_up(memory.database, memory.keys, out)
    click.echo(f"Written and checked: {out}. Its key is not in it: keep {memory.keys.path} apart from it.", err=True)
    click.echo(f"Anchor of the audit trail: {head}", err=True)
    return EXIT_OK
