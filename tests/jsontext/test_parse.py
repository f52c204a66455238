"""Parsing: valid documents without problems, all others with theirs, with jiter and without it."""

import json
import math
import random
import sys
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from typing import Any

import pytest

from tests.support.json_texts import damaged, random_text
from validator import validate
from validator.core.phrases import format_message
from validator.core.problem import Problem, Span
from validator.jsontext import parse as parsing
from validator.jsontext.columns import Lines, format_offsets
from validator.jsontext.parse import Parsed, decode_text, has_wide_encoding, parse
from validator.jsontext.strict import parse_explained
from validator.jsontext.tokenizer import tokenize

VALID_PAGE = Path(__file__).parents[2] / "samples" / "valid" / "page.json"


needs_jiter = pytest.mark.skipif(util.find_spec("jiter") is None, reason="jiter is not installed")


@pytest.fixture(params=[pytest.param("parse_with_jiter", marks=needs_jiter), "parse_with_json"], autouse=True)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Everything here holds with both engines."""
    monkeypatch.setattr(parsing, "parse_fast", getattr(parsing, request.param))
    return str(request.param)


def messages(parsed: Parsed) -> list[str]:
    """The problems as a user reads them: line:column-line:column, rule, pointer, message."""
    lines = Lines(parsed.text or "")
    return [
        f"{_range(lines, problem)} {problem.rule} /{problem.pointer} {_words(lines, problem)}"
        for problem in parsed.problems
    ]


def _range(lines: Lines, problem: Problem) -> str:
    span = problem.span or Span(0, 0)
    return "-".join("{}:{}".format(*lines.line_and_column(offset)) for offset in (span.start, span.end))


def _words(lines: Lines, problem: Problem) -> str:
    place = lines.line_and_column
    here = place(problem.span.start if problem.span else 0)[0]
    return format_message(problem.message, format_offsets(problem.values, place, here))


def unreadable(data: bytes | str) -> str:
    """The one problem of a document that cannot be read."""
    parsed = parse(data)
    assert (parsed.value, parsed.readable, len(parsed.problems), parsed.text) == (None, False, 1, decode_text(data))
    assert parsed.problems[0].pointer == ""
    return messages(parsed)[0].replace(" / ", " ")


def test_valid_page() -> None:
    data = VALID_PAGE.read_bytes()
    assert parse(data) == Parsed(json.loads(data), (), True, None)
    assert parse(data.decode()) == Parsed(json.loads(data), (), True, None)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b" [1, 2.5, -0, 17e8, 1e-400] \r\n", [1, 2.5, 0, 17e8, 0.0]),
        (b'{"": {"a/b": [{}, [], "\\u0000\\/\\b\\f\\n\\r\\t\\"\\\\"]}}', {"": {"a/b": [{}, [], '\0/\b\f\n\r\t"\\']}}),
        (b'"\x7f\xc2\x85\xe2\x80\xa8\xef\xbf\xbf"', "\x7f\u0085\u2028\uffff"),
        (b'"\\ud83d\\ude42 \xf0\x9f\x99\x82"', "\U0001f642 \U0001f642"),
        (b'"\xef\xbb\xbf"', "\ufeff"),
        (b"null", None),
        (b"1.7976931348623157e308", sys.float_info.max),
        (b'{"a0e123": "1e400", "b": "' + b"0" * 300 + b'"}', {"a0e123": "1e400", "b": "0" * 300}),
        (b"9" * 4300, 10**4300 - 1),
        (b"-" + b"9" * 400, 1 - 10**400),
        (b'["[[[[", "' + b"[" * 300 + b'"]', ["[[[[", "[" * 300]),
        ("\ufeff[]", []),
    ],
)
def test_almost_invalid_documents(data: bytes | str, value: Any) -> None:
    assert repr(parse(data)) == repr(Parsed(value, (), True, None))


def test_one_byte_order_mark_is_ignored() -> None:
    assert parse(b"\xef\xbb\xbf[1]") == Parsed([1], (), True, None)
    assert decode_text(b"\xef\xbb\xbf[1]") == decode_text("\ufeff[1]") == "[1]"
    assert (
        unreadable(b"\xef\xbb\xbf\xef\xbb\xbf[1]")
        == "1:1-1:2 not-json is a byte order mark (U+FEFF), but a value was expected"
    )


def test_depth_limit() -> None:
    deepest = b'{"a":[' * 128 + b"]}" * 128
    parsed = parse(deepest)
    assert (parsed.problems, parsed.readable) == ((), True)
    assert json.dumps(parsed.value, separators=(",", ":")).encode() == deepest
    message = "too-deep is nested more than 256 levels deep"
    assert unreadable(b"[" * 257 + b"]" * 257) == f"1:257-1:258 {message}"
    assert unreadable(b'{"a":\n[' * 128 + b"{}" + b"]}" * 128) == f"129:2-129:3 {message}"
    assert unreadable(b"[" * 5_000_000) == f"1:257-1:258 {message}"
    assert unreadable(b"[" * 300 + b"1" + b"]" * 300) == f"1:257-1:258 {message}"


def test_duplicate_keys() -> None:
    parsed = parse('{"a": 1,\n "b": {"c": 2, "\\u0063": 3}, "a": 4, "a": 5}')
    assert (parsed.value, parsed.readable) == ({"a": 5, "b": {"c": 3}}, True)
    assert all(problem.on_key for problem in parsed.problems)
    rest = "already; only the last value is checked"
    assert messages(parsed) == [
        f"2:16-2:24 duplicate-key /b/c repeats a key that stands at column 8 {rest}",
        f"2:30-2:33 duplicate-key /a repeats a key that stands at line 1, column 2 {rest}",
        f"2:38-2:41 duplicate-key /a repeats a key that stands at line 1, column 2 {rest}",
    ]


def test_duplicate_keys_beyond_five_are_counted() -> None:
    parsed = parse("[{" + ",".join('"a/b": 1' for _ in range(9)) + "}, NaN]")
    assert [problem.rule for problem in parsed.problems] == ["duplicate-key"] * 5 + ["non-finite-number"]
    message = "duplicate-key /0/a~1b repeats a key that stands at column 3 already; only the last value is checked"
    assert messages(parsed)[3:5] == [
        f"1:39-1:44 {message}",
        f"1:48-1:53 {message}; 3 more repetitions in this document are not listed",
    ]
    assert messages(parse("[{" + ",".join('"a/b": 1' for _ in range(7)) + "}]"))[4:] == [
        f"1:48-1:53 {message}; 1 more repetition in this document is not listed"
    ]
    assert messages(parse("[{" + ",".join('"a/b": 1' for _ in range(6)) + "}]"))[4:] == [f"1:48-1:53 {message}"]


def test_problems_with_long_pointers_are_counted() -> None:
    key = "k" * 1_000_000
    parsed = parse(f'{{"{key}": [{",".join(["NaN"] * 7 + [json.dumps(chr(0xD800))] * 3)}]}}')
    number = "is NaN, which JSON does not have; no number is written null"
    half = "has half of a surrogate pair, U+D800, without the other half"
    assert [(problem.pointer, problem.message, problem.values) for problem in parsed.problems] == [
        (f"{key}/0", number, ()),
        (f"{key}/1", number, ()),
        (f"{key}/2", number, ()),
        (f"{key}/3", f"{number}; {{}} more numbers like this in this document are not listed", (3,)),
        (f"{key}/7", f"{half}; {{}} more halves like this in this document are not listed", (2,)),
    ]


def test_numbers_beyond_a_double() -> None:
    data = f'{{"a": [NaN, Infinity, -Infinity], "b": 1e400, "c": -1E+999, "d": {"9" * 250}e99, "e": {"7" * 310}.5}}'
    parsed = parse(data)
    assert parsed.readable
    assert math.isnan(parsed.value["a"][0])
    assert parsed.value["a"][1:] == [math.inf, -math.inf]
    assert [parsed.value[key] for key in "bcde"] == [math.inf, -math.inf, math.inf, math.inf]
    assert messages(parsed) == [
        "1:8-1:11 non-finite-number /a/0 is NaN, which JSON does not have; no number is written null",
        "1:13-1:21 non-finite-number /a/1 is Infinity, which JSON does not have; no number is written null",
        "1:23-1:32 non-finite-number /a/2 is -Infinity, which JSON does not have; no number is written null",
        "1:40-1:45 non-finite-number /b is beyond the range of a double, which ends at about 1.8e308",
        "1:52-1:59 non-finite-number /c is beyond the range of a double, which ends at about 1.8e308",
        "1:66-1:319 non-finite-number /d is beyond the range of a double, which ends at about 1.8e308",
        "1:326-1:638 non-finite-number /e is beyond the range of a double, which ends at about 1.8e308",
    ]


@pytest.mark.parametrize(("sign", "value"), [("", math.inf), ("-", -math.inf)])
def test_integer_of_more_than_4300_digits(sign: str, value: float) -> None:
    parsed = parse(f"[{sign}{'9' * 4301}]")
    assert (parsed.value, parsed.readable) == ([value], True)
    end = 4303 + len(sign)
    assert messages(parsed) == [f"1:2-1:{end} non-finite-number /0 has 4301 digits, but 4300 are the most"]
    longest = int(f"{sign}{'9' * 4300}")
    assert parse(f'{{"a": [], "a": {longest}}}').value == {"a": longest}


@pytest.fixture
def unlimited_digits() -> Iterator[None]:
    """Python as some programs set it up: reading integers of any length."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    yield
    sys.set_int_max_str_digits(limit)


