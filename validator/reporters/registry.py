"""The output formats: a line here, and a module of that name beside it with a function `render`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from validator.core.sanitize import sanitize

if TYPE_CHECKING:
    from validator.reporters.base import Reporter, ReportItem, ReportOptions  # not for the names of the formats


class Format(NamedTuple):
    """What the program knows about a format.

    `shows_all_runs`: the report lists every run, also those without findings. `is_utf8`: programs read it, in UTF-8
    whatever the locale is. `has_commands`: its lines are commands to a build server, which may obey those and no
    others. `statistics` is the function of `statistics.py` that renders counts instead of findings, if there is one.
    """

    shows_all_runs: bool = False
    is_utf8: bool = True
    has_commands: bool = False
    statistics: str = ""


FORMATS = {
    "text": Format(is_utf8=False, statistics="render"),
    "concise": Format(is_utf8=False, statistics="render"),
    "json": Format(statistics="render_json"),
    "jsonl": Format(),
    "sarif": Format(),
    "github": Format(is_utf8=False, has_commands=True),
    "gitlab": Format(),
    "junit": Format(shows_all_runs=True),
    "rdjson": Format(),
    "markdown": Format(is_utf8=False),
    "html": Format(shows_all_runs=True),
}


class Output(NamedTuple):
    """A report to write: its format, and its file (None: standard output)."""

    format: str
    file: str | None


def load_reporter(name: str, *, statistics: bool = False) -> Reporter:
    """Return the reporter of a format, or that of its statistics; its text is sanitized."""
    module = import_module(f"validator.reporters.{'statistics' if statistics else name}")
    render: Reporter = getattr(module, FORMATS[name].statistics if statistics else "render")

    def render_sanitized(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
        return sanitize(render(items, options), color=options.color, commands=FORMATS[name].has_commands)

    return render_sanitized
