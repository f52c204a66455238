"""Locating pointers: in documents of every shape, where the tokens are."""

import random

import pytest

from tests.support.json_texts import random_text
from validator.core.pointer import join, split
from validator.core.problem import Span
from validator.jsontext.columns import ByteColumns, Lines
from validator.jsontext.locate import locate
from validator.jsontext.tokenizer import keys_of, tokenize

PAGE = """{
  "data": [
    {"id": "run_1", "usage": {"total_tokens": 7}, "tools": []},
    {"id": "run_2", "usage": null}
  ],
  "has_more" : false
}"""


def pieces(text: str, *places: tuple[str, bool]) -> dict[tuple[str, bool], str]:
    """What stands at each place."""
    return {place: text[span.start : span.end] for place, span in locate(text, places).items()}


def test_spans_of_scalars_and_containers() -> None:
    pointers = ("data/0/id", "data/0/usage/total_tokens", "data", "data/1", "has_more", "")
    assert pieces(PAGE, *((pointer, False) for pointer in pointers)) == {
        ("data/0/id", False): '"run_1"',
        ("data/0/usage/total_tokens", False): "7",
        ("data", False): "[",
        ("data/1", False): "{",
        ("has_more", False): "false",
        ("", False): "{",
    }


def test_offsets_count_code_points() -> None:
    assert locate(' ["\U0001f642", {"a": 22}]', [("1/a", False), ("1/a", True), ("0", False), ("", False)]) == {
        ("1/a", False): Span(13, 15),
        ("1/a", True): Span(8, 11),
        ("0", False): Span(2, 5),
        ("", False): Span(1, 2),
    }


def test_spans_of_keys() -> None:
    pointers = ("data/1/usage", "has_more", "data", "data/1", "")
    assert pieces(PAGE, *((pointer, True) for pointer in pointers)) == {
        ("data/1/usage", True): '"usage"',
        ("has_more", True): '"has_more"',
        ("data", True): '"data"',
        ("data/1", True): "{",
        ("", True): "{",
    }


@pytest.mark.parametrize(
    ("missing", "ancestor"),
    [
        ("data/1/model", "data/1"),
        ("data/7/id", "data"),
        ("data/first", "data"),
        ("data/1/usage/total_tokens", "data/1/usage"),
        ("data/0/id/0/x", "data/0/id"),
        ("data/0/tools/0", "data/0/tools"),
        ("nothing/at/all", ""),
    ],
)
@pytest.mark.parametrize("on_key", [False, True])
def test_missing_value_is_placed_at_its_ancestor(missing: str, ancestor: str, on_key: bool) -> None:
    found = locate(PAGE, [(missing, on_key), (ancestor, False)])
    assert found[missing, on_key] == found[ancestor, False]


def test_last_of_repeated_keys_counts() -> None:
    text = '{"a": {"b": 1, "c": 2}, "a": {"b": 3, "b": 4}, "d": 5}'
    assert pieces(text, ("a/b", False), ("d", False)) == {("a/b", False): "4", ("d", False): "5"}
    assert locate(text, [("a", True), ("a/c", False)]) == {("a", True): Span(24, 27), ("a/c", False): Span(29, 30)}


def test_keys_with_escapes() -> None:
    text = r'{"": 1, "a/b": 2, "m~n": 3, "caf\u00e9": 4, "\"": {"\ud83d\ude42": 5}, "0": 6}'
    pointers = ("", "a~1b", "m~0n", "caf\u00e9", '"/\U0001f642', "0")
    assert pieces(text, *((pointer, False) for pointer in pointers)) == {
        ("", False): "{",
        ("a~1b", False): "2",
        ("m~0n", False): "3",
        ("caf\u00e9", False): "4",
        ('"/\U0001f642', False): "5",
        ("0", False): "6",
    }
    assert pieces('{"a": {"": 1}}', ("a/", False)) == {("a/", False): "1"}


def test_locate_in_text_with_problems() -> None:
    text = '{"a": NaN, "b": ' + "9" * 5000 + r', "c": "\ud800", "d": 1e400, "e": -Infinity, "f": [0]}'
    assert pieces(text, ("f/0", False), ("e", False)) == {("f/0", False): "0", ("e", False): "-Infinity"}


@pytest.mark.parametrize("text", ["7", ' "seven" ', "null"])
def test_scalar_document(text: str) -> None:
    value = Span(text.index(text.strip()), text.index(text.strip()) + len(text.strip()))
    assert locate(text, [("", False), ("a/b", True)]) == {("", False): value, ("a/b", True): value}


def test_no_pointers() -> None:
    assert locate("<html>", []) == {}


def test_deep_and_long_documents() -> None:
    assert locate("[" * 256 + "]" * 256, [("/".join("0" * 255), False)]) == {
        ("/".join("0" * 255), False): Span(255, 256)
    }
    runs = "[" + ",".join('{"id":1}' for _ in range(100_000)) + "]"
    assert locate(runs, [("99999/id", False), ("3/id", True)]) == {
        ("99999/id", False): Span(len(runs) - 3, len(runs) - 2),
        ("3/id", True): Span(29, 33),
    }


def test_locate_agrees_with_tokens() -> None:
    chance = random.Random(20261122)
    for _ in range(1500):
        text = f"[{random_text(chance, odd=True)}]"
        seen = places(text)
        asked = chance.sample(sorted(seen), chance.randint(1, min(len(seen), 6)))
        assert locate(text, asked) == {place: seen[place] for place in asked}


def places(text: str) -> dict[tuple[str, bool], Span]:
    """The last place of every value and key, by the scanner's tokens."""
    found: dict[tuple[str, bool], Span] = {}
    for kind, start, end, path in tokenize(text):
        pointer = join(*keys_of(path))
        if kind == "key":
            gone = [place for place in found if place[0] == pointer or place[0].startswith(pointer + "/")]
            for place in gone:
                del found[place]
        if kind != "close":
            found[pointer, kind == "key"] = Span(start, end)
    return found


@pytest.mark.parametrize(
    ("offset", "place"),
    [(0, (1, 1)), (1, (1, 2)), (2, (1, 3)), (3, (2, 1)), (4, (3, 1)), (6, (3, 3)), (8, (3, 5)), (10, (4, 1))],
)
def test_line_and_column(offset: int, place: tuple[int, int]) -> None:
    lines = Lines("a\r\n\n\U0001f642\u2028\r\x85b\n")
    assert lines.line_and_column(offset) == place


def test_an_empty_text_has_one_line() -> None:
    assert Lines("").line_and_column(0) == (1, 1)


def test_byte_columns_in_any_order() -> None:
    text = "\u00e9\U0001f642b\u20ac\n\nascii\n\u20ac\ud800\u00e9x"
    lines, chance = Lines(text), random.Random(20261125)
    assert [lines.line(number) for number in range(1, 5)] == text.splitlines(keepends=True)
    for _ in range(20):
        at = ByteColumns(lines.line).at
        for line, column in [lines.line_and_column(chance.randrange(len(text) + 1)) for _ in range(30)]:
            before = lines.line(line)[: column - 1]
            assert at((line, column)) == len(before.encode("utf-8", "surrogatepass")) + 1


def test_pointer_escapes() -> None:
    assert join("metadata", "a/b", "~1", 0, "") == "metadata/a~1b/~01/0/"
    assert split("metadata/a~1b/~01/0/") == ("metadata", "a/b", "~1", "0", "")
