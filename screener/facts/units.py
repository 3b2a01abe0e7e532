"""Units of measure: UCUM and the common ways people write it, with exact factors; no number is ever compared bare.

Own code, because `ucumvert` on `pint` (the one kept UCUM library for Python) answers in floats even where it is given
fractions, reads `K/uL` as kelvin and takes mmol/mol for a tenth of a percent.

Codes and factors are those of UCUM 2.2 (https://ucum.org/ucum). Where it holds two units to be comparable although for
a patient they are not, this module refuses. It keeps apart

- an amount (mol), a mass and a count, because what lies between them is the molar mass of one substance: umol/L is not
  converted to mg/dL. `mmol/mol`, `mg/g` and `%` are not comparable either;
- months and years from days, because they follow the calendar (UCUM's year has 365.25 days);
- `%` from `1` and `{score}`: 80 % and a score of 80 are not a hundred times apart;
- what is per something counted, such as `mL/min/{1.73_m2}` from `mL/min`;
- enzyme units (U) from international units (IU), which UCUM calls arbitrary: comparable with themselves only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

from screener.facts.events import Interval, Quantity
from screener.facts.unit_spellings import in_ucum


class UnknownUnit(ValueError):
    """A unit this program does not know, or none at all."""


class NotComparable(ValueError):
    """Both units are known, and no factor leads from one to the other."""


class _Atom(NamedTuple):
    """A unit symbol: so many of a base unit to a power. The metric ones take prefixes."""

    base: str
    factor: Fraction = Fraction(1)
    power: int = 1
    metric: bool = False


_METRES_OF_AN_INCH: Final = Fraction("0.0254")
_GRAMS_OF_A_POUND: Final = 7000 * Fraction("0.06479891")
_ATOMS: Final = {
    "m": _Atom("m", metric=True),
    "[in_i]": _Atom("m", _METRES_OF_AN_INCH),
    "g": _Atom("g", metric=True),
    "[lb_av]": _Atom("g", _GRAMS_OF_A_POUND),
    "L": _Atom("m", Fraction(1, 1000), 3, metric=True),
    "l": _Atom("m", Fraction(1, 1000), 3, metric=True),
    "s": _Atom("s", metric=True),
    "min": _Atom("s", Fraction(60)),
    "h": _Atom("s", Fraction(3_600)),
    "d": _Atom("s", Fraction(86_400)),
    "wk": _Atom("s", Fraction(7 * 86_400)),
    "mo": _Atom("mo"),
    "a": _Atom("mo", Fraction(12)),
    "mol": _Atom("mol", metric=True),
    "eq": _Atom("eq", metric=True),
    "osm": _Atom("osm", metric=True),
    "U": _Atom("U", metric=True),
    "kat": _Atom("U", Fraction(60_000_000), metric=True),
    "[IU]": _Atom("[IU]", metric=True),
    "[iU]": _Atom("[IU]", metric=True),
    "Gy": _Atom("Gy", metric=True),
    "Pa": _Atom("Pa", metric=True),
    "m[Hg]": _Atom("Pa", Fraction(133_322), metric=True),
    "%": _Atom("%"),
    "1": _Atom("1"),
}
# Without mega: "Mg" in a record is a milligram whose writer held the shift key, not a tonne.
_PREFIXES: Final = {
    "k": Fraction(1000),
    "d": Fraction(1, 10),
    "c": Fraction(1, 100),
    "m": Fraction(1, 10**3),
    "u": Fraction(1, 10**6),
    "n": Fraction(1, 10**9),
    "p": Fraction(1, 10**12),
    "f": Fraction(1, 10**15),
}
LONGEST_UNIT: Final = 60
"""Letters of a unit; what is longer is none."""
_COMPONENT: Final = re.compile(
    r"(?P<operator>^/?|(?<=.)[./])"
    r"(?:10[*^](?P<ten>[+-]?[0-9]{1,2})|(?P<symbol>1|%|(?:[a-zA-Z]|\[[a-zA-Z_]+\])+)(?P<power>-?[1-9])?)?"
    r"(?:\{(?P<remark>[^{}]*)\})?"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A factor and base units with their powers; what divides never cancels what multiplies: mg/g is no per mille."""

    factor: Fraction
    multiplies: frozenset[tuple[str, int]]
    divides: frozenset[tuple[str, int]]

    def comparable(self, other: Unit) -> bool:
        """Whether a factor leads from one to the other."""
        return (self.multiplies, self.divides) == (other.multiplies, other.divides)


