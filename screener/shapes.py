"""Taking nodes apart: what a reader of files asks of a node, with a finding where the node is of another shape."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Sequence as Many
from typing import TYPE_CHECKING

from screener.findings import did_you_mean
from screener.located import KIND, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from screener.findings import Findings


def mapping(node: Node | None, what: str, findings: Findings) -> Mapping | None:
    """The node as a mapping; a finding and none where it is something else."""
    if node is None or isinstance(node, Mapping):
        return node
    findings.add("R111", node.mark, f"{what} must be a mapping of keys to values, not {KIND[type(node)]}")
    return None


def items(node: Node | None, what: str, findings: Findings) -> tuple[Node, ...]:
    """The items of a list; a finding and nothing where it is something else."""
    if node is None:
        return ()
    if isinstance(node, Sequence):
        return node.items
    findings.add("R111", node.mark, f"{what} must be a list, not {KIND[type(node)]}", hint="write each item after `- `")
    return ()


def text(node: Node | None, what: str, findings: Findings) -> str | None:
    """The words of a text, outer spaces dropped; a finding and none where it is something else."""
    if node is None:
        return None
    if isinstance(node, Scalar):
        return node.text.strip()
    findings.add("R111", node.mark, f"{what} must be a text, not {KIND[type(node)]}")
    return None


def one_of(node: Node | None, allowed: Many[str], what: str, findings: Findings) -> str | None:
    """A text that is one of the allowed words; a finding and none where it is not."""
    word = text(node, what, findings)
    if word is None or node is None or word in allowed:
        return word
    hint = f"write one of: {', '.join(allowed)}"
    findings.add("R117", node.mark, f'{what} cannot be "{word}"', hint=hint)
    return None


def yes_no(node: Node | None, what: str, findings: Findings) -> bool | None:
    """A yes or a no; a finding and none where it is neither."""
    word = text(node, what, findings)
    if word is None or node is None:
        return None
    if word.lower() in ("yes", "no"):
        return word.lower() == "yes"
    findings.add("R117", node.mark, f'{what} cannot be "{word}"', hint="write yes or no")
    return None


def check_keys(
    node: Mapping, allowed: Collection[str], what: str, findings: Findings, *, required: Collection[str] = ()
) -> None:
    """Report the keys that are not known here and the required ones that are missing."""
    for key, _ in node.entries:
        if key.text not in allowed:
            message = f'"{key.text}" is not a key of {what}'
            findings.add("R107", key.mark, message, hint=did_you_mean(key.text, allowed))
    for name in required:
        if node.get(name) is None and name not in node.blank:
            findings.add("R112", node.mark, f'{what} has no "{name}"', hint=f"add `{name}:`")
