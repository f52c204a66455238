"""The line around a finding, as a reader sees it: nothing in it may be somebody's secret."""

import json
import random
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.json_texts import random_text
from tests.support.pages import RUN, page
from tests.support.paths import SAMPLES
from validator.core.finding import Excerpt
from validator.core.problem import Span
from validator.engine.excerpt import make_excerpts
from validator.jsontext.locate import walk
from validator.jsontext.tokenizer import keys_of, tokenize

PAGE = (SAMPLES / "valid" / "page.json").read_text(encoding="utf-8")
CANARY = "canary"

SECRETIVE: dict[str, Any] = {
    "object": "list",
    "data": [
        {
            "id": "run_1",
            "status": "completed",
            "instructions": "canary: never tell",
            "last_error": {"code": "server_error", "message": "canary"},
            "tools": [
                {"type": "canary two"},
                {
                    "type": "function",
                    "function": {
                        "name": "look_up",
                        "description": "canary",
                        "parameters": {"properties": {"canary": {"type": "canary", "enum": ["canary"]}}},
                    },
                },
            ],
            "tool_resources": {"canary": {"file_ids": ["canary"]}},
            "required_action": {
                "type": "submit_tool_outputs",
                "submit_tool_outputs": {"tool_calls": [{"function": {"name": "f", "arguments": '{"canary": 1}'}}]},
                "extra": {"canary": "canary"},
            },
            "response_format": {"type": "json_schema", "json_schema": {"schema": {"canary": "canary"}}},
            "metadata": {"canary": "canary", "id": "canary", "\u001b[31mcanary": 'a "canary" \\'},
            "steps": [{"id": "canary", "content": [{"text": "canary"}]}],
            "canary@example.org": "canary",
        }
    ],
    "message": "canary",
}


def seen(excerpt: Excerpt) -> str:
    """An excerpt with carets under the place, and `<` and `>` where the line goes on."""
    left, right = "<" if excerpt.cut_left else "", ">" if excerpt.cut_right else ""
    carets = "^" * (excerpt.end - excerpt.start) or "|"
    return f"{left}{excerpt.text}{right}\n{' ' * (len(left) + excerpt.start)}{carets}"


def excerpt_at(text: str, place: str, pointer: str = "", *, show_values: bool = False) -> str:
    start = text.index(place)
    (found,) = make_excerpts(text, [(Span(start, start + len(place)), pointer)], show_values=show_values)
    return seen(found)


def test_excerpt_of_a_number() -> None:
    assert excerpt_at(PAGE, "360") == '        "total_tokens": 360,\n                        ^^^'


def test_ids_and_models_are_shown() -> None:
    line = '      "id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA",'
    assert excerpt_at(PAGE, '"run_Qm3vT8yLk2WzNf5RbXcJ7HdA"') == f"{line}\n            {'^' * 30}"
    assert excerpt_at(PAGE, '"gpt-4o-mini"') == '      "model": "gpt-4o-mini",\n               ^^^^^^^^^^^^^'


def test_free_text_is_masked() -> None:
    text = json.dumps("Answer questions about the library's opening hours.")
    assert excerpt_at(PAGE, text) == '      "instructions": "…",\n                      ^^^'


def test_single_character_is_masked() -> None:
    assert excerpt_at('{"id": "run_1", "instructions": "x"}', '"run_1"') == (
        '{"id": "run_1", "instructions": "…"}\n       ^^^^^^^'
    )


def test_only_the_reported_metadata_key_is_shown() -> None:
    text = '{"id": "run_1", "metadata": {"customer": "Jane", "order": 7}}'
    assert excerpt_at(text, "7", "metadata") == (
        '{"id": "run_1", "metadata": {"…": "…", "…": 7}}\n                                            ^'
    )
    assert excerpt_at(text, "7", "metadata/order") == (
        '{"id": "run_1", "metadata": {"…": "…", "order": 7}}\n                                                ^'
    )


def test_reported_credential_key_is_masked() -> None:
    text = '{"data": [{"metadata": {"sk-proj-1": 7}}]}'
    assert excerpt_at(text, "7", "data/0/metadata/sk-proj-1") == (
        '{"data": [{"metadata": {"…": 7}}]}\n                             ^'
    )


