"""Pieces of Markdown that generated pages are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

_ADDRESS = re.compile(r"https://[^\s<>)]+[^\s<>).,;]")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; empty cells are fine, line breaks in cells are not."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def code(word: object) -> str:
    """A word as it stands in a document."""
    return f"`{word}`"


def codes(words: Iterable[object]) -> str:
    """Words as they stand in a document, behind one another."""
    return ", ".join(map(code, words))


def fenced(text: str, language: str) -> str:
    """A block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def prose(text: str) -> str:
    """Plain text whose addresses become links; what looks like markup stays text."""
    kept = re.split(r"(`[^`]*`)", _ADDRESS.sub(r"<\g<0>>", text))
    return "".join(part if part.startswith("`") else _plain(part) for part in kept)


def _plain(text: str) -> str:
    """Text whose underscores, asterisks and brackets are what they are; addresses are links already."""
    parts = re.split(r"(<https://[^>]*>)", text)
    return "".join(part if part.startswith("<https://") else _escaped(part) for part in parts)


def _escaped(text: str) -> str:
    return re.sub(r"([*_\[\]])", r"\\\1", text).replace("<", "&lt;")


def badge(kind: str, word: str) -> str:
    """A word in a coloured box: a severity, a group."""
    return f'<span class="badge {kind}-{word}">{word}</span>'


def front_matter(title: str, description: str) -> str:
    """What the head of the page says: JSON is YAML."""
    said = {"title": title, "description": description}
    return f"---\n{json.dumps(said, ensure_ascii=False)}\n---"


def page(*blocks: str) -> str:
    """A page of these blocks, without the empty ones."""
    return "\n\n".join(filter(None, blocks)) + "\n"