@pytest.mark.usefixtures("unlimited_digits")
def test_limit_of_digits_is_independent_of_python() -> None:
    assert parse(b"9" * 4300) == Parsed(10**4300 - 1, (), True, None)
    assert messages(parse(b"9" * 4301)) == ["1:1-1:4302 non-finite-number / has 4301 digits, but 4300 are the most"]


@pytest.mark.parametrize("text", [r'{"a\udc00": ["x\ud83dy", "\ud83d\ude42", "\ude42\ud83d"]}'])
def test_lone_surrogates_in_values_and_keys(text: str) -> None:
    parsed = parse(text)
    assert (parsed.value, parsed.readable) == ({"a\udc00": ["x\ud83dy", "\U0001f642", "\ude42\ud83d"]}, True)
    assert [problem.on_key for problem in parsed.problems] == [True, False, False]
    assert messages(parsed) == [
        "1:2-1:11 lone-surrogate /a\udc00 has half of a surrogate pair, U+DC00, without the other half",
        "1:14-1:24 lone-surrogate /a\udc00/0 has half of a surrogate pair, U+D83D, without the other half",
        "1:42-1:56 lone-surrogate /a\udc00/2 has half of a surrogate pair, U+DE42, without the other half",
    ]


def test_lone_surrogate_in_str() -> None:
    parsed = parse('["\ud800"]')
    assert (parsed.value, parsed.readable) == (["\ud800"], True)
    assert messages(parsed) == [
        "1:2-1:5 lone-surrogate /0 has half of a surrogate pair, U+D800, without the other half"
    ]


