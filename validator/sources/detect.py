"""The format of a file, from its name or else from its beginning, and the reader for that format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from validator.sources import jsonl
from validator.sources.document import Document, InputError, SkippedRecords, SourceItem
from validator.sources.reader import Reader
from validator.sources.recordings import recording_keys

FORMATS = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".sse": "sse",
    ".har": "har",
    ".yaml": "yaml",
    ".yml": "yaml",
}
"""The format of a file by the end of its name."""
COMPRESSED_SUFFIXES = (".gz", ".zst")
SUFFIXES = tuple(f"{suffix}{packed}" for packed in ("", *COMPRESSED_SUFFIXES) for suffix in FORMATS)
"""The ends of the names that are searched for in folders; a file that is named is read whatever its name."""
UNREAD_SUFFIXES = tuple(f"{suffix}{packed}" for packed in (".bz2", ".xz", ".zip", ".7z", ".br") for suffix in FORMATS)
"""The ends of the names of files that are reported in folders, since they are not unpacked."""

_BOM = b"\xef\xbb\xbf"
_KEYS, _YAML_KEYS = ("|".join(recording_keys(is_yaml=is_yaml)).encode() for is_yaml in (False, True))
_MAX_KEY_OFFSET = 4096
"""Bytes in which a recording in JSON shows one of its keys."""
_has_recording_key = re.compile(rb'[{,]\s*"(?:%b)"\s*:' % _KEYS).search
_has_yaml_recording_key = re.compile(rb"^(?:-\s+)?(?:%b):" % _YAML_KEYS, re.MULTILINE).search
_is_event_stream = re.compile(rb"(?:event|data|id|retry)? ?:").match


def is_jsonl(name: str) -> bool:
    """Return whether a file of this name is JSON Lines, compressed or not."""
    return _format_of_name(name) == "jsonl"


def read_documents(reader: Reader) -> Iterator[SourceItem]:
    """Return the documents of a file; those of JSON Lines in blocks of lines."""
    kind = _format_of_name(reader.name)
    if not reader.is_named and reader.name.lower().endswith(UNREAD_SUFFIXES):
        return iter((SkippedRecords(reader.name, 0, unchecked="skipped: only gzip and zstd are unpacked"),))
    if kind is None:
        start, reader = reader.peek()
        kind = _format_of_content(start.removeprefix(_BOM))
    if kind == "jsonl":
        start, reader = reader.peek()
        if jsonl.begins_events(start):
            from validator.sources import event_lines  # most files are no streams

            return event_lines.read_documents(reader)
        return jsonl.read_documents(reader, start)
    if kind == "sse":
        from validator.sources import sse  # most files are no streams and no recordings

        return sse.read_documents(reader)
    return _read_all(reader, kind)


def _read_all(reader: Reader, kind: str) -> Iterator[Document | SkippedRecords | InputError]:
    data = reader.read_all()
    if data is None:
        yield reader.too_large()
    elif kind == "yaml":
        from validator.sources.recordings import yaml_reader

        yield from yaml_reader.read_documents(reader, data)
    elif kind == "har" or _has_recording_key(data, 0, _MAX_KEY_OFFSET):
        from validator.sources.recordings import json_reader

        yield from json_reader.read_documents(reader, data, must_be_har=kind == "har")
    else:
        yield reader.document(data)


def _format_of_name(name: str) -> str | None:
    name = name.lower()
    for suffix in COMPRESSED_SUFFIXES:
        name = name.removesuffix(suffix)
    return next((kind for suffix, kind in FORMATS.items() if name.endswith(suffix)), None)


def _format_of_content(start: bytes) -> str:
    if start.lstrip()[:1] in (b"{", b"["):
        return "jsonl" if _begins_lines(start.lstrip()) else "json"
    if _is_event_stream(start):
        return "sse"
    return "yaml" if _has_yaml_recording_key(start) else "json"


def _begins_lines(start: bytes) -> bool:
    """Return whether one of the first two lines is a complete document, and is not the only line."""
    first, _, rest = start.partition(b"\n")
    second = rest.lstrip().partition(b"\n")[0]
    return bool(second) and (_is_document(first) or (second[:1] in (b"{", b"[") and _is_document(second)))


def _is_document(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
