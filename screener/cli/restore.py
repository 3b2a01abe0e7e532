"""`screener restore`: a backup in the place of the store."""

from __future__ import annotations

from pathlib import Path

import click

from screener.cli.memory_options import by_option, named, open_memory_at, utc_now
from screener.cli.registry_options import store_option
from screener.errors import EXIT_OK


@click.command()
@click.argument("backup", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Put a store that is there aside.")
@by_option
@store_option
def command(backup: Path, replace: bool, by: str | None, store_url: str | None) -> int:
    """Put the backup FILE in the place of the store.

    The backup is checked first: its pages and its audit trail, with the key. One of an older version is brought up
    to this program's, one of a newer version refused. A store that is there is never lost: with --replace it is put
    aside. That the store was restored is a row of its audit trail.

    \b
    Examples:
      screener restore /mnt/safe/screener-2026-06-05.db
      screener restore screener-2026-06-05.db --store postgresql+psycopg://user@host/new
    """
    from screener.store.address import store_address
    from screener.store.audit import Entry, record
    from screener.store.backup import restore

    who, address = named(by), store_address(store_url)
    done = restore(address, backup, replace=replace)
    with open_memory_at(store_url) as memory:
        part = f"backup of row {done.head.number}" if done.head else "backup"
        anchor = record(memory.database, memory.keys, Entry(who, "restored", part), at=utc_now())
    if done.older is not None:
        click.echo(f"The backup was of an older version ({done.older}) and was brought up to this program's.", err=True)
    if done.put_aside is not None:
        click.echo(f"The store that was there is now {done.put_aside}.", err=True)
    click.echo(f"Restored: {address}.", err=True)
    click.echo(f"Anchor of the audit trail: {anchor}", err=True)
    return EXIT_OK
