"""A document on its way from problems to findings."""

from __future__ import annotations

from typing import NamedTuple

from validator.checked import CheckedDocument
from validator.parse import Parsed
from validator.passes import Judged
from validator.problem import NamedProblem
from validator.recognise import Recognised
from validator.sources import Document


class Found(NamedTuple):
    """A document, what it turned out to be, and what is wrong with it."""

    document: Document
    about: CheckedDocument
    parsed: Parsed
    recognised: Recognised
    problems: list[NamedProblem]
    parts: list[Judged]