@lru_cache(maxsize=4096)
def read_unit(unit: str) -> Unit:
    """Read a unit in UCUM (case-sensitive) or as people write it: `mg/dL`, `10*9/L`, `K/uL`, `{score}`, `IU/L`.

    A remark in braces says what is counted and changes nothing, unless it alone is what something is per.

    Raises:
        UnknownUnit: it is none of the units known here, or blank. The text, which may hold anything, is not repeated.
    """
    text = in_ucum(unit) if len(unit) <= LONGEST_UNIT else unit
    if not text:
        raise UnknownUnit("has no unit")
    factor = Fraction(1)
    sides: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    for size, base, power in _components(text):
        factor *= size
        if base != "1":
            sides[power < 0][base] += abs(power)
    return Unit(factor, *(frozenset(side.items()) for side in sides))


def convert(interval: Interval, unit: str, *, to: str) -> Interval:
    """The same numbers in another unit, exactly.

    Raises:
        UnknownUnit: one of the units is not known, or blank.
        NotComparable: no factor leads from one to the other.
    """
    have, want = read_unit(unit), read_unit(to)
    if not have.comparable(want):
        raise NotComparable(_why(have, want))
    return _times(interval, have.factor / want.factor)


def times_upper_limit(value: Quantity, limit: Quantity) -> Interval:
    """How many times its upper limit of normal a value is: 1.5 is one and a half times the limit.

    Raises:
        UnknownUnit: one of the units is not known, or blank.
        NotComparable: the limit is in another kind of unit, or not one number above 0.
    """
    highest = convert(limit.interval, limit.unit, to=value.unit)
    if highest.low is None or highest.low != highest.high or highest.low <= 0:
        raise NotComparable("has an upper limit of normal that is not one number above 0")
    return _times(value.interval, 1 / highest.low)


def _components(text: str) -> Iterator[tuple[Fraction, str, int]]:
    """Each part of a unit: its size, its base unit, and the power of that, below 0 where it divides."""
    place = 0
    while place < len(text):
        found = _COMPONENT.match(text, place) if len(text) <= LONGEST_UNIT else None
        if found is None or found.end() == found.end("operator"):
            raise _unknown()
        place = found.end()
        power = (-1 if found["operator"] == "/" else 1) * int(found["power"] or 1)
        if found["ten"]:
            yield Fraction(10) ** (int(found["ten"]) * power), "1", power
        elif found["symbol"]:
            size, atom = _symbol(found["symbol"])
            yield (size * atom.factor) ** power, atom.base, atom.power * power
        else:
            yield Fraction(1), "1" if power > 0 else f"{{{found['remark']}}}", power


def _symbol(symbol: str) -> tuple[Fraction, _Atom]:
    """A unit symbol as its prefix and what follows; a whole symbol goes before a prefix, as `min` is no milli-inch."""
    if symbol in _ATOMS:
        return Fraction(1), _ATOMS[symbol]
    prefix, atom = _PREFIXES.get(symbol[0]), _ATOMS.get(symbol[1:])
    if prefix is None or atom is None or not atom.metric:
        raise _unknown()
    return prefix, atom


def _unknown() -> UnknownUnit:
    return UnknownUnit("has a unit that this program does not know")


def _why(have: Unit, want: Unit) -> str:
    bases = [{base for base, _ in unit.multiplies} for unit in (have, want)]
    if {"mol"} in bases and {"g"} in bases:
        return "has an amount (mol) where a mass is compared; the molar mass of the substance lies between them"
    return "has another kind of unit than it is compared in"


def _times(interval: Interval, factor: Fraction) -> Interval:
    """An interval times a number above 0."""
    if factor == 1:
        return interval
    low, high = interval.low, interval.high
    return Interval(
        None if low is None else low * factor,
        None if high is None else high * factor,
        interval.low_open,
        interval.high_open,
    )
