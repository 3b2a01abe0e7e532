"""The figures of a sync as text for the textfile collector of Prometheus' node exporter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from screener.registry.sync_outcome import SyncReport

_HELP: Final = {
    "last_success_timestamp_seconds": "When the last run ended that fetched every trial.",
    "last_run_timestamp_seconds": "When the last run ended.",
    "duration_seconds": "How long the last run took.",
    "trials": "Trials of the last run.",
    "changed": "Trials whose registry record changed in the last run.",
    "to_review": "Trials with something that a person must look at.",
    "stale_rules": "Criteria whose registry words have changed.",
    "failures": "Trials that the last run could not fetch.",
    "exit_code": "Exit code of the last run.",
}


def metrics_text(report: SyncReport) -> str:
    """The figures of a run; the last success is left out as long as there was none."""
    totals = report.totals
    values = {
        "last_success_timestamp_seconds": report.last_success.timestamp() if report.last_success else None,
        "last_run_timestamp_seconds": report.ended.timestamp(),
        "duration_seconds": report.seconds,
        "trials": totals["trials"],
        "changed": totals["changed"],
        "to_review": totals["to_review"],
        "stale_rules": totals["stale_rules"],
        "failures": totals["missing"] + totals["failed"] + totals["unusable"],
        "exit_code": report.exit_code,
    }
    lines = []
    for name, value in values.items():
        if value is not None:
            full = f"screener_sync_{name}"
            lines += [f"# HELP {full} {_HELP[name]}", f"# TYPE {full} gauge", f"{full} {_number(value)}"]
    return "\n".join([*lines, ""])


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.3f}"
