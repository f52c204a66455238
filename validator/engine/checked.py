"""What came of the check of a document: its parts, as rules read them, and its problems."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from validator.core.problem import Problem
from validator.core.results import DocumentInfo
from validator.engine.classify import Classified, Part
from validator.engine.shapes import is_other_object
from validator.jsontext.parse import Parsed
from validator.rules.objects import Run
from validator.sources.document import Document


class CheckedPart(NamedTuple):
    """A page and its runs, or runs without a page, under wire names, and which of their fields no rule may read.

    `runs` pairs each run that is an object with its index in the part; `unreliable_fields` names such fields of a run,
    by that index, `invalid_fields` those of the page. `envelope` is None without a page that is an object.
    """

    part: Part
    runs: Sequence[tuple[int, Run]]
    unreliable_fields: Mapping[int, Collection[str]]
    envelope: dict[str, Any] | None = None
    invalid_fields: Collection[str] = ()


class CheckedDocument(NamedTuple):
    """A document, what it turned out to be, and its problems, whose pointers start at the top of the document."""

    document: Document
    info: DocumentInfo
    parsed: Parsed
    classified: Classified
    problems: list[Problem]
    parts: list[CheckedPart]

    @property
    def is_other_line(self) -> bool:
        """Whether the document is a line of an archive with another object of the API: a thread, a message, a step."""
        is_line = self.document.record is not None and self.document.origin is None
        return is_line and bool(self.classified.other) and is_other_object(self.parsed.value)

    def without_values(self) -> CheckedDocument:
        """Return the same without the parsed values: a recording has many documents, most without problems."""
        classified = self.classified._replace(parts=())
        return self._replace(parsed=Parsed(None, (), False, None), classified=classified, parts=[])
