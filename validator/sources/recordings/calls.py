"""Recorded calls: which of them return runs, and the documents that they returned."""

from __future__ import annotations

import base64
import binascii
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from validator.core.exchange import Request, Response, redirect_origin
from validator.core.options import Period
from validator.core.phrases import count
from validator.core.problem import Problem
from validator.core.resource import RUN
from validator.jsontext.parse import Parsed
from validator.sources import sse
from validator.sources.compression import BrokenCompression
from validator.sources.document import Document, InputError, Origin, SkippedRecords, unreadable_document
from validator.sources.positions import EscapedString, FileLine, Nested, Offsets, Opaque, OuterText
from validator.sources.reader import ByteBudget, ByteBudgetExceeded, Reader
from validator.sources.recordings.content_encoding import BUDGET_DOCUMENTS, begins_event_stream, begins_json, decode

find_run = re.compile(rf"""\bobject[\\"']*\s*:[\s\\"']*{re.escape(RUN.object)}(?![.\w])""").search
"""Finds the type of a run in YAML, or in JSON that a scalar or string of any style holds."""

_METHODS = ("GET", "POST")
"""The methods of calls that return runs: HEAD has no body, and OPTIONS is the preflight request of a browser."""
_SUCCESS = tuple(status for status in range(200, 300) if status not in (204, 205))
"""Statuses with a body: after 204 and 205 there is none (RFC 9110, 15.3.5)."""
_NO_BODY, _NO_STATUS, _NO_ANSWER = "recorded without its body", "recorded without its status", "not answered"
_NO_PATH = "recorded without its path"
_OTHER_PATH = "made to another path than /threads/ID/runs"
_OTHER_METHOD = "made with another method than GET and POST"
_MAY_HIDE_RUNS = (_NO_BODY, _NO_STATUS, _NO_PATH, _OTHER_PATH, _OTHER_METHOD)
_PLURALS = {
    _NO_BODY: "recorded without their bodies",
    _NO_STATUS: "recorded without their statuses",
    _NO_PATH: "recorded without their paths",
}


_EPOCH = datetime.fromtimestamp(0, UTC)
_MAX_DURATION = 24 * 60 * 60 * 1000
"""Milliseconds; no call takes a day."""


class Body(NamedTuple):
    """The body of a response as it stands in the recording."""

    text: str
    is_base64: bool
    offsets: Offsets

    def without_mark(self) -> Body:
        """Return the body without a byte order mark, which is not part of the document; a second one is an error."""
        if not self.text.startswith("\ufeff") or self.text.startswith("\ufeff", 1):
            return self
        return Body(self.text[1:], self.is_base64, lambda limit: self.offsets(limit and limit + 1)[1:])


class Call(NamedTuple):
    """A request and its response; `record` is its 1-based number, `body` None where none was recorded.

    `status` may be any value that stands in the recording. `period` is None where the recording has no times. `offset`
    is where the call stands. `step`, `location`, `error` and `is_retried` are known of calls of `validate-runs live`
    alone: its question, the header Location, why no response came, and whether it asked again. `is_stub` says that it
    is one of many possible responses, and `is_partial` that its URL leaves open which other parameters a request has.
    """

    record: int
    method: str
    url: str
    status: Any
    content_type: str
    content_encoding: str
    body: Body | None
    offset: Callable[[], int]
    period: Period | None = None
    step: str = ""
    location: str = ""
    error: str = ""
    is_retried: bool = False
    is_stub: bool = False
    is_partial: bool = False

    @property
    def response(self) -> Response:
        """The status, if it is one, and the content type, if it was recorded."""
        is_status = type(self.status) is int and 100 <= self.status < 600
        missing = "" if self.step and is_status else None  # "x-unknown" stands for one that is not recorded in a HAR
        content_type = self.content_type if "/" in self.content_type else missing
        redirect = redirect_origin(self.url, self.location) if self.location else None
        return Response(self.status if is_status else None, content_type, redirect, self.error, self.is_retried)


class InvalidCall(NamedTuple):
    """An entry of a recording that is not a call: the reason, and the offset where it stands."""

    record: int
    reason: str
    offset: Callable[[], int]


