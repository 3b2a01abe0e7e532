"""The worklist, the questions of a cohort, one patient and the funnel as text for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from screener.worklist.outcomes import Outcomes, outcomes
from screener.worklist.states import BINS

if TYPE_CHECKING:
    from screener.worklist.answers_shown import AnswerShown
    from screener.worklist.asking import CohortQuestion
    from screener.worklist.cohort_view import CohortView, Entry
    from screener.worklist.evidence import Beside
    from screener.worklist.recheck import Recheck
    from screener.worklist.settling import SettledBy

_SETTLES: Final = {
    "always": "settles this patient, whatever the answer",
    "if_it_excludes": "settles this patient only if the answer excludes",
    "never": "settles nothing alone",
}
_VERDICTS: Final = {
    "eligible": "eligible on recorded data",
    "needs_information": "needs information",
    "not_eligible": "not eligible",
}
_QUESTIONS_SHOWN: Final = 5


class Listing(NamedTuple):
    """Patients to be listed; `ids` are those of a table, by pseudonym, and `beside` what stands beside each."""

    view: CohortView
    entries: Sequence[Entry]
    ids: Mapping[str, str]
    beside: Mapping[str, Beside]


def worklist_lines(listing: Listing, questions: Sequence[CohortQuestion], *, more: int) -> Iterator[str]:
    """The bins with their counts, the most useful questions, then patients; `more` are not listed."""
    view = listing.view
    counts = Counter(one.bin for one in view.entries)
    yield f"{view.trial} after run {view.run.id} as of {view.run.as_of}: {len(view.entries):,} patients"
    for name in BINS:
        if counts[name]:
            yield f"  {counts[name]:>8,}  {_words(name)}"
    if questions:
        yield "To find out, what settles most patients first:"
        for one in questions[:_QUESTIONS_SHOWN]:
            yield f"  {_question(one)}"
        if len(questions) > _QUESTIONS_SHOWN:
            yield f"  and {len(questions) - _QUESTIONS_SHOWN} more; --questions lists every one"
    for entry in listing.entries:
        yield from _entry_lines(listing, entry)
    if more:
        yield f"and {more:,} more; --limit lists more of them, --format json every one"


def _entry_lines(listing: Listing, entry: Entry) -> Iterator[str]:
    one = entry.standing
    name = f"{listing.ids[one.pseudonym]} ({one.pseudonym})" if one.pseudonym in listing.ids else one.pseudonym
    yield f"{name}: {_words(entry.bin)}; {_VERDICTS[one.verdict]}, score {one.score}, rank {entry.rank}{_badge(entry)}"
    died = [note.say for note in listing.beside[one.pseudonym].of_death]
    for line in (*died, _open(listing.view, entry), _decision(entry), _age(listing, entry)):
        if line:
            yield f"    {line}"


def _badge(entry: Entry) -> str:
    """What has changed about a patient."""
    said = ["new"] if entry.new and entry.bin != "new" else []
    if entry.moved_from is not None:
        said.append(f"changed from {_VERDICTS[entry.moved_from]}")
    if entry.decision is not None and entry.decision.verdict != entry.standing.verdict:
        said.append(f"was {_VERDICTS[entry.decision.verdict]} when decided")
    elif entry.then is not None:
        said.append(f"when decided: {_criteria(entry.then) or 'none fails or is open'}")
    return f"  [{'; '.join(said)}]" if said else ""


def _open(view: CohortView, entry: Entry) -> str:
    found = outcomes(entry.standing.results, view.criteria_of(entry))
    said = [_criteria(found)] if found.failing or found.unknown else []
    if entry.standing.questions:
        said.append(f"to find out: {', '.join(entry.standing.questions)}")
    return "; ".join(said)


def _criteria(found: Outcomes) -> str:
    """The criteria that fail; where none does, those that are open."""
    if found.failing:
        return f"fails {', '.join(found.failing)}"
    return f"open: {', '.join(found.unknown)}" if found.unknown else ""


def _decision(entry: Entry) -> str:
    decision = entry.decision
    said = [f"decided on {decision.at:%Y-%m-%d} by {decision.who}"] if decision is not None else []
    if decision is not None and decision.reason_code:
        said.append(decision.reason_code)
    if decision is not None and decision.recheck_on:
        said.append(f"look again on {decision.recheck_on}: {decision.recheck_because}")
    if entry.decided.barred:
        said.append("not to be contacted")
    return "; ".join(said)


def _age(listing: Listing, entry: Entry) -> str:
    age = listing.beside[entry.standing.pseudonym].age
    said = [f"data as of {entry.run.as_of}" + (", not in the last run" if entry.run.id != listing.view.run.id else "")]
    if age is not None:
        said += [
            f"the newest of {age.newest}, {age.days:,} day{'' if age.days == 1 else 's'} before",
            f"the oldest of {age.oldest}",
        ]
    return "; ".join(said)


def patient_lines(
    listing: Listing, settled_by: Sequence[SettledBy], answers: Sequence[AnswerShown], again: Recheck | None
) -> Iterator[str]:
    """One patient, which single answer settles them, which answers stand, and when to look again."""
    (entry,) = listing.entries
    yield from _entry_lines(listing, entry)
    _, notes, of_death = listing.beside[entry.standing.pseudonym]
    for note in notes:
        if note not in of_death:
            yield f"    {note.say} ({note.cite})"
    vocabulary = listing.view.footings[entry.standing.basis_id].rules.vocabulary
    for one in settled_by:
        yield f"  {one.fact} ({vocabulary[one.fact].answered_by}): {vocabulary[one.fact].question}"
        yield f"      {_SETTLES[one.settles]}"
    for answer in answers:
        yield f"  {_answer(answer)}"
    if again is not None:
        yield f"    time alone changes a criterion on {again.on}: {again.because}"


def _answer(one: AnswerShown) -> str:
    said = [f"answer {one.number}: {one.fact} is {one.value} on {one.on}, answered by {one.by}, {one.source}"]
    if one.recorded_otherwise is not None:
        said.append(f"recorded otherwise: {one.recorded_otherwise}")
    if one.note:
        said.append(one.note)
    if not one.counted:
        said.append("counts from the next run")
    return "; ".join(said)


def question_lines(questions: Sequence[CohortQuestion]) -> Iterator[str]:
    """The questions of a cohort."""
    if not questions:
        yield "Nobody needs data."
    for one in questions:
        yield _question(one)


def _question(one: CohortQuestion) -> str:
    return (
        f"{one.patients:>8,} asked, {one.alone:,} settled by it alone  {one.fact} ({one.answered_by}): {one.question}"
    )


def funnel_lines(data: Mapping[str, Any]) -> Iterator[str]:
    """The funnel, from its data, whose small counts may be words."""
    yield f"{'assessed':<28}{data['assessed']:>8}"
    yield f"  {'excluded':<26}{data['excluded']:>8}"
    yield f"      {'':<22}{'alone':>8}{'with others':>13}{'unknown':>10}"
    for one in data["by_criterion"]:
        yield f"      {one['id']:<22}{one['alone']:>8}{one['with_others']:>13}{one['unknown']:>10}"
    yield f"  {'need information':<26}{data['needs_information']:>8}"
    yield f"  {_VERDICTS['eligible']:<26}{data['eligible']:>8}"
    for name in ("approached", "enrolled"):
        yield f"{name:<28}{data[name]:>8}"
    if data["read_twice"]:
        kappa = "not told" if data["kappa"] is None else f"{data['kappa']:.2f}"
        yield f"read twice {data['read_twice']}, discordant {data['discordant']}, Cohen's kappa {kappa}"


def _words(name: str) -> str:
    return name.replace("_", " ")
