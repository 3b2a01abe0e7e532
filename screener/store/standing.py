"""How rules stand towards the registry's latest record: which are stale, and what every screening must say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from screener.criteria.staleness import Staleness, staleness, under_review

if TYPE_CHECKING:
    from screener.criteria.library import LoadedRules
    from screener.findings import Findings
    from screener.store.state import RegistryState

RECRUITING: Final = "RECRUITING"


@dataclass(frozen=True, slots=True)
class Standing:
    """Rules ready to screen: with stale criteria and new lines of the registry held open.

    `stale` names the criteria whose result is unknown until a person looks; `notices` are sentences for every output.
    """

    loaded: LoadedRules
    stale: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def staleness_of(loaded: LoadedRules, state: RegistryState | None) -> Staleness:
    """What of the rules no longer rests on the registry's words; nothing where a person has looked at them."""
    if state is None or loaded.record is None or state.acknowledged is not None or not state.eligibility:
        return Staleness()
    return staleness(loaded.rules, loaded.record.eligibility, state.eligibility)


def standing(loaded: LoadedRules, state: RegistryState | None) -> Standing:
    """The rules as they stand towards the latest record, or towards the stored one where nothing was ever fetched."""
    found = staleness_of(loaded, state)
    rules, stale = under_review(loaded.rules, found)
    return Standing(replace(loaded, rules=rules), stale, tuple(_notices(loaded, state, found)))


def check_standing(loaded: LoadedRules, state: RegistryState | None, findings: Findings) -> None:
    """Report the criteria whose words differ in the registry's latest text, and its lines that no quote covers."""
    found = staleness_of(loaded, state)
    hint = "look at `screener registry diff`; then acknowledge the change, or rebase the rules and rewrite them"
    for criterion in loaded.rules.criteria:
        if criterion.id in found.stale and criterion.mark is not None:
            message = f"the registry's text has changed: {criterion.id} is stale, {found.stale[criterion.id]}"
            findings.add("S103", criterion.mark, message, hint=hint)
    marks = dict(loaded.rules.section_marks)
    mark = marks.get("inclusion") or marks.get("exclusion")
    for line in found.uncovered:
        assert mark is not None  # rules that were read have a section
        findings.add("S103", mark, f'the registry\'s text has a line that no quote covers: "{line}"', hint=hint)


def _notices(loaded: LoadedRules, state: RegistryState | None, found: Staleness) -> list[str]:
    status = state.status if state is not None else loaded.record.status if loaded.record else None
    said = []
    if status not in (None, RECRUITING):
        said.append(f"The registry says that this study is {str(status).replace('_', ' ').lower()}.")
    if state is None:
        return said
    if state.failed is not None:
        known = f"this study's record was last seen on {state.last_checked:%Y-%m-%d}"
        said.append(f"The registry could not be read in the sync of {state.failed:%Y-%m-%d}; {known}.")
    if state.missing_since is not None:
        said.append(f"The registry has had no record of this study since {state.missing_since:%Y-%m-%d}.")
    said += [f"The registry record changed: {sentence}." for sentence in state.open_drift]
    said += [f"{name} is stale until a person looks: {why}." for name, why in found.stale.items()]
    said += [f'No rule covers this line of the registry yet: "{line}".' for line in found.uncovered]
    if state.acknowledged is not None:
        seen = state.acknowledged
        said.append(f"The registry record changed; seen by {seen.who} on {seen.when:%Y-%m-%d}: {seen.why}.")
    return said
