"""One JSON text: a document, or a recording that is told by its keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from validator.sources import Document, InputError, SkippedRecords
from validator.sources.reader import Reader

_may_be_recording = re.compile(rb'[{,]\s*"(?:log|interactions|http_interactions)"\s*:').search
_START = 4096
"""Bytes in which a recording shows the key that tells it."""


def documents(opened: Reader) -> Iterator[Document | SkippedRecords | InputError]:
    """The document, or those in the recording."""
    data = opened.whole()
    if data is None:
        yield opened.too_large()
    elif _may_be_recording(data, 0, _START):
        from validator.sources.recordings import json_reader as recorded_json  # most files are no recordings

        yield from recorded_json.documents(opened, data)
    else:
        yield opened.document(data)