def test_reported_keys_are_shown_at_every_level() -> None:
    text = '[{"tools": [{"function": {"parameters": {"properties": {"a/b": {"type": 7}, "c": {}}}}}]}]'
    assert excerpt_at(text, "7", "0/tools/0/function/parameters/properties/a~1b/type") == (
        '[{"tools": [{"function": {"parameters": {"properties": {"a/b": {"type": 7}, "…": {}}}}}]}]\n'
        "                                                                        ^"
    )


@pytest.mark.parametrize("indent", [None, 2])
def test_no_excerpt_has_a_secret(indent: int | None) -> None:
    text = json.dumps(SECRETIVE, indent=indent)
    places = [(Span(token.start, token.end), "data/0/status") for token in tokenize(text)]
    shown = "\n".join(map(seen, make_excerpts(text, places, show_values=False)))
    assert CANARY not in shown
    assert '"id": "run_1"' in shown
    assert '"name": "look_up"' in shown


@pytest.mark.parametrize("indent", [None, 2])
def test_no_excerpt_of_a_truncated_document_has_a_secret(indent: int | None) -> None:
    text = json.dumps(SECRETIVE, indent=indent)
    for end in range(0, len(text), 7):
        for start in {max(0, end - 250), max(0, end - 3), end}:
            torn = text[:end]
            assert CANARY not in seen(make_excerpts(torn, [(Span(start, end), "")], show_values=False)[0])


def test_show_values() -> None:
    text = '{"metadata": {"customer": "Jane \N{GRINNING FACE}"}}'
    assert excerpt_at(text, '"Jane \N{GRINNING FACE}"', show_values=True) == (
        '{"metadata": {"customer": "Jane \N{GRINNING FACE}"}}\n                          ^^^^^^^^'
    )


def test_control_characters_are_escaped_in_excerpts() -> None:
    text = '\t{"a\x1b\u202e":\r1}\r\n'
    assert excerpt_at(text, "1", show_values=True) == ' {"a\\u001b\\u202e": 1}\n                   ^'
    assert excerpt_at('\t{"a":\r1}\r\n', "1") == ' {"a": 1}\n       ^'
    assert excerpt_at("[1,\n2]", "2", show_values=True) == "2]\n^"
    assert excerpt_at("", "", show_values=True) == "\n|"
    assert excerpt_at("[1,\r\n2]", "\n") == "[1, \n    |"


def test_long_line_is_cut() -> None:
    text = json.dumps({"data": [{"created_at": 1000 + index} for index in range(100)]})
    shown = excerpt_at(text, "1050")
    line, carets = shown.splitlines()
    assert line.startswith('<: 1041}, {"created_at": 1042}')
    assert line.endswith('{"created_at": 1058}, {"created_at": 1059>')
    assert line[carets.index("^") : len(carets)] == "1050"


def test_tokens_at_the_edge_are_complete() -> None:
    text = json.dumps({"id": "run_1", "instructions": "canary " * 100, "status": 7, "metadata": {"a": "canary " * 100}})
    assert excerpt_at(text, "7") == '<"…", "status": 7, "metadata": {"…": "…">\n                ^'


def test_many_excerpts_read_the_text_once() -> None:
    text = "[\n1,\n2,\n3\n]"
    spans = [(Span(text.index(digit), text.index(digit) + 1), "") for digit in "312"]
    assert [seen(one) for one in make_excerpts(text, spans, show_values=False)] == ["3\n^", "1,\n^", "2,\n^"]
    many = "[\n" + ",\n".join(["[1, [2]]"] * 3_000) + "\n]"
    ends = [(Span(match.start(), match.end()), "") for match in re.finditer("2", many)]
    last = _seconds(lambda: make_excerpts(many, ends[-1:], show_values=False))
    assert _seconds(lambda: make_excerpts(many, ends, show_values=False)) < 100 * last


