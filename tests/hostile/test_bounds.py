"""What is built of a document is bounded, whatever a few bytes unpack to, and what many calls share costs once."""

import base64
import json
import random
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run
from tests.support.paths import SAMPLES
from validator import validate
from validator.contract import errors as schema_explain
from validator.core.problem import Problem
from validator.engine import checker
from validator.jsontext.tokenizer import TokenKind, Unreadable, keys_of, tokenize

PAGE = (SAMPLES / "valid" / "page.json").read_text()
RUN = json.loads(PAGE)["data"][0]
URL = f"https://api.example.com/v1/threads/{RUN['thread_id']}/runs"
REASON = "the most that are read of {} (--max-bytes raises the limit)"
TOO_MANY_VALUES = f"has more than 1000 values, {REASON.format('one document')}"
SPACIOUS = f"{{status_code: 200, content: '[1{' ' * 500_000}'}}"
LEAST = "12000"
"""The bytes of a document that may have 1,000 values."""


def found(*arguments: str | Path) -> list[tuple[int | None, str, str, str]]:
    """Record, rule, pointer and message of each finding."""
    report = json.loads(run("-f", "json", "--max-findings", "0", "--show-values", *arguments).out)
    return [(one["record"], one["rule"], one["pointer"], one["message"]) for one in report["findings"]]


def ones(number: int) -> str:
    """An array with which a document has so many values."""
    return f"[{','.join('1' * (number - 1))}]"


def recorded(body: str, **content: str) -> dict[str, Any]:
    """An entry of a HAR."""
    return {"request": {"method": "GET", "url": URL}, "response": {"status": 200, "content": {"text": body, **content}}}


def har(*entries: Any) -> str:
    return json.dumps({"log": {"entries": entries}})


def cassette(anchors: str, call: str, number: int) -> str:
    """A cassette of calls that all share what is anchored; at the end is one with a page."""
    request = f"{{method: GET, uri: '{URL}'}}"
    page = f"- {{request: {request}, response: {{status_code: 200, content: {json.dumps(PAGE)}}}}}\n"
    return f"shared:\n{anchors}interactions:\n{f'- {call}{chr(10)}' * number}{page}"


def seconds(*arguments: str | Path) -> float:
    begin = time.process_time()
    run(*arguments)
    return time.process_time() - begin


@pytest.mark.parametrize(
    ("name", "wrapped", "record"),
    [
        ("a.json", str, None),
        ("a.jsonl", str, 1),
        ("a.sse", lambda text: f"event: thread.run.created\ndata: {text}\n\n", 1),
        ("a.har", lambda text: har(recorded(text)), 1),
        ("a.har", lambda text: har(recorded(base64.b64encode(text.encode()).decode(), encoding="base64")), 1),
        ("b.json", lambda text: json.dumps({"interactions": [], "others": json.loads(text)[2:]}), None),
    ],
)
def test_document_of_too_many_values(
    tmp_path: Path, name: str, wrapped: Callable[[str], str], record: int | None
) -> None:
    (tmp_path / "page.json").write_text(PAGE)
    (tmp_path / name).write_text(wrapped(ones(1001)))
    report = run("-f", "json", "--max-bytes", LEAST, tmp_path)
    assert [(one["record"], one["rule"], one["message"]) for one in json.loads(report.out)["findings"]] == [
        (record, "too-large", TOO_MANY_VALUES)
    ]
    assert json.loads(report.out)["summary"]["documents"] == 2  # the other is still checked
    (tmp_path / name).write_text(wrapped(ones(1000)))
    assert "too-large" not in {rule for _, rule, *_ in found("--max-bytes", LEAST, tmp_path)}


def test_long_text_of_few_values(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(["long" * 2000]))
    assert [rule for _, rule, *_ in found("--max-bytes", LEAST, tmp_path / "a.json")] == ["not-a-run-list"]


def test_limit_of_values_grows_with_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(ones(1001))
    assert [rule for _, rule, *_ in found("--max-bytes", "12012", tmp_path / "a.json")] == ["not-a-run-list"]