ENDS = "not-json ends"
IN_OBJECT = "in the object that began at column 1"
IN_STRING = "inside the string that began at column 2; JSON writes it as"
SYNTAX_ERRORS = {
    "": "1:1-1:1 not-json is empty, but a JSON document was expected",
    " \n\t": "1:1-1:1 not-json holds nothing but white space, but a JSON document was expected",
    "[": f"1:2-1:2 {ENDS} where a value was expected, in the array that began at column 1",
    "[1,\n": f"1:4-1:4 {ENDS} where a value was expected, in the array that began at column 1",
    "[1\n": f'1:3-1:3 {ENDS} where "," or "]" was expected, in the array that began at column 1',
    '[\n {"a"': f'2:6-2:6 {ENDS} where ":" was expected, in the object that began at column 2',
    '{"a":': f"1:6-1:6 {ENDS} where a value was expected, {IN_OBJECT}",
    "\xa0": "1:1-1:2 not-json is a no-break space (U+00A0), but a value was expected",
    '[{"a":': f"1:7-1:7 {ENDS} where a value was expected, in the object that began at column 2",
    "[[1": f'1:4-1:4 {ENDS} where "," or "]" was expected, in the array that began at column 2',
    "[{": f'1:3-1:3 {ENDS} where a key in double quotes or "}}" was expected, in the object that began at column 2',
    '{"a": [1,]}': '1:9-1:10 not-json is a comma after the last member, but "]" was expected',
    "{": f'1:2-1:2 {ENDS} where a key in double quotes or "}}" was expected, {IN_OBJECT}',
    '{"a": [],\n': f"1:10-1:10 {ENDS} where a key in double quotes was expected, {IN_OBJECT}",
    '{"a": {}\n\n': f'1:9-1:9 {ENDS} where "," or "}}" was expected, {IN_OBJECT}',
    '[\n  "ab': f"2:6-2:6 {ENDS} inside the string that began at column 3",
    '["a\\': f"1:5-1:5 {ENDS} inside the string that began at column 2",
    '["a\\u00': f"1:8-1:8 {ENDS} inside the string that began at column 2",
    '{"a': f"1:4-1:4 {ENDS} inside the string that began at column 2",
    '{"a":}': '1:6-1:7 not-json is "}", but a value was expected',
    "[1}": '1:3-1:4 not-json is "}", but "," or "]" was expected',
    '{"a": 1]': '1:8-1:9 not-json is "]", but "," or "}" was expected',
    '{"a" 1}': '1:6-1:7 not-json is "1", but ":" was expected',
    '{"a": 1 "b": 2}': '1:9-1:10 not-json is the start of a string, but "," or "}" was expected',
    "[1 {}]": '1:4-1:5 not-json is "{", but "," or "]" was expected',
    "{]": '1:2-1:3 not-json is "]", but a key in double quotes or "}" was expected',
    '{,"a": 1}': '1:2-1:3 not-json is ",", but a key in double quotes or "}" was expected',
    '{"a": 1,, "b": 2}': '1:9-1:10 not-json is ",", but a key in double quotes was expected',
    "[1,, 2]": '1:4-1:5 not-json is ",", but a value was expected',
    "{1: 2}": '1:2-1:3 not-json is "1", but a key in double quotes or "}" was expected',
    "[1, \n]": '1:3-1:4 not-json is a comma after the last member, but "]" was expected',
    '{"a": 1,}': '1:8-1:9 not-json is a comma after the last member, but "}" was expected',
    "[1,}": '1:4-1:5 not-json is "}", but a value was expected',
    "]": '1:1-1:2 not-json is "]", but a value was expected',
    "[1] x": '1:5-1:6 not-json is "x", but the end of the text was expected',
    "[1] X": '1:5-1:6 not-json is "X", but the end of the text was expected',
    "[~]": '1:2-1:3 not-json is "~", but a value was expected',
    "[\x7f]": "1:2-1:3 not-json is U+007F, but a value was expected",
    "[1]\0": "1:4-1:5 not-json is a NUL character (U+0000), but the end of the text was expected",
    "[\xa01]": "1:2-1:3 not-json is a no-break space (U+00A0), but a value was expected",
    "[\x0c1]": "1:2-1:3 not-json is U+000C, but a value was expected",
    "[\uff11]": "1:2-1:3 not-json is U+FF11, but a value was expected",
    "[\ufeff1]": "1:2-1:3 not-json is a byte order mark (U+FEFF), but a value was expected",
    '{"a": 1}\n{"a": 2}\n': "2:1-2:2 not-json is the start of a second document, but one was expected; "
    "several documents, each on a line of its own, are JSON Lines (.jsonl)",
    "[1][2]": "1:4-1:5 not-json is the start of a second document, but one was expected; "
    "several documents, each on a line of its own, are JSON Lines (.jsonl)",
    "// recorded\n[]": "1:1-1:2 not-json begins with a comment, which JSON does not have",
    "[1, # one\n 2]": "1:5-1:6 not-json is a comment, which JSON does not have",
    '{\n<<<<<<< HEAD\n"a": 1': "2:1-2:2 not-json is a conflict marker: the merge is not finished",
    '{"a": 1,\n=======\n"a": 2}': "2:1-2:2 not-json is a conflict marker: the merge is not finished",
    '{"a": 1 /* one */}': "1:9-1:10 not-json is a comment, which JSON does not have",
    "[ 'a']": "1:1-1:2 not-json looks like the printed form of a Python object (json.dumps writes JSON), "
    "but a JSON document was expected",
    "[1, 'a']": '1:5-1:6 not-json is "\'", but strings and keys stand in double quotes (U+0022)',
    "{\u201ca\u201d: 1}": "1:2-1:3 not-json is U+201C, but strings and keys stand in double quotes (U+0022)",
    "{a: 1}": '1:2-1:3 not-json is a word without double quotes, but a key in double quotes or "}" was expected',
    '{"a": 1, bcd: 2}': "1:10-1:13 not-json is a word without double quotes, but a key in double quotes was expected",
    '{"a": completed}': "1:7-1:16 not-json is a word without double quotes, but a value was expected",
    "[truely]": "1:2-1:8 not-json is a word without double quotes, but a value was expected",
    '{"a": None}': "1:7-1:11 not-json is None, but JSON writes null",
    "[True]": "1:2-1:6 not-json is True, but JSON writes true",
    "[False]": "1:2-1:7 not-json is False, but JSON writes false",
    "[undefined]": "1:2-1:11 not-json is undefined, but JSON writes null",
    '["a\nb"]': f"1:4-2:1 not-json is a line break (U+000A) {IN_STRING} \\n",
    '["\t"]': f"1:3-1:4 not-json is a tab (U+0009) {IN_STRING} \\t",
    '{"\x1f": 1}': f"1:3-1:4 not-json is U+001F {IN_STRING} \\u001f",
    '["\\x"]': "1:3-1:5 not-json begins no escape that JSON has; a backslash itself is written \\\\",
    '["\\u00g0"]': "1:3-1:5 not-json is \\u without four hexadecimal digits after it",
    '["\\u+123"]': "1:3-1:5 not-json is \\u without four hexadecimal digits after it",
    "[0x1F]": "1:2-1:6 not-json is a number in another base than ten, which JSON does not have",
    "[+1]": "1:2-1:4 not-json is a number with a plus sign in front, which JSON does not have",
    "[.5]": "1:2-1:4 not-json is a number that begins with its point, but a digit was expected before it",
    "[-.5]": "1:2-1:5 not-json is a number that begins with its point, but a digit was expected before it",
    "[007]": "1:2-1:5 not-json is a number with a leading zero, which JSON does not have",
    "[1_000]": "1:2-1:7 not-json is a number with an underscore, which JSON does not have",
    "[1.]": "1:2-1:4 not-json is a number that lacks a digit after its point",
    "[1.e5]": "1:2-1:6 not-json is a number that lacks a digit after its point",
    "[1.5e+]": "1:2-1:7 not-json is a number that lacks a digit in its exponent",
    "[-]": "1:2-1:3 not-json is a minus sign that lacks a digit after it",
    "2026-11-22": "1:1-1:11 not-json is not a number as JSON writes them",
    "[1.2.3]": "1:2-1:7 not-json is not a number as JSON writes them",
}


