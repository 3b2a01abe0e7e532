"""YAML read into nodes that know their place; what is refused, and what can be passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from screener import shapes
from screener.findings import Findings, Mark
from screener.located import LIMIT_BYTES, LIMIT_LEVELS, Mapping, Node, Scalar, Sequence, read_file, read_text


def reading(text: str) -> tuple[Node | None, list[tuple[str, int, int]]]:
    findings = Findings()
    node = read_text(text, "a.yaml", findings)
    return node, [(finding.code, finding.mark.line, finding.mark.column) for finding in findings.ordered()]


def plain(node: Node | None) -> object:
    """A node without its places."""
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.entries}
    return [plain(item) for item in node.items] if isinstance(node, Sequence) else node and node.text


@pytest.mark.parametrize(
    "word", ["yes", "NO", "010", "1e3", "0x1F", "null", "~", "2026-01-20", "1_000", ".inf", "'yes'"]
)
def test_a_scalar_stays_the_text_that_was_written(word: str) -> None:
    node, found = reading(f"a: {word}")
    assert plain(node) == {"a": word.strip("'")}
    assert found == []


def test_every_node_knows_its_line_and_column() -> None:
    node, _ = reading("a:\n  - b: c\n  - [d,   e]\n")
    assert isinstance(node, Mapping)
    assert node.mark == Mark("a.yaml", 1, 1)
    inner = node.get("a")
    assert isinstance(inner, Sequence)
    assert [item.mark[1:] for item in inner.items] == [(2, 5), (3, 5)]
    second = inner.items[1]
    assert isinstance(second, Sequence)
    assert [item.mark[1:] for item in second.items] == [(3, 6), (3, 11)]
    key = node.key("a")
    assert key is not None
    assert key.mark == Mark("a.yaml", 1, 1)
    assert node.get("b") is None
    assert node.key("b") is None


@pytest.mark.parametrize(
    ("text", "block"), [("a: |\n  b\n", True), ("a: >\n  b\n", True), ("a: b\n", False), ('a: "b"\n', False)]
)
def test_a_text_knows_whether_it_stands_in_a_block(text: str, block: bool) -> None:
    node, _ = reading(text)
    assert isinstance(node, Mapping)
    value = node.get("a")
    assert isinstance(value, Scalar)
    assert value.block is block


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("a: 1\na: 2\nb: 3\n", [("R102", 2, 1)], {"a": "1", "b": "3"}),
        ("a: &x 1\nb: 2\n", [("R103", 1, 4)], {"a": "1", "b": "2"}),
        ("a: &x 1\nb: *x\nc: 3\n", [("R103", 1, 4), ("R103", 2, 4)], {"a": "1", "c": "3"}),
        ("a: [&x 1, *x, 2]\n", [("R103", 1, 5), ("R103", 1, 11)], {"a": ["1", "2"]}),
        ("a: !!int 1\n", [("R104", 1, 4)], {"a": "1"}),
        ("a: !own {b: 1}\n", [("R104", 1, 4)], {"a": {"b": "1"}}),
        ("a:\t1\nb: x\ty\tz\n", [("R105", 1, 3), ("R105", 2, 5)], {"a": "1", "b": "x y z"}),
        ("a:\nb: 1\n", [("R106", 1, 1)], {"b": "1"}),
        ("a: ''\nb: '  '\n", [("R106", 1, 1), ("R106", 2, 1)], {}),
        ("a: [1, '', 2]\n", [("R106", 1, 8)], {"a": ["1", "2"]}),
        ("? [a, b]\n: 1\nc: 2\n", [("R111", 1, 3)], {"c": "2"}),
        ("", [("R106", 1, 1)], None),
        ("# only words\n", [("R106", 1, 1)], None),
        ("a: 1\n---\nb: 2\n", [("R101", 2, 1)], {"a": "1"}),
        ("a: [1\n", [("R101", 2, 1)], None),
        ("a: b: c\n", [("R101", 1, 5)], None),
        ("a: *nobody\n", [("R103", 1, 4)], {}),
        ("a: \x00\n", [("R101", 1, 1)], None),
    ],
)
def test_what_yaml_offers_beyond_the_language_is_told_at_its_place_and_reading_goes_on(
    text: str, found: list[tuple[str, int, int]], left: object
) -> None:
    node, told = reading(text)
    assert told == found
    assert plain(node) == left


def test_a_text_in_braces_may_hold_commas() -> None:
    node, found = reading("{name: below, no ITP, really, given: {}, on: 2026-01-20}")
    assert plain(node) == {"name": "below, no ITP, really", "given": {}, "on": "2026-01-20"}
    assert found == []


@pytest.mark.parametrize(
    ("text", "line", "column"), [("{healed, pain: x}", 1, 2), ("{given: {}, healed}", 1, 13), ("{a: b, c: }", 1, 8)]
)
def test_a_key_in_braces_without_a_value_is_told_where_it_is_no_rest_of_a_text(
    text: str, line: int, column: int
) -> None:
    _, found = reading(text)
    assert found == [("R106", line, column)]


def test_a_key_that_stands_blank_is_remembered_so_that_it_is_not_called_missing_too() -> None:
    node, _ = reading("a:\nb: 1\n")
    assert isinstance(node, Mapping)
    assert node.blank == {"a"}
    findings = Findings()
    shapes.check_keys(node, ("a", "b", "c"), "a thing", findings, required=("a", "c"))
    assert [finding.message for finding in findings] == ['a thing has no "c"']


def test_the_deepest_nesting_that_is_read_has_fifty_levels() -> None:
    assert reading("[" * LIMIT_LEVELS + "x" + "]" * LIMIT_LEVELS)[1] == []
    node, found = reading("[" * (LIMIT_LEVELS + 1) + "x" + "]" * (LIMIT_LEVELS + 1))
    assert node is None
    assert found == [("R109", 1, LIMIT_LEVELS + 1)]
    assert reading("[" * 100_000)[1] == [("R109", 1, LIMIT_LEVELS + 1)]


def test_a_file_of_another_encoding_is_told_with_the_line_of_the_first_such_byte(tmp_path: Path) -> None:
    findings = Findings()
    (tmp_path / "a.yaml").write_bytes(b"a: 1\nb: \xff\n")
    node, content = read_file(tmp_path / "a.yaml", findings, name="a.yaml")
    assert node is None
    assert content == b"a: 1\nb: \xff\n"
    assert [(finding.code, finding.mark) for finding in findings] == [("R110", Mark("a.yaml", 2, 1))]


def test_a_file_that_is_not_there_is_told_under_its_path(tmp_path: Path) -> None:
    findings = Findings()
    assert read_file(tmp_path / "a.yaml", findings) == (None, b"")
    assert str(findings[0]).startswith(f"{tmp_path}/a.yaml:1:1: error R110 unreadable-file: the file cannot be read")


def test_a_file_of_just_the_largest_size_is_read_with_its_byte_order_mark_dropped(tmp_path: Path) -> None:
    findings = Findings()
    text = b"\xef\xbb\xbfa: 1\n"
    (tmp_path / "a.yaml").write_bytes(text + b"#" * (LIMIT_BYTES - len(text)))
    assert plain(read_file(tmp_path / "a.yaml", findings)[0]) == {"a": "1"}
    assert findings == []
    (tmp_path / "a.yaml").write_bytes(text + b"#" * (LIMIT_BYTES - len(text) + 1))
    assert read_file(tmp_path / "a.yaml", findings)[0] is None
    assert [finding.code for finding in findings] == ["R108"]


def test_the_shapes_give_what_was_asked_for_or_say_what_stands_there_instead() -> None:
    node, _ = reading("{a: [x], b: {y: 1}, c: ' z ', d: 'YES'}")
    assert isinstance(node, Mapping)
    a, b, c, d = (node.get(key) for key in "abcd")
    findings = Findings()
    assert shapes.text(c, "it", findings) == "z"
    assert shapes.yes_no(d, "it", findings) is True
    assert shapes.one_of(c, ("z",), "it", findings) == "z"
    assert [shapes.text(None, "it", findings), shapes.yes_no(None, "it", findings)] == [None, None]
    assert shapes.one_of(None, (), "it", findings) is None
    assert shapes.mapping(None, "it", findings) is None
    assert shapes.items(None, "it", findings) == ()
    assert findings == []
    assert shapes.text(a, "it", findings) is None
    assert shapes.mapping(c, "it", findings) is None
    assert shapes.items(b, "it", findings) == ()
    assert shapes.yes_no(b, "that", findings) is None
    assert shapes.one_of(c, ("x", "y"), "it", findings) is None
    assert [finding.message for finding in findings] == [
        "it must be a text, not a list",
        "it must be a mapping of keys to values, not a text",
        "it must be a list, not a mapping of keys to values",
        "that must be a text, not a mapping of keys to values",
        'it cannot be "z"',
    ]
    assert findings[-1].hint == "write one of: x, y"
