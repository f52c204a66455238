"""What a file is by its name, or, where that tells nothing, by what it begins with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TypeAlias

from validator.sources import Document, InputError, LineBlock, SkippedRecords, json_text
from validator.sources import jsonl as json_lines
from validator.sources.reader import Reader

Found: TypeAlias = Iterator[Document | LineBlock | SkippedRecords | InputError]

KINDS = {
    ".json": "json",
    ".jsonl": "json_lines",
    ".ndjson": "json_lines",
    ".sse": "event_stream",
    ".har": "har",
    ".yaml": "cassette",
    ".yml": "cassette",
}
"""What files are by the ends of their names; the module of that name, but for the recordings, knows what to do."""
PACKED = (".gz", ".zst")
SUFFIXES = tuple(f"{suffix}{packed}" for packed in ("", *PACKED) for suffix in KINDS)
"""The ends of the names that are looked for in folders; a file that is named is read whatever its name."""

_BOM = b"\xef\xbb\xbf"
_is_event_stream = re.compile(rb"(?:event|data|id|retry)? ?:").match
_is_cassette = re.compile(rb"^(?:http_)?interactions:", re.MULTILINE).search


def is_lines(name: str) -> bool:
    """Whether a file of this name is JSON Lines that nobody has packed."""
    return _by_name(name) == "json_lines" and not name.lower().endswith(PACKED)


def documents(opened: Reader) -> Found:
    """The documents in a file; those of JSON Lines in blocks of lines."""
    kind = _by_name(opened.name)
    if kind is None:
        start, opened = opened.ahead()
        kind = _by_content(start.removeprefix(_BOM))
    if kind == "json":
        return json_text.documents(opened)
    if kind == "json_lines":
        return json_lines.documents(opened)
    return _rarer(kind, opened)


def _rarer(kind: str, opened: Reader) -> Found:
    """The documents in a file of the kinds whose modules most calls do without."""
    if kind == "event_stream":
        from validator.sources import sse as event_stream

        yield from event_stream.documents(opened)
        return
    data = opened.whole()
    if data is None:
        yield opened.too_large()
    elif kind == "har":
        from validator.sources.recordings import json_reader as recorded_json

        yield from recorded_json.documents(opened, data, otherwise="is no HAR: it has no log.entries")
    else:
        from validator.sources.recordings import yaml_reader as recorded_yaml

        yield from recorded_yaml.documents(opened, data)


def _by_name(name: str) -> str | None:
    name = name.lower()
    for suffix in PACKED:
        name = name.removesuffix(suffix)
    return next((kind for suffix, kind in KINDS.items() if name.endswith(suffix)), None)


def _by_content(start: bytes) -> str:
    if start.lstrip()[:1] in (b"{", b"["):
        return "json_lines" if _begins_lines(start.lstrip()) else "json"
    if _is_event_stream(start):
        return "event_stream"
    return "cassette" if _is_cassette(start) else "json"


def _begins_lines(start: bytes) -> bool:
    """Whether one of the first two lines is a document of its own, and something else follows or stands before."""
    first, _, rest = start.partition(b"\n")
    second = rest.lstrip().partition(b"\n")[0]
    return bool(second) and (_is_document(first) or (second[:1] in (b"{", b"[") and _is_document(second)))


def _is_document(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
