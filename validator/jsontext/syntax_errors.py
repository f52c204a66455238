"""What is wrong where a text stops being JSON: what stands there, or what kind of content it is altogether."""

from __future__ import annotations

import re
from collections.abc import Callable

from validator.core.problem import AtOffset, Problem, Span

VALUE = "a value"
KEY = "a key in double quotes"
KEY_OR_END = 'a key in double quotes or "}}"'
COLON = '":"'
COMMA_OR_END = {"{": '"," or "}}"', "[": '"," or "]"'}
END = "the end of the text"
"""What the grammar may expect at a place, as messages say it."""

SEVERAL = "; several documents, each on a line of its own, are JSON Lines (.jsonl)"
"""What a message adds that holds for documents only."""

_WHITE = " \t\n\r"
_LOOKS_LIKE = tuple(
    (kind, re.compile(rf"\s*+(?:{pattern})", re.ASCII | re.IGNORECASE))
    for kind, pattern in (
        ("a JSON text sequence (RFC 7464)", "\x1e"),
        ("an HTTP response with its headers (curl -i)", r"HTTP/[0-9.]+ [0-9]{3}"),
        ("an HTML page", r"<!doctype html|<(?:html|head|body)\b"),
        ("XML or HTML", r"<[a-z!?]"),
        ("an event stream (.sse)", r"(?:(?:id|retry)?:[^\n]*\n)*(?:event:|data: ?[\[{])"),
        ("Markdown around a document", "```"),
        (
            "the printed form of a Python object (json.dumps writes JSON)",
            r"[\[{(]\s*'|'|b['\"]|[a-z_][\w.]*(?:\[\w+\])?\(\w+=",
        ),
        ("a JavaScript call (JSONP)", r"[a-z_$][\w.$]*\s*\("),
        ("JavaScript", r"(?:var|let|const|export|window\.|module\.)[ .\w$]*="),
        ("YAML", r"---\s|- |[a-z_][\w-]*:\s"),
    )
)
_NUMBER = re.compile(r"\.?[0-9][0-9A-Za-z_.+-]*|[-+][0-9A-Za-z_.+-]*")
_NUMBER_FAULTS = tuple(
    (re.compile(pattern), message)
    for pattern, message in (
        ("[-+]?0[xXoObB]", "is a number in another base than ten, which JSON does not have"),
        (r"\+", "is a number with a plus sign in front, which JSON does not have"),
        (r"-?\.", "is a number that begins with its point, but a digit was expected before it"),
        ("-?0[0-9]", "is a number with a leading zero, which JSON does not have"),
        ("-?[0-9]+_", "is a number with an underscore, which JSON does not have"),
        (r"-?[0-9]+\.(?![0-9])", "is a number that lacks a digit after its point"),
        (r"-?[0-9]+(?:\.[0-9]+)?[eE][-+]?(?![0-9])", "is a number that lacks a digit in its exponent"),
        ("-(?![0-9])", "is a minus sign that lacks a digit after it"),
        ("", "is not a number as JSON writes them"),
    )
)
_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_OTHER_SPELLINGS = {"True": "true", "False": "false", "None": "null", "undefined": "null", "nan": "null"}
_past_sound_part: Callable[[str, int], re.Match[str]]
_past_sound_part = re.compile(  # type: ignore[assignment]  # it matches anywhere
    r'[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+'
).match
_ESCAPE_BEGUN = re.compile(r"\\(?:u[0-9A-Fa-f]{0,3})?\Z")
_ESCAPES = {"\t": r"\t", "\n": r"\n", "\r": r"\r", "\b": r"\b", "\f": r"\f"}
_NAMES = {
    "\0": "a NUL character",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a carriage return",
    "\xa0": "a no-break space",
    "\ufeff": "a byte order mark",
}
_OTHER_QUOTES = "'`\u2018\u2019\u201c\u201d"


def describe(text: str, at: int, expected: str, opening: int) -> Problem:
    """The problem with a text that is JSON up to `at`, where something else than `expected` stands.

    `opening` is where the innermost array or object begins; outside of any it is not looked at.
    """
    at = len(text) - len(text[at:].lstrip(_WHITE))
    if not text.strip(_WHITE):
        return _nothing(text)
    if kind := _other_kind(text):
        return kind
    if at == len(text):
        return _ending(text, expected, opening)
    if expected in (VALUE, KEY, KEY_OR_END):
        return _bad_value(text, at, expected, opening)
    return _comment(text, at) or _second_document(text, at, expected) or _unexpected(text, at, expected)


