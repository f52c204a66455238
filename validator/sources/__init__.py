"""Where documents come from: files, folders, recordings, standard input, and values handed over in Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from validator.core.options import ORDERS, Order
from validator.core.problem import Problem, Span
from validator.core.resource import RUN

if TYPE_CHECKING:
    from validator.core.options import Period
    from validator.jsontext.locate import Place  # most documents have no place to find
    from validator.jsontext.parse import Parsed


BLANK = b" \t\r\n"
"""What JSON takes for white space."""


class PositionMap(Protocol):
    """How a document lies in its file."""

    def position(self, text: str) -> Callable[[int], Place]:
        """What turns offsets in the text of the document into places in the file."""

    def line_text(self, text: str) -> Callable[[int], str]:
        """What finds a line of the file in which something of the document stands."""


class Request(NamedTuple):
    """The request that a recorded document answers; `query` has the first value of each parameter."""

    method: str
    path: str
    query: Mapping[str, str]

    @property
    def lists(self) -> bool:
        """Whether it asks for a page of runs."""
        return self.method == "GET" and self.path.rstrip("/").endswith(RUN.list_path)

    @property
    def order(self) -> Order | None:
        """The order that it asks for, if it does."""
        asked = self.query.get("order")
        return next((order for order in ORDERS if order == asked), None)

    @property
    def limit(self) -> int | None:
        """The size of a page that it asks for, if it does; with `before` that says nothing of `has_more`."""
        asked = "" if "before" in self.query else self.query.get("limit", "")
        return int(asked) if re.fullmatch("[1-9][0-9]?|100", asked) else None


class Origin(NamedTuple):
    """Where in its file a document stood, and what is known of how it came about.

    Of an event stream, `event` is the name of the event, `stream` tells the streams of a recording apart, and `is_last`
    marks the last run of a stream: `is_torn` says then that the stream ended without its `done`.

    `period` is that of the call, if the recording tells. Where calls do not stand in the order in which they began,
    `turn` is the place of this one in that order, from 1, and 0 everywhere else.
    """

    frame: PositionMap
    request: Request | None = None
    event: str | None = None
    stream: int = 0
    is_last: bool = False
    is_torn: bool = False
    period: Period | None = None
    turn: int = 0


class Document(NamedTuple):
    """One JSON text to check.

    `file` is the name as the user gave it (None for a value), `record` its 1-based number in a file of many.
    `problem` is that of a document whose content could not be had; `data` is empty then.
    `has_places` is False where the text was made from a value: nobody could look a place up in it.
    Without an `origin`, a document with a record is that line of its file, and one without a record is all of it.
    `parsed` is what the data holds, if it has been parsed already.
    """

    file: str | None
    data: bytes | str
    record: int | None = None
    problem: Problem | None = None
    has_places: bool = True
    origin: Origin | None = None
    parsed: Parsed | None = None


class LineBlock(NamedTuple):
    """Whole lines of a file of documents, none larger than may be read; `record` is the number of the first."""

    file: str
    record: int
    data: bytes

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """The lines with their numbers; only line feeds end lines."""
        return enumerate(self.data.removesuffix(b"\n").split(b"\n"), self.record)

    def documents(self) -> Iterator[Document]:
        """The documents on the lines; blank lines hold none."""
        return (Document(self.file, line, record) for record, line in self.lines() if line.strip(BLANK))


def unreadable(
    file: str, rule: str, message: str, *values: object, record: int | None = None, origin: Origin | None = None
) -> Document:
    """What stands in the place of a document whose content could not be had: the finding that says why."""
    problem = Problem("", message, values, span=Span(0, 0), rule=rule)
    return Document(file=file, data=b"", record=record, problem=problem, origin=origin)


class SkippedRecords(NamedTuple):
    """How many calls of a recording, or events of a stream, bring no runs; they are not looked into.

    `reasons` tell of those that asked for runs and had none, `lost` of those whose answers were not recorded.
    """

    file: str
    number: int
    reasons: tuple[str, ...] = ()
    lost: str = ""


class InputError(Exception):
    """A file or folder that could not be opened or holds nothing to check; the text says why, without the name."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(file, reason)  # what it is made anew from in another process
        self.file = file
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


def each_document(
    found: Iterable[Document | LineBlock | SkippedRecords | InputError],
) -> Iterator[Document | SkippedRecords | InputError]:
    """The same with documents in the place of blocks of lines."""
    for one in found:
        if isinstance(one, LineBlock):
            yield from one.documents()
        else:
            yield one