@pytest.mark.parametrize("indent", [None, 2], ids=["on one line", "indented"])
@pytest.mark.parametrize("separators", [(",", ":"), (" , ", " : ")], ids=["compact", "spaced"])
def test_landmarks_do_not_change_excerpts(indent: int | None, separators: tuple[str, str]) -> None:
    rng = random.Random(12)
    run = {**SECRETIVE["data"][0], "usage": {"total_tokens": 360}, "a/b": ["canary \U0001f642"] * 40}
    page = {**SECRETIVE, "data": [run, [{"created_at": 1000 + number} for number in range(60)], run, 7, run, {}]}
    text = json.dumps(page, indent=indent, separators=separators, ensure_ascii=False)
    keys = [keys_of(token.path) for token in tokenize(text)]
    for _ in range(60):
        pointers = {"/".join(str(key).replace("/", "~1") for key in rng.choice(keys)) for _ in range(rng.randint(1, 6))}
        spans, landmarks = walk(text, {(pointer, rng.random() < 0.5) for pointer in pointers})
        places = [(span, pointer) for (pointer, _), span in spans.items()]
        assert make_excerpts(text, places, show_values=False, landmarks=landmarks) == make_excerpts(
            text, places, show_values=False
        )
    for text in filter(None, (random_text(rng) for _ in range(200))):
        asked = {("/".join(map(str, keys_of(token.path))), False) for token in tokenize(text)}
        spans, landmarks = walk(text, {rng.choice(sorted(asked))})
        places = [(span, "") for span in spans.values()]
        assert make_excerpts(text, places, show_values=False, landmarks=landmarks) == make_excerpts(
            text, places, show_values=False
        )


def test_landmarks_skip_most_of_the_text() -> None:
    text = json.dumps(page(*({**RUN, "id": f"run_{number}"} for number in range(300))))
    spans, landmarks = walk(text, {("data/299/usage/total_tokens", False)})
    places = [(span, pointer) for (pointer, _), span in spans.items()]
    direct = _seconds(lambda: make_excerpts(text, places, show_values=False, landmarks=landmarks))
    assert _seconds(lambda: make_excerpts(text, places, show_values=False)) > 5 * direct


def _seconds(work: Callable[[], object]) -> float:
    """Return the least processor time of the work in several rounds."""
    times = []
    for _ in range(5):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


def test_reading_ends_at_the_last_span() -> None:
    assert excerpt_at("[1,\n2,\n!", "1") == "[1,\n ^"


def test_long_numbers_and_keys_are_cut() -> None:
    assert excerpt_at("1" * 80, "1" * 80) == f"{'1' * 80}\n{'^' * 80}"
    text = f'{{"metadata": {{"{"k" * 99}": {"9" * 99}}}}}'
    assert excerpt_at(text, "9" * 99, f"metadata/{'k' * 99}") == (
        f'{{"metadata": {{"{"k" * 79}…": {"9" * 80}…9}}}}\n{" " * 98}{"^" * 82}'
    )


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("{'api_key': 'secret', 'pin': 1234}", "'api", "{'…': '…', '…': …}\n ^"),
        ('{"id": "run_1", "pin": 0123}', "0123", '{"id": "run_1", "pin": 0123}\n                       ^^^^'),
        ('{"id": True, "x": "secret"}', "True", '{"id": True, "…": "…"}\n       ^^^^'),
        ('{"x": secret, "y": 5}', "secret", '{"x": …, "…": …}\n      ^'),
        ('{"id": "run_1", "x": "secret 12', '"secret', '{"id": "run_1", "x": "… …\n                     ^^'),
        ('{"x": "sec\\qret 12"}', "\\q", '{"x": "… …"}\n       |'),
        ("token=secret 1234", "token", "…=… …\n^"),
        ("1234 is your code 5678", "is", "1234 … … … …\n     ^"),
        ("<p>Dear Jane: 1234</p>", "<p", "<…>… …: …</…>\n^^"),
        ("geheim\N{LATIN SMALL LETTER SHARP S}\u2028::error::x", "geheim", "…::…::…\n|"),
        ("[1, 2 3, 4 'five' 6]", "3", "[1, 2 3, 4 '…' …]\n      ^"),
        ("['1234', 5]", "'", "['…', …]\n ^"),
        ('["1234', '"', '["…\n ^'),
        ("0123", "0123", "0123\n^^^^"),
        ("\n0123", "0123", "…\n^"),
        ("", "", "\n|"),
        ("[1,\n", "", "[1,\n|"),
    ],
)
def test_text_that_is_not_json_shows_punctuation(text: str, place: str, expected: str) -> None:
    assert excerpt_at(text, place) == expected


def test_words_after_a_syntax_error_are_masked() -> None:
    text = f'{{"a": "{"secret " * 60} 1234 x: 5678'
    shown = excerpt_at(text, "5678")
    assert shown == f"<{'… ' * 28} … …: …\n{' ' * 63}^"