@pytest.mark.parametrize(
    "values",
    [
        ['",[{'] * 999,
        [[]] * 999,
        [{}, "é", [], None] * 249,
        [[[1]]] * 333,
        [{"a": 1, ",": "["}] * 333,
        ["long" * 2000] + [0] * 989,
    ],
    ids=["strings", "empty", "mixed", "nested", "keys", "few"],
)
def test_only_values_are_counted(tmp_path: Path, values: list[object]) -> None:
    (tmp_path / "a.json").write_text(json.dumps(values, indent=1))
    assert [rule for _, rule, *_ in found("--max-bytes", LEAST, tmp_path / "a.json")] == ["not-a-run-list"]
    more = [*values, *[0] * 10]
    (tmp_path / "a.json").write_text(json.dumps(more, indent=1))
    assert [rule for _, rule, *_ in found("--max-bytes", LEAST, tmp_path / "a.json")] == ["too-large"]


def test_values_of_invalid_json_are_counted_once(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[" + "1," * 2000 + '"' + '\\"' * 500_000)
    assert seconds(tmp_path / "a.json", "--max-bytes", "2000000") < 5


def test_calls_of_a_recording_are_limited(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_text(har(recorded(PAGE), *[0] * 1000))
    last = (1001, "too-large", "", f"has more than 1000 calls, {REASON.format('one recording')}")
    *others, final = found("--max-bytes", "50000", tmp_path)
    assert final == last
    assert [(record, rule) for record, rule, *_ in others] == [(n, "broken-recording") for n in range(2, 1001)]
    (tmp_path / "a.har").write_text(har(recorded(PAGE), *[0] * 999))
    assert found("--max-bytes", "50000", tmp_path) == others


def test_cassette_of_too_many_nodes(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"interactions:\n- [{', '.join(['&a a'] + ['*a'] * 994)}]\n")  # 1,000 nodes
    assert [rule for _, rule, *_ in found("--max-bytes", LEAST, tmp_path)] == ["broken-recording"]
    (tmp_path / "a.yaml").write_text(f"interactions:\n- [{', '.join(['&a a'] + ['*a'] * 996)}]\n")
    message = f"has more than 1000 nodes, {REASON.format('one YAML file')}"
    assert found("--max-bytes", LEAST, tmp_path) == [(None, "too-large", "", message)]


def test_event_of_too_many_lines(tmp_path: Path) -> None:
    good = f"event: thread.run.created\ndata: {json.dumps({**RUN, 'status': 'queued'})}\n\n"
    (tmp_path / "a.sse").write_text(
        f"event: thread.run.created\n{'data:' + chr(10):s}" + "data:\n" * 1000 + "\n" + good
    )
    first, *_ = found("--max-bytes", "100000", tmp_path)
    assert first == (1, "too-large", "", f"has more than 1000 lines, {REASON.format('one event')}")


def test_number_of_problems_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (checker, schema_explain):
        monkeypatch.setattr(module, "MAX_PROBLEMS", 4)
    (tmp_path / "a.json").write_text(json.dumps([{**RUN, "tools": [1] * n} for n in (2, 3, 9, 1)]))
    message = "has more than 4 problems, the limit for one document: the rest was not checked"
    assert [(rule, pointer) for _, rule, pointer, _ in found(tmp_path)] == [
        ("too-large", ""),
        *(("schema:type", f"/0/tools/{n}") for n in range(2)),
        *(("schema:type", f"/1/tools/{n}") for n in range(3)),
    ]
    assert found(tmp_path)[0][3] == message
    pages = [{**json.loads(PAGE), "data": [{**RUN, "tools": [1] * n}]} for n in (9, 1)]
    (tmp_path / "a.json").write_text(json.dumps(pages))
    assert {pointer[:2] for _, _, pointer, _ in found(tmp_path)} == {"", "/0"}


@pytest.mark.parametrize(
    ("anchors", "call"),
    [
        (
            f"- &r {{method: GET, uri: '{URL}?{'a=1&' * 100_000}'}}\n",
            "{request: *r, response: {status_code: 200}}",
        ),
        (
            f"- &r {{method: GET, uri: '{URL}'}}\n- &h {{? {'x' * 2_000_000}\n  : [y]}}\n",
            "{request: *r, response: {status_code: 204, headers: *h}}",
        ),
        (
            f"- &r {{method: GET, uri: '{URL}'}}\n- &b {'QUFB' * 500_000}\n",
            "{request: *r, response: {status_code: 200, body: {base64_string: *b}}}",
        ),
        (
            f"- &r {{method: GET, uri: '{URL}'}}\n- &b \"\\uFEFF{'QUFB' * 500_000}\"\n",
            "{request: *r, response: {status_code: 200, content: *b}}",
        ),
    ],
    ids=["query", "header", "base64", "mark"],
)
def test_shared_yaml_aliases_cost_once(tmp_path: Path, anchors: str, call: str) -> None:
    (tmp_path / "a.yaml").write_text(cassette(anchors, call, 1000))
    assert seconds(tmp_path / "a.yaml", "--max-bytes", "2300000") < 4


def test_overlong_url_is_not_parsed(tmp_path: Path) -> None:
    for length, expected in ((16_000, ["not-a-run-list"]), (17_000, [])):
        entry = recorded("[]")
        entry["request"]["url"] += f"?x={'y' * length}"
        (tmp_path / "a.har").write_text(har(entry))
        assert [rule for _, rule, *_ in found(tmp_path)] == expected


def test_syntax_error_in_long_text_is_found_quickly() -> None:
    for text in ("[" + '1, {"a": [[]]}, "b", ' * 100_000, '[{"a": 1' + ', "b": [1, {"c": 2}]' * 200_000):
        begin = time.process_time()
        (one,) = validate(text).findings
        assert time.process_time() - begin < 2.5
        assert (one.rule, one.line, one.column) == ("not-json", 1, len(text.rstrip()) + 1)


def test_cut_text_has_same_syntax_error() -> None:
    rng = random.Random(19)

    def value(depth: int) -> str:
        kind = rng.choice("saao" if depth else "s")
        members = [value(depth - 1) for _ in range(rng.randrange(5))] if kind != "s" else []
        if kind == "s":
            return rng.choice(
                ["1", '",]"', "true", "NaN", "-0.5e3 ", " 12", '"\\n"', "[ ]", "{}", "01", "x"][
                    : rng.choice([9, 9, 11])
                ]
            )
        if kind == "a":
            return f"[{','.join(members)}]"
        return "{" + ",".join(f'"k{rng.randrange(9)}" :{member}' for member in members) + "}"

    shorter = 0
    for _ in range(1500):
        text = value(5)
        if rng.random() < 0.5:
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice(["", ",", "]", "}", "[", '"', "1", " "]) + text[at + rng.randrange(3) :]
        every, end = _read(text, 0)
        for start in (len(text), rng.randrange(len(text) + 1)):
            some, same_end = _read(text, start)
            assert same_end == end, (text, start)
            assert {*some} <= {*every}, (text, start)
            assert [one for one in every if one[2] >= start] == [one for one in some if one[2] >= start], (text, start)
            shorter += len(some) < len(every)
    assert shorter > 500


def _read(text: str, start: int) -> tuple[list[tuple[TokenKind, int, int, tuple[str | int, ...]]], Problem | None]:
    found = []
    try:
        for kind, begin, end, path in tokenize(text, skip_to=start):
            found += [(kind, begin, end, keys_of(path))]
    except Unreadable as stopped:
        return found, stopped.problem
    return found, None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", "[" + "\n" * 500_000),
        ("a.har", har(recorded("[1" + " " * 500_000))),
        ("a.yaml", f"interactions:\n- {{request: {{method: GET, uri: '{URL}'}}, response: {SPACIOUS}}}\n"),
    ],
)
def test_positions_use_constant_memory(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    validate(tmp_path / name)
    tracemalloc.start()
    try:
        assert [one.rule for one in validate(tmp_path / name).findings] == ["not-json"]
        assert tracemalloc.get_traced_memory()[1] < 20 * len(text)
    finally:
        tracemalloc.stop()
