"""Content codings of recorded bodies: named by a header or not, nested, truncated, corrupt, or already decoded."""

import base64
import gzip
import json
import re
import tracemalloc
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from tests.support.commands import run
from tests.support.pages import PAGE, RUN
from tests.support.recordings import URL

DATA = json.dumps({**PAGE, "first_id": "run_Wr0ng"}).encode()
STREAM = f"event: thread.run.completed\ndata: {json.dumps({**RUN, 'id': ''})}\n\n".encode()
FIRST_ID = ["error first-id-mismatch"]
CUT = ["error broken-compression: ends before its compressed data does"]
DAMAGED = ["error broken-compression: does not unpack: its data is damaged"]
BROTLI = ["error broken-compression: is compressed with brotli, which is not supported"]


def zipped(data: bytes) -> bytes:
    """The same bytes at any time, since they are part of the names of tests."""
    return gzip.compress(data, mtime=0)


def raw(data: bytes) -> bytes:
    """Deflate without the wrapper of zlib."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def _method(body: bytes) -> str:
    return "POST" if body == STREAM else "GET"


def har(folder: Path, body: bytes, headers: Any) -> Path:
    text = base64.b64encode(body).decode()
    listed = [{"name": name, "value": value} for name, value in headers] if isinstance(headers, list) else headers
    response = {"status": 200, "headers": listed, "content": {"text": text, "encoding": "base64"}}
    entries = [{"request": {"method": _method(body), "url": URL}, "response": response}]
    (folder / "a.har").write_text(json.dumps({"log": {"entries": entries}}))
    return folder / "a.har"


def cassette(folder: Path, body: bytes, headers: Any) -> Path:
    text = base64.b64encode(body).decode()
    by_name: Any = headers
    if isinstance(headers, list):
        by_name = {name: [value for other, value in headers if other == name] for name, _ in headers}
    response = {"status": {"code": 200}, "headers": by_name, "body": {"base64_string": text}}
    interactions = [{"request": {"method": _method(body), "uri": URL}, "response": response}]
    (folder / "a.json").write_text(json.dumps({"interactions": interactions}))
    return folder / "a.json"


@pytest.fixture(params=[har, cassette])
def record(request: pytest.FixtureRequest) -> Any:
    """A function that writes an answer into a recording, of either kind."""
    return request.param


def report(recording: Path, *words: str) -> list[str]:
    """Severity, rule and, of what could not be read, the message of each finding."""
    found = json.loads(run("-f", "json", *words, recording).out)["findings"]
    return [
        f"{item['severity']} {item['rule']}" + f": {item['message']}" * item["rule"].startswith(("broken", "not-json"))
        for item in found
    ]


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (DATA, ""),
        (zipped(DATA), "gzip"),
        (zipped(DATA), ""),
        (zipped(DATA), "deflate"),
        (zipped(DATA), "br"),
        (zstd.compress(DATA), "zstd"),
        (zlib.compress(DATA), "deflate"),
        (zlib.compress(DATA), "Deflate"),
        (raw(DATA), "deflate"),
        (zipped(zipped(DATA)), "gzip, gzip"),
        (zipped(zlib.compress(DATA)), "deflate, gzip"),
        (raw(zipped(DATA)), "gzip,deflate"),
        (zipped(DATA), "gzip, identity"),
        (zipped(DATA), "gzip, gzip, gzip, gzip"),
        *((DATA, coding) for coding in ("gzip", "deflate", "br", "gzip, br", "x-unknown")),
        *((b"\xef\xbb\xbf" + b" \n" * 200 + DATA, coding) for coding in ("deflate", "br")),
    ],
)
def test_codings_are_decoded(tmp_path: Path, record: Any, body: bytes, coding: str) -> None:
    assert report(record(tmp_path, body, [("Content-Encoding", coding)])) == FIRST_ID


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_stream_that_the_recorder_has_decoded(tmp_path: Path, record: Any, coding: str) -> None:
    expected = ["error event-status-mismatch", "warning empty-identifier"]
    assert sorted(report(record(tmp_path, STREAM, [("content-encoding", coding)]))) == expected


@pytest.mark.parametrize(
    ("body", "coding", "expected"),
    [
        (zipped(DATA)[:-9], "gzip", CUT),
        (zlib.compress(DATA)[:-1], "deflate", CUT),
        (zlib.compress(DATA)[:100], "deflate", CUT),
        (zlib.compress(DATA)[:1], "deflate", CUT),
        (raw(DATA)[:-1], "deflate", CUT),
        (zipped(zlib.compress(DATA)[:-4]), "deflate, gzip", CUT),
        (zlib.compress(DATA)[:20] + b"\xff" * 40, "deflate", DAMAGED),
        (zlib.compress(DATA)[:-1] + b"!", "deflate", DAMAGED),
        (b"\xff" * 40, "deflate", DAMAGED),
        (b"\x8b\x00\x80{}\x03", "br", BROTLI),
        (zipped(b"\x8b\x00\x80{}\x03"), "br, gzip", BROTLI),
        (b"", "deflate", ["error not-json: is empty, but a JSON document was expected"]),
        (b"Bad Gateway", "gzip", ["error not-json: is a word without double quotes, but a value was expected"]),
        (b"", "br", ["error not-json: is empty, but a JSON document was expected"]),
    ],
)
def test_damaged_body_is_one_finding(
    tmp_path: Path, record: Any, body: bytes, coding: str, expected: list[str]
) -> None:
    assert report(record(tmp_path, body, [("content-encoding", coding)])) == expected


def test_codings_in_several_headers(tmp_path: Path, record: Any) -> None:
    headers = [("content-encoding", "deflate"), ("x", "y"), ("content-encoding", "gzip")]
    assert report(record(tmp_path, zipped(raw(DATA)), headers)) == FIRST_ID


@pytest.mark.parametrize("headers", [None, 7, {}, [], [7, None], [{"name": None}], {"content-encoding": {"a": []}}])
def test_invalid_headers(tmp_path: Path, record: Any, headers: Any) -> None:
    text = record(tmp_path, zipped(DATA), []).read_text()
    recording = record(tmp_path, b"", [])
    recording.write_text(re.sub('"headers": (\\[]|{})', f'"headers": {json.dumps(headers)}', text))
    assert report(recording) == FIRST_ID


@cache
def nested(pack: Callable[[bytes], bytes], layers: int) -> bytes:
    data = b"[" + b" " * 15_000_000 + b"]"
    for _ in range(layers):
        data = pack(data)
    return data


@pytest.mark.parametrize(
    ("pack", "coding"),
    [
        (zipped, "gzip"),
        (zlib.compress, "deflate"),
        (raw, "deflate"),
        (zipped, "gzip, gzip, gzip"),
        (raw, "deflate, deflate"),
    ],
)
def test_compressed_body_bomb(tmp_path: Path, record: Any, pack: Callable[[bytes], bytes], coding: str) -> None:
    body = nested(pack, coding.count(",") + 1)
    recording = record(tmp_path, body, [("content-encoding", coding)])
    tracemalloc.start()
    try:
        assert report(recording, "--max-bytes", "100000") == ["error too-large"]
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_too_many_codings(tmp_path: Path, record: Any) -> None:
    recording = record(tmp_path, DATA, [("content-encoding", "gzip, " * 4 + "gzip")])
    assert report(recording) == ["error broken-compression: has 5 content codings, of which at most 4 are decoded"]
