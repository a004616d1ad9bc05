"""Reading YAML by the 1.2 core schema, and the sentence that says where a file cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.workspace_file import Unreadable, read_file, read_text

SCALARS: list[tuple[str, Any]] = [
    ("NO", "NO"),
    ("yes", "yes"),
    ("12:30", "12:30"),
    ("2027-01-04", "2027-01-04"),
    ("2027-01-04T10:00:00Z", "2027-01-04T10:00:00Z"),
    ("1_000", "1_000"),
    ("1,5", "1,5"),
    ("0b11", "0b11"),
    ("017", 17),
    ("0o17", 15),
    ("0x1F", 31),
    ("-3", -3),
    ("1.50", 1.5),
    ("1e3", 1000.0),
    (".inf", float("inf")),
    ("true", True),
    ("False", False),
    ("tRue", "tRue"),
    ("~", None),
    ("", None),
    ("NULL", None),
    ("'true'", "true"),
    ('"1"', "1"),
    ("!!str 1", "1"),
    ("!!int 1", 1),
    ("<<", "<<"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_a_scalar_is_what_the_core_schema_says(text: str, value: Any) -> None:
    read = read_text(f"a: {text}")["a"]
    assert (read, type(read)) == (value, type(value))


def test_collections_anchors_and_comments() -> None:
    text = "a: &one [1, {b: 2}]   # a comment\nc: *one\nd:\n  - |\n    x\n    y\n"
    assert read_text(text) == {"a": [1, {"b": 2}], "c": [1, {"b": 2}], "d": ["x\ny\n"]}


def test_keys_are_text() -> None:
    assert read_text("{1: a, true: b, NO: c}") == {"1": "a", "true": "b", "NO": "c"}


UNREADABLE = [
    ("a: 1\nb: 2\na: 3\n", 'line 3, column 1: the key "a" stands twice in one mapping.'),
    ("a:\n  - {x: 1, x: 1}\n", 'line 2, column 12: the key "x" stands twice in one mapping.'),
    ("a: b: c", "line 1, column 5: this is not YAML: mapping values are not allowed here."),
    ("a: *b", "line 1, column 4: *b names nothing that stands before it."),
    ("a: &a [*a]", "line 1, column 8: *a names nothing that stands before it."),
    ("a: !car x", "line 1, column 4: the tag !car does not fit here; leave it out."),
    ("a: !!int x", "line 1, column 4: the tag tag:yaml.org,2002:int does not fit here; leave it out."),
    ("[1, 2]: x", "line 1, column 1: a key must be a plain word."),
    ("--- a\n--- b", "line 2, column 1: a second document begins here; a file holds one."),
    ('a: "\\0"', "line 1, column 4: a character that cannot be stored."),
    ('a: "\\ud800"', "line 1, column 4: a character that cannot be stored."),
    ("a:\n  b: \x01", "line 2, column 6: a character that YAML does not allow."),
    ("[" * 1000, "line 1, column 151: the file is too large or nested too deeply."),
    ("a: " + "9" * 101, "line 1, column 4: a number has at most 100 digits; put text in quotes."),
]


@pytest.mark.parametrize(("text", "sentence"), UNREADABLE)
def test_what_cannot_be_read_is_told_with_line_and_column(text: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_text(text)
    assert str(caught.value) == sentence


def test_aliases_of_aliases_do_not_fill_the_memory() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, 9):
        bomb += f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n"
    with pytest.raises(Unreadable, match="too large"):
        read_text(bomb)


def test_files_that_are_no_text(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("name: Café".encode("latin-1"))
    for path, sentence in [
        (latin, f"{latin} is not UTF-8 text (byte 10); save it as UTF-8."),
        (tmp_path, f"{tmp_path} cannot be opened: Is a directory."),
        (tmp_path / "none.yaml", f"{tmp_path / 'none.yaml'} cannot be opened: No such file or directory."),
    ]:
        with pytest.raises(Unreadable) as caught:
            read_file(str(path))
        assert str(caught.value) == sentence


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "bom.yaml"
    file.write_bytes("version: 1".encode("utf-8-sig"))
    assert read_file(str(file)) == {"version": 1}


@given(st.text() | st.text("ab:-[]{},&*!|>'\"%@`# \n\t\\xuU0?"))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        read_text(text)
    except Unreadable as refusal:
        assert str(refusal).endswith(".")
