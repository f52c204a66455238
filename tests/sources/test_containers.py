"""Documents inside other files: found, counted, and placed where they stand in the file that the user gave."""

import base64
import gzip
import io
import json
import sys
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from backports import zstd

from tests.support.commands import Ran, run
from tests.support.paths import SAMPLES
from validator import validate
from validator.core.options import MAX_BYTES
from validator.sources.document import Document, InputError, SkippedRecords
from validator.sources.files import read_paths

PAGE = json.loads((SAMPLES / "valid" / "page.json").read_text())
RUN = PAGE["data"][0]
URL = f"https://api.example.com/v1/threads/{RUN['thread_id']}/runs"
WRONG = "run_Wr0ngWr0ngWr0ngWr0ng"
BAD_PAGE = {**PAGE, "first_id": WRONG}
QUOTED = f'"{WRONG}"'

ReportItem = tuple[int | None, str]


def found(path: Path) -> list[tuple[int | None, str, int | None, int | None]]:
    """Record, rule, line and column of each finding."""
    return [(one.record, one.rule, one.line, one.column) for one in validate(path).findings]


def told(path: Path) -> list[ReportItem]:
    """Record and message of each finding."""
    return [(one.record, f"{one.rule} {one.message}") for one in validate(path).findings]


def place(text: str, part: str, nth: int = 0) -> tuple[int, int]:
    """Line and column of a part of a text."""
    at = -1
    for _ in range(nth + 1):
        at = text.index(part, at + 1)
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


def packed_place(text: str, nth: int) -> tuple[int, int]:
    """Where the base64 text of the nth binary string of a YAML text begins."""
    line = place(text, "!!binary", nth)[0] + 1
    return line, len(text.split("\n")[line - 1]) - len(text.split("\n")[line - 1].lstrip()) + 1


def passed_over(path: Path) -> list[SkippedRecords]:
    return [one for one in read_paths([str(path)], MAX_BYTES) if isinstance(one, SkippedRecords)]


def errors(path: Path | str, max_bytes: int = MAX_BYTES) -> list[str]:
    return [str(one) for one in read_paths([str(path)], max_bytes) if isinstance(one, InputError)]


def problems(path: Path, max_bytes: int) -> list[str | None]:
    """Why each document could not be had, if it could not."""
    found = read_paths([str(path)], max_bytes)
    return [one.problem and one.problem.rule for one in found if isinstance(one, Document)]


def har(*texts: str, url: str = URL, **content: Any) -> dict[str, Any]:
    """A HAR of calls that returned these texts."""
    entries = [
        {
            "request": {"method": "GET", "url": url},
            "response": {"status": 200, "content": {"mimeType": "application/json", **content, "text": text}},
        }
        for text in texts
    ]
    return {"log": {"version": "1.2", "entries": entries}}


def interaction(body: Any, url: str = URL, **headers: str) -> dict[str, Any]:
    """A call as vcrpy records it."""
    return {
        "request": {"method": "GET", "uri": url, "body": None, "headers": {}},
        "response": {
            "status": {"code": 200},
            "headers": {k: [v] for k, v in headers.items()},
            "body": {"string": body},
        },
    }


# JSON Lines


