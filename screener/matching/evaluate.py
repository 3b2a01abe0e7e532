"""One patient against the rules: the definition of what a rule set says, with reasons and evidence.

Pure: no clock, no files, no state that a result could depend on. The rules are compiled once for a screening date.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Generic

from screener.criteria.closures import Facts
from screener.criteria.model import RuleSet
from screener.criteria.truth import Meaning
from screener.facts.definitions import DECEASED
from screener.facts.values import PatientRecord
from screener.logic import UNKNOWN, YES, Truth
from screener.matching.criterion import CriterionEvaluator, Leanings
from screener.matching.questions import Questions
from screener.matching.remembered import remembering
from screener.matching.results import CriterionResult, Form, Leaning, NoteSaid, Outcome, Question, Screened, T
from screener.matching.slots import Results
from screener.matching.verdict import VerdictOf


class EvaluatorOf(Generic[T]):
    """Evaluates patients against one rule set on one screening date, each criterion's result in some form.

    Args:
        rules: a rule set that was checked.
        as_of: the screening date; every window counts from it.
        form: what the result of each criterion is made into.
        stale: ids of criteria whose registry words have changed; their result is unknown until a person looks.
    """

    def __init__(self, rules: RuleSet, as_of: date, form: Form[T], *, stale: Collection[str] = ()) -> None:
        self.rules = rules
        self.as_of = as_of
        meaning = Meaning(rules.vocabulary, as_of)
        criteria = [CriterionEvaluator(one, meaning, stale=one.id in stale) for one in rules.criteria]
        self._truths = tuple([one.truth for one in criteria])
        self._evaluate = tuple([remembering(one, form) for one in criteria])
        self._verdict = VerdictOf(rules.criteria)
        self._questions = Questions(rules.criteria, meaning)
        self._asking = tuple(place for place, one in enumerate(rules.criteria) if one.decides and one.id not in stale)
        self._notes = tuple((meaning.rule(note.when), NoteSaid(note.id, note.say, note.cite)) for note in rules.notes)

    def outcome(self, facts: Facts) -> Outcome:
        """The verdict and what each rule came out as, without a word said."""
        return self._verdict([truth(facts) for truth in self._truths])

    def evaluate(self, patient: PatientRecord) -> Screened[T]:
        """Everything there is to say of a patient: verdict, and for every criterion the result, reason and evidence."""
        facts = patient.facts
        leanings: Leanings = {}
        evaluated = [evaluate(facts, leanings) for evaluate in self._evaluate]
        truths = [one[0] for one in evaluated]
        outcome = self._verdict(truths)
        return Screened(
            patient.patient_id,
            outcome.verdict,
            outcome.recoverable,
            outcome.score,
            tuple([one[1] for one in evaluated]),
            self._ask(facts, truths) if outcome.verdict == "needs_information" else (),
            self._leanings(leanings) if leanings else (),
            self.notes(facts),
        )

    def notes(self, facts: Facts) -> tuple[NoteSaid, ...]:
        """The notes whose conditions hold for a patient.

        Records that contradict each other about a death say it too: nobody is called on the word of the other.
        """
        death = facts.get(DECEASED)
        if death is not None and death.state == "conflicting":
            facts = {**facts, DECEASED: death._replace(state="recorded", value=True)}
        return tuple([note for holds, note in self._notes if holds(facts) is YES])

    def _ask(self, facts: Facts, truths: list[Truth]) -> tuple[Question, ...]:
        return self._questions.ask(facts, [place for place in self._asking if truths[place] is UNKNOWN])

    def _leanings(self, leanings: Leanings) -> tuple[Leaning, ...]:
        found = []
        for name, criteria in leanings.items():
            presumption = self.rules.vocabulary[name].presume
            assert presumption is not None
            found.append(Leaning(name, presumption.value, presumption.because, tuple(criteria)))
        return tuple(found)


class Evaluator(EvaluatorOf[CriterionResult]):
    """Evaluates patients against one rule set on one screening date, with every reason in words."""

    def __init__(self, rules: RuleSet, as_of: date, *, stale: Collection[str] = ()) -> None:
        super().__init__(rules, as_of, Results(), stale=stale)
