"""What there is to tell in one sentence each, for formats that show little else of it."""

from __future__ import annotations

from validator.core.finding import Finding
from validator.core.phrases import count, escape
from validator.reporters import CutOff
from validator.reporters.terminal import pointer
from validator.sources.document import InputError

_OF_TEXTS = ("not-json", "not-utf8")
"""Rules that are about a character, and not about a value."""


def sentence(finding: Finding) -> str:
    """`/data/0/usage/total_tokens is 36, but prompt_tokens 31 + completion_tokens 4 is 35.`, or `The document ...`."""
    return f"{_subject(finding)} {finding.message}."


def _subject(finding: Finding) -> str:
    """What the message goes on from: of a text that is no JSON, the place in it, unless that is its start."""
    if finding.pointer:
        return pointer(finding)
    if finding.rule in _OF_TEXTS and (finding.line or 1, finding.column or 1) != (1, 1):
        return f"The text at line {finding.line}, column {finding.column}"
    return "The document"


def cut_off(one: CutOff) -> str:
    """As in `3 more findings in this file: --max-findings 0 shows all.`."""
    return f"{count(one.findings, 'more finding')} in this file: --max-findings 0 shows all."


def unopened(error: InputError) -> str:
    """As in `Could not be opened: no such file or directory.`."""
    return f"Could not be opened: {escape(error.reason)}."
