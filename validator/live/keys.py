"""Keys: read from the environment or a file, sent to one server, and removed from all that is recorded."""

from __future__ import annotations

import base64
import html
import os
import re
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from contextlib import suppress

from validator.core.credentials import mask
from validator.core.files import explain_os_error, read_limited
from validator.core.phrases import escape

VARIABLE = "VALIDATE_RUNS_API_KEY"
"""The variable that a key is taken from unless another one or a file is named."""
_is_secret_header = re.compile(
    r"(?i)(?:.*[-_])?"
    r"(?:auth(?:orization)?|credentials?|cookies?2?|key|apikey|token|secret|passw(?:or)?d|signature|session)"
).fullmatch
REDACTED = "[redacted]"
WRONG_KEY = "sk-validate-runs-wrong-key"
"""A key that no server takes for the right one."""
MIN_LEARNED = 8
"""Characters of a word that is taken for a secret because of its header."""
MIN_LONG = 16
"""Characters of a secret that is found within words, in any case of letters, and over several lines."""
_MAX_KEY = 8192
_STDIN = "-"


def is_secret(header: str) -> bool:
    """Return whether the value of a header with this name is never recorded, whatever it is."""
    return _is_secret_header(header) is not None


class KeyProblem(Exception):
    """A key cannot be used; the text is the reason, and has no part of the key."""


def read_key(variable: str | None, file: str | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the key in this variable or file (`-`: standard input), or in `VARIABLE`; None where there is none.

    Raises `KeyProblem` if a named source has no usable key.
    """
    if file is not None:
        return _usable(_read_file(file), "the key in the file")
    if variable is not None and not environment.get(variable):
        if not variable.isidentifier():  # it may be the key itself
            raise KeyProblem("--key-env takes the name of a variable")
        raise KeyProblem(f"the variable {variable} is not set")
    value = environment.get(variable or VARIABLE)
    return _usable(value, f"the key in {variable or VARIABLE}") if value else None


def _read_file(file: str) -> str:
    try:
        data = sys.stdin.buffer.read(_MAX_KEY + 1) if file == _STDIN else read_limited(file, _MAX_KEY)
    except OSError as error:
        raise KeyProblem(f"{escape(mask(file))}: cannot be read: {explain_os_error(error)}") from None
    return data.decode("latin-1")


def _usable(text: str, what: str) -> str:
    key = text.strip()
    if not key or len(key) > _MAX_KEY or not re.fullmatch(r"[\x21-\x7e]+", key):
        raise KeyProblem(f"{what} is not one word of printable ASCII characters")
    return key


def replace_credentials(headers: MutableMapping[str, str], key: str | None) -> None:
    """Put a key in the place of all secrets in headers, whose names are in lower case; None removes them."""
    names = [name for name in headers if is_secret(name) and not name.lower().startswith("proxy-")]
    schemes = {name: headers.pop(name).rpartition(" ")[0] for name in names}
    schemes.pop("cookie", "")
    if key is not None:
        for name, scheme in (schemes or {"authorization": "Bearer"}).items():
            headers["Authorization" if name == "authorization" else name] = f"{scheme} {key}".lstrip()


class Redactor:
    """Replaces secret values wherever they stand, however JSON, URLs, HTML or base64 spell them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[bytes] | None = None
        self._add(filter(None, secrets))

    def learn(self, name: str, value: str) -> None:
        """Add the secrets in a header that is sent, such as a caller's own client has it."""
        if not is_secret(name):
            return
        words = {part for part in re.split(r"[\s;=]+", value) if len(part) >= MIN_LEARNED}
        scheme, _, pair = value.partition(" ")
        if scheme.lower() == "basic":
            with suppress(ValueError):
                words.add(base64.b64decode(pair).decode().partition(":")[2])
        words.discard("")
        if not words <= self._secrets:
            self._add(words)

    def _add(self, secrets: Iterable[str]) -> None:
        self._secrets.update(secrets)
        patterns = [pattern for secret in sorted(self._secrets) for pattern in (_spelt(secret), *_encoded(secret))]
        self._pattern = re.compile("|".join(patterns).encode()) if patterns else None

    def bytes(self, data: bytes) -> bytes:
        """Return the data without the secrets."""
        return data if self._pattern is None else self._pattern.sub(REDACTED.encode(), data)

    def text(self, text: str) -> str:
        """Return the text without the secrets."""
        return self.bytes(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def header(self, name: str, value: str) -> str:
        """Return the value of a header as it may be recorded."""
        return REDACTED if is_secret(name) else self.text(value)


_SPLIT = r"(?:\\{1,4}[rnt]|[\r\n\t ]){0,4}+"
"""What may stand between two characters of a long secret that is broken into lines."""
_ZEROS = r"\x00{0,3}+"
"""What stands there in UTF-16 and UTF-32."""


def _spelt(secret: str) -> str:
    """Return a pattern of the secret with each character as it is or escaped; a short one only as a word.

    What a hostile server sends is searched with it: nothing repeats without bounds, and there is one way to match.
    """
    characters = [*map(_spelt_character, secret)]
    if len(secret) < MIN_LONG:
        return f"(?<![A-Za-z0-9_-]){_ZEROS.join(characters)}(?![A-Za-z0-9_-])"
    return f"(?i:{f'{_ZEROS}{_SPLIT}'.join(characters)})"


def _spelt_character(char: str) -> str:
    """Return a pattern of a character as it is, or as JSON, URLs or HTML escape it, perhaps more than once."""
    code, plain = _any_case(char), re.escape(char)
    spellings = [
        rf"\\{{1,16}}(?:u00{code}{'' if char.isalnum() else f'|{plain}'})",
        f"%(?:25){{0,4}}{code}",
        f"&(?:#0{{0,8}}{ord(char)}|#x0{{0,8}}{code}|{html.escape(char)[1:-1] or '#'});",
    ]
    is_marked = char in "\\%&"  # such a character may also stand for itself where an escape could begin
    return f"(?{':' if is_marked else '>'}{'|'.join((plain, *spellings))})"


def _any_case(char: str) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in f"{ord(char):02x}")


def _encoded(secret: str) -> Iterable[str]:
    """Return patterns of the secret in hexadecimal, and within a text in base64, wherever it begins there."""
    if len(secret) < MIN_LEARNED:
        return
    yield f"(?i:{secret.encode().hex()})"
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret.encode()).decode().rstrip("=")
        inner = encoded[(0, 2, 3)[shift] : len(encoded) - (1 if (shift + len(secret)) % 3 else 0)]
        yield _SPLIT.join(_BASE64.get(char, char) for char in inner)


_BASE64 = {"+": "(?:[+-]|%2[Bb])", "/": r"(?:\\{0,4}/|_|%2[Ff])"}
"""The characters of base64 that other alphabets and URLs spell differently."""