def read_documents(
    reader: Reader, recording: OuterText, calls: Iterable[Call | InvalidCall], repeated: Iterable[Problem] = ()
) -> Iterator[Document | SkippedRecords | InputError]:
    """Yield the runs that the calls returned, in the order in which the calls began, then the number of the others.

    Error responses to calls for runs are documents too, and count among the others; of a live check, redirects and
    questions without an answer are, too.
    A finding comes before that if the recording has more calls than are read, or is named and has only error answers.
    `repeated` are keys that the recording repeats: they may hide runs. They are read after the calls.
    """
    calls = iter(calls)
    read = list(islice(calls, reader.max_parts))
    bodies, other_bodies = _BodyReader(reader, recording), _BodyReader(reader, recording)
    parse = cache(Request.parse)  # aliases of YAML may repeat a long URL
    failures: Counter[str] = Counter()
    is_checked, has_errors, skipped = False, False, 0
    for sequence, call in _by_time(read):
        if isinstance(call, InvalidCall):
            is_checked = True
            origin = Origin(Opaque(recording, call.offset), sequence=sequence)
            yield unreadable_document(reader.name, "broken-recording", call.reason, record=call.record, origin=origin)
            continue
        request = parse(call.method, call.url)._replace(step=call.step, is_partial=call.is_partial)
        returns_runs = request.method in _METHODS and request.returns_runs
        is_other_method = request.returns_runs and not call.is_stub  # a stub may be for several methods
        if returns_runs and (failure := _failure(call)):
            failures[failure] += 1
        elif not returns_runs and not is_other_method and call.body and other_bodies.has_runs(call, call.body):
            failures[_OTHER_METHOD if request.returns_runs else _OTHER_PATH if request.path else _NO_PATH] += 1
        has_runs = False
        response = call.response
        if returns_runs and call.body and (call.status in _SUCCESS or (call.step and response.is_success)):
            for item in bodies.read(call, call.body, request, sequence):
                has_runs = True
                yield item
        elif returns_runs and (response.is_error or (call.step and (response.is_redirect or response.is_missing))):
            has_errors = has_errors or not call.step  # a live check says itself that there was nothing to check
            yield from bodies.read_error(call, request, sequence)
        is_checked = is_checked or has_runs
        skipped += not has_runs
    if next(calls, None) is not None:
        is_checked = True
        origin = Origin(Opaque(recording, lambda: 0))
        yield reader.too_many("calls", reader.max_parts, "one recording", len(read) + 1, origin)
    text = recording.text
    problems = tuple(repeated)
    if problems and (is_checked or has_errors or reader.is_named or find_run(text)):
        is_checked = True
        parsed = Parsed(None, problems, False, text)
        yield Document(reader.name, text, origin=Origin(FileLine(None)), parsed=parsed, is_named=reader.is_named)
    reasons = {failure: _describe(failure, number) for failure, number in failures.items()}
    unchecked = ", ".join(reasons[failure] for failure in _MAY_HIDE_RUNS if failure in reasons)
    if has_errors and not is_checked and reader.is_named:
        is_checked = True
        message = f"holds no runs: {', '.join(reasons.values())}; expected an answer with runs"
        yield unreadable_document(reader.name, "not-a-run-list", message, origin=Origin(Opaque(recording, lambda: 0)))
    if is_checked or not reader.is_named:
        yield SkippedRecords(reader.name, skipped, tuple(reasons.values()), unchecked)
    else:
        yield SkippedRecords(reader.name, skipped)
        yield InputError(reader.name, _nothing_to_check(skipped, reasons))


def read_period(begin: Any, duration: Any) -> Period | None:
    """Return when a call began, given in ISO 8601, and ended, by its milliseconds; without these, when it began."""
    try:
        began = datetime.fromisoformat(begin)
    except (TypeError, ValueError):
        return None
    if began.tzinfo is None:  # it may have been any time of the day
        return None
    seconds = (began - _EPOCH).total_seconds()
    is_known = type(duration) in (int, float) and 0 <= duration < _MAX_DURATION  # -1 stands for none
    return seconds, seconds + duration / 1000 if is_known else seconds


def _by_time(calls: Sequence[Call | InvalidCall]) -> Iterator[tuple[int, Call | InvalidCall]]:
    """Yield the calls in the order in which they began, with their sequence numbers.

    A call without a time follows the call before it in the file.
    """
    begins: list[float] = []
    for call in calls:
        period = call.period if isinstance(call, Call) else None
        begins.append(period[0] if period else begins[-1] if begins else -math.inf)
    order = sorted(range(len(calls)), key=begins.__getitem__)
    is_reordered = order != sorted(order)
    return ((sequence if is_reordered else 0, calls[index]) for sequence, index in enumerate(order, 1))


def _is_stream(call: Call, data: str | bytes) -> bool:
    return "event-stream" in call.content_type or begins_event_stream(data)


def _failure(call: Call) -> str | None:
    """Return why a call for runs has no answer to check, if it has none."""
    if call.status in _SUCCESS:
        is_blank_stream = call.body and "event-stream" in call.content_type and not call.body.text.strip()
        return None if call.body and not is_blank_stream else _NO_BODY
    status = call.response.status
    if status is None:
        return _NO_ANSWER if call.error else _NO_STATUS
    return f"answered with {status}"


def _describe(failure: str, number: int) -> str:
    """Return a clause like `2 calls for runs were answered with 401`."""
    verb = f"was {failure}" if number == 1 else f"were {_PLURALS.get(failure, failure)}"
    return f"{count(number, 'call')} for runs {verb}"


