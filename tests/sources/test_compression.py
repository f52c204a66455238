"""Compressed files: decompressed within limits, checked up to where they are damaged."""

import base64
import gzip
import json
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd

from tests.support.commands import run
from tests.support.pages import PAGE, RUN
from tests.support.recordings import BAD_PAGE, QUOTED, errors, har, messages, places, position
from validator import validate
from validator.sources.document import Document
from validator.sources.files import read_paths

PACKERS: list[Callable[[bytes], bytes]] = [gzip.compress, zstd.compress]


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.ndjson.zst"])
def test_compressed_jsonl_places(tmp_path: Path, pack: Callable[[bytes], bytes], name: str) -> None:
    line = json.dumps(BAD_PAGE)
    (tmp_path / name).write_bytes(pack(f"{json.dumps(RUN)}\n{line}\n".encode()))
    assert places(tmp_path / name) == [(2, "first-id-mismatch", 2, position(line, QUOTED)[1])]


@pytest.mark.parametrize("pack", PACKERS)
def test_damaged_archive_is_checked_up_to_the_damage(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    lines = [json.dumps({**BAD_PAGE, "nonce": zlib.crc32(bytes([n % 251, n // 251]))}) for n in range(1000)]
    data = pack("\n".join(lines).encode())
    archive = tmp_path / "a.jsonl.gz"
    archive.write_bytes(data[: len(data) // 2])
    findings = validate(archive).findings
    assert {finding.rule for finding in findings[:-1]} == {"first-id-mismatch"}
    last = findings[-1]
    assert (last.rule, last.message, last.record, last.line) == (
        *("broken-compression", "ends before its compressed data does"),
        *(len(findings), len(findings)),
    )
    archive.write_bytes(data[: len(data) // 2] + b"\0" * 40 + data[len(data) // 2 + 40 :])
    assert messages(archive)[-1][1] == "broken-compression does not unpack: its data is damaged"


@pytest.mark.parametrize("damage", [lambda data: data[:-8], lambda data: data + b"trailing"])
@pytest.mark.parametrize("name", ["a.jsonl", "a"])
def test_damaged_small_archive_keeps_its_lines(tmp_path: Path, name: str, damage: Callable[[bytes], bytes]) -> None:
    lines = [json.dumps({**BAD_PAGE, "nonce": str(n) * 300}) for n in range(8)]
    (tmp_path / name).write_bytes(damage(gzip.compress("\n".join(lines).encode())))
    assert [(record, rule) for record, rule, *_ in places(tmp_path / name)] == [
        *((number, "first-id-mismatch") for number in range(1, 8)),
        (8, "broken-compression"),
    ]


@pytest.mark.parametrize("name", ["a.json", "a.har", "a.yaml", "a"])
def test_truncated_compressed_document(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(json.dumps(PAGE).encode())[:-9])
    assert messages(tmp_path / name) == [(None, "broken-compression ends before its compressed data does")]


def test_truncated_compressed_stream_keeps_its_events(tmp_path: Path) -> None:
    events = "".join(
        f"event: thread.run.custom\ndata: {json.dumps({**RUN, 'object': str(n * 7919)})}\n\n" for n in range(500)
    )
    (tmp_path / "a.sse").write_bytes(gzip.compress(events.encode())[:-500])
    rules = [rule for _, rule, *_ in places(tmp_path / "a.sse")]
    assert rules[-1] == "broken-compression"
    assert {*rules[:-1]} == {"schema:const"}
    (tmp_path / "a.sse").write_bytes(gzip.compress(events.encode())[:12])
    assert [rule for _, rule, *_ in places(tmp_path / "a.sse")] == ["broken-compression"]


@pytest.mark.parametrize("name", ["a.json.gz", "a.har.gz", "a.yaml.gz"])
def test_compressed_file_bomb(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(b" " * 50_000_000))
    found = next(iter(read_paths([str(tmp_path / name)], 1000)))
    assert isinstance(found, Document)
    assert found.problem is not None
    assert found.problem.rule == "too-large"


def test_zstd_package_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.json").write_bytes(zstd.compress(b"{}"))
    for module in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, module, None)
    assert errors(tmp_path / "a.json") == [
        "is compressed with zstd, which takes an extra package: pip install 'validate-runs[zstd]'"
    ]


def test_zstd_package_missing_for_one_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = har(*[base64.b64encode(zstd.compress(b"{}")).decode()] * 2, encoding="base64")["log"]["entries"]
    entries = [packed[0], *har(json.dumps(BAD_PAGE))["log"]["entries"], packed[1]]
    (tmp_path / "a.har").write_text(json.dumps({"log": {"entries": entries}}))
    for module in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, module, None)
    ran = run("-f", "json", tmp_path / "a.har")
    why = "is compressed with zstd, which takes an extra package: pip install 'validate-runs[zstd]'"
    assert [(finding["record"], finding["rule"]) for finding in json.loads(ran.out)["findings"]] == [
        (2, "first-id-mismatch")
    ]
    assert (ran.code, ran.err) == (2, "".join(f"validate-runs: {tmp_path}/a.har: call {n} {why}\n" for n in (1, 3)))


def test_disk_error_is_not_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.json").write_bytes(gzip.compress(b"{}"))

    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(gzip.GzipFile, "read1", fail)
    assert errors(tmp_path / "a.json") == ["input/output error"]
