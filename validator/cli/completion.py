"""Shell completion: the script of a shell, and its answers for the word under the cursor."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class, shell_complete, split_arg_string

from validator.cli.console import CLEAN, fail


class _Bash(BashComplete):
    """Bash breaks words at `=` and `:`, which names of rules and values contain: they are joined again."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the cursor, and the word under it."""
        before, last = super().get_completion_args()
        *words, self._last = _join_words([*before, last])
        return words, self._last

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return the item without what precedes the place where Bash has broken the word."""
        value = re.sub("^--[a-z-]+=", "", self._last)
        prefix = re.sub("[^=:]*$", "", value)
        return f"{item.type},{item.value.removeprefix(prefix)}"


def complete(find_command: Callable[[list[str]], click.Command], variable: str, instruction: str) -> int:
    """Print the script of a shell (`bash_source`), or how a word can go on (`bash_complete`)."""
    add_completion_class(_Bash)
    words = split_arg_string(os.environ.get("COMP_WORDS", ""))
    command = find_command(_join_words(words)[1:])
    if shell_complete(command, {}, "validate-runs", variable, instruction):
        return fail(f"{variable} must be bash_source, zsh_source or fish_source")
    return CLEAN


def _join_words(words: list[str]) -> list[str]:
    joined: list[str] = []
    for word in words:
        if joined and (joined[-1].endswith(("=", ":")) or word.startswith(("=", ":"))):
            joined[-1] += word
        else:
            joined.append(word)
    return joined
