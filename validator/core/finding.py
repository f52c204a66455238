"""Findings: problems with a severity, words and a position."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import NamedTuple

from validator.core.files import STANDARD_INPUT
from validator.core.phrases import file_name, name_value, shorten_pointer
from validator.core.problem import Span
from validator.core.severity import Severity


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One line of the document around a finding, already redacted and free of control characters.

    `start` and `end` are the columns of the finding in `text` (0-based, end exclusive).
    `cut_left` and `cut_right` say whether the line goes on beyond `text`.
    """

    text: str
    start: int
    end: int
    cut_left: bool
    cut_right: bool


class Edit(NamedTuple):
    """The fix of a finding as a change of text: the JSON text that replaces a span of the document.

    `digest` is that of the document, so that no other is ever changed. For a document inside a recording, `span`,
    `text` and `digest` are those of the recording, and `inner` is the change of the document; `digest` is empty if the
    document cannot be changed there.
    """

    span: Span
    text: str
    digest: str
    inner: Edit | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Finding:
    """One defect: what is wrong, where, and on what evidence.

    `pointer` is a JSON Pointer into the document as it stands, in its own key names. Lines and columns are
    1-based and count code points; the end is exclusive; all four are None if there is no text to point into.
    `byte_column` and `end_byte_column` are the columns counted in bytes of UTF-8.
    `record` is the 1-based number of the record in its file, None for a file of one document. `request` is that of
    `DocumentInfo`.
    `source` is the address of the evidence that the rule's page cites.
    `inside` is the pointer from the run on (all of it, outside of runs). `fingerprint` identifies the finding in any
    file and wherever its run stands: a hash of the rule, the run id and `inside`, which a baseline stores too. Findings
    that agree in all of these share it.
    `edit` is the fix, if there is one and the options ask for it.
    """

    rule: str
    group: str
    severity: Severity
    message: str
    file: str | None
    record: int | None
    pointer: str
    run_id: str | None
    line: int | None
    column: int | None
    end_line: int | None
    end_column: int | None
    fingerprint: str
    source: str
    request: str | None = field(default=None, compare=False)
    byte_column: int | None = field(default=None, compare=False)
    end_byte_column: int | None = field(default=None, compare=False)
    inside: str = field(default="", compare=False)
    run_status: str | None = field(default=None, compare=False)
    explains_document: bool = field(default=False, compare=False, repr=False)
    about_server: bool = field(default=False, compare=False, repr=False)
    is_fixable: bool = field(default=False, compare=False, repr=False)
    excerpt: Excerpt | None = field(default=None, compare=False, repr=False)
    edit: Edit | None = field(default=None, compare=False, repr=False)

    @property
    def is_about_character(self) -> bool:
        """Whether it is about a character in the text, and not about a value."""
        return self.rule in ("not-json", "not-utf8") and (self.line or 1, self.column or 1) != (1, 1)

    @property
    def position(self) -> str:
        """The place as `file:line:column`; the file alone, or what stands for it, where there is no text."""
        name = file_name(self.file, self.request)
        return name if self.line is None else f"{name}:{self.line}:{self.column}"

    @property
    def sentence(self) -> str:
        """The message with its subject: `total_tokens is 36, but prompt_tokens 31 + completion_tokens 4 is 35`."""
        if self.is_about_character:
            is_noun = self.message.startswith(("is a ", "is an ", "is the ", 'is "'))
            return self.message.removeprefix("is ") if is_noun else f"the text {self.message}"
        return f"{self._subject} {self.message}"

    @property
    def _subject(self) -> str:
        if self.pointer:
            return name_value(self.pointer)
        if self.request is not None:
            return "the server" if self.about_server else "the response"
        if self.run_id is not None:
            return "the run"
        if self.record is not None:
            return "the record"
        names = {None: "the document", STANDARD_INPUT: "standard input"}
        return names.get(self.file, "the file")

    def __str__(self) -> str:
        """Return the line of the concise report: `page.json:41:25: error token-total-mismatch /data/0/usage: ...`."""
        head = f"{self.position}: {self.severity} {self.rule} {shorten_pointer(self.pointer)}".rstrip()
        return f"{head}: {self.message if self.pointer else self.sentence}"

    def __repr__(self) -> str:
        values = ((item.name, getattr(self, item.name)) for item in fields(self) if item.repr)
        return f"Finding({', '.join(f'{name}={value!r}' for name, value in values if value not in (None, ''))})"
