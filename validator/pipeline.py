"""The whole program: a document in, what was found in it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from validator.finding import Checked, CheckedDocument, Sound
from validator.found import Found
from validator.parse import Parsed, parse
from validator.passes import Checks, problems
from validator.recognise import Recognised, recognise
from validator.settings import Settings
from validator.sources import Document, PassedOver, SourceError

Result: TypeAlias = Checked | Sound | PassedOver | SourceError
"""What there is to tell of something that was to be checked."""


def check(document: Document, checks: Checks, *, room: int | None = None) -> Checked:
    """Everything that is wrong with one document, as findings, of which there is room for so many."""
    found = find(document, checks)
    if not found.problems:
        return Checked(document=found.about, findings=(), totals={})
    from validator.placing import placed  # line and column, words, fingerprints: only for what is wrong

    return placed(found, checks.settings, room)


def check_all(found: Iterable[Document | Sound | PassedOver | SourceError], checks: Checks) -> Iterator[Result]:
    """Check the documents of one file in turn; of sound records, which may be millions, only the number is told."""
    documents = runs = kept = 0
    most = checks.settings.max_findings
    for one in found:
        if not isinstance(one, Document):
            yield one
            continue
        checked = check(one, checks, room=None if most is None else most - kept)
        kept += len(checked.findings)
        if one.record is None or checked.totals:
            yield checked
        else:
            documents += 1
            runs += checked.document.runs
    if documents:
        yield Sound(documents, runs)


def find(document: Document, checks: Checks) -> Found:
    """Everything that is wrong with one document, as problems."""
    parsed = parse(document.data) if document.problem is None else Parsed(None, (document.problem,), False, "")
    recognised = _recognised(parsed, checks.settings)
    about = CheckedDocument(
        file=document.file,
        record=document.record,
        kind=recognised.kind,
        form=recognised.form,
        generation=recognised.generation,
        runs=recognised.runs,
    )
    found = [*parsed.problems, *problems(recognised, parsed, checks)]
    return Found(document=document, about=about, recognised=recognised, parsed=parsed, problems=found)


def _recognised(parsed: Parsed, settings: Settings) -> Recognised:
    if not parsed.readable:
        return Recognised(None)
    return recognise(parsed.value, form=settings.form, expect=settings.expect)
