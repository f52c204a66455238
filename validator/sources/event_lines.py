"""Event streams as SDKs write them down: on each line a JSON object with the name of an `event` and its `data`.

Sources: `toReadableStream` of https://github.com/openai/openai-node, `to_json` of the events of
https://github.com/openai/openai-python
"""

from __future__ import annotations

from collections.abc import Iterator

from validator.core.phrases import count
from validator.core.resource import RUN
from validator.jsontext.locate import find_end, locate
from validator.jsontext.parse import decode_text, parse
from validator.sources.compression import BrokenCompression
from validator.sources.document import (
    JSON_WHITESPACE,
    Document,
    InputError,
    Origin,
    SkippedRecords,
    unreadable_document,
)
from validator.sources.jsonl import read_line
from validator.sources.positions import LineMap, Start
from validator.sources.reader import Reader

_FIRST_EVENT = f"{RUN.object}.created"


def read_documents(reader: Reader) -> Iterator[Document | SkippedRecords | InputError]:
    """Yield the runs in a file and the lines that are no events, then the number of the other events.

    SDKs leave out the `done` that ends a stream; a further stream begins where a run is created.
    """
    number = stream = skipped = 0
    is_empty, is_of_threads = True, False
    try:
        while line := read_line(reader)[0]:
            number += 1
            if not line.strip(JSON_WHITESPACE):
                continue
            name, has_run, document = _read_event(reader, number, line.removesuffix(b"\n"))
            stream += name == _FIRST_EVENT
            is_of_threads = is_of_threads or (name is not None and (has_run or name.startswith("thread.")))
            if not has_run and not (is_of_threads and name == "error"):
                skipped += 1
                continue
            is_empty = False
            yield document._replace(origin=document.origin and document.origin._replace(stream=stream))
    except BrokenCompression as broken:
        yield unreadable_document(reader.name, "broken-compression", str(broken), record=number + 1)
        return
    is_other = is_empty and not reader.is_named
    yield SkippedRecords(reader.name, skipped, other="an event stream without runs" if is_other else "")
    if is_empty and reader.is_named:
        yield InputError(reader.name, f"nothing to check: no run in {count(skipped, 'event')}")


def _read_event(reader: Reader, number: int, line: bytes) -> tuple[str | None, bool, Document]:
    """Return the name of the event, whether it may have a run, and the document in its data.

    A line that is no event is a document itself.
    """
    if len(line) > reader.max_bytes:
        return None, True, reader.too_large(number)
    if problem := reader.check_values(line, number):
        return None, True, problem
    parsed = parse(line)
    match parsed.value:
        case {"event": str(name), "data": value} if all("/" in problem.pointer for problem in parsed.problems):
            text = decode_text(line)
            begin = locate(text, {("data", False)})["data", False].start
            start = Start(number, begin + 1, len(text[:begin].encode()) + 1)
            data = text[begin : find_end(text, begin)]
            document = Document(reader.name, data, number, origin=Origin(LineMap((start,)), event=name))
            return name, RUN.is_in_event(name, value), document
    return None, True, Document(reader.name, line, number, parsed=parsed)
