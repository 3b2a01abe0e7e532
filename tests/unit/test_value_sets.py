"""Value sets: codes with the source of each, and what is known of a code of another system."""

from __future__ import annotations

import pytest
from events import HERE, THERE
from rulesets import codes

from screener.facts.events import Code
from screener.facts.value_sets import ValueSet, read_value_set
from screener.findings import Findings
from screener.located import LIMIT_BYTES

HEAD = "system,code,display,source\n"
CAST = f"{HERE},cast,Plaster cast,an invented list\n"


def read(text: str | bytes, name: str = "casts") -> tuple[ValueSet, Findings]:
    findings = Findings()
    content = text if isinstance(text, bytes) else text.encode()
    return read_value_set(content, name, f"{name}.csv", findings), findings


def test_codes_are_read_with_or_without_a_mark_and_with_the_columns_in_any_order() -> None:
    for text in (HEAD + CAST, "\ufeff" + HEAD + CAST, HEAD + "\n" + CAST + "\n,,,\n"):
        value_set, findings = read(text)
        assert findings == []
        assert value_set == ValueSet("casts", frozenset({(HERE, "cast")}), frozenset({HERE}))
    value_set, findings = read(f"source,display,code,system\nan invented list,Plaster cast,cast,{HERE}\n")
    assert (value_set.codes, findings) == ({(HERE, "cast")}, [])


def test_cells_may_hold_commas_and_lines_in_quotation_marks() -> None:
    value_set, findings = read(f'{HEAD}{HERE},cast,"Cast, of plaster","list,\npage 4"\n{HERE},splint,Splint,list\n')
    assert (value_set.codes, findings) == ({(HERE, "cast"), (HERE, "splint")}, [])


def test_a_code_is_in_it_or_not_and_one_of_a_system_that_nobody_looked_through_is_neither() -> None:
    value_set, findings = read(f"{HEAD}{CAST}{THERE},none,no cast is coded here,looked through on 2026-01-20\n")
    assert findings == []
    assert value_set.holds((Code(HERE, "cast"),)) is True
    assert value_set.holds((Code("http://elsewhere", "x"), Code(HERE, "cast"))) is True
    assert value_set.holds((Code(HERE, "plate"),)) is False
    assert value_set.holds((Code(THERE, "none"),)) is False
    assert value_set.holds((Code("http://elsewhere", "cast"),)) is None
    assert value_set.holds((Code("http://elsewhere", "cast"), Code(THERE, "x"))) is False
    assert value_set.holds(()) is None


@pytest.mark.parametrize(
    ("text", "told", "where"),
    [
        ("", "V104", 1),
        ("\n\n", "V104", 1),
        (HEAD, "V104", 1),
        ("system,code,display\n", "V101", 1),
        ("system,code,display,source,remark\n", "V101", 1),
        ("system,code,display,source,code\n", "V101", 1),
        (f"{HEAD}{HERE},cast,Plaster cast\n", "V102", 2),
        (f"{HEAD}{HERE},,Plaster cast,list\n", "V102", 2),
        (f"{HEAD},cast,Plaster cast,list\n", "V102", 2),
        (f"{HEAD}{HERE},cast,,list\n", "V102", 2),
        (f"{HEAD}{HERE},cast,Cast, of plaster,list\n", "V102", 2),
        (f"{HEAD}{CAST}{HERE},none,nothing else,list\n", "V102", 3),
        (f"{HEAD}{CAST}{HERE},splint,Splint,list\n{CAST}", "V103", 4),
        (f'{HEAD}{HERE},cast,"Plaster" cast,list\n', "R110", 2),
        (f"{HEAD}{HERE},cast,Plâtre,list\n".encode("latin-1"), "R110", 1),
        (HEAD + CAST + "#" * LIMIT_BYTES, "R108", 1),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str | bytes, told: str, where: int) -> None:
    _, findings = read(text)
    assert codes(findings) == [told]
    assert findings[0].mark == ("casts.csv", where, 1)
    assert findings[0].hint


def test_all_mistakes_are_told_and_the_rows_without_one_are_read() -> None:
    value_set, findings = read(f"{HEAD}{CAST}{HERE},splint,,list\n{HERE},plate,Plate,\n{HERE},screw,Screw,list\n")
    assert codes(findings) == ["V102", "V102"]
    assert value_set.codes == {(HERE, "cast"), (HERE, "screw")}


def test_a_file_whose_name_no_rule_could_write_is_told() -> None:
    _, findings = read(HEAD + CAST, name="Casts of 2026")
    assert codes(findings) == ["R110"]
    assert "small letters" in findings[0].hint
