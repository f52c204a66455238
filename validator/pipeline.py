"""The whole program: a document in, what was found in it out."""

from __future__ import annotations

from dataclasses import replace

from validator.checked import Checked, CheckedDocument
from validator.found import Found
from validator.parse import Parsed, parse
from validator.passes import Checks, judge
from validator.recognise import Recognised, recognise
from validator.settings import Settings
from validator.sources import Document


def check(document: Document, checks: Checks) -> Checked:
    """Everything that is wrong with one document, as findings."""
    return findings_of(find(document, checks), checks, None)


def findings_of(found: Found, checks: Checks, room: int | None) -> Checked:
    """The problems of a document as findings, of which there is room for so many (None: for all)."""
    checked = _judged(found, checks, room)
    if not checks.settings.outlines:
        return checked
    from validator.outline import outlines  # few reports tell of every run

    return replace(checked, outlines=outlines(found))


def _judged(found: Found, checks: Checks, room: int | None) -> Checked:
    if not found.problems:
        return Checked(document=found.about, findings=(), totals={})
    from validator.placing import placed  # line and column, words, fingerprints: only for what is wrong

    return placed(found, checks.settings, room)


def find(document: Document, checks: Checks) -> Found:
    """Everything that is wrong with one document, as problems."""
    parsed = document.parsed or _parsed(document)
    recognised = _recognised(parsed, checks.settings)
    about = CheckedDocument(
        file=document.file,
        record=document.record,
        kind=recognised.kind,
        form=recognised.form,
        generation=recognised.generation,
        runs=recognised.runs,
    )
    problems, parts = judge(recognised, parsed, checks)
    return Found(document, about, parsed, recognised, [*parsed.problems, *problems], parts)


def _parsed(document: Document) -> Parsed:
    return parse(document.data) if document.problem is None else Parsed(None, (document.problem,), False, "")


def _recognised(parsed: Parsed, settings: Settings) -> Recognised:
    if not parsed.readable:
        return Recognised(None)
    return recognise(parsed.value, form=settings.form, expect=settings.expect)