@pytest.mark.parametrize("text", SYNTAX_ERRORS)
def test_syntax_errors(text: str) -> None:
    assert unreadable(text) == unreadable(text.encode()) == SYNTAX_ERRORS[text]


OTHER_CONTENT = {
    "\x1e[1]\n\x1e[2]\n": "a JSON text sequence (RFC 7464)",
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{}": "an HTTP response with its headers (curl -i)",
    "HTTP/2 404 \r\n\r\n{}": "an HTTP response with its headers (curl -i)",
    "<!DOCTYPE html>\n<html></html>": "an HTML page",
    "<html><head></head></html>": "an HTML page",
    '<?xml version="1.0"?><Error/>': "XML or HTML",
    "event: thread.run.created\ndata: {}\n\n": "an event stream (.sse)",
    ": ping\nid: 7\ndata: [DONE]\n\n": "an event stream (.sse)",
    "```json\n[]\n```": "Markdown around a document",
    "{'object': 'list'}": "the printed form of a Python object (json.dumps writes JSON)",
    'b\'{"object": "list"}\'': "the printed form of a Python object (json.dumps writes JSON)",
    "SyncCursorPage[Run](data=[Run(id='run_1')])": "the printed form of a Python object (json.dumps writes JSON)",
    "callback({});": "a JavaScript call (JSONP)",
    "const page = {};": "JavaScript",
    "object: list\ndata: []\n": "YAML",
    "---\nobject: list\n": "YAML",
    "- id: run_1\n": "YAML",
}


