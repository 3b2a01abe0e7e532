"""Which criteria of a patient fail, and which are open, from the letters that are kept."""

from __future__ import annotations

from typing import NamedTuple


class Outcomes(NamedTuple):
    """What became of the criteria of a patient, by their ids; `passed` counts those that pass."""

    failing: tuple[str, ...]
    unknown: tuple[str, ...]
    passed: int

    def differ(self, other: Outcomes) -> bool:
        """Whether other criteria fail, or are open."""
        return (self.failing, self.unknown) != (other.failing, other.unknown)


def outcomes(results: str, ids: tuple[str, ...]) -> Outcomes:
    """The criteria that fail and those that are open, from the letters that are kept."""
    pairs = list(zip(ids, results, strict=True))
    failing = tuple(name for name, letter in pairs if letter in "na")
    unknown = tuple(name for name, letter in pairs if letter == "u")
    return Outcomes(failing, unknown, sum(letter in "md" for _, letter in pairs))
