"""The command line: one module a group of commands, loaded when it is called for. No logic lives here.

Public: `main`, the entry point.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code; every expected error becomes a sentence on standard error."""
    from screener.cli.entry import run

    sys.exit(run(sys.argv[1:]))