@pytest.mark.parametrize("text", OTHER_CONTENT)
def test_other_content(text: str) -> None:
    message = f"not-json looks like {OTHER_CONTENT[text]}, but a JSON document was expected"
    assert unreadable(text) == f"1:1-1:2 {message}"
    assert unreadable("\n " + text) == f"2:2-2:3 {message}"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x1f\x8b\x08\0", "gzip data"),
        (b"\x28\xb5\x2f\xfd\0", "zstd data"),
        (b"PK\x03\x04\0", "a zip archive"),
        (b"BZh91AY", "bzip2 data"),
        (b"\xfd7zXZ\0\0", "xz data"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"page.json".ljust(257, b"\0") + b"ustar", "a tar archive"),
        (b"\x7fELF\2\1", "a program (ELF)"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (b"GIF89a", "a GIF image"),
        (b"%PDF-1.7", "a PDF document"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer (git lfs pull fetches the file)"),
    ],
)
def test_binary_content(data: bytes, kind: str) -> None:
    assert unreadable(data) == f"1:1-1:1 not-json is {kind}, but a JSON document was expected"


def test_binary_content_has_no_excerpt() -> None:
    (finding,) = validate(b"\x7fELF\2\1 {}").findings
    assert finding.excerpt is not None
    assert finding.excerpt.text == ""


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-16-le", "UTF-16 (little endian)"),
        ("utf-16-be", "UTF-16 (big endian)"),
        ("utf-32-le", "UTF-32 (little endian)"),
        ("utf-32-be", "UTF-32 (big endian)"),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_wide_encodings(codec: str, name: str, mark: str) -> None:
    data = (mark + '{"a": "\u00e9"}').encode(codec)
    encoding = codec[:6] if mark else codec[:6] + codec[7:]
    convert = f"iconv -f {encoding} -t utf-8 converts it"
    assert unreadable(data) == f"1:1-1:2 not-utf8 is {name}, but UTF-8 was expected; {convert}"
    assert decode_text(data) == '{"a": "\u00e9"}'
    assert has_wide_encoding(data)


