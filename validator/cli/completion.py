"""What a shell offers for the word under its cursor; nothing of this is imported unless a shell asks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from click.shell_completion import BashComplete, CompletionItem, add_completion_class, shell_complete

from validator.cli.command import command
from validator.cli.console import told
from validator.cli.exit_codes import CLEAN


class _Bash(BashComplete):
    """Bash breaks words at `=` and `:`, which names of rules and values hold: they are put together again."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the word under it."""
        before, last = super().get_completion_args()
        *words, self._last = _rejoined([*before, last])
        return words, self._last

    def format_completion(self, item: CompletionItem[str]) -> str:
        """The item without what stands before the place where Bash has broken the word."""
        value = re.sub("^--[a-z-]+=", "", self._last)
        kept = re.sub("[^=:]*$", "", value)
        return f"{item.type},{item.value.removeprefix(kept)}"


def complete(variable: str, instruction: str) -> int:
    """Print the script of a shell (`bash_source`), or what a word can become (`bash_complete`)."""
    add_completion_class(_Bash)
    if shell_complete(command, {}, "validate-runs", variable, instruction):
        return told(f"{variable} is none of bash_source, zsh_source, fish_source")
    return CLEAN


def rules(incomplete: str) -> list[CompletionItem[str]]:
    """Rules and groups that begin so, behind the last comma."""
    before, comma, last = incomplete.rpartition(",")
    return [CompletionItem(f"{before}{comma}{name}", help=about) for name, about in _named() if name.startswith(last)]


def remaps(incomplete: str, levels: list[str]) -> list[CompletionItem[str]]:
    """Rules and groups that begin so, or levels behind the equals sign."""
    name, equals, level = incomplete.partition("=")
    if equals:
        return [CompletionItem(f"{name}={one}") for one in levels if one.startswith(level)]
    return [CompletionItem(f"{item.value}=", help=item.help) for item in rules(name)]


def outputs(incomplete: str, formats: tuple[str, ...]) -> list[CompletionItem[str]]:
    """Formats that begin so, or a file behind the colon."""
    _, colon, file = incomplete.partition(":")
    if colon:
        return [CompletionItem(file, type="file")]
    return [CompletionItem(name) for name in formats if name.startswith(incomplete)]


def _named() -> Iterator[tuple[str, str]]:
    from validator.rules.registry import RULES
    from validator.rules.selection import GROUPS

    yield from ((group, f"all rules of the group {group}") for group in GROUPS)
    yield from ((rule.name, rule.summary) for rule in RULES)


def _rejoined(words: list[str]) -> list[str]:
    whole = [words[0]]
    for word in words[1:]:
        if whole[-1].endswith(("=", ":")) or word.startswith(("=", ":")):
            whole[-1] += word
        else:
            whole.append(word)
    return whole
