"""Text as markup of the page: ASCII, no element that a document could bring, no command to a build server."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import urlencode

from validator.core.sanitize import LOG_COMMAND
from validator.core.severity import Severity


def text(value: str) -> str:
    """Return text for the page outside of the script."""
    safe = html.escape(value).encode("ascii", "xmlcharrefreplace").decode()
    return LOG_COMMAND.sub("#&#35;", safe)


def prose(value: str) -> str:
    """Return a paragraph of the program's own text, in which backticks mark code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", text(value))


def link(**view: str) -> str:
    """Return the address of a view of the report: what its script filters findings by."""
    return text(f"#{urlencode(view)}")


def number(value: int) -> str:
    """Return a number with separators: `10,000`."""
    return f"{value:,}"


def severities(counts: Mapping[Severity, int]) -> str:
    """Return how many findings there are of each severity, each with the mark of that severity."""
    return " ".join(
        f'<span class="{severity}"><span class="severity">{number(count)} {severity}{"s" * (count > 1)}</span></span>'
        for severity, count in counts.items()
    )
