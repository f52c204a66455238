"""A finding in one sentence, for formats that show little else of it."""

from __future__ import annotations

from validator.finding import Finding
from validator.reporters.terminal import pointer


def sentence(finding: Finding) -> str:
    """`/data/0/usage/total_tokens is 36, but prompt_tokens 31 + completion_tokens 4 is 35.`, or `The document ...`."""
    return f"{pointer(finding) or 'The document'} {finding.message}."