def test_utf8_is_not_a_wide_encoding() -> None:
    assert [data for data in (b"", b"[1]", b"\0", b"\xef\xbb\xbf[1]", b"\xe9") if has_wide_encoding(data)] == []


def test_tokens() -> None:
    in_a = None, "a"
    assert list(tokenize(' {"a" : [ 1, {}] }')) == [
        ("open", 1, 2, None),
        ("key", 2, 5, in_a),
        ("open", 8, 9, in_a),
        ("number", 10, 11, (in_a, 0)),
        ("open", 13, 14, (in_a, 1)),
        ("close", 14, 15, (in_a, 1)),
        ("close", 15, 16, in_a),
        ("close", 17, 18, None),
    ]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'{"a": "caf\xe9"}', "1:11-1:12 not-utf8 is the byte 0xE9"),
        (b'\xef\xbb\xbf{"a":\n "\xf0\x9f\x99\x82\x93"}', "2:4-2:5 not-utf8 is the byte 0x93"),
        (b'["\xc0\xaf"]', "1:3-1:4 not-utf8 is the byte 0xC0"),
        (b'["\xed\xa0\x80"]', "1:3-1:4 not-utf8 is the byte 0xED"),
        (b'["\xe2\x82', "1:3-1:4 not-utf8 is the byte 0xE2"),
        (b"\xef\xbb[]", "1:1-1:2 not-utf8 is the byte 0xEF"),
    ],
)
def test_first_byte_that_is_not_utf8(data: bytes, place: str) -> None:
    assert unreadable(data) == f"{place}, which is not UTF-8 here"


