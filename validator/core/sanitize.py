"""What is written, by whichever reporter: nothing in it that a terminal or a build server would obey.

Reporters word what was read as their format asks. This is what stands behind them, should one forget.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from validator.core.phrases import UNSAFE, escape_character

LOG_COMMAND = re.compile(r"##(?=\w*\[)")
"""What begins `##[group]` and `##vso[...]`: build servers obey these wherever in a line of output they stand.

Commands that begin with `::` are obeyed only at the start of a line.
Source: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
"""

_LINE_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_STYLE = "\x1b\\[[0-9;]*m"


def sanitize(parts: Iterable[str], *, color: bool = False, commands: bool = False) -> Iterator[str]:
    """The text in whole lines, where what would be obeyed is spelt as in a JSON string, which JSON reads back.

    Ends of lines stay, colours do if they are wanted, and `::` at the start of a line does if `commands` are.
    """
    held: list[str] = []
    for part in parts:
        lines, end, rest = part.rpartition("\n")
        if end:
            yield _harmless("".join((*held, lines, end)), color=color, commands=commands)
            held.clear()
        held.append(rest)
    if last := "".join(held):
        yield _harmless(last, color=color, commands=commands)


@cache
def _obeyed(*, color: bool) -> re.Pattern[str]:
    """One character that is obeyed or invisible; with colours, whole styles are found first."""
    return re.compile(f"(?P<style>{_STYLE if color else '(?!)'})|(?!\n){UNSAFE}")


def _harmless(text: str, *, color: bool, commands: bool) -> str:
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        text = _obeyed(color=color).sub(lambda match: match["style"] or escape_character(match), text)
    text = LOG_COMMAND.sub(r"#\\u0023", text)
    return text if commands else _LINE_COMMAND.sub(r"\1\\u003a", text)
