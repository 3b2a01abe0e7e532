"""Rules that may run, as they stand towards the registry: what every command that screens begins with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from screener.criteria.library import LoadedRules, criteria_folder, find_rules
from screener.matching.gate import admitted
from screener.store.standing import standing
from screener.store.state import RegistryState, registry_state


def from_store(url: str | None) -> Callable[[str], RegistryState | None]:
    """What the store knows of a trial; a store that is not there is not made."""

    def state(trial: str) -> RegistryState | None:
        return registry_state(url, trial)

    return state


def no_store(_: str) -> None:
    """No store is asked."""


class ReadyRules:
    """The rules of a trial, checked and held against the registry's latest record.

    Args:
        trial: its id, or a path.
        criteria_dir: the folder of criteria, or none for the default.
        state: the registry's latest record as the store keeps it; none where nothing was ever fetched.
    """

    def __init__(self, trial: str, criteria_dir: Path | None, *, state: Callable[[str], RegistryState | None]) -> None:
        folder = criteria_folder(criteria_dir)
        admitted_rules = admitted(find_rules(trial, folder), folder)
        self.state = state(admitted_rules.rules.trial)
        self.standing = standing(admitted_rules, self.state)
        self.loaded: LoadedRules = self.standing.loaded

    def say_state(self) -> None:
        """Say on standard error what every output must say of the rules and of the registry."""
        rules, record = self.loaded.rules, self.loaded.record
        version = f", registry record of {record.version}" if record and record.version else ""
        checked = f", registry last checked {self.state.last_checked:%Y-%m-%d}" if self.state else ""
        click.echo(f"{rules.trial}{version}{checked}. Rules: {self.loaded.approval}.", err=True)
        for notice in self.standing.notices:
            click.echo(notice, err=True)
