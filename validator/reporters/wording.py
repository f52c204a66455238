"""Words that the formats share: files, positions, sentences, the summary line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.core.phrases import count, escape, shorten_pointer
from validator.core.severity import Severity

if TYPE_CHECKING:
    from validator.core.finding import Finding  # most documents have none
    from validator.core.results import StatementResult, Summary
    from validator.reporters.base import Alike, ReportOptions, Truncation
    from validator.sources.document import InputError


def pointer(finding: Finding) -> str:
    """Return the pointer; a long one is cut in the middle."""
    return shorten_pointer(finding.pointer)


def sentence(finding: Finding) -> str:
    """Return `/data/0/usage/total_tokens is 36, but prompt_tokens 31 + completion_tokens 4 is 35.`, for example."""
    if finding.pointer:
        subject = pointer(finding)
    elif finding.is_about_character:
        subject = f"The text at line {finding.line}, column {finding.column}"
    else:
        subject = "The document"
    return f"{subject} {finding.message}."


def alike_place(alike: Alike) -> str:
    """Return where the last of findings that are alike is: `the last in record 47`, `the last at /data/99`."""
    last = alike.last
    if last.record is not None:
        return f"the last in record {last.record}"
    return f"the last at {pointer(last)}" if last.pointer or last.line is None else f"the last in line {last.line}"


def truncation_sentence(truncation: Truncation) -> str:
    """Return `3 more findings in this file: --max-findings 0 shows all.`, for example."""
    return f"{count(truncation.findings, 'more finding')} in this file: --max-findings 0 shows all."


def input_error_sentence(error: InputError) -> str:
    """Return `Could not be opened: no such file or directory.`, for example."""
    return f"Could not be opened: {escape(error.reason)}."


def missing_sentence(statement: StatementResult) -> str:
    """Return `required, but not verified: 7 runs, 21 needed`, for example."""
    return f"required, but {statement.verdict}: {statement.reason}".removesuffix(": ")


def summary_line(summary: Summary, options: ReportOptions) -> str:
    """Return `2 errors, 1 warning in 1 of 9 documents (1,003 runs); 4 infos hidden`, or `ok: 3 runs in 1 document`.

    Where what is hidden fails the check: `failed: 3 runs in 1 document; 4 infos hidden (--show info shows what fails)`.
    """
    if not summary.documents:
        return "nothing was checked"
    counts = {severity: summary.count(severity) for severity in Severity if summary.count(severity)}
    shown = [count(number, severity) for severity, number in counts.items() if severity.reaches(options.show)]
    hidden = [severity for severity in counts if not severity.reaches(options.show)]
    failing = [severity for severity in counts if severity.fails(options.fail_on)]
    fails = bool(failing) and not shown
    documents, runs = count(summary.documents, "document"), count(summary.runs, "run")
    if shown:
        affected = summary.shown_documents(options.show)
        part = "" if affected == summary.documents else f"{affected:,} of "
        line = f"{', '.join(shown)} in {part}{documents}" + (f" ({runs})" if summary.runs else "")
    else:
        line = f"{'failed' if fails else 'ok'}: {runs} in {documents}"
    notes = []
    if hidden:
        how = f" (--show {hidden[-1]})" if options.hints else ""
        how = f" (--show {failing[-1]} shows what fails)" if fails else how
        notes.append(f"{', '.join(count(counts[severity], severity) for severity in hidden)} hidden{how}")
    if summary.camel_case and options.hints and not shown:
        notes.append(f"{summary.camel_case:,} in camelCase, as SDKs have it (an error with --form wire)")
    if summary.suppressed:
        notes.append(f"{summary.suppressed:,} suppressed")
    if summary.fixable and options.hints:
        notes.append(f"{summary.fixable:,} fixable with --fix")
    return "; ".join(filter(None, (line, ", ".join(notes))))
