"""Pieces of Markdown that generated pages are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

_ADDRESS = re.compile(r"https://[^\s<>)]+[^\s<>).,;]")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; empty cells are fine, line breaks in cells are not."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def code(word: object) -> str:
    """Return a word as code."""
    return f"`{word}`"


def codes(words: Iterable[object]) -> str:
    """Return words as code, with commas between."""
    return ", ".join(map(code, words))


def fenced(text: str, language: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def prose(text: str) -> str:
    """Return plain text as Markdown: URLs become links, and what looks like markup is escaped."""
    parts = re.split(r"(`[^`]*`)", _ADDRESS.sub(r"<\g<0>>", text))
    return "".join(part if part.startswith("`") else _plain(part) for part in parts)


def _plain(text: str) -> str:
    """Return text with escaped markup; URLs are links already."""
    parts = re.split(r"(<https://[^>]*>)", text)
    return "".join(part if part.startswith("<https://") else _escaped(part) for part in parts)


def _escaped(text: str) -> str:
    return re.sub(r"([*_\[\]])", r"\\\1", text).replace("<", "&lt;")


def badge(kind: str, word: str) -> str:
    """Return a word in a coloured box: a severity or a group."""
    return f'<span class="badge {kind}-{word}">{word}</span>'


def front_matter(title: str, description: str, *hidden: str) -> str:
    """Return the front matter of a page, as JSON, which is YAML; `hidden` are parts of the layout to leave out."""
    fields = {"title": title, "description": description, "hide": hidden}
    return f"---\n{json.dumps(fields, ensure_ascii=False)}\n---"


def page(*blocks: str) -> str:
    """Return a page of these blocks, without the empty ones."""
    return "\n\n".join(filter(None, blocks)) + "\n"
