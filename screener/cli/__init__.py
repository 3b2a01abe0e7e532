"""The command line: one module a group of commands, loaded when it is called for. No logic lives here.

Public: `main`, the entry point.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path


def main() -> None:
    """Run the command line and exit with its code; every expected error becomes a sentence on standard error."""
    # A closed stream is none; what is said to it goes nowhere, as other commands have it.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # as long as the program
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal without Unicode shows the signs as escapes; a question mark would read as an open criterion.
            stream.reconfigure(errors="backslashreplace")
    try:
        from screener.cli.entry import run

        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
