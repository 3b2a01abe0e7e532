"""What the HTML report shows, put into words and order before the templates lay it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from screener.criteria.model import Criterion, Interpretation, RuleSet, facts_read
from screener.criteria.source import quoted
from screener.criteria.words import value_words
from screener.facts.definitions import AGE, BIRTH_DATE, Vocabulary
from screener.facts.values import FactValue
from screener.matching.results import CriterionResult, Leaning, PatientResult
from screener.reports.fact_words import STATE_WORDS, record_words
from screener.reports.html_words import (
    ANSWERED_BY,
    CAUSE_WORDS,
    EFFECT_CLASSES,
    EFFECT_SIGNS,
    VERDICTS,
    VerdictWords,
    explained,
    verdict_of,
    why,
)
from screener.reports.ranked_list import said_of_death
from screener.worklist.funnel import CriterionLoss, losses_of


class CriterionView(NamedTuple):
    """One criterion of the trial, and how many patients pass it, fail it and leave it open."""

    id: str
    kind: str
    quote: str
    decides: bool
    readings: tuple[str, ...]
    passes: int
    fails: int
    open: int


class ResultView(NamedTuple):
    """One criterion of one patient."""

    id: str
    quote: str
    effect: str
    sign: str
    result: str
    reason: str
    causes: str
    readings: tuple[str, ...]


class FactView(NamedTuple):
    """One fact of one patient; what is not recorded has a row too."""

    label: str
    state: str
    value: str
    on: str = ""
    source: str = ""
    records: tuple[str, ...] = ()
    undated: bool = False


class QuestionView(NamedTuple):
    """One question to settle."""

    question: str
    answered_by: str
    criteria: str


class PresumptionView(NamedTuple):
    """One presumption that results leaned on."""

    label: str
    value: str
    because: str
    criteria: str


class PatientView(NamedTuple):
    """One patient; `anchor` is the section's id in the page, which never holds the patient's."""

    rank: int
    anchor: str
    id: str
    verdict: VerdictWords
    score: int
    died: list[str]
    why: str
    explained: list[str]
    facts: list[FactView]
    criteria: list[ResultView]
    questions: list[QuestionView]
    presumed: list[PresumptionView]
    notes: list[tuple[str, str, str]]


class Views(NamedTuple):
    """The trial's criteria, the patients in rank order, and how many have each verdict."""

    criteria: list[CriterionView]
    patients: list[PatientView]
    counts: list[tuple[VerdictWords, int]]


class FunnelView(NamedTuple):
    """How many got how far, and what each criterion that decides did to the others."""

    assessed: int
    steps: tuple[tuple[str, int], ...]
    losses: tuple[CriterionLoss, ...]


def funnel_view(rules: RuleSet, results: Sequence[PatientResult]) -> FunnelView:
    """The funnel of one screening."""
    verdicts = Counter(one.verdict for one in results)
    steps = (
        ("Assessed", len(results)), ("Excluded", verdicts["not_eligible"]),
        ("Need information", verdicts["needs_information"]), ("Eligible on recorded data", verdicts["eligible"]),
    )  # fmt: skip
    return FunnelView(len(results), steps, losses_of([one.id for one in rules.criteria if one.decides], results))


def patient_views(rules: RuleSet, results: Sequence[PatientResult]) -> Views:
    """Everything that is shown, in words."""
    showing = _Showing(rules)
    patients = [showing.patient(rank, result) for rank, result in enumerate(results, start=1)]
    counts = Counter(patient.verdict for patient in patients)
    criteria = [_criterion_view(one, place, results) for place, one in enumerate(rules.criteria)]
    return Views(criteria, patients, [(verdict, counts[verdict]) for verdict in VERDICTS])


