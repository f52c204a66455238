"""What there is to tell in one sentence each, for formats that show little else of it."""

from __future__ import annotations

from validator.finding import Finding
from validator.reporters import CutOff
from validator.reporters.terminal import pointer
from validator.sources import SourceError
from validator.wording import count, escape


def sentence(finding: Finding) -> str:
    """`/data/0/usage/total_tokens is 36, but prompt_tokens 31 + completion_tokens 4 is 35.`, or `The document ...`."""
    return f"{pointer(finding) or 'The document'} {finding.message}."


def cut_off(one: CutOff) -> str:
    """As in `3 more findings in this file: --max-findings 0 shows all.`."""
    return f"{count(one.findings, 'more finding')} in this file: --max-findings 0 shows all."


def unopened(error: SourceError) -> str:
    """As in `Could not be opened: no such file or directory.`."""
    return f"Could not be opened: {escape(error.reason)}."
