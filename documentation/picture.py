"""The picture of a terminal on the first pages, drawn from a real run: `python -m documentation.picture` renews it."""

from __future__ import annotations

import fcntl
import html
import os
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from typing import NamedTuple

from documentation.session import ROOT

FILE = ROOT / "docs" / "assets" / "terminal.svg"
_FOLDER = ROOT / "samples" / "invalid"
_WORDS = ("token-total-mismatch.json", "ended-before-started.json")
_COLUMNS = 88

_WIDTH, _HEIGHT, _SIZE = 8.4, 20, 14
"""A column, a line, and the font, in pixels."""
_LEFT, _TOP = 20, 58
_STYLES = {
    "1": 'font-weight="bold"',
    "2": 'fill="#a3a9b4"',
    "31": 'fill="#ff9a90"',
    "32": 'fill="#85c9a3"',
    "33": 'fill="#f0bf6a"',
    "34": 'fill="#93bdea"',
    "36": 'fill="#93bdea"',
}
"""What the codes of ECMA-48 that the command uses look like."""


class Piece(NamedTuple):
    """Text of one style, and the column in which it begins."""

    column: int
    text: str
    style: str


def picture() -> str:
    """Return the picture as SVG: the command line, and what the command writes to a terminal."""
    command = f"\x1b[2m$\x1b[0m \x1b[1mvalidate-runs {' '.join(_WORDS)}\x1b[0m"
    lines = [[*_pieces(line)] for line in (command, "", *_output().rstrip().splitlines())]
    columns = max(piece.column + len(piece.text) for line in lines for piece in line)
    width, height = round(2 * _LEFT + columns * _WIDTH), _TOP + _HEIGHT * len(lines)
    texts = "\n".join(_text(piece, row) for row, line in enumerate(lines) for piece in line if piece.text.strip())
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">
<title>validate-runs in a terminal</title>
<rect width="{width}" height="{height}" rx="8" fill="#15171b" stroke="#31353d"/>
<g fill="#4a505c"><circle cx="20" cy="18" r="5"/><circle cx="38" cy="18" r="5"/><circle cx="56" cy="18" r="5"/></g>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="{_SIZE}" \
fill="#e4e5e8" xml:space="preserve">
{texts}
</g>
</svg>
"""


def _output() -> str:
    """Return what the command writes to a terminal of this width."""
    ours, its = os.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 50, _COLUMNS, 0, 0))
    settings = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM")
    environment = {key: value for key, value in os.environ.items() if key not in settings and "VALIDATE" not in key}
    call = [sys.executable, "-m", "validator", *_WORDS, "--isolated"]
    with subprocess.Popen(  # noqa: S603 - the command itself
        call, cwd=_FOLDER, stdin=subprocess.DEVNULL, stdout=its, stderr=subprocess.DEVNULL, env=environment
    ):
        os.close(its)
        return b"".join(_read(ours)).decode()


def _read(terminal: int) -> Iterator[bytes]:
    """Yield what is written to a terminal, until its other end is closed."""
    while True:
        try:
            part = os.read(terminal, 65_536)
        except OSError:  # Linux says so in place of an end
            part = b""
        if not part:
            os.close(terminal)
            return
        yield part


def _pieces(line: str) -> Iterator[Piece]:
    """Yield the pieces of a line, without its control sequences."""
    column, style = 0, ""
    for part in re.split(r"(\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\)", line):
        if part.startswith("\x1b["):
            style = " ".join(_STYLES[code] for code in part[2:-1].split(";") if code in _STYLES)
        elif part and not part.startswith("\x1b"):
            yield Piece(column, part, style)
            column += len(part)


def _text(piece: Piece, row: int) -> str:
    """Return a piece of a line; its length is given, so that columns agree in every font."""
    blank = len(piece.text) - len(piece.text.lstrip())
    text = piece.text.strip()
    left = round(_LEFT + _WIDTH * (piece.column + blank), 1)
    length = round(_WIDTH * len(text), 1)
    style = f" {piece.style}" if piece.style else ""
    place = f'x="{left:g}" y="{_TOP + _HEIGHT * row}" textLength="{length:g}"'
    return f"<text {place}{style}>{html.escape(text, quote=False)}</text>"


if __name__ == "__main__":
    FILE.write_text(picture(), "utf-8")
