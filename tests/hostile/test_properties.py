"""Properties that hold for whatever Hypothesis draws; `--hypothesis-profile=long` draws many times more."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import strategies as drawn
from tests.support.commands import run
from tests.support.hostile_cases import obeyed
from tests.support.mutations import Mutation
from tests.support.pages import NOW, findings, summarize
from tests.support.tools import package
from validator import Finding, validate
from validator.core.phrases import escape
from validator.core.pointer import join, split
from validator.core.problem import Span
from validator.engine.excerpt import make_excerpts
from validator.jsontext.parse import parse
from validator.reporters.registry import FORMATS

OPTIONS = ("--isolated", "--now", str(int(NOW)), "--show", "info", "--max-findings", "0")


def _written(document: Any) -> bytes:
    return json.dumps(document).encode()


@given(drawn.ANY_BYTES | drawn.damaged_bytes())
def test_any_bytes_make_findings(data: bytes) -> None:
    assert "internal-error" not in {one.rule for one in findings(data)}


@given(drawn.DOCUMENTS)
def test_no_rule_raises_on_any_json(document: Any) -> None:
    assert "internal-error" not in {one.rule for one in findings(_written(document))}


@given(drawn.valid_pages())
def test_valid_page_has_no_finding(document: dict[str, Any]) -> None:
    assert summarize(_written(document)) == []


@given(drawn.mutated_pages())
def test_schema_fault_is_one_finding_at_its_pointer(mutated: tuple[dict[str, Any], Mutation]) -> None:
    document, fault = mutated
    place = fault.path[:-1] if fault.delete else fault.path
    found = [one for one in findings(_written(document)) if one.group == "schema"]
    assert [one.pointer for one in found] == ["/" + join(*place) if place else ""]


@given(drawn.damaged_bytes())
def test_strict_parser_agrees_with_orjson(data: bytes) -> None:
    orjson = package("orjson", "cluster")
    parsed = parse(data)
    text = data.removeprefix(b"\xef\xbb\xbf")
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        assert not parsed.readable or parsed.problems  # half pairs, numbers without end
        return
    assert parsed.readable
    if not parsed.problems:
        assert parsed.value == json.loads(text)  # orjson makes floats of large integers


@given(drawn.DOCUMENTS)
def test_pointers_resolve_in_the_document(document: Any) -> None:
    for one in findings(_written(document)):
        if "…" not in one.pointer:
            _at(document, one.pointer)


@given(drawn.DOCUMENTS)
def test_positions_are_ordered_and_in_the_text(document: Any) -> None:
    text = json.dumps(document, indent=1, ensure_ascii=False)
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return
    lines = text.split("\n")
    places = [(one.line, one.column) for one in findings(data)]
    assert places == sorted(places)
    assert all(line and column and column <= len(lines[line - 1]) + 1 for line, column in places)


@given(drawn.DOCUMENTS.filter(lambda document: isinstance(document, dict | list) and document != []))
def test_value_and_text_have_same_findings(document: Any) -> None:
    # an empty list is what a client returns of an empty page; as a text it is no page
    assert sorted(summarize(document)) == sorted(summarize(_written(document)))


@given(drawn.LIKE_PAGES, drawn.LIKE_PAGES)
def test_findings_are_independent_of_other_documents(one: Any, other: Any) -> None:
    alone = [_plain(found) for document in (one, other) for found in findings(_written(document))]
    together = validate(b"[" + _written(one) + b"," + _written(other) + b"]", now=NOW)
    runs = [_plain(found, 1) for found in together.findings]
    if {found[0] for found in alone} & {"not-a-run-list", "placeholder-value"} or not together.documents[0].kind:
        return
    assert sorted(runs) == sorted(alone)


def _plain(found: Finding, levels: int = 0) -> tuple[str, str]:
    parts = split(found.pointer.removeprefix("/"))
    return found.rule, join(*parts[levels:])


@given(drawn.ANY_BYTES | drawn.damaged_bytes())
def test_compression_changes_no_finding(folder: Path, data: bytes) -> None:
    plain, packed = folder / "a.json", folder / "b.json.gz"
    plain.write_bytes(data)
    packed.write_bytes(gzip.compress(data, 1))
    if data[:2] == b"\x1f\x8b" or data[1:4] in (b"\xb5\x2f\xfd", b"\x2a\x4d\x18"):
        return
    first, second = (run(*OPTIONS, "-f", "jsonl", path) for path in (plain, packed))
    assert first.code == second.code
    assert [_unnamed(line) for line in first.out.splitlines()] == [_unnamed(line) for line in second.out.splitlines()]


def _unnamed(line: str) -> dict[str, Any]:
    """Return the part of a line of a report that follows from the content; `--fix` does not change packed files."""
    of_the_file = ("file", "fingerprint", "fixable")
    return {key: value for key, value in json.loads(line).items() if key not in of_the_file}


@given(st.lists(drawn.DOCUMENTS, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_findings_are_independent_of_file_order(folder: Path, documents: list[Any], chance: Any) -> None:
    paths = [folder / f"{number}.json" for number in range(len(documents))]
    for path, document in zip(paths, documents, strict=True):
        path.write_bytes(_written(document))
    first = _rows(run(*OPTIONS, "-f", "json", *paths).out)
    chance.shuffle(paths)
    assert sorted(_rows(run(*OPTIONS, "-f", "json", *paths).out)) == sorted(first)


def _rows(report: str) -> list[tuple[Any, ...]]:
    return [
        (one["file"], one["rule"], one["pointer"], one["line"], one["severity"])
        for one in json.loads(report)["findings"]
    ]


@given(st.text(max_size=200))
def test_escaped_text_is_safe_and_reversible(text: str) -> None:
    escaped = escape(text)
    assert obeyed("github", escaped.replace(":", "").replace("#", "")) == []
    assert escape(escaped) == escaped


@given(st.text(max_size=80), st.data())
def test_excerpt_is_one_line_without_secrets(text: str, data: st.DataObject) -> None:
    whole = json.dumps({"instructions": "canary" + text, "data": []}, ensure_ascii=False)
    start = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(start + 1, len(whole)))
    (excerpt,) = make_excerpts(whole, [(Span(start, end), "")], show_values=False)
    assert "canary" not in excerpt.text
    assert "\n" not in excerpt.text
    assert 0 <= excerpt.start <= excerpt.end <= len(excerpt.text)


@given(st.lists(st.text(max_size=10), max_size=5))
def test_pointer_round_trip(keys: list[str]) -> None:
    assert split(join(*keys)) == tuple(keys) or keys == [""]


def _of_json(text: str) -> list[tuple[str, int]]:
    return [(one["rule"], one["line"]) for one in json.loads(text)["findings"]]


def _of_jsonl(text: str) -> list[tuple[str, int]]:
    rows = map(json.loads, text.splitlines())
    return [(one["rule"], one["line"]) for one in rows if one["type"] == "finding"]


def _of_sarif(text: str) -> list[tuple[str, int]]:
    results = json.loads(text)["runs"][0]["results"]
    return [(one["ruleId"], one["locations"][0]["physicalLocation"]["region"]["startLine"]) for one in results]


def _of_gitlab(text: str) -> list[tuple[str, int]]:
    return [(one["check_name"], one["location"]["lines"]["begin"]) for one in json.loads(text)]


def _of_rdjson(text: str) -> list[tuple[str, int]]:
    found = json.loads(text)["diagnostics"]
    return [(one["code"]["value"], one["location"]["range"]["start"]["line"]) for one in found]


def _of_concise(text: str) -> list[tuple[str, int]]:
    lines = [line.rpartition(".json:")[2] for line in text.splitlines() if ".json:" in line]
    return [(line.split(" ")[2].rstrip(":"), int(line.partition(":")[0])) for line in lines]


READ_BACK: dict[str, Callable[[str], list[tuple[str, int]]]] = {
    "json": _of_json,
    "jsonl": _of_jsonl,
    "sarif": _of_sarif,
    "gitlab": _of_gitlab,
    "rdjson": _of_rdjson,
    "concise": _of_concise,
}


@given(st.sampled_from(sorted(READ_BACK)), drawn.DOCUMENTS)
def test_json_formats_round_trip(folder: Path, name: str, document: Any) -> None:
    path = folder / "a.json"
    path.write_bytes(_written(document))
    expected = sorted((one.rule, one.line or 0) for one in validate(path, now=NOW).findings)
    assert sorted(READ_BACK[name](run(*OPTIONS, "-f", name, path).out)) == expected


@given(st.sampled_from([*FORMATS]), drawn.DOCUMENTS)
def test_no_format_holds_commands(folder: Path, name: str, document: Any) -> None:
    path = folder / "a.json"
    path.write_bytes(_written(document))
    ran = run(*OPTIONS, "--show-values", "-f", name, path)
    assert obeyed(name, ran.out) == []
    if name == "junit":
        ElementTree.fromstring(ran.out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where files are written; each example writes them anew."""
    return tmp_path_factory.mktemp("drawn")


def _at(document: Any, pointer: str) -> Any:
    for part in split(pointer.removeprefix("/")):
        document = document[int(part) if isinstance(document, list) else part]
    return document
