"""Deriving: from what a patient's records say happened to the facts that rules ask for, with the evidence for each.

Public: `Deriver`. Pure: no clock, no files; all rests on the events, the derivations and the screening date.
"""

from screener.deriving.deriver import Deriver

__all__ = ["Deriver"]
