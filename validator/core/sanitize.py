"""Sanitize reports: nothing in them that a terminal or a build server would obey.

Reporters escape values as their format asks. This is the safety net for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from validator.core.phrases import UNSAFE, escape_character

LOG_COMMAND = re.compile(r"##(?=\w*\[)")
"""What begins `##[group]` and `##vso[...]`: build servers obey these anywhere in a line of output.

Commands that begin with `::` are obeyed only at the start of a line.
Source: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
"""

_LINE_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_STYLE = "\x1b\\[[0-9;]*m"


def sanitize(parts: Iterable[str], *, color: bool = False, commands: bool = False) -> Iterator[str]:
    """Yield the text in complete lines, with what would be obeyed written as in a JSON string, which JSON reads back.

    Ends of lines stay, colours do if they are wanted, and `::` at the start of a line does if `commands` are.
    """
    pending: list[str] = []
    for part in parts:
        lines, end, rest = part.rpartition("\n")
        if end:
            yield _sanitize("".join((*pending, lines, end)), color=color, commands=commands)
            pending.clear()
        pending.append(rest)
    if last := "".join(pending):
        yield _sanitize(last, color=color, commands=commands)


@cache
def _unsafe_pattern(*, color: bool) -> re.Pattern[str]:
    """Compile the pattern of a character that is obeyed or invisible; with colours, it matches styles first."""
    return re.compile(f"(?P<style>{_STYLE if color else '(?!)'})|(?!\n){UNSAFE}")


def _sanitize(text: str, *, color: bool, commands: bool) -> str:
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        text = _unsafe_pattern(color=color).sub(lambda match: match["style"] or escape_character(match), text)
    text = LOG_COMMAND.sub(r"#\\u0023", text)
    return text if commands or "::" not in text else _LINE_COMMAND.sub(r"\1\\u003a", text)
