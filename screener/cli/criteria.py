"""`screener criteria`: the encoded rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from screener.cli.criteria_facts import facts
from screener.cli.criteria_new import new, rebase
from screener.cli.options import criteria_option, today, trial_argument
from screener.cli.registry_options import store_option
from screener.criteria.library import LoadedRules, criteria_folder, find_rules, trials_in
from screener.errors import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE, UsageError

if TYPE_CHECKING:
    from screener.findings import Findings

_targets = click.argument("targets", nargs=-1, metavar="[TRIAL|PATH]...")


@click.group()
def command() -> None:
    """Begin, check, test, read and approve the encoded rules of trials."""


command.add_command(new)
command.add_command(rebase)
command.add_command(facts)


def _folders(targets: tuple[str, ...], criteria_dir: Path | None) -> tuple[list[Path], Path]:
    folder = criteria_folder(criteria_dir)
    names = targets or tuple(trials_in(folder))
    if not names:
        raise UsageError(f"There are no rules in {folder}.", hint="Name a trial's folder.")
    return [find_rules(name, folder) for name in names], folder


@command.command()
@_targets
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
@criteria_option
@store_option
def check(targets: tuple[str, ...], form: str, criteria_dir: Path | None, store_url: str | None) -> int:
    """Check rules in every way, without a patient: reading, logic, the registry's words, cases, approval.

    Where a sync has fetched a later record than the one the rules stand on, its words count too. Exit code 2 when an
    error is found; warnings alone leave 0.

    \b
    Examples:
      screener criteria check
      screener criteria check criteria/NCT06452485 --format json
    """
    from screener.findings import Findings
    from screener.matching.gate import check as check_rules
    from screener.reports.json_text import compact
    from screener.store.standing import check_standing
    from screener.store.state import registry_state

    folders, shared = _folders(targets, criteria_dir)
    findings = Findings()
    for folder in folders:
        loaded, found = check_rules(folder, shared)
        findings.extend(found)
        if loaded is not None:
            check_standing(loaded, registry_state(store_url, loaded.rules.trial), findings)
    if form == "json":
        click.echo(compact([finding.as_json() for finding in findings.ordered()]))
    else:
        _print_findings(findings, len(folders))
    return EXIT_USAGE if findings.errors else EXIT_OK


def _print_findings(findings: Findings, count: int) -> None:
    for finding in findings.ordered():
        click.echo(str(finding))
    errors = sum(finding.severity == "error" for finding in findings)
    sets = f"{count} rule set{'' if count == 1 else 's'}"
    warnings = len(findings) - errors
    said = f"{errors} error{'' if errors == 1 else 's'}, {warnings} warning{'' if warnings == 1 else 's'}"
    click.echo(f"{sets} checked: {said}.", err=True)


@command.command()
@_targets
@criteria_option
def test(targets: tuple[str, ...], criteria_dir: Path | None) -> int:
    """Run the cases of every criterion and the example patients.

    Exit code 1 when one fails, 2 when the rules cannot be read.

    \b
    Example:
      screener criteria test NCT06452485
    """
    from screener.matching.gate import check as check_rules

    folders, shared = _folders(targets, criteria_dir)
    code = EXIT_OK
    for folder in folders:
        loaded, findings = check_rules(folder, shared)
        failed = [one for one in findings.ordered() if one.code in ("C103", "C104")]
        broken = [one for one in findings.ordered() if one.severity == "error" and one.code[0] in "RF"]
        for finding in broken or failed:
            click.echo(str(finding))
        if broken or loaded is None:
            code = EXIT_USAGE
            continue
        _say_tested(loaded, len(failed))
        code = max(code, EXIT_FINDINGS if failed else EXIT_OK)
    return code


def _say_tested(loaded: LoadedRules, failed: int) -> None:
    rules = loaded.rules
    for criterion in rules.criteria:
        if count := len(criterion.cases):
            click.echo(f"{rules.trial} {criterion.id}: {count} case{'' if count == 1 else 's'} run")
    cases = sum(len(criterion.cases) for criterion in rules.criteria)
    click.echo(f"{rules.trial}: {cases} cases and {len(loaded.examples)} example patients, {failed} failed.")


@command.command()
@trial_argument
@click.option("--audience", type=click.Choice(("clinician", "patient")), default="clinician", show_default=True)
@criteria_option
def show(trial: str, audience: str, criteria_dir: Path | None) -> None:
    """Show the rules in sentences, beside the protocol's own words.

    \b
    Examples:
      screener criteria show NCT06452485
      screener criteria show NCT06452485 --audience patient
    """
    from screener.criteria.prose import text

    click.echo(text(_admitted(trial, criteria_dir), "patient" if audience == "patient" else "clinician"))


@command.command()
@criteria_option
def schema(criteria_dir: Path | None) -> None:
    """Print the JSON Schema (draft 7) of rule files, for editors that check while one types.

    \b
    Example:
      screener criteria schema > criteria.schema.json
    """
    import json

    from screener.criteria.library import shared_facts
    from screener.criteria.schema import schema as schema_of
    from screener.findings import Findings

    click.echo(
        json.dumps(
            schema_of(shared_facts(criteria_folder(criteria_dir), Findings()).vocabulary), indent=2, ensure_ascii=False
        )
    )


@command.command()
@trial_argument
@click.option("--by", required=True, metavar="NAME", help="Who approves; never the author.")
@click.option(
    "--state",
    type=click.Choice(("under_review", "approved")),
    default="approved",
    show_default=True,
    help="The new state.",
)
@criteria_option
@store_option
def approve(trial: str, by: str, state: str, criteria_dir: Path | None, store_url: str | None) -> None:
    """Approve the rules of TRIAL as they are now, byte for byte; any edit ends the approval.

    The author cannot approve, and what one person has approved is not overwritten by another. Where patients are
    remembered, the approval has a row of the audit trail, and `rescreen --preview` tells beforehand who would move.

    \b
    Examples:
      screener criteria show NCT06452485
      screener rescreen NCT06452485 --preview
      screener criteria approve NCT06452485 --by "A. Jansen" --state under_review
      screener criteria approve NCT06452485 --by "A. Jansen"
    """
    from screener.cli.memory_options import in_trail, named
    from screener.criteria.approval import put_back, write_approval
    from screener.store.audit import APPROVED, REVIEWED, Entry

    loaded = _admitted(trial, criteria_dir)
    before, rules = loaded.approval, loaded.rules
    entry = Entry(named(by), APPROVED if state == "approved" else REVIEWED, f"rules {loaded.sha256}", rules.trial)
    with put_back(loaded.folder), in_trail(store_url, entry):
        path = write_approval(loaded.folder, rules, loaded.sha256, current=before, by=by, on=today(), state=state)
    click.echo(f"{rules.trial} is {state.replace('_', ' ')}, by {by}: {path} ({loaded.sha256[:12]}).")
    if before.state != "submitted":
        click.echo(f"Before, these same rules were {before}.", err=True)


def _admitted(trial: str, criteria_dir: Path | None) -> LoadedRules:
    from screener.matching.gate import admitted

    folder = criteria_folder(criteria_dir)
    return admitted(find_rules(trial, folder), folder)
