"""Options of the commands that remember, and what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from screener.cli.options import Command
from screener.cli.registry_options import login_name

if TYPE_CHECKING:
    from screener.cli.screening import Screening
    from screener.store.audit import Anchor, Entry
    from screener.store.memory import Memory
    from screener.worklist.cohort_view import CohortView
    from screener.worklist.footing import Footing
    from screener.worklist.screening import RememberedScreening


def by_option(command: Command) -> Command:
    """Who does it."""
    return click.option(
        "--by", default=None, metavar="NAME", help="Who does this, for the audit trail [default: your login name]."
    )(command)


def form_option(*forms: str) -> Callable[[Command], Command]:
    """The format of the output."""
    return click.option("--format", "form", type=click.Choice(forms), default=forms[0], show_default=True)


def named(by: str | None) -> str:
    """Who does it: the name given, else that of the login.

    Raises:
        UsageError: it is blank.
    """
    from screener.store.audit import person

    return person(login_name() if by is None else by)


def utc_now() -> datetime:
    """The time: the one place where the clock is read for what is remembered."""
    return datetime.now(UTC)


@contextmanager
def open_memory_at(url: str | None, *, create: bool = False) -> Iterator[Memory]:
    """The store and its key; a key that had to be made is told of.

    Raises:
        UsageError: there is no store, or nothing was remembered in it.
        IntegrityError: it cannot be used, or its key is lost.
    """
    from screener.store.address import store_address
    from screener.store.memory import open_memory

    with open_memory(store_address(url), create=create) as memory:
        if memory.made is not None:
            said = (
                f"A key for the pseudonyms was made: {memory.made}. Keep a copy of it in a safe place, apart from the"
            )
            click.echo(f"{said} store: without it no patient can be recognised again.", err=True)
        yield memory


@contextmanager
def in_trail(url: str | None, entry: Entry) -> Iterator[None]:
    """Do something outside the store and keep its row of the audit trail, both or neither.

    Where there is no store yet there is no trail; the first run tells of it then.

    Raises:
        IntegrityError: the store cannot be used.
    """
    from screener.store.address import store_address
    from screener.store.audit import append

    file = store_address(url).file
    if file is not None and not file.exists():
        yield
        return
    with open_memory_at(url, create=True) as memory:
        with memory.database.writing() as session:
            anchor = append(session, memory.keys, entry, at=utc_now())
            yield
        say_anchor(anchor)


def say_anchor(anchor: Anchor) -> None:
    """Print the head of the audit trail, to be kept elsewhere."""
    click.echo(f"Anchor of the audit trail: {anchor}", err=True)


def tell(memory: Memory, entry: Entry) -> None:
    """Have the audit trail tell of a look, before anything is shown."""
    from screener.store.audit import record

    say_anchor(record(memory.database, memory.keys, entry, at=utc_now()))


def footing_for(screening: Screening, criteria_dir: Path | None) -> tuple[Footing, Path]:
    """The rules of a screening as they are remembered, and the folder of criteria that they were read with."""
    from screener.criteria.library import criteria_folder, load
    from screener.errors import UsageError
    from screener.findings import Findings
    from screener.worklist.footing import footing_of

    folder = criteria_folder(criteria_dir)
    # What is stale is held open in the rules of the screening; what is remembered begins with the rules as written.
    loaded = load(screening.loaded.folder, folder, Findings()) if screening.standing.stale else screening.loaded
    if loaded is None or loaded.sha256 != screening.loaded.sha256:
        raise UsageError("The rules have changed while they were read.", hint="Run again.")
    return footing_of(loaded, screening.state), folder


def changed_since_run(view: CohortView, criteria_dir: Path | None, store_url: str | None) -> str | None:
    """Say so where the rules, the registry's words or the program are no longer those of the last run."""
    from screener.cli.options import today
    from screener.cli.ready_rules import from_store
    from screener.cli.screening import Screening
    from screener.errors import InvalidRules, UsageError
    from screener.store.rows import key_of
    from screener.worklist.footing import changed_since

    number = key_of(view.run.id)
    try:
        footing, _ = footing_for(
            Screening(view.trial, criteria_dir, today(), state=from_store(store_url)), criteria_dir
        )
    except (InvalidRules, UsageError):
        return (
            f"The rules cannot be used as they are now, so run {number} may rest on others: check them, and rescreen."
        )
    return changed_since(footing, (view.footing.sha256, view.footing.engine), number)


def remembering(memory: Memory, screening: Screening, criteria_dir: Path | None) -> RememberedScreening:
    """What screens and remembers."""
    from screener.reports.json_text import unranked_text
    from screener.store.answers import AnswerStore
    from screener.store.runs import RunStore
    from screener.worklist.footing import basis_of
    from screener.worklist.screening import RememberedScreening

    footing, folder = footing_for(screening, criteria_dir)
    return RememberedScreening(
        RunStore(memory.database, memory.keys),
        AnswerStore(memory.database, memory.keys),
        footing,
        basis_of(footing, folder),
        wording=unranked_text,
        now=utc_now,
    )
