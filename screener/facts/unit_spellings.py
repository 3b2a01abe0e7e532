"""The common ways people write units, put into UCUM. What could be read in two ways is left as it is, and so unknown.

Left alone on purpose: capitals for small letters (`MG/DL`: is M milli or mega?), `G/L` (grams, or 10^9?), `M/uL`, a
bare `K` (kelvin), and `109/L`, which was 10^9 before somebody lost the superscript.
"""

from __future__ import annotations

import re
from typing import Final

_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SIGNS: Final = _SUPERSCRIPTS | str.maketrans("µμ×·⋅", "uux..")
_RAISED_TEN: Final = re.compile(r"10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_WHITE: Final = re.compile(r"\s+")
_TEN: Final = re.compile(r"^[xX*]?10(?:\*\*|[*^eE]|(\())([+-]?[0-9]{1,2})(?(1)\))")
_RAISED_UNIT: Final = re.compile(r"(?<=[a-zA-Z\]])\^(?=-?[0-9])")
_THOUSAND: Final = re.compile(r"^(?:K|k|thou|thousand)(?=/(?:uL|ul|mm3)$)", re.ASCII)
_BODY_SURFACE: Final = re.compile(r"/[({]?1[.,]73[._]?m2[)}]?$")
_MICRO: Final = re.compile(r"^mc(?=(?:g|L|l|mol|m)$)")
_INTERNATIONAL: Final = re.compile(r"^([kmu]?)(?:IU|iU)$")
_WORDS: Final = {
    "cell": "{cells}", "cells": "{cells}", "cumm": "mm3", "percent": "%",
    "mmhg": "mm[Hg]", "meq": "meq", "mosm": "mosm",
    "millimeter": "mm", "millimeters": "mm", "millimetre": "mm", "millimetres": "mm",
    "centimeter": "cm", "centimeters": "cm", "centimetre": "cm", "centimetres": "cm",
    "inch": "[in_i]", "inches": "[in_i]", "lb": "[lb_av]", "lbs": "[lb_av]", "pound": "[lb_av]", "pounds": "[lb_av]",
    "kgs": "kg", "litre": "L", "liter": "L",
    "minute": "min", "minutes": "min", "mins": "min", "hour": "h", "hours": "h", "hr": "h", "hrs": "h",
    "day": "d", "days": "d", "week": "wk", "weeks": "wk", "wks": "wk",
    "month": "mo", "months": "mo", "year": "a", "years": "a", "yr": "a", "yrs": "a",
}  # fmt: skip


def in_ucum(written: str) -> str:
    """A unit as written, in UCUM as far as its spelling is known here; else as it is, without white space."""
    text = _WHITE.sub("", _RAISED_TEN.sub(lambda ten: f"10*{ten[1].translate(_SUPERSCRIPTS)}", written))
    text = _BODY_SURFACE.sub("/{1.73_m2}", _RAISED_UNIT.sub("", text.translate(_SIGNS)))
    text = "/".join(_component(part) for part in _TEN.sub(r"10*\2", text).split("/"))
    return _THOUSAND.sub("10*3", text)


def _component(text: str) -> str:
    word = _WORDS.get(text.lower())
    if word is not None:
        return word
    return _INTERNATIONAL.sub(r"\1[IU]", _MICRO.sub("u", text))
