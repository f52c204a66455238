"""The output formats: all that the command line has to know of the reporters."""

from __future__ import annotations

from typing import NamedTuple

FORMATS = (
    "text",
    "concise",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "rdjson",
    "markdown",
    "html",
)
"""Each is the name of the module in `reporters` that writes it."""

STATISTICS = {"text": "statistics", "concise": "statistics", "json": "statistics_json"}
"""The module that writes counts instead of findings, by output format; the others have no such form."""

WITH_RUNS = frozenset({"junit", "html"})
"""The formats that tell of every run, sound ones too."""

OF_COMMANDS = frozenset({"github"})
"""The formats whose lines are commands to a build server; it may obey those and no others."""

IN_UTF_8 = frozenset({"json", "jsonl", "sarif", "gitlab", "junit", "rdjson", "html"})
"""The formats that programs read: in UTF-8, whatever the locale says."""


class Output(NamedTuple):
    """A report that is wanted: its format, and the file that it goes to (None: standard output)."""

    format: str
    file: str | None
