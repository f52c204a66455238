"""A document on its way from problems to findings."""

from __future__ import annotations

from dataclasses import dataclass

from validator.finding import CheckedDocument, NamedProblem
from validator.parse import Parsed
from validator.recognise import Recognised
from validator.sources import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A document, what it turned out to be, and what is wrong with it."""

    document: Document
    about: CheckedDocument
    parsed: Parsed
    recognised: Recognised
    problems: list[NamedProblem]
