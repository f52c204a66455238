"""Recorded calls: which of them return runs, and the documents that they returned."""

from __future__ import annotations

import base64
import binascii
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from validator.core.options import Period
from validator.core.phrases import count
from validator.core.resource import RUN
from validator.sources import Document, InputError, Origin, Request, SkippedRecords, unreadable
from validator.sources import sse as event_stream
from validator.sources.compression import BrokenCompression
from validator.sources.positions import Enclosing, EscapedString, Nested, Offsets, Opaque, Recording
from validator.sources.reader import Reader, TooMuch
from validator.sources.recordings.body_kinds import is_event_stream, is_json
from validator.sources.recordings.content_encoding import MAX_DOCUMENTS, undone

_returns_runs = re.compile(RUN.path_pattern).search
_METHODS = ("GET", "POST")
"""Those of the calls that return runs: HEAD has no body, and OPTIONS is what a browser asks before."""
_SUCCEEDED = tuple(status for status in range(200, 300) if status not in (204, 205))
"""With a body: after 204 and 205 there is none (RFC 9110, 15.3.5)."""
_MAX_URL = 16_384
"""Characters of a URL that is looked into: servers answer longer ones with 414, and aliases may repeat them."""
_STATUSES = range(100, 600)
_LOST = "recorded without its body"
"""Why a call is passed over that may well have brought runs."""
_NO_STATUS = "recorded without its status"
_OF_MANY = {_LOST: "recorded without their bodies", _NO_STATUS: "recorded without their statuses"}


class Body(NamedTuple):
    """The body of a response as it stands in the recording: `offsets` has the place of each character, and its end."""

    text: str
    is_base64: bool
    offsets: Offsets

    def without_mark(self) -> Body:
        """The same without a byte order mark, which is no part of the document; a second one is, and a fault."""
        if not self.text.startswith("\ufeff") or self.text.startswith("\ufeff", 1):
            return self
        return Body(self.text[1:], self.is_base64, lambda most: self.offsets(most and most + 1)[1:])


class Call(NamedTuple):
    """A request and its response; `record` is its 1-based number, `body` None where none was recorded.

    `period` is None where the recording does not tell when it was.
    """

    record: int
    request: Request
    status: object
    content_type: str
    content_encoding: str
    body: Body | None
    period: Period | None = None


class NoCall(NamedTuple):
    """What stands in the place of a call; `reason` says why it is none, `offset` where it stands."""

    record: int
    reason: str
    offset: Callable[[], int]


