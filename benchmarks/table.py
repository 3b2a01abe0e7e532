"""The measured figures as a table, printed and kept in `benchmarks/README.md`."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from pathlib import Path

from screener import BUILD, __version__

_README = Path(__file__).with_name("README.md")


def publish(name: str, rows: list[tuple[str, str]]) -> None:
    """Print rows as a table, and write it into the README, between `<!-- name -->` and `<!-- end of name -->`."""
    machine = f"{platform.machine()}, Python {platform.python_version()}, screener {__version__} ({BUILD})"
    lines = [f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine}.", "", "| what | measured |", "|---|---|"]
    lines += [f"| {what} | {found} |" for what, found in rows]
    publish_lines(name, lines)


def publish_lines(name: str, lines: list[str]) -> None:
    """Print lines, and write them into the README, between `<!-- name -->` and `<!-- end of name -->`."""
    table = "\n".join(lines)
    print(table)
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = _README.read_text(encoding="utf-8").partition(start)
    after = rest.partition(end)[2]
    _README.write_text(f"{before}{start}\n{table}\n{end}{after}", encoding="utf-8")
