"""Where facts come from, in sentences: what records say it, and what a person must be asked."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from screener.criteria.derivation_check import used_definitions
from screener.criteria.derivations import (
    PICKING,
    ByOption,
    Derivation,
    Derivations,
    FieldOf,
    FromEvents,
    FromFacts,
    InValueSet,
    Option,
    RuleByOption,
    Where,
    field_tests,
    wheres_of,
)
from screener.criteria.library import LoadedRules
from screener.criteria.phrases import rule_phrase
from screener.criteria.prose import review_state
from screener.criteria.where_phrases import listed_name, the_where_phrase
from screener.criteria.words import listed, option_words
from screener.facts.definitions import EVENT, Vocabulary
from screener.facts.events import FIELDS, EventKind

_WIDTH: Final = 100
_ASKED: Final = {
    "record": "Looked up in the record",
    "patient": "Asked of the patient",
    "clinician": "Asked of a clinician",
}
_NOUN: Final[dict[EventKind, tuple[str, str]]] = {
    "patient": ("record of the patient", "records of the patient"),
    "condition": ("condition", "conditions"),
    "procedure": ("procedure", "procedures"),
    "radiotherapy": ("course of radiotherapy", "courses of radiotherapy"),
    "medication": ("medication", "medications"),
    "observation": ("observation", "observations"),
    "imaging": ("imaging study", "imaging studies"),
    "encounter": ("encounter", "encounters"),
}
_WHAT_FINDING_MEANS: Final = (
    "A record of which a detail is missing, or that is provisional or planned, leaves a fact unknown. Finding nothing "
    "means no only where the source says that it holds every record of the kind; even there a code of a system that a "
    "list was not made from leaves it open. What is refuted is a recorded no."
)


def text(loaded: LoadedRules) -> str:
    """Where every fact that the rules rest on comes from, for a terminal, at most 100 columns wide."""
    rules, derivations = loaded.rules, loaded.derivations
    blocks = [_wrapped(f"{rules.trial}  {rules.title}"), _wrapped(review_state(loaded)), _wrapped(_WHAT_FINDING_MEANS)]
    names = used_definitions(rules, derivations)
    blocks += ["\n".join(_fact_lines(name, rules.vocabulary, derivations)) for name in names]
    lists = {name for name in names if name in derivations.facts for name in _lists_of(derivations.facts[name])}
    if lists:
        blocks.append("\n".join(_list_lines(lists, derivations)))
    return "\n\n".join(blocks) + "\n"


def derivation_lines(derivation: Derivation, vocabulary: Vocabulary) -> list[str]:
    """How a fact is derived: a sentence, and where it has options a line for each of them."""
    if isinstance(derivation, FromFacts):
        return _from_facts(derivation, vocabulary)
    return _from_events(derivation, vocabulary)


def _fact_lines(name: str, vocabulary: Vocabulary, derivations: Derivations) -> Iterator[str]:
    fact = vocabulary.defined(name)
    yield _wrapped(f"{fact.label} ({name})")
    derivation = derivations.facts.get(name)
    if derivation is not None:
        first, *options = derivation_lines(derivation, vocabulary)
        yield _wrapped(f"From records: {first}", " " * 5)
        yield from (_wrapped(option, " " * 9, " " * 7 + "- ") for option in options)
    yield _wrapped(f"{_ASKED[fact.answered_by]}: {fact.question}", " " * 5)


def _from_facts(derivation: FromFacts, vocabulary: Vocabulary) -> list[str]:
    value = derivation.value
    if not isinstance(value, RuleByOption):
        return [f"yes where {rule_phrase(value, vocabulary)}, no where that is not so."]
    options = ((option, rule_phrase(rule, vocabulary)) for option, rule in value.options)
    said = "each" if derivation.type == "set" else "the first"
    return [f"{said} of these that other facts say:", *_option_lines(options, value.never)]


def _from_events(derivation: FromEvents, vocabulary: Vocabulary) -> list[str]:
    read = _ReadOff(derivation, vocabulary)
    options = derivation.value
    if not isinstance(options, ByOption):
        return [f"{read.sentence()}."]
    tests = ((option, the_where_phrase(where, derivation.kind, vocabulary)) for option, where in options.options)
    return [read.options(), *_option_lines(tests, options.never)]


class _ReadOff:
    """Words for one derivation from events."""

    def __init__(self, derivation: FromEvents, vocabulary: Vocabulary) -> None:
        self.derivation = derivation
        self.vocabulary = vocabulary
        self.one, self.several = _NOUN[derivation.kind]
        self.where = self._phrase(derivation.where)

    def sentence(self) -> str:
        """The sentence of a derivation that has no options, without its full stop."""
        one = self.derivation
        match one.take, one.value:
            case ("any", _):
                return f"yes where there is {_article(self.one)} {self.one}{self.where}"
            case ("all", None):
                return f"yes where every {self.one} is one{self.where}, no as soon as one is not"
            case ("count", _):
                return f"the number of {self.several}{self.where}"
            case ("all", FieldOf(name)):
                return f"every {FIELDS[one.kind][name].label} that one of the {self.several}{self.where} has"
            case ("highest" | "lowest", FieldOf(name)):
                return f"the {one.take} {FIELDS[one.kind][name].label} of the {self.several}{self.where}"
            case (_, FieldOf(name)):
                return f"the {FIELDS[one.kind][name].label} of {self.source()}"
            case (_, None) if one.type == EVENT:
                return self.source()
        *_, tests = wheres_of(one)  # those of a value stand last
        phrase = the_where_phrase(tests, one.kind, self.vocabulary)
        return f"yes where of {self.source()} {phrase}, no where that is not so"

    def options(self) -> str:
        """What stands before a list of options."""
        if self.derivation.take == "any":
            return f"the first of these that {_article(self.one)} {self.one}{self.where} says:"
        return f"{'each of these that' if self.derivation.take == 'all' else 'what'} {self.source()} says:"

    def source(self) -> str:
        """The event or events that it is read off."""
        one = self.derivation
        if one.event is not None:
            return f"the {self.vocabulary.events[one.event].label}"
        if one.take in PICKING:
            return f"the {one.take} {self.one}{self.where}"
        return f"one of the {self.several}{self.where}"

    def _phrase(self, where: Where | None) -> str:
        return f" where {the_where_phrase(where, self.derivation.kind, self.vocabulary)}" if where is not None else ""


def _option_lines(options: Iterable[tuple[Option, str]], never: tuple[Option, ...]) -> Iterator[str]:
    for option, phrase in options:
        yield f"{_option(option)} where {phrase};"
    if never:
        yield f"never {listed(map(_option, never), 'or')}: a person must say so."


def _option(option: Option) -> str:
    if isinstance(option, bool):
        return "yes" if option else "no"
    return option_words(str(option))


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def _lists_of(derivation: Derivation) -> set[str]:
    if isinstance(derivation, FromFacts):
        return set()
    tests = (test for where in wheres_of(derivation) for leaf in field_tests(where) for test in leaf.tests)
    return {test.value_set for test in tests if isinstance(test, InValueSet)}


def _list_lines(names: set[str], derivations: Derivations) -> Iterator[str]:
    yield "LISTS OF CODES"
    for name in sorted(names):
        value_set = derivations.value_sets[name]
        count = len(value_set.codes)
        systems = {system for system, _ in value_set.codes}
        more = sorted(systems - value_set.systems)
        words = f"{listed_name(name)}: {count} code{'' if count == 1 else 's'}, of {listed(sorted(systems), 'and')}"
        yield _wrapped(f"{words}; more of {listed(more, 'and')} belong than are listed" if more else words, " " * 5)


def _wrapped(words: str, indent: str = "", first: str = "") -> str:
    return textwrap.fill(
        words, _WIDTH, initial_indent=first or indent, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
