"""Take free text out of answers before they are recorded, so that what remains has the same findings about shape.

Free text is what the reports of this program do not print: strings at places for which the schemas do not say
`"x-sensitive": false`, and keys that look like credentials. Numbers, other keys, ids, and the words of closed
vocabularies stay. Equal texts stay equal and different ones different; lengths stay, but for a few short texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from validator.contract.loader import to_camel_case, to_wire_name
from validator.contract.redaction import may_show, place_of
from validator.core.credentials import is_credential
from validator.core.pointer import Path
from validator.jsontext.parse import decode_text, has_wide_encoding
from validator.jsontext.tokenizer import Unreadable, keys_of, tokenize
from validator.rules.objects import TIMES

_words = re.compile(r"""[^\s{}\[\]:,"'\\<>=/\udc80-\udcff]+""").sub  # the latter are bytes that are not UTF-8
_is_value = re.compile("[-+.0-9eE]{1,40}|true|false|null|NaN|-?Infinity|True|False|None|undefined").fullmatch


def _spell(*place: str) -> tuple[tuple[str, ...], ...]:
    """Return a place in both namings of keys."""
    return place, tuple(map(to_camel_case, place))


_IDS = (*_spell("id"), *_spell("thread_id"), *_spell("first_id"), *_spell("last_id"))
"""Where strings stand that requests repeat, whatever they look like."""
_ERROR_WORDS = (("error", "type"), ("error", "code"), ("error", "param"))
_is_time = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]{5,20}(?:Z|[+-]\d\d:?\d\d)?", re.ASCII).fullmatch
_is_word = re.compile(r"[\w.-]{1,64}", re.ASCII).fullmatch
_ARGUMENTS = _spell("required_action", "submit_tool_outputs", "tool_calls", "function", "arguments")
"""Where a string holds JSON."""
_SCHEMAS = _spell("tools", "function", "parameters") + _spell("response_format", "json_schema", "schema")
"""Where JSON Schemas stand in a run: most of their strings belong to the language."""
_MAPS = frozenset(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"))
"""Keywords whose keys are names."""
_SUBSCHEMAS = frozenset(
    (
        *("items", "prefixItems", "additionalItems", "unevaluatedItems", "contains", "allOf", "anyOf", "oneOf"),
        *("additionalProperties", "propertyNames", "unevaluatedProperties", "not", "if", "then", "else"),
    )
)
_WORDS = frozenset(("type", "required", "format", "$ref", "$schema", "$id", "$anchor", "$dynamicRef", "$dynamicAnchor"))
"""Keywords whose strings are no free text."""


class Scrubber:
    """Replaces free text, the same text by the same words throughout one recording."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}

    def scrub(self, body: bytes) -> bytes:
        """Return the body without free text; one that is not JSON keeps its punctuation and numbers."""
        if has_wide_encoding(body):
            return self._scrub_text(decode_text(body)).encode("utf-16")
        text = body.decode("utf-8", "surrogateescape")
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        return f"{mark}{self._scrub_text(text[len(mark) :])}".encode("utf-8", "surrogateescape")

    def _scrub_text(self, text: str, place: Path = ()) -> str:
        """Return a JSON text without free text; `place` is where it stands, if it is a string of another text."""
        try:
            return "".join(self._pieces(text, place))
        except Unreadable:
            return _words(lambda match: match[0] if _is_value(match[0]) else "x" * len(match[0]), text)

    def _pieces(self, text: str, place: Path) -> Iterator[str]:
        at = 0
        for token in tokenize(text):
            if token.kind not in ("string", "key"):
                continue
            value = json.loads(text[token.start : token.end])
            path = (*place, *keys_of(token.path))
            is_text = value and not _stays(path, value) if token.kind == "string" else is_credential(value)
            if is_text:
                holds_json = token.kind == "string" and place_of(path) in _ARGUMENTS
                scrubbed = self._scrub_text(value, path) if holds_json else self._replace(value)
                yield text[at : token.start]
                yield json.dumps(scrubbed)
                at = token.end
        yield text[at:]

    def _replace(self, text: str) -> str:
        """Return a word of the same length that stands for this text alone, or a longer one for want of short words."""
        if text not in self._words:
            self._words[text] = f"{len(self._words):x}".rjust(len(text), "x")
        return self._words[text]


def _stays(path: Path, text: str) -> bool:
    """Return whether the string at this path is no free text."""
    place = place_of(path)
    if place in _ERROR_WORDS:
        return _is_word(text) is not None
    for schema in _SCHEMAS:
        if place[: len(schema)] == schema:
            return _is_schema_word(place[len(schema) :])
    if len(place) == 1 and to_wire_name(place[0]) in TIMES:
        return _is_time(text) is not None
    return place in _IDS or may_show(path, text)


def _is_schema_word(keys: tuple[str, ...]) -> bool:
    """Return whether the string at these keys in a JSON Schema is a word of the language."""
    rest = iter(keys)
    for key in rest:
        if key in _MAPS:
            next(rest, None)
        elif key not in _SUBSCHEMAS:
            return key in _WORDS and next(rest, None) is None
    return False