def _nothing(text: str) -> Problem:
    there = "holds nothing but white space" if text else "is empty"
    return _problem(f"{there}, but a JSON document was expected", 0, 0)


def _other_kind(text: str) -> Problem | None:
    start = len(text) - len(text.lstrip(_WHITE))
    for kind, pattern in _LOOKS_LIKE:
        if pattern.match(text):
            return _problem(f"looks like {kind}, but a JSON document was expected", start, start + 1)
    return None


def _ending(text: str, expected: str, opening: int) -> Problem:
    container = "object" if text[opening] == "{" else "array"
    return _ends(text, f"ends where {expected} was expected, in the {container}", opening)


def _ends(text: str, message: str, beginning: int) -> Problem:
    end = len(text.rstrip(_WHITE))
    return _problem(f"{message} that began at {{}}", end, end, AtOffset(beginning))


def _bad_value(text: str, at: int, expected: str, opening: int) -> Problem:
    """The problem with a value or key that is none."""
    if text[at] == '"':
        return _bad_string(text, at)
    return (
        _trailing_comma(text, at, opening)
        or _comment(text, at)
        or _bad_quote(text, at)
        or _bad_number(text, at, expected)
        or _bad_word(text, at, expected)
        or _unexpected(text, at, expected)
    )


def _bad_string(text: str, start: int) -> Problem:
    at = _past_sound_part(text, start + 1).end()
    if at == len(text) or _ESCAPE_BEGUN.match(text, at):
        return _ends(text, "ends inside the string", start)
    if text[at] == "\\":
        return _bad_escape(text, at)
    escape = _ESCAPES.get(text[at], f"\\u{ord(text[at]):04x}")
    message = f"is {_seen(text[at])} inside the string that began at {{}}; JSON writes it as {escape}"
    return _problem(message, at, at + 1, AtOffset(start))


def _bad_escape(text: str, at: int) -> Problem:
    if text[at + 1] == "u":
        return _problem(r"is \u without four hexadecimal digits after it", at, at + 2)
    return _problem(r"begins no escape that JSON has; a backslash itself is written \\", at, at + 2)


def _trailing_comma(text: str, at: int, opening: int) -> Problem | None:
    comma = len(text[:at].rstrip(_WHITE)) - 1
    if text[comma : comma + 1] != "," or text[opening] + text[at] not in ("[]", "{}"):
        return None
    return _problem(f"is a comma after the last member, but {_seen(text[at])} was expected", comma, comma + 1)


def _comment(text: str, at: int) -> Problem | None:
    if not text.startswith(("//", "/*", "#"), at):
        return None
    return _problem("is a comment, which JSON does not have", at, at + 1)


def _bad_quote(text: str, at: int) -> Problem | None:
    if text[at] not in _OTHER_QUOTES:
        return None
    return _problem(f"is {_seen(text[at])}, but strings and keys stand in double quotes (U+0022)", at, at + 1)


def _bad_number(text: str, at: int, expected: str) -> Problem | None:
    written = _NUMBER.match(text, at)
    if written is None or expected != VALUE:
        return None
    message = next(message for fault, message in _NUMBER_FAULTS if fault.match(text, at))
    return _problem(message, at, written.end())


def _bad_word(text: str, at: int, expected: str) -> Problem | None:
    word = _WORD.match(text, at)
    if word is None:
        return None
    if expected == VALUE and (right := _OTHER_SPELLINGS.get(word[0])):
        return _problem(f"is {word[0]}, but JSON writes {right}", at, word.end())
    return _problem(f"is a word without double quotes, but {expected} was expected", at, word.end())


def _second_document(text: str, at: int, expected: str) -> Problem | None:
    if expected != END or text[at] not in "{[":
        return None
    return _problem(f"is the start of a second document, but one was expected{SEVERAL}", at, at + 1)


def _unexpected(text: str, at: int, expected: str) -> Problem:
    return _problem(f"is {_seen(text[at])}, but {expected} was expected", at, at + 1)


def _seen(character: str) -> str:
    """One character as a message template may show it."""
    if character == '"':
        return "the start of a string"
    if character.isascii() and character.isprintable():
        return f'"{character}"'.replace("{", "{{").replace("}", "}}")
    code = f"U+{ord(character):04X}"
    return f"{_NAMES[character]} ({code})" if character in _NAMES else code


def _problem(message: str, start: int, end: int, *values: object) -> Problem:
    return Problem("", message, values, span=Span(start, end))
