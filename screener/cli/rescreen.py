"""`screener rescreen`: who is remembered again, as of today; a past run to the byte; two runs side by side."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from screener.cli.memory_options import by_option, footing_for, form_option, named, open_memory_at, remembering, tell
from screener.cli.options import as_of_option, criteria_option, out_option, today, trial_argument
from screener.cli.ready_rules import from_store
from screener.cli.registry_options import store_option
from screener.cli.run import order_of, say_report
from screener.cli.screening import Screening, without_collection
from screener.errors import EXIT_OK, UsageError

if TYPE_CHECKING:
    from screener.store.memory import Memory
    from screener.store.memory_tables import RunRow
    from screener.store.runs import RunStore


@click.command()
@trial_argument
@as_of_option
@by_option
@click.option("--preview", is_flag=True, help="Say who would move, and keep nothing: the impact of an amendment.")
@click.option("--replay", type=click.IntRange(min=1), metavar="RUN", help="Go through a past run again, as JSON lines.")
@click.option(
    "--compare", type=(click.IntRange(min=1),) * 2, metavar="RUN RUN", help="Say who moved between two runs, and why."
)
@form_option("text", "json")
@out_option("the replay")
@criteria_option
@store_option
def command(
    trial: str,
    as_of: date | None,
    by: str | None,
    preview: bool,
    replay: int | None,
    compare: tuple[int, int] | None,
    form: str,
    out: Path | None,
    criteria_dir: Path | None,
    store_url: str | None,
) -> int:
    """Screen the patients of the last run of TRIAL again from what is remembered of them.

    That is for the day after an answer, an amendment or a birthday, when there is no new table. With --replay a past
    run is gone through again: the same rules, facts and days give the same words, to the byte; the exit code is 5 where
    they do not. With --compare any two runs are held side by side.

    \b
    Examples:
      screener rescreen NCT06452485
      screener rescreen NCT06452485 --preview --criteria amended
      screener rescreen NCT06452485 --replay 3 --out run-3.jsonl
      screener rescreen NCT06452485 --compare 1 5
    """
    _check_together({"--preview": preview, "--replay": replay, "--compare": compare}, as_of=as_of, out=out)
    who = named(by)
    if replay is not None or compare is not None:
        with open_memory_at(store_url) as memory, without_collection():
            if replay is not None:
                return _replay(memory, trial.upper(), replay, who=who, out=out)
            assert compare is not None  # one of both is given
            return _compare(memory, trial.upper(), compare, who=who, form=form)
    screening = Screening(trial, criteria_dir, as_of or today(), state=from_store(store_url))
    with open_memory_at(store_url) as memory:
        act = _preview if preview else _rescreen
        act(memory, screening, criteria_dir, who=who, form=form)
    return EXIT_OK


def _check_together(modes: dict[str, object], *, as_of: date | None, out: Path | None) -> None:
    """See whether the options go together.

    Raises:
        UsageError: they do not.
    """
    given = [name for name, value in modes.items() if value]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} do not go together.", hint="Give one of them.")
    if as_of is not None and given and given != ["--preview"]:
        raise UsageError(f"{given[0]} has the days of the runs themselves.", hint="Leave --as-of away.")
    if out is not None and given != ["--replay"]:
        raise UsageError("Only a replay is written to a file.", hint="Leave --out away.")


def _rescreen(memory: Memory, screening: Screening, criteria_dir: Path | None, *, who: str, form: str) -> None:
    from screener.store.lock import run_lock
    from screener.store.runs import RunStore
    from screener.worklist.screening import remembered

    name = screening.loaded.rules.trial
    with run_lock(memory.database, "screening"), without_collection():
        runs = RunStore(memory.database, memory.keys)
        last = _last(runs, name)
        work = remembering(memory, screening, criteria_dir)
        report = work.run(remembered(runs, last), order_of(screening, who, source="memory"))
    say_report(report, screening, form)


def _last(runs: RunStore, trial: str) -> RunRow:
    """The last run of a trial.

    Raises:
        UsageError: there is none.
    """
    last = runs.last(trial)
    if last is None:
        raise UsageError(f"{trial} has no run yet.", hint=f"Begin with: screener run {trial} --patients PATH")
    return last


def _preview(memory: Memory, screening: Screening, criteria_dir: Path | None, *, who: str, form: str) -> None:
    from screener.reports.json_text import compact
    from screener.reports.run_text import preview_lines
    from screener.store.answers import AnswerStore
    from screener.store.audit import Entry
    from screener.store.runs import RunStore
    from screener.worklist.preview import preview
    from screener.worklist.report import run_data

    name = screening.loaded.rules.trial
    runs = RunStore(memory.database, memory.keys)
    last = _last(runs, name)
    tell(memory, Entry(who, "previewed", f"run {last.id}", name))
    footing, _ = footing_for(screening, criteria_dir)
    answers = AnswerStore(memory.database, memory.keys)
    with without_collection():
        counts, changed = preview(runs, answers, last, footing, screening.as_of)
    since = f"run {last.id} as of {last.as_of}"
    lines = preview_lines(counts, changed, trial=name, since=since)
    for line in [compact(run_data(None, counts, changed))] if form == "json" else lines:
        click.echo(line)
    screening.say_state()


def _replay(memory: Memory, trial: str, number: int, *, who: str, out: Path | None) -> int:
    from screener.matching.results import in_form
    from screener.reports.formats import JsonLines, Tail
    from screener.reports.json_text import unranked_text
    from screener.reports.ranking import Ranking, sort_key
    from screener.reports.writing_out import write_out
    from screener.store.answers import AnswerStore
    from screener.store.audit import Entry
    from screener.store.runs import RunStore
    from screener.worklist.replay import Replay

    runs, answers = RunStore(memory.database, memory.keys), AnswerStore(memory.database, memory.keys)
    past = Replay(runs, answers, trial, number, wording=unranked_text)
    tell(memory, Entry(who, "replayed", f"run {number}", trial))
    text = JsonLines()
    with Ranking() as ranking:
        for result in past.results():
            ranking.add(sort_key(result), text.patient(in_form(result, text.form)))
        write_out(text.whole(ranking, Tail()), out, of_patients=True)
    return EXIT_OK


def _compare(memory: Memory, trial: str, numbers: tuple[int, int], *, who: str, form: str) -> int:
    from screener.reports.json_text import compact
    from screener.reports.run_text import moves_lines
    from screener.store.answers import AnswerStore
    from screener.store.audit import Entry
    from screener.store.runs import RunStore
    from screener.worklist.compare import compared
    from screener.worklist.report import moves_data

    runs, answers = RunStore(memory.database, memory.keys), AnswerStore(memory.database, memory.keys)
    moves = compared(runs, answers, trial, numbers)
    tell(memory, Entry(who, "compared", f"runs {numbers[0]} and {numbers[1]}", trial))
    for line in [compact(moves_data(moves))] if form == "json" else moves_lines(moves, trial=trial):
        click.echo(line)
    return EXIT_OK
