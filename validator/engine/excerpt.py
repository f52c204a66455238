"""Excerpt the line around a finding, without anything that may be somebody's secret.

Strings and keys that may not be shown are `…`, and so is every word from where a text ceases to be JSON.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from validator.contract.redaction import may_show, may_show_key
from validator.core.credentials import is_credential
from validator.core.finding import Excerpt
from validator.core.phrases import MAX_LENGTH, escape
from validator.core.pointer import Path, split
from validator.core.problem import Span
from validator.jsontext.locate import Landmark
from validator.jsontext.tokenizer import Token, Unreadable, keys_of, tokenize

MAX_CONTEXT = 200
"""Characters of the text to either side of a position."""

_WORD = re.compile(r"""[^ \t\r\n{}\[\]():,;"'<>=/]+""")
_LITERAL = re.compile("true|false|null|NaN|-?Infinity|True|False|None|undefined")
_NUMBER = re.compile("[-+.0-9eE]{1,40}")
_SEPARATORS = " \t\r\n,:"
_BLANKS = str.maketrans("\t\r", "  ")


class _Window(NamedTuple):
    """The stretch of a line that an excerpt shows, and where the line starts and ends."""

    start: int
    end: int
    line_start: int
    line_end: int


class _Piece(NamedTuple):
    """A stretch of the text and what is shown for it in an excerpt."""

    start: int
    end: int
    shown: str


def make_excerpts(
    text: str, spans: Sequence[tuple[Span, str]], *, show_values: bool, landmarks: Sequence[Landmark] = ()
) -> list[Excerpt]:
    """Return the excerpt for each span of a document and the pointer reported there, whose keys it may show.

    The text is read once, as far as the last span. With landmarks, which only a text that is JSON to its end may have,
    no more is read than what is around the spans.
    """
    windows: list[_Window] = []
    for span, _ in spans:
        line = windows[-1] if windows and windows[-1].line_start <= span.start <= windows[-1].line_end else None
        windows.append(_window(text, span, line))
    if show_values:
        rendered = [[_Piece(at, at + 1, _printable(text[at])) for at in range(*window[:2])] for window in windows]
    else:
        rendered = _redact(text, windows, [split(pointer) for _, pointer in spans], landmarks)
    return [_excerpt(pieces, window, span) for pieces, window, (span, _) in zip(rendered, windows, spans, strict=True)]


def _window(text: str, span: Span, line: _Window | None) -> _Window:
    """Return the window around a span; `line` is one in the same line, which may be endless."""
    if line:
        start, end = line.line_start, line.line_end
    else:
        start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.start)
        end = len(text) if end < 0 else end
        if text.endswith("\r", span.start, end):
            end -= 1
    return _Window(max(start, span.start - MAX_CONTEXT), min(end, span.start + MAX_CONTEXT), start, end)


def _redact(
    text: str, windows: Sequence[_Window], reported: Iterable[tuple[str, ...]], landmarks: Sequence[Landmark]
) -> list[list[_Piece]]:
    nearby, read = _tokens_near(text, windows, landmarks)
    starts, ends = [token.start for token in nearby], [token.end for token in nearby]
    rendered = []
    for window, keys in zip(windows, reported, strict=True):
        touched = slice(bisect_right(ends, window.start), bisect_left(starts, window.end))
        rendered.append(list(_pieces(text, window, nearby[touched], keys, is_json=window.start <= read)))
    return rendered


def _tokens_near(text: str, windows: Iterable[_Window], landmarks: Sequence[Landmark]) -> tuple[list[Token], int]:
    """Return the tokens that windows touch, and how far the text was read: as JSON, or as far as needed."""
    nearby: list[Token] = []
    read = 0
    ahead = sorted(windows, reverse=True)
    starts = [landmark.start for landmark in landmarks]
    stream = tokenize(text, skip_to=ahead[-1].start if ahead else 0)
    try:
        while ahead and (token := next(stream, None)):
            read = token.end
            while ahead and ahead[-1].end <= token.start:
                ahead.pop()
            if ahead and ahead[-1].start < read:
                nearby.append(token)
            elif ahead and (before := bisect_right(starts, ahead[-1].start)) and starts[before - 1] > read:
                stream = tokenize(text, *landmarks[before - 1], skip_to=ahead[-1].start)
    except Unreadable:  # the finding says so; what follows is masked
        pass
    return nearby, read


def _pieces(
    text: str, window: _Window, touched: Iterable[Token], reported: tuple[str, ...], *, is_json: bool
) -> Iterator[_Piece]:
    """Return every token that the window touches, to its ends, and what is between them."""
    at = window.start
    for token in touched:
        yield from _between(text, at, token.start, is_json=is_json)
        yield _Piece(token.start, token.end, _shown(text, token, reported))
        at = token.end
    yield from _between(text, at, window.end, is_json=is_json)


def _shown(text: str, token: Token, reported: tuple[str, ...]) -> str:
    """Return a token, masked if it may be a secret; `reported` are the keys that the finding names anyway."""
    raw = text[token.start : token.end]
    if token.kind == "string" and not may_show(keys_of(token.path), raw[1:-1]):
        return '"…"'
    if token.kind == "key":
        path = keys_of(token.path)
        if not may_show_key(path) and not _is_reported(path, reported):
            return '"…"'
    return _printable(raw if len(raw) <= MAX_LENGTH else f"{raw[:MAX_LENGTH]}…{raw[-1]}")


def _is_reported(path: Path, reported: tuple[str, ...]) -> bool:
    """Return whether a key is one of those that lead to a finding, which its pointer shows."""
    return tuple(map(str, path)) == reported[: len(path)] and not is_credential(str(path[-1]))


def _between(text: str, start: int, end: int, *, is_json: bool) -> Iterator[_Piece]:
    """Return what is between tokens: blanks and punctuation, or, where the text ceases to be JSON, masked words.

    Numbers are shown as long as they can only be the misplaced or misspelt numbers of a document.
    """
    if not text[start:end].strip(_SEPARATORS):  # nearly always
        yield _Piece(start, end, text[start:end].translate(_BLANKS))
        return
    shows_numbers = is_json
    for word in _WORD.finditer(text, start, end):
        blank = text[start : word.start()]
        shows_numbers = shows_numbers and not {'"', "'"} & {*blank} and _NUMBER.fullmatch(word[0]) is not None
        yield _Piece(start, word.start(), blank.translate(_BLANKS))
        yield _Piece(word.start(), word.end(), word[0] if shows_numbers or _LITERAL.fullmatch(word[0]) else "…")
        start = word.end()
    yield _Piece(start, end, text[start:end].translate(_BLANKS))


def _printable(text: str) -> str:
    return text if text.isascii() and text.isprintable() else escape(text.translate(_BLANKS))


def _excerpt(pieces: Sequence[_Piece], window: _Window, span: Span) -> Excerpt:
    return Excerpt(
        text="".join(piece.shown for piece in pieces),
        start=_column(pieces, span.start),
        end=_column(pieces, span.end),
        cut_left=window.line_start < min((piece.start for piece in pieces), default=window.start),
        cut_right=max((piece.end for piece in pieces), default=window.end) < window.line_end,
    )


def _column(pieces: Iterable[_Piece], offset: int) -> int:
    """Return the column of an offset of the text in the excerpt; what is masked or escaped has one column."""
    column = 0
    for piece in pieces:
        if offset < piece.end:
            return column + (offset - piece.start if len(piece.shown) == piece.end - piece.start else 0)
        column += len(piece.shown)
    return column
