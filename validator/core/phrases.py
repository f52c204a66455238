"""Values of a document put into words: nothing secret, nothing that a terminal would obey, nothing endless."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import NamedTuple

from validator.core.credentials import is_credential
from validator.core.pointer import split

_MAX_POINTER_LENGTH = 200
MAX_LENGTH = 80
"""Characters of a shown string, and digits of a shown number."""

TYPES = {
    "array": "an array",
    "boolean": "true or false",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}
"""The types of JSON, as a sentence calls them."""

_PLAIN = r"[A-Za-z0-9_.:<>-]{1,40}"
UNSAFE = (
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
r"""One character that is obeyed or invisible.

In Unicode 17.0 it has the property Default_Ignorable_Code_Point or the general category Cc, Cf, Cs, Co, Zl or Zp; the
last two planes, which are for private use, are included completely.
"""


class Shown(NamedTuple):
    """A string from an id field or a closed vocabulary: shown if it is plain and does not look like a credential."""

    text: str


class Verbatim(NamedTuple):
    """Words of the program, not of a document: printed unchanged."""

    text: str


class Time(NamedTuple):
    """Unix seconds, printed with their date."""

    seconds: float


class Duration(NamedTuple):
    """Seconds between two times, printed in the two largest units: `2 h 30 min`."""

    seconds: float


def is_plain(text: str) -> bool:
    """Return whether a string of an id field or closed vocabulary may be printed as it is."""
    return re.fullmatch(_PLAIN, text) is not None and not is_credential(text)


def escape(text: str) -> str:
    r"""Return the text with characters that are obeyed or invisible as \uXXXX."""
    if text.isascii() and text.isprintable():  # the pattern takes longer to compile than to check a page
        return text
    return re.sub(UNSAFE, escape_character, text)


def class_name(value: object) -> str:
    """Return the name of a value's class as a message may print it, even if its metaclass overrides it."""
    return escape(type.__dict__["__name__"].__get__(type(value))[:MAX_LENGTH])


def safe_repr(value: object) -> str:
    """Return the `repr` of an option's value as a message may print it, also where it has none."""
    try:
        return escape(repr(value))
    except Exception:  # its own; or an integer of too many digits
        return f"a value of type {class_name(value)}"


def escape_character(match: re.Match[str]) -> str:
    r"""Return a character as \uXXXX, or as two of these where JSON, too, needs two."""
    units = match[0].encode("utf-16-be", "surrogatepass").hex()
    return re.sub("(....)", r"\\u\1", units)


def format_message(message: str, values: tuple[object, ...], *, show_values: bool = False) -> str:
    """Return a problem's message with its values filled in."""
    return escape(message.format(*(format_value(value, show_values=show_values) for value in values)))


def format_value(value: object, *, show_values: bool = False) -> str:
    """Return one value as a message may print it.

    Numbers, times, booleans and null are shown, a `Shown` if it is plain, a `Verbatim` as it is; of anything else, its
    type and length. With `show_values`, strings are shown too, cut to `MAX_LENGTH`.
    """
    match value:
        case None | bool():
            return json.dumps(value)
        case int() | float():
            return _number(value)
        case Verbatim(text):
            return text
        case Time(seconds):
            return _dated(seconds)
        case Duration(seconds):
            return _duration(abs(seconds))
        case Shown(text):
            return f'"{text}"' if is_plain(text) else format_value(text, show_values=show_values)
        case "":
            return '""'
        case str():
            return _quoted(value) if show_values else f"a string of {count(len(value), 'character')}"
        case dict():
            return f"an object of {count(len(value), 'key')}"
        case list():
            return f"an array of {count(len(value), 'item')}"
        case _:
            return f"a {class_name(value)}"


def _number(value: float) -> str:
    if isinstance(value, int) and value.bit_length() > MAX_LENGTH * 3:
        return f"an integer of about {int(value.bit_length() * 0.30103) + 1} digits"
    return str(value)


def _dated(seconds: float) -> str:
    from datetime import UTC, datetime  # only for findings about times

    if type(seconds) not in (int, float):  # written as a date in the document
        return str(seconds)
    try:
        date = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):  # beyond the years that there are
        return _number(seconds)
    return f"{_number(seconds)} ({date:%Y-%m-%d %H:%M:%S} UTC)"


def _duration(seconds: float) -> str:
    for size, unit, smaller, name in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if seconds >= size:
            rest = int(seconds % size // smaller)
            return f"{int(seconds // size)} {unit}" + (f" {rest} {name}" if rest else "")
    return f"{seconds:.3g} s"


def _quoted(text: str) -> str:
    rest = len(text) - MAX_LENGTH
    return json.dumps(text[:MAX_LENGTH], ensure_ascii=False) + (
        f" and {count(rest, 'more character')}" if rest > 0 else ""
    )


def count(number: int, noun: str) -> str:
    """Return `1 run`, `1,002 runs`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def join_or(words: Iterable[str]) -> str:
    """Return `a`, `a or b`, `a, b or c`."""
    return _joined(words, "or")


def join_and(words: Iterable[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return _joined(words, "and")


def _joined(words: Iterable[str], conjunction: str) -> str:
    *others, last = words
    return f"{', '.join(others)} {conjunction} {last}" if others else last


def find_similar(text: str, known: Iterable[str], cutoff: float = 0.75) -> str | None:
    """Return the known word that is most similar to `text`; with a cutoff of 1, only `text` itself."""
    import difflib  # only a message that suggests something pays for it

    return next(iter(difflib.get_close_matches(text, known, cutoff=cutoff)), None)


def file_name(file: str | None, request: str | None = None) -> str:
    """Return a file as a line may begin with it: no build server takes it for a command.

    Without a file, it is the request that a response answers.
    """
    if file is None:
        return escape(request) if request else "<document>"
    if file == "-":
        return "<stdin>"
    return escape(f"./{file}" if file.lstrip().startswith("::") else file)


def shorten_pointer(pointer: str) -> str:
    """Return a pointer as a line may show it; a long one is cut in the middle."""
    text = escape(pointer)
    return text if len(text) <= _MAX_POINTER_LENGTH else f"{text[:99]}…{text[-100:]}"


def name_value(pointer: str) -> str:
    """Return the name of the value at a pointer: `total_tokens`, or `tools[1]` for an item of an array."""
    *_, owner, key = split(pointer)
    if key.isdecimal():
        return f"{_quoted_key(owner)}[{key}]" if owner else f"item {key}"
    return _quoted_key(key)


def _quoted_key(key: str) -> str:
    """Return a key as it is if it looks like one, else in quotes; a long one is cut in the middle."""
    text = escape(key)
    text = text if len(text) <= MAX_LENGTH else f"{text[:39]}…{text[-40:]}"
    return text if re.fullmatch(_PLAIN, text) else f'"{text}"'
