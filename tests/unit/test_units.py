"""Each relation between units, with where it stands; each spelling; and what must never be converted.

UCUM is The Unified Code for Units of Measure, https://ucum.org/ucum, cited by paragraph; its tables are cited as they
stand in `ucum-essence.xml`, version 2.2 of 2024-06-17 (https://github.com/ucum-org/ucum), by prefix or unit.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from screener.facts.events import Interval, Quantity
from screener.facts.units import NotComparable, UnknownUnit, convert, read_unit, times_upper_limit

_PREFIXES = "prefix k is 1e3, d 1e-1, c 1e-2, m 1e-3, u 1e-6, n 1e-9, p 1e-12, f 1e-15"
_LITRE = "unit l is 1 dm3, unit L is 1 l"
_TIME = "unit min is 60 s, h is 60 min, d is 24 h, wk is 7 d"


def _one(number: str) -> Interval:
    return Interval(Fraction(number), Fraction(number))


@pytest.mark.parametrize(
    ("number", "unit", "to", "expected", "source"),
    [
        ("1.1", "mg/dL", "mg/L", "11", _PREFIXES),
        ("1.1", "g/dL", "g/L", "11", _PREFIXES),
        ("250", "ug/L", "ng/mL", "250", _PREFIXES),
        ("1", "pg/mL", "ng/L", "1", _PREFIXES),
        ("90", "fL", "um3", "90", _LITRE),
        ("1", "mmol/L", "umol/L", "1000", _PREFIXES),
        ("3", "nmol/dL", "pmol/mL", "30", _PREFIXES),
        ("1", "kg", "g", "1000", _PREFIXES),
        ("100", "10*9/L", "10*3/uL", "100", _LITRE),
        ("100000", "/uL", "10*9/L", "100", _LITRE),
        ("100000", "/mm3", "10*9/L", "100", _LITRE),
        ("4.5", "10*6/uL", "10*12/L", "4.5", _LITRE),
        ("2.1", "cm", "mm", "21", _PREFIXES),
        ("1", "[in_i]", "cm", "2.54", "unit [in_i] is 254e-2 cm"),
        ("1", "[lb_av]", "kg", "0.45359237", "unit [lb_av] is 7000 [gr], unit [gr] is 64.79891 mg"),
        ("5000", "cGy", "Gy", "50", _PREFIXES),
        ("4", "wk", "d", "28", _TIME),
        ("1", "d", "h", "24", _TIME),
        ("1", "h", "min", "60", _TIME),
        ("1", "min", "s", "60", _TIME),
        ("2", "a", "mo", "24", "unit mo is 1 mo_j, mo_j is 1 a_j/12, a is 1 a_j"),
        ("6", "L/h", "mL/min", "100", _TIME),
        ("60", "U/L", "ukat/L", "1", "unit kat is 1 mol/s, unit U is 1 umol/min"),
        ("1", "m[IU]/mL", "[IU]/L", "1", _PREFIXES),
        ("120", "mm[Hg]", "kPa", "15.99864", "unit m[Hg] is 133.3220 kPa"),
        ("3", "meq/L", "eq/L", "0.003", _PREFIXES),
        ("290", "mosm/kg", "osm/kg", "0.29", _PREFIXES),
        ("30", "mg/g", "g/kg", "30", _PREFIXES),
        ("22.5", "kg/m2", "g/cm2", "2.25", _PREFIXES),
        ("55", "%", "%", "55", "the same unit"),
        (
            "3",
            "{score}",
            "1",
            "3",
            "UCUM 6: what stands in braces does not contribute to the semantics; alone it is the unit 1",
        ),
    ],
)
def test_a_number_is_converted_exactly(number: str, unit: str, to: str, expected: str, source: str) -> None:
    assert convert(_one(number), unit, to=to) == _one(expected), source
    assert convert(_one(expected), to, to=unit) == _one(number), source


@pytest.mark.parametrize(
    ("written", "ucum"),
    [
        ("mg/dl", "mg/dL"),
        (" mg / dL ", "mg/dL"),
        ("µg/L", "ug/L"),
        ("μg/L", "ug/L"),
        ("mcg/mcL", "ug/uL"),
        ("mcmol/L", "umol/L"),
        ("10^9/L", "10*9/L"),
        ("10**9/L", "10*9/L"),
        ("10⁹/L", "10*9/L"),
        ("x10^9/L", "10*9/L"),
        ("x 10⁹/l", "10*9/L"),
        ("×10E9/L", "10*9/L"),
        ("x10E3/uL", "10*3/uL"),
        ("10(3)/mcL", "10*3/uL"),
        ("K/uL", "10*3/uL"),
        ("K/µL", "10*3/uL"),
        ("k/mm³", "10*3/uL"),
        ("thou/uL", "10*3/uL"),
        ("cells/uL", "/uL"),
        ("10*3{cells}/uL", "10*3/uL"),
        ("1/uL", "/uL"),
        ("/cu mm", "/uL"),
        ("IU/L", "[IU]/L"),
        ("mIU/mL", "m[IU]/mL"),
        ("[iU]/L", "[IU]/L"),
        ("mEq/L", "meq/L"),
        ("mmHg", "mm[Hg]"),
        ("mm Hg", "mm[Hg]"),
        ("kg/m²", "kg/m2"),
        ("kg/m^2", "kg/m2"),
        ("g·L⁻¹", "g/L"),
        ("mL/min/1.73 m²", "mL/min/{1.73_m2}"),
        ("ml/min/1,73m^2", "mL/min/{1.73_m2}"),
        ("mL/min/(1.73.m2)", "mL/min/{1.73_m2}"),
        ("mL/min/{1.73m2}", "mL/min/{1.73_m2}"),
        ("percent", "%"),
        ("days", "d"),
        ("Weeks", "wk"),
        ("hrs", "h"),
        ("months", "mo"),
        ("years", "a"),
        ("centimeters", "cm"),
        ("lb", "[lb_av]"),
    ],
)
def test_a_unit_may_be_written_as_people_do(written: str, ucum: str) -> None:
    assert read_unit(written) == read_unit(ucum)


@pytest.mark.parametrize(
    ("unit", "to"),
    [
        ("umol/L", "mg/dL"),
        ("mmol/mol", "%"),
        ("mmol/mol", "mg/g"),
        ("mg/g", "%"),
        ("mg/g", "1"),
        ("%", "{score}"),
        ("%", "1"),
        ("mo", "d"),
        ("a", "wk"),
        ("mL/min/{1.73_m2}", "mL/min"),
        ("/{HPF}", "1"),
        ("U/L", "IU/L"),
        ("meq/L", "mmol/L"),
        ("mosm/L", "mmol/L"),
        ("mm", "mg"),
        ("mm", "mm2"),
        ("10*9/L", "10*9"),
        ("Gy", "1"),
    ],
)
def test_different_kinds_of_unit_are_never_converted(unit: str, to: str) -> None:
    for have, want in ((unit, to), (to, unit)):
        with pytest.raises(NotComparable):
            convert(_one("5"), have, to=want)


def test_an_amount_against_a_mass_says_that_the_molar_mass_lies_between() -> None:
    with pytest.raises(NotComparable, match="the molar mass of the substance lies between them"):
        convert(_one("88"), "umol/L", to="mg/dL")


@pytest.mark.parametrize(
    "unit",
    ["K", "M/uL", "G/L", "MG/DL", "Mg/dL", "109/L", "10", "100", "score", "mgdL", "mg//dL", "mg/", "/", ".mg", "mg..L",
     "m[", "{", "mg}", "1.73", "Cel", "kmin", "mg/dL mg/dL", "10*999/L", "mg" + " " * 200 + "/dL", "m" * 10_000],
)  # fmt: skip
def test_a_unit_that_is_not_known_is_unreadable_never_a_bare_number(unit: str) -> None:
    for have, want in ((unit, "mg/dL"), ("mg/dL", unit)):
        with pytest.raises(UnknownUnit) as caught:
            convert(_one("5"), have, to=want)
        assert str(caught.value) == "has a unit that this program does not know"


@pytest.mark.parametrize("unit", ["", " ", "\t"])
def test_a_number_without_a_unit_is_refused(unit: str) -> None:
    with pytest.raises(UnknownUnit, match="has no unit"):
        convert(_one("5"), unit, to=unit)


def test_equal_stays_equal_at_a_limit() -> None:
    limit = Fraction(11)
    for tenths in (Fraction(11, 10) - Fraction(1, 10**30), Fraction(11, 10), Fraction(11, 10) + Fraction(1, 10**30)):
        low = convert(Interval(tenths, tenths), "mg/dL", to="mg/L").low
        assert low is not None
        assert (low >= limit) is (tenths >= Fraction(11, 10))


def test_an_interval_keeps_its_open_ends_and_its_missing_ones() -> None:
    below = Interval(None, Fraction(5), high_open=True)
    assert convert(below, "mg/dL", to="mg/L") == Interval(None, Fraction(50), high_open=True)
    above = Interval(Fraction(5), None, low_open=True)
    assert convert(above, "mg/L", to="mg/dL") == Interval(Fraction(1, 2), None, low_open=True)
    assert convert(above, "K/uL", to="10*9/L") == above


def test_a_value_is_so_many_times_the_upper_limit_of_its_own_record() -> None:
    value, limit = Quantity(_one("1.65"), "mg/dL"), Quantity(_one("11"), "mg/L")
    assert times_upper_limit(value, limit) == _one("1.5")
    below = Quantity(Interval(None, Fraction(20), high_open=True), "U/L")
    assert times_upper_limit(below, Quantity(_one("40"), "U/L")) == Interval(None, Fraction(1, 2), high_open=True)


@pytest.mark.parametrize(
    "limit",
    [
        _one("0"),
        _one("-1"),
        Interval(None, Fraction(5)),
        Interval(Fraction(5), None),
        Interval(Fraction(4), Fraction(5)),
    ],
)
def test_an_upper_limit_that_is_not_one_number_above_zero_is_refused(limit: Interval) -> None:
    with pytest.raises(NotComparable, match="not one number above 0"):
        times_upper_limit(Quantity(_one("5"), "U/L"), Quantity(limit, "U/L"))


def test_an_upper_limit_in_another_kind_of_unit_is_refused() -> None:
    with pytest.raises(NotComparable, match="another kind of unit"):
        times_upper_limit(Quantity(_one("5"), "U/L"), Quantity(_one("40"), "IU/L"))
