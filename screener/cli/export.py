"""`screener export`: the pre-screening log and the screening log, for people and programs outside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from screener.cli.memory_options import by_option, changed_since_run, named, open_memory_at, utc_now
from screener.cli.options import criteria_option, trial_argument
from screener.cli.registry_options import store_option
from screener.cli.worklist import looked_at
from screener.errors import EXIT_OK, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from screener.store.audit import Anchor
    from screener.store.memory import Memory
    from screener.worklist.cohort_view import CohortView, Entry
    from screener.worklist.log import LogName

_FORMS: Final = ("csv", "xlsx", "json", "redcap", "redcap-dictionary")


class _Order(NamedTuple):
    """What is to be exported, and how."""

    log: LogName
    contacts: bool
    site: str
    sources: bool
    who: str

    @property
    def what(self) -> str:
        return "contacts" if self.contacts else f"{self.log} log"


@click.command()
@trial_argument
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The file to write.")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMS),
    help="The format [default: by the file's ending, .csv, .xlsx or .json]; redcap is for its Data Import Tool, "
    "redcap-dictionary makes the project for it.",
)
@click.option(
    "--log",
    type=click.Choice(("pre-screening", "screening")),
    default="pre-screening",
    show_default=True,
    help="Before consent, or after it.",
)
@click.option("--contacts", is_flag=True, help="Only who is to be approached; who is not to be contacted never is.")
@click.option("--site", default="", metavar="NAME", help="The site, for the column of that name.")
@click.option("--sources", is_flag=True, help="In a workbook also where the evidence stands; its words can hold names.")
@by_option
@criteria_option
@store_option
def command(
    trial: str, out: Path, form: str | None, log: LogName, contacts: bool, site: str, sources: bool, by: str | None,
    criteria_dir: Path | None, store_url: str | None,
) -> int:  # fmt: skip
    """Write a log of TRIAL, a row a patient, by pseudonym alone.

    The pre-screening log holds everybody, as decided before consent, and never leaves the institution; the screening
    log holds who consented. A workbook (.xlsx) has the criteria, the evidence, the reasons and the provenance as well.

    \b
    Examples:
      screener export NCT06452485 --out log.xlsx
      screener export NCT06452485 --contacts --out to-approach.csv
      screener export NCT06452485 --log screening --format redcap --out import.csv
    """
    from screener.reports.writing_out import write_out

    order = _Order(log, contacts, site, sources, named(by))
    form = form or _form_of(out)
    _see_whether_that_goes(order, form)
    if form == "redcap-dictionary":
        from screener.reports.redcap import dictionary

        write_out(dictionary(log), out)
        click.echo(f"Written: {out}", err=True)
        return EXIT_OK
    with open_memory_at(store_url) as memory:
        view, anchor = looked_at(memory, trial, order.who, order.what, act="exported")
        changed = changed_since_run(view, criteria_dir, store_url)
        if changed is not None and contacts:
            raise UsageError(changed, hint=f"Rescreen with: screener rescreen {view.trial}")
        count = write_log(memory, view, order, form, out=out, anchor=anchor)
    if changed is not None:
        click.echo(changed, err=True)
    click.echo(f"Written: {out}, {count:,} patient{'' if count == 1 else 's'} by pseudonym alone.", err=True)
    if log == "pre-screening":
        click.echo("What is of the pre-screening log stays in the institution; the key never goes along.", err=True)
    click.echo(f"Anchor of the audit trail: {anchor}", err=True)
    return EXIT_OK


def _see_whether_that_goes(order: _Order, form: str) -> None:
    if order.sources and form != "xlsx":
        raise UsageError("Only a workbook shows the evidence.", hint="Leave --sources away, or write an .xlsx.")
    if order.contacts and order.log == "screening":
        raise UsageError("Who is to be approached has not consented yet.", hint="Leave --log or --contacts away.")


def write_log(memory: Memory, view: CohortView, order: _Order, form: str, *, out: Path, anchor: Anchor) -> int:
    """Write a log; how many patients are in it."""
    from screener.reports.log_export import as_csv, as_json
    from screener.reports.redcap import import_file
    from screener.reports.writing_out import write_out
    from screener.worklist.log import COLUMNS, log_rows, of_log, to_contact

    entries = _living(memory, view, to_contact(view)) if order.contacts else of_log(view, order.log)
    rows = log_rows(view, entries, log=order.log, site=order.site)
    pieces: dict[str, Iterator[bytes]] = {
        "csv": as_csv(COLUMNS, rows),
        "json": as_json(COLUMNS, rows),
        "redcap": import_file(rows),
        "xlsx": _workbook(memory, view, entries, rows, order=order, anchor=anchor),
    }
    write_out(pieces[form], out, of_patients=True)
    return len(entries)


def _living(memory: Memory, view: CohortView, entries: list[Entry]) -> list[Entry]:
    """Without those who have died, as the record says: nobody calls them."""
    from screener.worklist.evidence import beside

    known = beside(memory, view, entries)
    living = [one for one in entries if not known[one.standing.pseudonym].of_death]
    if died := len(entries) - len(living):
        click.echo(f"Left out, since the record says that they have died: {died:,}.", err=True)
    return living


def _workbook(
    memory: Memory, view: CohortView, entries: list[Entry], rows: Iterator[Mapping[str, str]], *,
    order: _Order, anchor: Anchor,
) -> Iterator[bytes]:  # fmt: skip
    from screener.reports.log_workbook import Patient, as_xlsx
    from screener.reports.provenance import provenance
    from screener.worklist.evidence import told, without_birthday

    patients = (
        Patient(row, without_birthday(one.result), view.footings[one.entry.standing.basis_id].rules.vocabulary)
        for row, one in zip(rows, told(memory, view, entries), strict=True)
    )
    names = dict.fromkeys(name for number in (view.run.basis_id, *view.footings) for name in _criteria(view, number))
    lines = provenance(view, order.what, who=order.who, at=utc_now(), anchor=anchor, patients=len(entries))
    return as_xlsx(patients, list(names), lines, sources=order.sources)


def _criteria(view: CohortView, basis: int) -> list[str]:
    return [one.id for one in view.footings[basis].rules.criteria]


def _form_of(out: Path) -> str:
    ending = out.suffix.lower().removeprefix(".")
    if ending not in _FORMS[:3]:
        hint = "Use .csv, .xlsx or .json, or say which with --format."
        raise UsageError("The ending of the file tells its format, and this one is not known.", hint=hint)
    return ending
