"""Eligibility screening for clinical trials: reviewed rules, three-valued matching, a reason for every criterion."""

from importlib.machinery import EXTENSION_SUFFIXES as _COMPILED
from pathlib import Path as _Path

__version__ = "0.1.0"

_HOT = _Path(__file__).with_name("deriving") / "deriver"
BUILD = "compiled" if any(_HOT.with_suffix(one).exists() for one in _COMPILED) else "plain Python"
"""How the modules that every record passes through were built; they say the same either way."""
