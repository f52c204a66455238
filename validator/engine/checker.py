"""The whole program: a document in, what was found in it out."""

from __future__ import annotations

from dataclasses import replace

from validator.core.options import CheckOptions
from validator.core.results import DocumentInfo, DocumentResult
from validator.engine.checks import Checks, judge
from validator.engine.classify import Classified, classify
from validator.engine.found import Found
from validator.jsontext.parse import Parsed, parse
from validator.sources.document import Document


def check(document: Document, checks: Checks) -> DocumentResult:
    """Everything that is wrong with one document, as findings."""
    return findings_of(find(document, checks), checks, None)


def findings_of(found: Found, checks: Checks, room: int | None) -> DocumentResult:
    """The problems of a document as findings, of which there is room for so many (None: for all)."""
    checked = _judged(found, checks, room)
    if not checks.settings.outlines:
        return checked
    from validator.engine.outlines import outlines  # few reports tell of every run

    return replace(checked, outlines=outlines(found))


def _judged(found: Found, checks: Checks, room: int | None) -> DocumentResult:
    if not found.problems:
        return DocumentResult(document=found.about, findings=(), totals={})
    from validator.engine.findings import placed  # line and column, words, fingerprints: only for what is wrong

    return placed(found, checks.settings, room)


def find(document: Document, checks: Checks) -> Found:
    """Everything that is wrong with one document, as problems."""
    parsed = document.parsed or _parsed(document)
    classified = _recognised(parsed, checks.settings)
    about = DocumentInfo(
        file=document.file,
        record=document.record,
        kind=classified.kind,
        form=classified.form,
        generation=classified.generation,
        runs=classified.runs,
    )
    problems, parts = judge(classified, parsed, checks)
    return Found(document, about, parsed, classified, [*parsed.problems, *problems], parts)


def _parsed(document: Document) -> Parsed:
    return parse(document.data) if document.problem is None else Parsed(None, (document.problem,), False, "")


def _recognised(parsed: Parsed, settings: CheckOptions) -> Classified:
    if not parsed.readable:
        return Classified(None)
    return classify(parsed.value, form=settings.form, expect=settings.expect)