def test_messages_do_not_repeat_content() -> None:
    secret = "sk-hunter2"
    for text in (
        f"{secret}",
        f'{{"a": {secret}',
        f'["{secret}\n"]',
        f"'{secret}'",
        f'{{"{secret}": 1, "{secret}": 2}}',
    ):
        parsed = parse(text)
        lines = Lines(parsed.text or "")
        assert secret not in "".join(_words(lines, problem) for problem in parsed.problems)


def test_random_documents_agree_with_json() -> None:
    chance = random.Random(8259)
    for _ in range(2000):
        text = random_text(chance)
        assert repr(parse(text.encode())) == repr(Parsed(json.loads(text), (), True, None))
        assert repr(parse_explained(text)) == repr((json.loads(text), (), True))


def test_damaged_documents_agree_with_json() -> None:
    chance = random.Random(1122)
    for _ in range(6000):
        text = random_text(chance, odd=True)
        text = damaged(chance, text) if chance.random() < 0.7 else text
        parsed = parse(text)
        assert (repr(parsed.value), {problem.rule for problem in parsed.problems}, parsed.readable) == strictly(text)


@needs_jiter
def test_parsers_agree_on_damaged_bytes(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    chance = random.Random(len(engine))
    for _ in range(2000):
        text = damaged(chance, random_text(chance, odd=True))
        data = bytearray(text.encode("utf-8", "surrogatepass"))
        at = chance.randrange(len(data) + 1)
        data[at : at + 1] = bytes([chance.randrange(256)])
        results = []
        for parser in (parsing.parse_with_jiter, parsing.parse_with_json):
            monkeypatch.setattr(parsing, "parse_fast", parser)
            results.append(repr(parse(bytes(data))))
        assert results[0] == results[1]


def strictly(text: str) -> tuple[str, set[str], bool]:
    """The value, the rules it breaks, and whether it can be read: by the standard library with every hook."""
    broken: set[str] = set()

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            broken.add("duplicate-key")
        whole([list(pair) for pair in pairs])
        return dict(pairs)

    def whole(value: Any) -> None:
        if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            broken.add("lone-surrogate")
        for element in value if isinstance(value, list) else ():
            whole(element)

    def finite(written: str) -> float:
        if not math.isfinite(float(written)):
            broken.add("non-finite-number")
        return float(written)

    try:
        value = json.loads(text, object_pairs_hook=unique, parse_constant=finite, parse_float=finite)
    except ValueError:
        return "None", {"not-json"}, False
    whole(value)
    return repr(value), broken, True


def test_parser_without_jiter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jiter", None)
    spec = util.find_spec("validator.jsontext.parse")
    assert spec is not None
    assert spec.loader is not None
    without = util.module_from_spec(spec)
    spec.loader.exec_module(without)
    assert without.parse_fast is without.parse_with_json
    assert without.parse(b"[1]").value == [1]