def _nothing_to_check(calls: int, reasons: dict[str, str]) -> str:
    if calls == 0:
        return "nothing to check: it holds no calls"
    subject = "its only call returns no runs" if calls == 1 else f"none of its {calls} calls returns runs"
    details = ", ".join([f"it was {failure}" for failure in reasons] if calls == 1 else reasons.values())
    return ": ".join(filter(None, ("nothing to check", subject, details)))


class _BodyReader:
    """Reads the bodies of a recording within budgets.

    Bodies in base64 have a budget of their own, so that the plain ones are read whatever those unpack to. Without
    aliases, plain bodies have no more bytes than the text.
    """

    def __init__(self, reader: Reader, recording: OuterText) -> None:
        self._reader = reader
        self._recording = recording
        self._plain_budget = ByteBudget()
        self._packed_budget = ByteBudget()

    def read(self, call: Call, body: Body, request: Request, sequence: int) -> Iterator[Document | InputError]:
        """Yield the document in a body, the runs of an event stream, or why it cannot be read."""
        reader, record = self._reader, call.record
        positions = Opaque(self._recording, lambda: body.offsets(1)[0])
        origin = Origin(
            positions,
            request,
            call.response,
            stream=record,
            period=call.period,
            sequence=sequence,
            is_stub=call.is_stub,
        )
        try:
            if body.is_base64:
                data: str | bytes | None = self._decode(call, body)
            else:
                self._plain_budget.spend(len(body.text), reader.max_bytes)
                plain = body.without_mark()
                data = plain.text
                origin = origin._replace(positions=EscapedString(self._recording, plain.offsets))
        except InputError as missing:  # the extra package for zstd
            yield InputError(reader.name, f"call {record} {missing}")
        except ByteBudgetExceeded as exceeded:
            yield reader.over_budget(exceeded.limit, record, origin)
        except BrokenCompression as broken:
            yield unreadable_document(reader.name, "broken-compression", str(broken), record=record, origin=origin)
        except binascii.Error:
            yield unreadable_document(
                reader.name, "broken-recording", "is not valid base64", record=record, origin=origin
            )
        else:
            if data is None:
                yield reader.too_large(record, origin)
            elif request.method != "GET" and not begins_json(data) and _is_stream(call, data):
                yield from self._read_stream(record, origin, data)  # a server that does not stream answers with JSON
            else:
                yield reader.document(data, record, origin)

    def has_runs(self, call: Call, body: Body) -> bool:
        """Return whether a body that is not checked seems to hold runs; False if it cannot be read."""
        if not body.is_base64:
            return RUN.is_named_in(body.text)
        try:
            data = self._decode(call, body)
        except (InputError, ByteBudgetExceeded, BrokenCompression, binascii.Error):
            return False
        return data is not None and RUN.is_named_in(data)

    def read_error(self, call: Call, request: Request, sequence: int) -> Iterator[Document | InputError]:
        """Yield the document in the body of a response without runs, which may be missing."""
        if call.body is not None:
            yield from self.read(call, call.body, request, sequence)
            return
        positions = Opaque(self._recording, call.offset)
        origin = Origin(positions, request, call.response, period=call.period, sequence=sequence, is_stub=call.is_stub)
        yield self._reader.document("", call.record, origin)

    def _decode(self, call: Call, body: Body) -> bytes | None:
        """Return the body without base64 and compression, or None if it is larger than a document may be.

        A live check has recorded what it could decompress without compression: what is left is what the server sent.
        """
        self._packed_budget.spend(len(body.text), BUDGET_DOCUMENTS * self._reader.max_bytes)
        text = "".join(body.text.split()).encode("ascii", "replace")  # `?` is not in the alphabet of base64
        data = base64.b64decode(text, validate=True)
        if call.step:
            return data if len(data) <= self._reader.max_bytes else None
        return decode(data, call.content_encoding, self._reader, self._packed_budget)

    def _read_stream(self, record: int, origin: Origin, data: str | bytes) -> Iterator[Document]:
        """Yield the runs of a body that is an event stream; its other events are not skipped calls.

        A body without any event is no stream, whatever its content type says.
        """
        text = data if isinstance(data, str) else data.decode("utf-8", "replace")
        outer = OuterText(text, origin.positions)
        body = io.BytesIO(text.encode("utf-8", "surrogatepass"))
        reader = self._reader._replace(file=io.BufferedReader(body))
        is_empty = True
        for item in sse.read_runs(reader, lambda inner: Nested(outer, inner), origin, record):
            if isinstance(item, Document):
                is_empty = False
                yield item
            elif is_empty and item.number:
                message = f'is an event stream without a run, expected events such as "{RUN.object}.created"'
                origin = origin._replace(event="")
                yield unreadable_document(reader.name, "not-a-run-list", message, record=record, origin=origin)
            elif is_empty and text.strip():
                yield sse.no_events(reader, record, origin._replace(event=""))
