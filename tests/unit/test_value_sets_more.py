"""Value sets that say of a code system that they do not list all of its codes that belong."""

from __future__ import annotations

from events import AS_OF, HERE, THERE, event

from screener.criteria.derivations import FieldTest, InValueSet
from screener.deriving.where import Wheres
from screener.facts.events import Code
from screener.facts.value_sets import ValueSet, read_value_set
from screener.findings import Findings

HEAD = "system,code,display,source\n"
CAST = f"{HERE},cast,Plaster cast,an invented list\n"
MORE = f"{HERE},more,more casts than these,nobody looked through all of them\n"


def read(text: str) -> tuple[ValueSet, Findings]:
    findings = Findings()
    return read_value_set(text.encode(), "casts", "casts.csv", findings), findings


def test_a_code_that_an_unfinished_list_does_not_hold_is_neither_in_it_nor_outside() -> None:
    value_set, findings = read(f"{HEAD}{CAST}{MORE}{THERE},splint,Splint,an invented list\n")
    assert findings == []
    assert value_set.codes == {(HERE, "cast"), (THERE, "splint")}
    assert value_set.holds((Code(HERE, "cast"),)) is True
    assert value_set.holds((Code(HERE, "plate"),)) is None
    assert value_set.holds((Code(HERE, "more"),)) is None
    assert value_set.holds((Code(THERE, "plate"),)) is False


def test_a_row_that_says_there_is_more_needs_a_code_of_its_system() -> None:
    for text in (HEAD + MORE, f"{HEAD}{MORE}{THERE},splint,Splint,list\n"):
        _, findings = read(text)
        assert [(one.code, one.mark.line) for one in findings] == [("V102", 2)]


def test_more_of_a_system_and_none_of_it_contradict_each_other() -> None:
    _, findings = read(f"{HEAD}{CAST}{MORE}{HERE},none,no cast at all,list\n")
    assert [(one.code, one.mark.line) for one in findings] == [("V102", 4)]


def test_where_the_source_holds_every_event_a_code_beyond_an_unfinished_list_stays_open() -> None:
    value_set, _ = read(HEAD + CAST + MORE)
    both = Wheres({"casts": value_set}, AS_OF).both(FieldTest("code", (InValueSet("casts"),)))
    assert both.complete(event("procedure", code="plate"), {}) == "unreadable"
    assert both.incomplete(event("procedure", code="plate"), {}) is False
    assert both.complete(event("procedure", code="cast"), {}) is True