class _Showing:
    """Puts patients into words, with what is the same for all of them said once."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.vocabulary = rules.vocabulary
        self.quotes = [quoted(one) for one in rules.criteria]
        self.readings = [_readings(one) for one in rules.criteria]
        self.names = _names(rules)

    def patient(self, rank: int, result: PatientResult) -> PatientView:
        criteria = [
            self.result(one, quote, readings)
            for one, quote, readings in zip(result.criteria, self.quotes, self.readings, strict=True)
        ]
        questions = [
            QuestionView(one.question, ANSWERED_BY[one.answered_by], ", ".join(one.criteria))
            for one in result.questions
        ]
        return PatientView(
            rank, f"patient-{rank}", result.patient_id, verdict_of(result), result.score,
            said_of_death(self.rules, result), why(result), explained(result), self.facts(result), criteria, questions,
            [self.presumption(one) for one in result.presumed],
            [(note.id, note.say, note.cite) for note in result.notes],
        )  # fmt: skip

    def result(self, one: CriterionResult, quote: str, readings: tuple[str, ...]) -> ResultView:
        effect = "none" if one.result == "allowed" else EFFECT_CLASSES[one.effect]
        causes = ", ".join(CAUSE_WORDS[cause] for cause in one.causes)
        return ResultView(one.id, quote, effect, EFFECT_SIGNS[effect], one.result, one.reason, causes, readings)

    def facts(self, result: PatientResult) -> list[FactView]:
        """A row for every fact the rules read, in the order of the protocol, and for whatever else results rest on."""
        known = {fact.fact: fact for one in result.criteria for fact in one.facts}
        rows = []
        for names in self.names:
            found = [known.pop(name) for name in names if name in known]
            rows += [fact_view(fact, self.vocabulary) for fact in found] or [_missing(names, self.vocabulary)]
        return rows + [fact_view(fact, self.vocabulary) for fact in known.values()]

    def presumption(self, one: Leaning) -> PresumptionView:
        fact = self.vocabulary[one.fact]
        return PresumptionView(fact.label, value_words(one.value, fact), one.because, ", ".join(one.criteria))


def fact_view(fact: FactValue, vocabulary: Vocabulary) -> FactView:
    """A fact in words: its value as recorded, or why there is none."""
    definition = vocabulary[fact.fact]
    words = STATE_WORDS.get(fact.state) or value_words(fact.value, definition)
    if fact.state == "presumed":
        return FactView(definition.label, fact.state, f"{words} (presumed, not recorded)")
    records = tuple(map(record_words, fact.evidence))
    undated = fact.on is None and definition.type != "date"
    return FactView(
        definition.label,
        fact.state,
        words,
        fact.on.text if fact.on else "",
        "" if records else fact.source or "",
        records,
        undated=undated,
    )


def _missing(names: tuple[str, ...], vocabulary: Vocabulary) -> FactView:
    return FactView(" or ".join(vocabulary[name].label for name in names), "missing", "not recorded")


def _names(rules: RuleSet) -> list[tuple[str, ...]]:
    """The facts the criteria read, each once; the age is known from either of two."""
    names: dict[tuple[str, ...], None] = {}
    for criterion in rules.criteria:
        unclear = [criterion.unclear.when] if criterion.unclear else []
        for rule in [*([criterion.rule] if criterion.rule else []), *unclear]:
            for name in facts_read(rule):
                names[(BIRTH_DATE, AGE) if name == AGE else (name,)] = None
    if (BIRTH_DATE, AGE) in names:
        names.pop((BIRTH_DATE,), None)
    return list(names)


def _criterion_view(criterion: Criterion, place: int, results: Sequence[PatientResult]) -> CriterionView:
    effects = Counter(result.criteria[place].effect for result in results)
    return CriterionView(
        criterion.id, criterion.kind, quoted(criterion), criterion.decides, _readings(criterion),
        effects["passes"], effects["fails"], effects["open"],
    )  # fmt: skip


def _readings(criterion: Criterion) -> tuple[str, ...]:
    return tuple(_reading(one) for one in criterion.interpretations)


def _reading(one: Interpretation) -> str:
    if one.status == "open":
        return f"Open interpretation: {one.note}"
    return f"Interpretation confirmed by {one.by} on {one.on}: {one.note}"
