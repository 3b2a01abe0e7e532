"""Options of the commands that speak with the registry or the store, and what they have in common."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import click

from screener.cli.options import Command
from screener.errors import UsageError

if TYPE_CHECKING:
    from screener.registry.retry import Waiting
    from screener.store.registry import RegistryStore

REGISTRY: Final = "https://clinicaltrials.gov/api/v2"
_ID: Final = re.compile(r"NCT[0-9]{8}")


def store_option(command: Command) -> Command:
    """Where the store is."""
    return click.option(
        "--store",
        "store_url",
        envvar="SCREENER_STORE",
        metavar="URL",
        help="The store: sqlite:////path/store.db or postgresql+psycopg://user@host/database "
        "[default: a file in the user's data folder; environment: SCREENER_STORE].",
    )(command)


def base_url_option(command: Command) -> Command:
    """Where the registry is."""
    return click.option(
        "--base-url",
        envvar="SCREENER_REGISTRY_URL",
        metavar="URL",
        default=REGISTRY,
        show_default=True,
        help="The root of the registry's API, ending in /api/v2 [environment: SCREENER_REGISTRY_URL].",
    )(command)


def deadline_option(seconds: float) -> Callable[[Command], Command]:
    """How long the registry may take."""
    return click.option(
        "--deadline",
        type=click.FloatRange(min=0, min_open=True, max=24 * 3600),
        default=seconds,
        show_default=True,
        metavar="SECONDS",
        help="The most seconds to spend on the registry.",
    )


def rate_option(command: Command) -> Command:
    """How fast the registry is asked."""
    return click.option(
        "--rate",
        type=click.FloatRange(min=0, min_open=True),
        default=1.0,
        show_default=True,
        help="The most requests a second.",
    )(command)


def contact_option(command: Command) -> Command:
    """Whom the registry can ask."""
    return click.option(
        "--contact",
        envvar="SCREENER_CONTACT",
        default="",
        metavar="TEXT",
        help="How the registry can reach you, sent along with each request.",
    )(command)


def registry_id(given: str) -> str:
    """A registry id in its own spelling.

    Raises:
        UsageError: it is none.
    """
    nct_id = given.strip().upper()
    if not _ID.fullmatch(nct_id):
        raise UsageError(f'"{given[:40]}" is not a registry id.', hint="Write NCT and eight digits, as in NCT06452485.")
    return nct_id


@contextmanager
def open_store(url: str | None, *, create: bool = False) -> Iterator[RegistryStore]:
    """The store.

    Raises:
        UsageError: there is none, and none is to be made.
        IntegrityError: it cannot be used.
    """
    from screener.store.address import store_address
    from screener.store.database import open_database
    from screener.store.registry import RegistryStore

    address = store_address(url)
    database = open_database(address, create=create)
    if database is None:
        raise UsageError(f"There is no store yet: {address}.", hint="Begin one with: screener sync TRIAL")
    with database:
        yield RegistryStore(database)


def waiting_words(waiting: Waiting) -> str:
    """What is waited for, why, and until when, in the time of this computer."""
    tries = f"{waiting.problem.attempts} time{'' if waiting.problem.attempts == 1 else 's'}"
    end = datetime.now().astimezone() + timedelta(seconds=waiting.left)
    others = f"; {waiting.others} more to be fetched" if waiting.others else ""
    return (
        f"{waiting.question.name}: {waiting.problem.message} Tried {tries}; the next try is in "
        f"{waiting.seconds:.0f} seconds, the last one before {end:%H:%M:%S}{others}."
    )


def say_waiting(waiting: Waiting) -> None:
    """Say on standard error that it takes longer."""
    click.echo(waiting_words(waiting), err=True)


def login_name() -> str:
    """Who is at work, as the computer knows it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
