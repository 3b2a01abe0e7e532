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
    bits = zlib.decompress(members) if members else b""
    return frozenset(place << 3 | bit for place, byte in enumerate(bits) if byte for bit in range(8) if byte >> bit & 1)
