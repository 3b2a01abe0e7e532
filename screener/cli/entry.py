"""The root command, and the one place where errors become words and exit codes."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

import click

from screener import BUILD, __version__
from screener.errors import EXIT_OK, EXIT_USAGE, InvalidRules, ScreenerError

INTERRUPTED: Final = 130

_COMMANDS: Final = {
    "demo": ("screener.cli.demo", "Screen the sample patients that came with the program."),
    "screen": ("screener.cli.screen", "Screen patients for a trial and rank them."),
    "explain": ("screener.cli.explain", "Explain one patient, criterion by criterion."),
    "cohort": ("screener.cli.cohort", "Screen a cohort of millions as one query."),
    "feasibility": ("screener.cli.feasibility", "Say what each criterion costs a cohort, and what would help."),
    "trial": ("screener.cli.trial", "Show the fact sheet of a trial: what it studies, who fits, how to take part."),
    "criteria": ("screener.cli.criteria", "Begin, check, test, read and approve the encoded rules."),
    "run": ("screener.cli.run", "Screen, remember, and say what changed since the last run."),
    "rescreen": ("screener.cli.rescreen", "Screen who is remembered again, or go through a past run to the byte."),
    "answer": ("screener.cli.answer", "Settle a fact that the record leaves open."),
    "decide": ("screener.cli.decide", "Decide on a patient: approach, defer, exclude, enrol."),
    "worklist": ("screener.cli.worklist", "Show who needs what, and which question settles most patients."),
    "funnel": ("screener.cli.funnel", "Count how many got how far, and what stopped the others."),
    "export": ("screener.cli.export", "Write the pre-screening log or the screening log."),
    "backup": ("screener.cli.backup", "Write the whole store to one file, and check it."),
    "restore": ("screener.cli.restore", "Put a backup in the place of the store."),
    "erase": ("screener.cli.erase", "Take out all that is kept of a patient; the audit trail stays whole."),
    "audit": ("screener.cli.audit", "Check the audit trail, print its anchor, look at it."),
    "doctor": ("screener.cli.doctor", "Say how the store and its key stand."),
    "records": ("screener.cli.records", "Templates for tables of patients, and tables made from their records."),
    "sync": ("screener.cli.sync", "Fetch the registry's records and say what changed."),
    "registry": ("screener.cli.registry", "Track trials, and look at what was kept of them."),
}


class LazyCommands(click.Group):
    """A group whose commands are imported only when they are called, so that help answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order a newcomer meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or none."""
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(_COMMANDS[cmd_name][0])
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="screener", message=f"%(prog)s, version %(version)s ({BUILD})")
def root() -> None:
    """Screen patients for clinical trials against reviewed rules, with a reason for every criterion.

    What is not recorded is unknown, never no: nobody with an open criterion is called eligible.

    \b
    Examples:
      screener demo
      screener screen NCT06452485 --patients my-patients.csv
      screener explain NCT06452485 --patients my-patients.csv --patient P-007
    """


def run(arguments: Sequence[str]) -> int:
    """Run the command line.

    Returns:
        The exit code: 0 fine, 1 findings, 2 usage or invalid rules, 3 patient data rejected in part, and so on as
        `screener.errors` lists them.
    """
    try:
        code = int(root.main(list(arguments), prog_name="screener", standalone_mode=False) or EXIT_OK)
        sys.stdout.flush()
        return code
    except click.exceptions.Abort:
        click.echo("\nStopped; no file was left half written.", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        _without_values(error, arguments).show()
        return EXIT_USAGE
    except InvalidRules as error:
        for finding in error.findings:
            click.echo(str(finding), err=True)
        return _say(error)
    except ScreenerError as error:
        return _say(error)
    except (BrokenPipeError, SystemExit):
        # The reader has gone, as `head` does; the command library ends the program then. Python would complain once
        # more when it closes standard output.
        _let_output_go()
        return EXIT_OK
    except OSError as error:
        # A full disk, a folder without permission: whatever no part of the program had a sentence of its own for.
        where = error.filename or "The output"
        click.echo(f"Error: {where} cannot be used: {error.strerror or 'unknown fault'}.", err=True)
        _let_output_go()
        return EXIT_USAGE


def _without_values(error: click.ClickException, arguments: Sequence[str]) -> click.ClickException:
    """The same without what was typed as a value of a command: it can be a patient's."""
    context = getattr(error, "ctx", None)
    if context is None or isinstance(context.command, click.Group):
        return error
    said = error.format_message()
    if "unexpected extra argument" in said:
        said = "More was given than the command takes."
    for argument in arguments:
        for value in (argument, argument.partition("=")[2]):
            if value and not value.startswith("-"):
                said = said.replace(repr(value), "it").replace(f'"{value}"', "it")
    return click.UsageError(said, context)


def _let_output_go() -> None:
    """Send what is still to be printed nowhere, since standard output takes no more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(error: ScreenerError) -> int:
    click.echo(f"Error: {error.message}", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)
    return error.exit_code
