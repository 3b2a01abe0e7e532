"""Which patients took part in a run: a bit for each, packed; a hundred thousand take a few hundred bytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable


def packed(numbers: Iterable[int]) -> bytes:
    """Patients by their numbers, as bytes."""
    bits = bytearray()
    for number in numbers:
        place = number >> 3
        if place >= len(bits):
            bits.extend(bytes(place + 1 - len(bits)))
        bits[place] |= 1 << (number & 7)
    return zlib.compress(bytes(bits), 9)


def unpacked_members(members: bytes | None) -> frozenset[int]:
    """The numbers of the patients; nobody where there was no run."""
    return frozenset(_numbers(_bits(members)))


def added(members: bytes | None, before: int) -> tuple[list[int], int]:
    """Who took part that is not among earlier ones, by a bit for each; and those earlier ones with these.

    Years of nights are gone through this way without taking each of them apart.
    """
    bits = as_bits(members)
    new = bits & ~before
    return list(_numbers(new.to_bytes((new.bit_length() + 7) // 8, "little"))), before | bits


def as_bits(members: bytes | None) -> int:
    """The patients as a number with a bit for each."""
    return int.from_bytes(_bits(members), "little")


def _bits(members: bytes | None) -> bytes:
    return zlib.decompress(members) if members else b""


def _numbers(bits: bytes) -> Iterable[int]:
    return (place << 3 | bit for place, byte in enumerate(bits) if byte for bit in range(8) if byte >> bit & 1)
