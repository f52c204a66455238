"""A document on its way from problems to findings."""

from __future__ import annotations

from typing import NamedTuple

from validator.core.problem import Problem
from validator.core.results import DocumentInfo
from validator.engine.checks import Judged
from validator.engine.classify import Classified
from validator.jsontext.parse import Parsed
from validator.sources.document import Document


class Found(NamedTuple):
    """A document, what it turned out to be, and what is wrong with it."""

    document: Document
    about: DocumentInfo
    parsed: Parsed
    classified: Classified
    problems: list[Problem]
    parts: list[Judged]