class Requests:
    """The requests of a recording, each looked into once, however many calls repeat it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Request] = {}

    def request(self, method: object, url: object) -> Request | None:
        """The request of a call, if it could be one."""
        if not isinstance(method, str) or not isinstance(url, str):
            return None
        key = method, url
        if key not in self._known:
            self._known[key] = _request(method, url)
        return self._known[key]


def _request(method: str, url: str) -> Request:
    if len(url) > _MAX_URL:
        return Request(method.upper(), "", {})
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query)
    except ValueError:
        return Request(method.upper(), url, {})
    return Request(method.upper(), parts.path, dict(reversed(query)))


def documents(
    opened: Reader, recording: Recording, calls: Iterable[Call | NoCall]
) -> Iterator[Document | SkippedRecords | InputError]:
    """What the calls that return runs have returned, as they began; the others are counted, failed ones among them.

    Of a recording of more calls than are read, that is told after those that are.
    """
    found = others = 0
    unanswered: Counter[str] = Counter()
    calls = iter(calls)
    read = list(islice(calls, opened.max_parts))
    for turn, call in _as_they_began(read):
        if isinstance(call, NoCall):
            found += 1
            origin = Origin(Opaque(recording, call.offset), turn=turn)
            yield unreadable(opened.name, "broken-recording", call.reason, record=call.record, origin=origin)
            continue
        if reason := _why_not(call):
            unanswered[reason] += 1
        returned = _returned(opened, recording, call, call.body, turn) if call.body and _is_answer(call) else ()
        brings_runs = False
        for one in returned:
            brings_runs = True
            yield one
        found += brings_runs
        others += not brings_runs
    if next(calls, None) is not None:
        found += 1
        record = len(read) + 1
        yield opened.too_many("calls", opened.max_parts, "one recording", record, _origin_of_all(recording))
    reasons = {reason: _told(reason, number) for reason, number in unanswered.items()}
    if found or not opened.is_named:
        yield SkippedRecords(opened.name, others, tuple(reasons.values()), reasons.get(_LOST, ""))
        return
    yield SkippedRecords(opened.name, others)
    why = [f"it was {reason}" for reason in reasons] if others == 1 else [*reasons.values()]
    yield InputError(opened.name, ": ".join(filter(None, ("nothing to check", _nothing(others), ", ".join(why)))))


def _origin_of_all(recording: Recording) -> Origin:
    return Origin(Opaque(recording, lambda: 0))


def _nothing(calls: int) -> str:
    """What there is in a recording that brings no runs."""
    if calls == 0:
        return "it holds no calls"
    return "its only call returns no runs" if calls == 1 else f"none of its {calls} calls returns runs"


def _told(reason: str, number: int) -> str:
    """`2 calls for runs were answered with 401`."""
    said = f"was {reason}" if number == 1 else f"were {_OF_MANY.get(reason, reason)}"
    return f"{count(number, 'call')} for runs {said}"


def _as_they_began(calls: Sequence[Call | NoCall]) -> Iterator[tuple[int, Call | NoCall]]:
    """The calls in the order in which they began, and their turns; one that tells no time goes after its neighbour."""
    begins: list[float] = []
    for call in calls:
        period = call.period if isinstance(call, Call) else None
        begins.append(period[0] if period else begins[-1] if begins else -math.inf)
    order = sorted(range(len(calls)), key=begins.__getitem__)
    is_told = order != sorted(order)
    return ((turn if is_told else 0, calls[index]) for turn, index in enumerate(order, 1))


def _is_answer(call: Call) -> bool:
    return _is_for_runs(call.request) and call.status in _SUCCEEDED


def _is_for_runs(asked: Request) -> bool:
    return asked.method in _METHODS and _returns_runs(asked.path) is not None


def _why_not(call: Call) -> str | None:
    """Why a call for runs has no answer that could be checked, if that is so."""
    if not _is_for_runs(call.request):
        return None
    if call.status in _SUCCEEDED:
        return None if call.body else _LOST
    return f"answered with {call.status}" if type(call.status) is int and call.status in _STATUSES else _NO_STATUS


def _returned(
    opened: Reader, recording: Recording, call: Call, body: Body, turn: int
) -> Iterator[Document | InputError]:
    frame = Opaque(recording, lambda: body.offsets(1)[0])
    origin = Origin(frame, call.request, stream=call.record, period=call.period, turn=turn)
    try:
        if body.is_base64:
            data: str | bytes | None = _unpacked(opened, recording, call, body)
        else:
            recording.plain.take(len(body.text), opened.max_bytes)
            plain = body.without_mark()
            data = plain.text
            origin = origin._replace(frame=EscapedString(recording, plain.offsets))
    except InputError as missing:  # the extra package for zstd
        yield InputError(opened.name, f"call {call.record} {missing}")
        return
    except TooMuch as bodies:
        yield opened.too_much(bodies.most, call.record)._replace(origin=origin)
        return
    except BrokenCompression as broken:
        yield unreadable(opened.name, "broken-compression", str(broken), record=call.record, origin=origin)
        return
    except binascii.Error:
        reason = "is not the base64 text that it is recorded as"
        yield unreadable(opened.name, "broken-recording", reason, record=call.record, origin=origin)
        return
    if data is None:
        yield opened.too_large(call.record)._replace(origin=origin)
    elif _is_stream(call, data):
        yield from _streamed(opened, call, origin, data)
    else:
        yield opened.document(data, call.record, origin)


def _unpacked(opened: Reader, recording: Recording, call: Call, body: Body) -> bytes | None:
    """The body without its base64 and its compression; None where it is larger than may be read."""
    recording.packed.take(len(body.text), MAX_DOCUMENTS * opened.max_bytes)
    text = "".join(body.text.split()).encode("ascii", "replace")  # by what is refused as base64 text
    return undone(base64.b64decode(text, validate=True), call.content_encoding, opened, recording.packed)


def _streamed(opened: Reader, call: Call, origin: Origin, data: str | bytes) -> Iterator[Document]:
    """The runs of a body that is an event stream; its other events are no calls that are passed over."""
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    outer = Enclosing(origin.frame, text)
    stream = opened._replace(file=io.BufferedReader(io.BytesIO(text.encode("utf-8", "surrogatepass"))))
    for one in event_stream.runs(stream, lambda inner: Nested(outer, inner), origin, call.record):
        if isinstance(one, Document):
            yield one


def _is_stream(call: Call, data: str | bytes) -> bool:
    """Whether a body is an event stream; an answer in JSON is none, as servers send it that do not stream."""
    return not is_json(data) and ("event-stream" in call.content_type or is_event_stream(data))