def test_each_line_is_a_document_at_its_own_place(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    line = json.dumps(BAD_PAGE)
    archive.write_text(f"\ufeff{json.dumps(PAGE)}\r\n \n{json.dumps(RUN)}\n{{\n{line}\n{line}", encoding="utf-8")
    column = place(line, QUOTED)[1]
    assert found(archive) == [
        (4, "not-json", 4, 2),
        (5, "first-id-mismatch", 5, column),
        (6, "first-id-mismatch", 6, column),
    ]


def test_other_line_ends_do_not_end_a_line(tmp_path: Path) -> None:
    archive = tmp_path / "a.ndjson"
    run = {**RUN, "instructions": "a\u2028b\u0085c\x0bd"}
    archive.write_text(json.dumps(run, ensure_ascii=False).replace("\\u000b", "\\n") + "\r" + "\n[]", encoding="utf-8")
    assert found(archive) == [(2, "not-a-run-list", 2, 1)]


@pytest.mark.parametrize("indent", [0, 1, "\t"])
def test_a_document_over_many_lines_is_one_finding(tmp_path: Path, indent: int | str) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_text(json.dumps(PAGE, indent=indent))
    message = "begins a document of several lines, but every line of a JSON Lines file is one: name it .json"
    assert told(archive) == [(1, f"not-json {message}")]


def test_a_torn_first_line_does_not_stand_for_the_others(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_text(f'{{"object": \n{json.dumps(BAD_PAGE)}\n')
    assert [(record, rule) for record, rule, *_ in found(archive)] == [(1, "not-json"), (2, "first-id-mismatch")]


@pytest.mark.parametrize("first", [b"[" * 5000, b'{"a": "\xff', b'{"a": 1} 2', b'"a"', b"[1]"])
def test_a_first_line_that_only_looks_odd_is_a_line(tmp_path: Path, first: bytes) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(first + b"\nx\n")
    assert [record for record, *_ in found(archive)] == [1, 2]


def test_a_line_that_is_too_long_is_told_and_passed_over(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(b"1234567890\n" + b"x" * 35 + b"\n123456789\n12345678901\n" + b"y" * 100)
    seen = [
        (one.record, one.data if one.problem is None else one.problem.rule)
        for one in read_paths([str(archive)], 10)
        if isinstance(one, Document)
    ]
    assert seen == [(1, b"1234567890"), (2, "too-large"), (3, b"123456789"), (4, "too-large"), (5, "too-large")]


# What a file is


@pytest.mark.parametrize(
    ("text", "records"),
    [
        (json.dumps(PAGE), [None]),
        (json.dumps(PAGE, indent=1), [None]),
        (f"{json.dumps(RUN)}\n{json.dumps(RUN)}", [1, 2]),
        (f'\ufeff{{"torn": \n{json.dumps(RUN)}\n', [1, 2]),
        (f"event: thread.run.queued\ndata: {json.dumps(RUN)}\n\n", [1]),
        (f": a comment\n\ndata: {json.dumps(RUN)}\n\n", [1]),
        (yaml.safe_dump({"interactions": [interaction(json.dumps(RUN))]}), [1]),
        (json.dumps(har(json.dumps(RUN))), [1]),
        ("Bad Gateway", [None]),
        ("[\n[\n", [None]),
    ],
)
@pytest.mark.parametrize("name", ["-", "recorded.txt", "recorded"])
def test_what_a_name_does_not_tell_the_content_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, records: list[int | None], name: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    if name != "-":
        name = str(tmp_path / name)
        Path(name).write_text(text, encoding="utf-8")
    seen = [one.record for one in read_paths([name], MAX_BYTES) if isinstance(one, Document)]
    assert seen == records


def test_a_json_file_is_one_document_whatever_its_lines_are(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(f"{json.dumps(RUN)}\n{json.dumps(RUN)}")
    assert [(record, rule) for record, rule, *_ in found(file)] == [(None, "not-json")]


def test_a_page_that_speaks_of_a_log_is_a_page(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"log": "kept", **BAD_PAGE}))
    assert [rule for _, rule, *_ in found(file)] == ["first-id-mismatch"]


# Compression


PACKERS: list[Callable[[bytes], bytes]] = [gzip.compress, zstd.compress]


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.ndjson.zst"])
def test_packed_lines_have_the_places_of_the_unpacked_text(
    tmp_path: Path, pack: Callable[[bytes], bytes], name: str
) -> None:
    line = json.dumps(BAD_PAGE)
    (tmp_path / name).write_bytes(pack(f"{json.dumps(RUN)}\n{line}\n".encode()))
    assert found(tmp_path / name) == [(2, "first-id-mismatch", 2, place(line, QUOTED)[1])]


@pytest.mark.parametrize("pack", PACKERS)
def test_what_unpacks_before_the_damage_is_checked(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    lines = [json.dumps({**BAD_PAGE, "nonce": zlib.crc32(bytes([n % 251, n // 251]))}) for n in range(3000)]
    data = pack("\n".join(lines).encode())
    archive = tmp_path / "a.jsonl.gz"
    archive.write_bytes(data[: len(data) // 2])
    findings = validate(archive).findings
    assert {one.rule for one in findings[:-1]} == {"first-id-mismatch"}
    last = findings[-1]
    assert (last.rule, last.message, last.record, last.line) == (
        *("broken-compression", "ends before its compressed data does"),
        *(len(findings), len(findings)),
    )
    archive.write_bytes(data[: len(data) // 2] + b"\0" * 40 + data[len(data) // 2 + 40 :])
    assert told(archive)[-1][1] == "broken-compression does not unpack: its data is damaged"


@pytest.mark.parametrize("damage", [lambda data: data[:-8], lambda data: data + b"trailing"])
@pytest.mark.parametrize("name", ["a.jsonl", "a"])
def test_a_small_archive_that_is_damaged_keeps_its_lines(
    tmp_path: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    lines = [json.dumps({**BAD_PAGE, "nonce": str(n) * 300}) for n in range(8)]
    (tmp_path / name).write_bytes(damage(gzip.compress("\n".join(lines).encode())))
    assert [(record, rule) for record, rule, *_ in found(tmp_path / name)] == [
        *((number, "first-id-mismatch") for number in range(1, 8)),
        (8, "broken-compression"),
    ]


@pytest.mark.parametrize("name", ["a.json", "a.har", "a.yaml", "a"])
def test_a_packed_document_that_is_torn_is_one_finding(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(json.dumps(PAGE).encode())[:-9])
    assert told(tmp_path / name) == [(None, "broken-compression ends before its compressed data does")]


def test_a_packed_stream_that_is_torn_keeps_its_events(tmp_path: Path) -> None:
    events = "".join(
        f"event: thread.run.queued\ndata: {json.dumps({**BAD_PAGE, 'n': n * 7919})}\n\n" for n in range(2000)
    )
    (tmp_path / "a.sse").write_bytes(gzip.compress(events.encode())[:-2000])
    rules = [rule for _, rule, *_ in found(tmp_path / "a.sse")]
    assert rules[-1] == "broken-compression"
    assert {*rules[:-1]} == {"first-id-mismatch"}
    (tmp_path / "a.sse").write_bytes(gzip.compress(events.encode())[:12])
    assert [rule for _, rule, *_ in found(tmp_path / "a.sse")] == ["broken-compression"]


@pytest.mark.parametrize("name", ["a.json.gz", "a.har.gz", "a.yaml.gz"])
def test_a_bomb_is_unpacked_up_to_the_limit(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(b" " * 50_000_000))
    found = next(iter(read_paths([str(tmp_path / name)], 1000)))
    assert isinstance(found, Document)
    assert found.problem is not None
    assert found.problem.rule == "too-large"


def test_zstd_without_its_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.json").write_bytes(zstd.compress(b"{}"))
    monkeypatch.setattr("validator.sources.compression._ZSTD_MODULES", ("validator.nowhere",))
    assert errors(tmp_path / "a.json") == [
        "is compressed with zstd, which takes an extra package: pip install 'validate-runs[zstd]'"
    ]


def test_zstd_without_its_package_hides_no_other_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = har(*[base64.b64encode(zstd.compress(b"{}")).decode()] * 2, encoding="base64")["log"]["entries"]
    entries = [packed[0], *har(json.dumps(BAD_PAGE))["log"]["entries"], packed[1]]
    (tmp_path / "a.har").write_text(json.dumps({"log": {"entries": entries}}))
    monkeypatch.setattr("validator.sources.compression._ZSTD_MODULES", ("validator.nowhere",))
    ran = run("-f", "json", tmp_path / "a.har")
    why = "is compressed with zstd, which takes an extra package: pip install 'validate-runs[zstd]'"
    assert [(one["record"], one["rule"]) for one in json.loads(ran.out)["findings"]] == [(2, "first-id-mismatch")]
    assert (ran.code, ran.err) == (2, "".join(f"validate-runs: {tmp_path}/a.har: call {n} {why}\n" for n in (1, 3)))


def test_a_disk_that_fails_is_not_taken_for_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.json").write_bytes(gzip.compress(b"{}"))

    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(gzip.GzipFile, "read1", fail)
    assert errors(tmp_path / "a.json") == ["input/output error"]


# Event streams


def test_runs_of_a_stream_are_placed_in_its_lines(tmp_path: Path) -> None:
    stream = tmp_path / "a.sse"
    page = json.dumps(BAD_PAGE, indent=2)
    text = (
        "\ufeffid: 1\r\nevent:thread.run.queued\r\ndata:"
        + "\r\ndata: ".join(page.split("\n"))
        + "\r\n\r\nevent: thread.run.step.created\r\ndata: {}\r\n\r\n\r\nevent: done\r\ndata: [DONE]\r\n\r\n"
    )
    stream.write_bytes(text.encode())
    assert found(stream) == [(1, "first-id-mismatch", *place(text.removeprefix("\ufeff"), QUOTED))]
    assert passed_over(stream) == [SkippedRecords(str(stream), 2)]


def _ends(path: Path) -> list[tuple[str | None, bool, bool]]:
    origins = [one.origin for one in read_paths([str(path)], MAX_BYTES) if isinstance(one, Document)]
    return [(one.event, one.is_last, one.is_incomplete) for one in origins if one]


def test_the_last_run_of_a_stream_knows_how_it_ended(tmp_path: Path) -> None:
    stream = tmp_path / "a.sse"
    event = f"event: thread.run.queued\ndata: {json.dumps(RUN)}\n\n"
    whole = [("thread.run.queued", False, False), ("thread.run.queued", True, False)]
    torn = [("thread.run.queued", False, False), ("thread.run.queued", True, True)]
    for end, ends in (
        ("event: done\ndata: [DONE]\n\n", whole),
        ("data: [DONE]", whole),
        ("event: done\n", torn),
        ("event: error\ndata: {}\n\n", whole),
        ("", torn),
    ):
        stream.write_text(event * 2 + end)
        assert _ends(stream) == ends
    stream.write_text(f"data: {json.dumps(RUN)}")
    assert _ends(stream) == [(None, True, True)]


def test_a_file_may_hold_several_streams(tmp_path: Path) -> None:
    stream = tmp_path / "a.sse"
    event = f"event: thread.run.queued\ndata: {json.dumps(RUN)}\n\n"
    stream.write_text(f"{event}event: done\ndata: [DONE]\n\n{event}")
    origins = [one.origin for one in read_paths([str(stream)], MAX_BYTES) if isinstance(one, Document)]
    ends = [(one.stream, one.is_last, one.is_incomplete) for one in origins if one]
    assert ends == [
        (0, True, False),
        (1, True, True),
    ]


def test_an_event_that_is_too_large_is_told_and_passed_over(tmp_path: Path) -> None:
    stream = tmp_path / "a.sse"
    event = "event: thread.run.queued\n"
    stream.write_text(f"{event}data: 12345\ndata: 67890\ndata: 1\n\n{event}data: {'9' * 50}\n\n{event}data: 1\n\n")
    seen = [
        (one.record, one.data if one.problem is None else one.problem.rule)
        for one in read_paths([str(stream)], 10)
        if isinstance(one, Document)
    ]
    assert seen == [(1, "too-large"), (2, "too-large"), (3, b"1")]


def test_an_event_of_many_lines_takes_time_by_its_size_only(tmp_path: Path) -> None:
    stream = tmp_path / "a.sse"
    stream.write_text("event: thread.run.queued\n" + "data\n" * 400_000 + "\n")
    assert told(stream) == [(1, "not-json holds nothing but white space, but a JSON document was expected")]
    (one,) = (one for one in read_paths([str(stream)], 399_998) if isinstance(one, Document))
    assert one.problem is not None
    assert one.problem.rule == "too-large"


def test_a_stream_without_runs_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.sse").write_text("event: done\ndata: [DONE]\n\n")
    assert errors(tmp_path / "a.sse") == ["nothing to check: none of its 1 events brings a run"]
    assert errors(tmp_path) == []


# Recordings


ESCAPED = {**BAD_PAGE, "note": 'tab\t "quoted" back\\slash / \u00e9 \u4e16 \U0001f642 \x01'}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_a_body_in_a_har_is_placed_through_its_escapes(tmp_path: Path, indent: int | None, ensure_ascii: bool) -> None:
    note, page = ESCAPED["note"], json.dumps(ESCAPED, indent=indent, ensure_ascii=False)
    text = json.dumps(
        har(json.dumps({"note": note}), json.dumps({"n": note, **ESCAPED}), page), ensure_ascii=ensure_ascii, indent=1
    )
    (tmp_path / "a.har").write_text(text, encoding="utf-8")
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    expected = [
        (1, "not-a-run-list", *place(text, r'"{\"note', 0)),
        (2, "first-id-mismatch", *place(text, rf"\"{WRONG}")),
        (3, "first-id-mismatch", *place(text, rf"\"{WRONG}", 1)),
    ]
    expected[0] = (*expected[0][:3], expected[0][3] + 1)
    assert found(tmp_path / "a.har") == found(tmp_path / "a.json") == expected


@pytest.mark.parametrize("style", ["'", '"', "|", ">", None])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
def test_a_body_in_a_cassette_is_placed_through_its_style(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, style: str | None, indent: int | None, loader: type
) -> None:
    monkeypatch.setattr("validator.sources.recordings.yaml_reader._LOADER", loader)
    page = {**BAD_PAGE, "note": "it's \u00e9 \U0001f642"}
    body = json.dumps(page, indent=indent, ensure_ascii=False)

    class Styled(str):
        pass

    class Dumper(yaml.SafeDumper):
        pass

    Dumper.add_representer(Styled, lambda dumper, data: dumper.represent_scalar("tag:yaml.org,2002:str", data, style))
    recorded = {"interactions": [interaction("{}", "https://x.example/v1/models"), interaction(Styled(body))]}
    text = yaml.dump(recorded, Dumper=Dumper, allow_unicode=style != '"')
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    ((record, rule, line, column),) = found(tmp_path / "a.yaml")
    assert (record, rule) == (2, "first-id-mismatch")
    rest = text.split("\n")[(line or 0) - 1][(column or 0) - 1 :]
    assert rest.startswith((QUOTED, f"\\{QUOTED[:-1]}", '\\"\\'))


ESCAPES = r"""
"{\"instructions\": \"\x41\u0042\U00000043\/\\\\\e\a\b\v\0\_\N\L\P\", \"first_id\": \"run_X\", \"data\": [], \
    \ \"has_more\": false, \"last_id\": null, \"object\": \"list\"}"
"""


def test_every_escape_of_yaml_is_one_character(tmp_path: Path) -> None:
    response = f"{{status: {{code: 200}}, body: {{string: {ESCAPES.strip()}}}}}"
    text = f"interactions:\n- request: {{method: GET, uri: {URL}}}\n  response: {response}\n"
    (tmp_path / "a.yml").write_text(text)
    assert found(tmp_path / "a.yml") == [(1, "not-json", *place(text, r"\e"))]
    text = text.replace(r"\e\a\b\v\0", "")
    (tmp_path / "a.yml").write_text(text)
    assert found(tmp_path / "a.yml") == [(1, "empty-page-ids", *place(text, r"\"run_X"))]


def test_a_packed_body_has_one_place(tmp_path: Path) -> None:
    data = json.dumps(BAD_PAGE).encode()
    packed = [
        (data, ""),
        (gzip.compress(data), "gzip"),
        (zstd.compress(data), "zstd"),
        (zlib.compress(data), "deflate"),
    ]
    recorded = {"interactions": [interaction(body, **{"Content-Encoding": coding}) for body, coding in packed]}
    text = yaml.safe_dump(recorded)
    (tmp_path / "a.yaml").write_text(text)
    assert found(tmp_path / "a.yaml") == [(n + 1, "first-id-mismatch", *packed_place(text, n)) for n in range(4)]
    whole = har(base64.b64encode(data).decode(), encoding="base64")
    text = json.dumps(whole, indent=2)
    (tmp_path / "a.har").write_text(text)
    line, column = place(text, '"text": "')
    assert found(tmp_path / "a.har") == [(1, "first-id-mismatch", line, column + len('"text": "'))]


def test_a_body_that_does_not_unpack_is_a_finding(tmp_path: Path) -> None:
    good = interaction(json.dumps(RUN))
    recorded = {
        "interactions": [
            interaction(gzip.compress(b"{}" * 99)[:-9]),
            interaction(zlib.compress(b"{}")[:4] + b"x" * 20, **{"content-encoding": "deflate"}),
            interaction(b"\x8b\x00\x80{}\x03", **{"content-encoding": "br"}),
            *({**good, "response": {**good["response"], "body": {"base64_string": it}}} for it in ("!", "e30\u00e9")),
            interaction(json.dumps(BAD_PAGE)),
        ]
    }
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(recorded))
    assert told(tmp_path / "a.yaml") == [
        (1, "broken-compression ends before its compressed data does"),
        (2, "broken-compression does not unpack: its data is damaged"),
        (3, "broken-compression is compressed with brotli, which is not supported"),
        *((n, "broken-recording invalid base64") for n in (4, 5)),
        (6, f'first-id-mismatch is "{WRONG}", but the first run in data is "{RUN["id"]}"'),
    ]


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress, zlib.compress])
def test_a_packed_body_is_unpacked_up_to_the_limit(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    data = pack(b"[" + b" " * 100_000 + b"]")
    recorded = {"interactions": [interaction(data, **{"content-encoding": "deflate"})]}
    (tmp_path / "a.json").write_text(json.dumps(recorded, default=lambda _: None))
    text = yaml.safe_dump(recorded)
    (tmp_path / "a.yaml").write_text(text)
    assert problems(tmp_path / "a.yaml", 90_000) == ["too-large"]


def test_packed_bodies_are_unpacked_up_to_a_limit_for_all_of_them(tmp_path: Path) -> None:
    packed = gzip.compress(gzip.compress(b"[" + b" " * 60_000 + b"]"))
    recorded = har(*[base64.b64encode(packed).decode()] * 20, encoding="base64")
    for entry in recorded["log"]["entries"]:
        entry["response"]["headers"] = [{"name": "Content-Encoding", "value": "gzip, gzip"}]
    recorded["log"]["entries"] += har(json.dumps(BAD_PAGE))["log"]["entries"]
    (tmp_path / "a.har").write_text(json.dumps(recorded))
    assert problems(tmp_path / "a.har", 65_536) == [None] * 4 + ["too-large"] * 16 + [None]
    said = run("-f", "concise", "--max-bytes", "65536", tmp_path / "a.har").out.splitlines()
    reason = "the bodies of this recording have more than 262144 bytes together (--max-bytes)"
    assert {line.partition(": ")[2] for line in said[4:20]} == {f"error too-large: is not read: {reason}"}


def test_a_plain_body_that_aliases_repeat_without_end_is_not_read_without_end(tmp_path: Path) -> None:
    first = json.dumps(interaction("[1]" + " " * 20_000)).replace('"body": {', '"body": &body {')
    assert first.count("&body") == 1
    other = json.dumps(interaction(None)).replace('{"string": null}', "*body")
    packed = json.dumps(interaction("")).replace(
        '"string": ""', f'"base64_string": "{base64.b64encode(b"[]").decode()}"'
    )
    calls = "".join(f"- {call}\n" for call in [first, *[other] * 19, packed])
    (tmp_path / "a.yaml").write_text(f"interactions:\n{calls}")
    assert problems(tmp_path / "a.yaml", 110_000) == [None] * 5 + ["too-large"] * 15 + [None]
    assert told(tmp_path / "a.yaml")[5][1].startswith("not-a-run-list")


def test_a_streamed_body_is_placed_event_by_event(tmp_path: Path) -> None:
    datas = json.dumps(RUN), json.dumps(BAD_PAGE)
    events = "".join(f"event: thread.run.completed\ndata: {data}\n\n" for data in datas) + "event: done\ndata:\n\n"
    text = json.dumps(har(events), indent=1)
    (tmp_path / "a.har").write_text(text)
    assert found(tmp_path / "a.har") == [(1, "first-id-mismatch", *place(text, rf"\"{WRONG}"))]
    text = yaml.safe_dump({"interactions": [interaction(events.encode() + b"\xff")]})
    (tmp_path / "a.yaml").write_text(text)
    assert found(tmp_path / "a.yaml") == [(1, "first-id-mismatch", *packed_place(text, 0))]


def seconds(path: Path) -> float:
    """The processor time that checking a file takes."""
    began = time.process_time()
    assert validate(path).findings
    return time.process_time() - began


def test_a_streamed_body_is_gone_through_once_for_all_its_events(tmp_path: Path) -> None:
    passed_over = f"event: thread.message.delta\ndata: {'x' * 1_000_000}\n\n"
    for name, number in (("few.har", 1), ("many.har", 50)):
        events = f"event: thread.run.completed\ndata: {json.dumps(BAD_PAGE)}\n\n" * number
        (tmp_path / name).write_text(json.dumps(har(passed_over + events)))
    assert seconds(tmp_path / "many.har") < 10 * seconds(tmp_path / "few.har")


def test_an_event_is_gone_through_once_for_all_its_findings(tmp_path: Path) -> None:
    text = json.dumps({**PAGE, "data": [{**RUN, "id": f"run_{n}", "object": "x"} for n in range(800)]}, indent=0)
    (tmp_path / "a.json").write_text(text)
    lines = text.replace("\n", "\ndata: ")
    (tmp_path / "a.sse").write_text(f"event: thread.run.completed\ndata: {lines}\n\n")
    assert seconds(tmp_path / "a.sse") < 3 * seconds(tmp_path / "a.json")


def test_calls_that_return_no_runs_are_passed_over_and_counted(tmp_path: Path) -> None:
    thread = URL.removesuffix("/runs")
    body = json.dumps(BAD_PAGE)
    taken = [
        f"{thread}/runs",
        f"{thread}/runs/?limit=2&limit=3&after=x",
        f"{thread}/runs/run_1",
        f"{thread}/runs/run_1/cancel",
        f"{thread}/runs/run_1/submit_tool_outputs",
        "https://x.example/openai/threads/runs?api-version=1",
    ]
    passed = [
        f"{thread}/runs/run_1/steps",
        f"{thread}/messages",
        thread,
        "https://[x/threads/a/runs/b/c",
        "about:blank",
    ]
    calls = [har(body, url=url)["log"]["entries"][0] for url in (*taken, *passed)]
    failed = har(body)["log"]["entries"][0]
    failed["response"]["status"] = 404
    silent = har(body)["log"]["entries"][0]
    del silent["response"]["content"]["text"]
    file = tmp_path / "a.har"
    file.write_text(json.dumps({"log": {"entries": [*calls, failed, silent]}}))
    assert [record for record, *_ in found(file)] == [1, 2, 3, 4, 5, 6]
    lost = "1 call for runs was recorded without its body"
    assert passed_over(file) == [SkippedRecords(str(file), 7, ("1 call for runs was answered with 404", lost), lost)]
    second = [one for one in read_paths([str(file)], MAX_BYTES) if isinstance(one, Document)][1]
    assert second.origin is not None
    assert second.origin.request == ("GET", f"/v1/threads/{RUN['thread_id']}/runs/", {"limit": "2", "after": "x"})
    why = f"1 call for runs was answered with 404, {lost}"
    told = f"validate-runs: {file}: 7 records without runs skipped: {why}\n"
    assert run("-v", str(file)).err == told


def test_a_recording_without_such_calls_is_told_if_it_was_named(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_text(json.dumps(har("{}", url="https://x.example/")))
    (tmp_path / "docker-compose.yaml").write_text("services: {}\n")
    (tmp_path / "broken.yml").write_text("a: [b\n")
    assert errors(tmp_path / "a.har") == ["nothing to check: its only call returns no runs"]
    assert run("-q", str(tmp_path)).code == 2
    (tmp_path / "page.json").write_text(json.dumps(PAGE))
    assert run(str(tmp_path)) == Ran(0, "ok: 2 runs in 1 document\n", "")


def test_a_broken_recording_is_told_where_it_breaks(tmp_path: Path) -> None:
    for name, text, expected in (
        ("a.har", "{}", (1, 1, "not a HAR: no list `log.entries`")),
        ("b.yaml", "a: [b\nc: d", (2, 2, "invalid YAML from here on")),
        ("c.yaml", "a: \x01", (1, 4, "invalid YAML from here on")),
        ("d.yaml", "- a", (1, 1, "not a VCR cassette: no list `interactions` or `http_interactions`")),
        ("e.yaml", "", (1, 1, "not a VCR cassette: no list `interactions` or `http_interactions`")),
        ("f.yaml", "a: " + "[" * 200, (1, 102, "invalid YAML from here on")),
    ):
        (tmp_path / name).write_text(text)
        ((finding),) = validate(tmp_path / name).findings
        assert (finding.line, finding.column, finding.message) == expected
        assert finding.rule == "broken-recording"
    (tmp_path / "g.har").write_text('{"log": ')
    assert found(tmp_path / "g.har") == [(None, "not-json", 1, 8)]


def test_a_call_that_is_none_does_not_hide_the_others(tmp_path: Path) -> None:
    text = json.dumps({"log": {"entries": [7, {}, *har(json.dumps(BAD_PAGE))["log"]["entries"]]}}, indent=1)
    (tmp_path / "a.har").write_text(text)
    assert [(record, rule, line) for record, rule, line, _ in found(tmp_path / "a.har")] == [
        (1, "broken-recording", place(text, "7")[0]),
        (2, "broken-recording", place(text, "{}")[0]),
        (3, "first-id-mismatch", place(text, WRONG)[0]),
    ]
    recorded = {"interactions": ["x", {"request": {}}, interaction(json.dumps(BAD_PAGE))]}
    text = yaml.safe_dump(recorded)
    (tmp_path / "a.yaml").write_text(text)
    assert [(record, rule, line) for record, rule, line, _ in found(tmp_path / "a.yaml")][:2] == [
        (1, "broken-recording", 2),
        (2, "broken-recording", 3),
    ]


def test_aliases_and_odd_keys_of_yaml_do_no_harm(tmp_path: Path) -> None:
    laughs = "l0: &l0 [x, x]\n" + "".join(f"l{n}: &l{n} [*l{n - 1}, *l{n - 1}]\n" for n in range(1, 24))
    call = json.dumps(interaction(json.dumps(BAD_PAGE)))
    text = f"{laughs}? [odd]\n: 1\nhttp_interactions: &all\n- *all\n- {call}\n---\nsecond: 1\n"
    (tmp_path / "a.yaml").write_text(text)
    assert [(record, rule) for record, rule, *_ in found(tmp_path / "a.yaml")] == [
        (1, "broken-recording"),
        (2, "first-id-mismatch"),
    ]


@pytest.mark.parametrize(
    ("response", "records"),
    [
        ("status: {code: 200}, headers: {content-type: *l18}", [1, 2]),
        ("status: {code: 200}, headers: {content-type: [*l18, application/json]}", [1, 2]),
        ("status: {code: 200}, headers: {content-type: [*long, *long, *long, *long, *long, *long]}", [1, 2]),
        ("status: {code: *l18}", [2]),
        ("status_code: *l18", [2]),
    ],
)
def test_no_header_or_status_is_written_out_from_aliases(tmp_path: Path, response: str, records: list[int]) -> None:
    laughs = "l0: &l0 [x, x]\n" + "".join(f"l{n}: &l{n} [*l{n - 1}, *l{n - 1}]\n" for n in range(1, 19))
    body = json.dumps({"string": json.dumps(BAD_PAGE)})
    first = f"{{request: {{method: GET, uri: '{URL}'}}, response: {{{response}, body: {body}}}}}"
    second = json.dumps(interaction(json.dumps(BAD_PAGE)))
    text = f"long: &long {'x' * 500_000}\n{laughs}interactions:\n- {first}\n- {second}\n"
    (tmp_path / "a.yaml").write_text(text)
    assert [record for record, *_ in found(tmp_path / "a.yaml")] == records
    tracemalloc.start()
    try:
        found(tmp_path / "a.yaml")
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_of_headers_without_end_only_the_first_are_looked_through(tmp_path: Path) -> None:
    packed = base64.b64encode(zlib.compress(json.dumps(BAD_PAGE).encode())).decode()
    for name, number, expected in (("some.yaml", 190, "first-id-mismatch"), ("many.yaml", 200, "not-utf8")):
        headers = {**{f"x-{n}": ["y"] for n in range(number)}, "content-encoding": ["deflate"]}
        call = interaction(None)
        call["response"] |= {"headers": headers, "body": {"base64_string": packed}}
        (tmp_path / name).write_text(json.dumps({"interactions": [call]}))
        assert [rule for _, rule, *_ in found(tmp_path / name)] == [expected]


def test_an_interaction_that_is_repeated_by_aliases_is_checked_once(tmp_path: Path) -> None:
    call = json.dumps(interaction(json.dumps(BAD_PAGE)))
    text = f"interactions:\n- &one {call}\n- &two {call}\n" + "- *one\n" * 999 + "- *two\n" * 2 + f"- {call}\n"
    (tmp_path / "a.yaml").write_text(text)
    again = "broken-recording repeats call {} by an alias: a call is checked once, however many aliases it has"
    wrong = f'first-id-mismatch is "{WRONG}", but the first run in data is "{RUN["id"]}"'
    assert told(tmp_path / "a.yaml") == [
        (1, wrong),
        (2, wrong),
        (3, again.format(1)),
        (1002, again.format(2)),
        (1004, wrong),
    ]
    assert [line for _, rule, line, _ in found(tmp_path / "a.yaml") if rule == "broken-recording"] == [2, 3]


@pytest.mark.parametrize("status", ["200", 201, None, "20x", "\u0662\u0660\u0660"])
def test_only_calls_that_succeeded_are_checked(tmp_path: Path, status: object) -> None:
    call = interaction(json.dumps(BAD_PAGE))
    call["response"] = {"status_code": status, "content": json.dumps(BAD_PAGE)}
    (tmp_path / "a.json").write_text(json.dumps({"interactions": [call]}))
    assert (errors(tmp_path / "a.json") == []) == (str(status) in ("200", "201"))


def test_a_call_without_a_body_is_passed_over_and_a_plain_one_has_its_place(tmp_path: Path) -> None:
    silent = interaction(None)
    text = yaml.safe_dump({"interactions": [silent, interaction("Bad Gateway")]})
    (tmp_path / "a.yaml").write_text(text)
    assert found(tmp_path / "a.yaml") == [(2, "not-json", *place(text, "Bad Gateway"))]
    lost = "1 call for runs was recorded without its body"
    assert passed_over(tmp_path / "a.yaml") == [SkippedRecords(str(tmp_path / "a.yaml"), 1, (lost,), lost)]


def test_an_empty_body_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"interactions": [interaction("")]}))
    assert told(tmp_path / "a.json") == [(1, "not-json is empty, but a JSON document was expected")]


# Exports


def test_an_export_is_its_runs(tmp_path: Path) -> None:
    file = tmp_path / "thread.json"
    export = {"thread": {"id": RUN["thread_id"]}, "runs": [{**RUN, "steps": []}, {**RUN, "status": "done"}, "x"]}
    file.write_text(json.dumps(export, indent=2))
    findings = validate(file).findings
    assert [(one.pointer, one.rule, one.run_id) for one in findings] == [
        ("/runs/1/status", "schema:enum", RUN["id"]),
        ("/runs/2", "schema:type", None),
    ]
    file.write_text('{"runs": []}')
    assert validate(file).findings == ()
    file.write_text('{"runs": [{"id": "x"}]}')
    assert [one.rule for one in validate(file).findings] == ["not-a-run-list"]
