"""Explain where and why a text stops being JSON: what is there, or what kind of content the text is."""

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
"""What the grammar expects at an offset, as messages say it."""

SEVERAL = "; several documents, each on a line of its own, are JSON Lines (.jsonl)"
"""The end of a message that applies to documents only."""

_WHITE = " \t\n\r"
_OTHER_CONTENT = tuple(
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
_NUMBER_ERRORS = tuple(
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
_OTHER_LITERALS = {"True": "true", "False": "false", "None": "null", "undefined": "null", "nan": "null"}
_past_valid_part: Callable[[str, int], re.Match[str]]
_past_valid_part = re.compile(  # type: ignore[assignment]  # it matches anywhere
    r'[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+'
).match
_INCOMPLETE_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{0,3})?\Z")
_ESCAPES = {"\t": r"\t", "\n": r"\n", "\r": r"\r", "\b": r"\b", "\f": r"\f"}
_CHARACTER_NAMES = {
    "\0": "a NUL character",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a carriage return",
    "\xa0": "a no-break space",
    "\ufeff": "a byte order mark",
}
_OTHER_QUOTES = "'`\u2018\u2019\u201c\u201d"


def describe_syntax_error(text: str, at: int, expected: str, opening: int) -> Problem:
    """Return the problem with a text that is JSON up to `at`, where something else than `expected` follows.

    `opening` is where the innermost array or object begins; it is ignored outside of any.
    """
    start = len(text) - len(text.lstrip(_WHITE))
    if start == len(text):
        content = "holds nothing but white space" if text else "is empty"
        return _problem(f"{content}, but a JSON document was expected", 0, 0)
    for kind, pattern in _OTHER_CONTENT:
        if pattern.match(text):
            return _problem(f"looks like {kind}, but a JSON document was expected", start, start + 1)
    at = len(text) - len(text[at:].lstrip(_WHITE))
    if at == len(text):
        container = "object" if text[opening] == "{" else "array"
        return _unexpected_end(text, f"ends where {expected} was expected, in the {container}", opening)
    if expected in (VALUE, KEY, KEY_OR_END):
        return _bad_string(text, at) if text[at] == '"' else _bad_value(text, at, expected, opening)
    return _unexpected(text, at, expected)


def _unexpected_end(text: str, message: str, beginning: int) -> Problem:
    end = len(text.rstrip(_WHITE))
    return _problem(f"{message} that began at {{}}", end, end, AtOffset(beginning))


def _bad_string(text: str, start: int) -> Problem:
    at = _past_valid_part(text, start + 1).end()
    if at == len(text) or _INCOMPLETE_ESCAPE.match(text, at):
        return _unexpected_end(text, "ends inside the string", start)
    if text[at] == "\\":
        if text[at + 1] == "u":
            return _problem(r"is \u without four hexadecimal digits after it", at, at + 2)
        return _problem(r"begins no escape that JSON has; a backslash itself is written \\", at, at + 2)
    escape = _ESCAPES.get(text[at], f"\\u{ord(text[at]):04x}")
    message = f"is {_show(text[at])} inside the string that began at {{}}; JSON writes it as {escape}"
    return _problem(message, at, at + 1, AtOffset(start))


def _bad_value(text: str, at: int, expected: str, opening: int) -> Problem:
    """Return the problem with a value or key that is neither."""
    comma = len(text[:at].rstrip(_WHITE)) - 1
    if text[comma : comma + 1] == "," and text[opening] + text[at] in ("[]", "{}"):
        return _problem(f"is a comma after the last member, but {_show(text[at])} was expected", comma, comma + 1)
    if text[at] in _OTHER_QUOTES:
        return _problem(f"is {_show(text[at])}, but strings and keys stand in double quotes (U+0022)", at, at + 1)
    if expected == VALUE and (number := _NUMBER.match(text, at)):
        message = next(message for error, message in _NUMBER_ERRORS if error.match(text, at))
        return _problem(message, at, number.end())
    if word := _WORD.match(text, at):
        literal = _OTHER_LITERALS.get(word[0]) if expected == VALUE else None
        if literal is not None:
            return _problem(f"is {word[0]}, but JSON writes {literal}", at, word.end())
        return _problem(f"is a word without double quotes, but {expected} was expected", at, word.end())
    return _unexpected(text, at, expected)


def _unexpected(text: str, at: int, expected: str) -> Problem:
    message = f"is {_show(text[at])}, but {expected} was expected"
    if text.startswith(("//", "/*", "#"), at):
        is_first = not text[:at].strip(_WHITE)
        message = f"{'begins with' if is_first else 'is'} a comment, which JSON does not have"
    elif text.startswith(("<<<<<<< ", "=======", ">>>>>>> "), at):
        message = "is a conflict marker: the merge is not finished"
    elif expected == END and text[at] in "{[":
        message = f"is the start of a second document, but one was expected{SEVERAL}"
    return _problem(message, at, at + 1)


def _show(character: str) -> str:
    """Return one character as a message template may show it."""
    if character == '"':
        return "the start of a string"
    if character.isascii() and character.isprintable():
        return f'"{character}"'.replace("{", "{{").replace("}", "}}")
    code = f"U+{ord(character):04X}"
    return f"{_CHARACTER_NAMES[character]} ({code})" if character in _CHARACTER_NAMES else code


def _problem(message: str, start: int, end: int, *values: object) -> Problem:
    return Problem("", message, values, span=Span(start, end))
