"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, tzinfo
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from screener.dates import parse_date

if TYPE_CHECKING:
    from screener.facts.events import EventKind

Command = TypeVar("Command", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """An ISO date."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; a usage error where the text is not one."""
        if isinstance(value, date):
            return value
        try:
            day = parse_date(str(value))
        except ValueError:
            day = None
        if day is not None and day.exact and not 1900 <= day.first.year <= 2200:
            self.fail(f'"{value}" lies outside the years 1900 to 2200.', param, ctx)
        if day is None or not day.exact:
            self.fail(f'"{value}" is not a date; write it as 2026-01-20.', param, ctx)
        return day.first


def trial_argument(command: Command) -> Command:
    """The trial: an id, or the path of a folder with rules."""
    return click.argument("trial", metavar="TRIAL")(command)


def criteria_option(command: Command) -> Command:
    """Where the rules are."""
    return click.option(
        "--criteria",
        "criteria_dir",
        type=click.Path(path_type=Path),
        envvar="SCREENER_CRITERIA",
        metavar="DIR",
        help="Folder with the trials' rules [default: ./criteria where it exists, else the shipped one; "
        "environment: SCREENER_CRITERIA].",
    )(command)


def patients_option(command: Command) -> Command:
    """Where the patients are."""
    return click.option(
        "--patients",
        required=True,
        type=click.Path(path_type=Path, allow_dash=True, readable=False),
        metavar="PATH",
        help="Patients: a table (.csv, .xlsx, .parquet, .json, .jsonl; - reads standard input) or records (FHIR: a "
        "bundle, NDJSON, a folder of them, gzip; OMOP: a folder of tables, a .duckdb file).",
    )(command)


class Zone(click.ParamType[tzinfo]):
    """A time zone by its name."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tzinfo:
        """The zone; a usage error where no zone has that name."""
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        if isinstance(value, tzinfo):
            return value
        try:
            return ZoneInfo(str(value))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.fail(f'"{value}" is not a time zone; write it as Europe/Amsterdam.', param, ctx)


def records_options(command: Command) -> Command:
    """What a site says of its records: `settings` is handed to the command."""
    from screener.facts.events import EVENT_KINDS

    @click.option(
        "--zone",
        type=Zone(),
        default="UTC",
        show_default=True,
        envvar="SCREENER_ZONE",
        metavar="ZONE",
        help="Of records: the site's time zone, in which times become dates [environment: SCREENER_ZONE].",
    )
    @click.option(
        "--complete",
        type=click.Choice(EVENT_KINDS),
        multiple=True,
        metavar="KIND",
        help="Of records: they hold every event of this kind, so that finding none means no; may be repeated.",
    )
    @wraps(command)
    def with_settings(*arguments: Any, zone: tzinfo, complete: tuple[EventKind, ...], **named: Any) -> Any:
        from screener.deriving.patients import SourceSettings

        return command(*arguments, settings=SourceSettings(zone, frozenset(complete)), **named)

    return cast("Command", with_settings)


def as_of_option(command: Command) -> Command:
    """The screening date."""

    def told(_context: click.Context, _option: click.Parameter, day: date | None) -> date | None:
        if day is not None and day > today():
            said = "ages and windows are those of that day, and what happens until then is not known"
            click.echo(f"The screening date {day} lies in the future: {said}.", err=True)
        return day

    return click.option(
        "--as-of",
        type=Day(),
        metavar="DATE",
        callback=told,
        help="Screening date, from which every window counts [default: today].",
    )(command)


def out_option(what: str) -> Callable[[Command], Command]:
    """Where the output goes."""
    return click.option(
        "--out", type=click.Path(path_type=Path), metavar="PATH", help=f"Write {what} to a file, whole or not at all."
    )


def today() -> date:
    """The day on the user's calendar: the one place where the clock is read for a screening."""
    return date.today()  # noqa: DTZ011  # the screening date is the user's own, not that of UTC
