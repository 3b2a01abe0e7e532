"""What DuckDB may use; apart from the engine, so that help is shown without loading one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

MEMORY: Final = "400MB"

Progress = Callable[[float], None]
"""Told now and then how much is done, in hundredths."""


@dataclass(frozen=True, slots=True)
class DuckDbSettings:
    """What DuckDB may use: memory as it writes it (`400MB`, `2GB`), and threads; none is one for each processor."""

    memory: str = MEMORY
    threads: int | None = None
