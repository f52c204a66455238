"""Turn problems into findings: in words, with line, column and excerpt, in the order of the text; outline the runs."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from validator.contract.loader import is_declared, to_camel_case
from validator.core.credentials import is_credential
from validator.core.files import STANDARD_INPUT
from validator.core.finding import Edit, Excerpt, Finding
from validator.core.limit import FindingLimit
from validator.core.options import CheckOptions
from validator.core.per_file_ignores import find_ignored_places, is_ignored
from validator.core.phrases import format_message, is_plain
from validator.core.pointer import split
from validator.core.problem import Problem, Span
from validator.core.results import DocumentResult, RunOutline
from validator.core.severity import Severity
from validator.engine.checked import CheckedDocument
from validator.engine.classify import find_unrecognised
from validator.engine.excerpt import make_excerpts
from validator.engine.rule_set import RuleSet
from validator.jsontext.columns import format_offsets
from validator.jsontext.edits import hash_document
from validator.jsontext.locate import Landmark, walk
from validator.jsontext.parse import decode_text
from validator.rules.base import Rule
from validator.rules.objects import TIMES
from validator.sources.detect import COMPRESSED_SUFFIXES
from validator.sources.positions import EscapedString, position_map

_MAX_IDENTIFIER = 200
_MAX_TIME = 1e15
"""Seconds; a larger number is not drawn as a time, and neither are infinity and NaN."""
_MAX_RUN_DEPTH = 5
"""Keys and indexes that lead to a run: those of two wrappers, a page and its data, or fewer."""
_BARE_NAME = re.compile(r'(?<!")\b[a-z]+(?:_[a-z]+)+\b')


@dataclass(slots=True)
class _Entry:
    """A problem of a rule in effect, on its way to a finding.

    `run` is what stands in the place of the run that the problem is in, `inside` the pointer from there on, or from the
    top. `key` stays the same when the page is recorded anew or its runs are reordered.
    """

    rule: Rule
    severity: Severity
    problem: Problem
    span: Span
    run: Any = None
    inside: str = ""
    key: str = ""


def make_result(checked: CheckedDocument, options: CheckOptions, rules: RuleSet, limit: FindingLimit) -> DocumentResult:
    """Return the findings of a document: all are counted; of those to show, those that the limit admits are worded."""
    entries = _without_explained([*_in_effect(checked, options, rules)])
    entries += _unrecognised(checked, entries, rules)
    _show_cause(entries)
    shown = [entry for entry in entries if entry.severity.reaches(options.findings.show)]
    findings: tuple[Finding, ...] = ()
    if any(not limit.excludes(*_kind(entry, options)) for entry in shown):
        text = decode_text(checked.document.data) if checked.parsed.text is None else checked.parsed.text
        landmarks = _place(shown, text)
        shown.sort(key=lambda entry: (not entry.problem.explains_document, entry.span.start, entry.rule.name))
        kept = [entry for entry in shown if limit.admit(*_kind(entry, options))]
        findings = tuple(_findings(kept, text, landmarks, checked, options))
    return DocumentResult(
        document=checked.info,
        findings=findings,
        totals=Counter((entry.rule.name, entry.severity) for entry in entries),
        truncated=len(shown) - len(findings),
        fixable=_can_be_edited(checked) and sum(entry.problem.fix is not None for entry in shown),
        outlines=tuple(_outlines(checked)) if options.findings.outlines else (),
    )


def _in_effect(checked: CheckedDocument, options: CheckOptions, rules: RuleSet) -> Iterator[_Entry]:
    """Return the problems of the rules in effect there; of a rule that reports one problem of a document, the first.

    A problem without a rule is a defect of the schemas, and no option ignores it.
    """
    reported: set[str] = set()
    ignored = find_ignored_places(checked.info.file, options.per_file_ignores)
    for problem in checked.problems:
        name = problem.rule
        if name not in rules.by_name:
            message = f"{problem.message}; there is no rule {name} to report it, which is a defect of validate-runs"
            yield _entry(problem._replace(message=message, rule="internal-error"), rules)
        elif name in rules.severities and name not in reported and not is_ignored(name, problem.pointer, ignored):
            if rules.by_name[name].once_per_document:
                reported.add(name)
            yield _entry(problem, rules)


def _entry(problem: Problem, rules: RuleSet) -> _Entry:
    severity, limit = rules.severities[problem.rule], problem.max_severity
    if limit and severity.reaches(limit):
        severity = limit
    return _Entry(rules.by_name[problem.rule], severity, problem, problem.span or Span(0, 0))


def _without_explained(entries: list[_Entry]) -> list[_Entry]:
    """Return the problems without those that another explains; a milder one never replaces a more severe one.

    A problem that explains what else is found at its own place gives way to a more severe one there.
    """
    if not any(entry.problem.explains for entry in entries):
        return entries
    ranks = [entry.severity.rank for entry in entries]
    worst: dict[str, int] = {}
    best: dict[str, tuple[int, int]] = {}
    for index, entry in enumerate(entries):
        pointer = entry.problem.pointer
        worst[pointer] = min(ranks[index], worst.get(pointer, ranks[index]))
        for explained in entry.problem.explains:
            best[explained] = min((ranks[index], index), best.get(explained, (ranks[index], index)))

    def remains(index: int, entry: _Entry) -> bool:
        pointer, rank = entry.problem.pointer, ranks[index]
        explanation = best.get(pointer)
        if explanation is None or entry.rule.mandatory:
            return True
        if pointer in entry.problem.explains:
            return explanation == (rank, index) and rank == worst[pointer]
        return rank < explanation[0]

    return [entry for index, entry in enumerate(entries) if remains(index, entry)]


def _show_cause(entries: Iterable[_Entry]) -> None:
    """Make what explains all warnings and errors of the document a warning too, so that it is shown with them."""
    if any(entry.severity is not Severity.INFO for entry in entries):
        for entry in entries:
            if entry.problem.explains_document and entry.severity is Severity.INFO:
                entry.severity = Severity.WARNING
                message = f"{entry.problem.message}, and the other findings follow from that"
                entry.problem = entry.problem._replace(message=message)


def _unrecognised(checked: CheckedDocument, entries: Iterable[_Entry], rules: RuleSet) -> list[_Entry]:
    """Return a problem for each value in the place of a page or run that is neither and has no error in effect.

    Such a value never counts as valid.
    """
    with_error: set[str] = set()
    for entry in entries:
        if entry.severity is Severity.ERROR:
            with_error.update(_beginnings(entry.problem.pointer))
    unrecognised = find_unrecognised(checked.classified.parts)
    return [_entry(problem, rules) for problem in unrecognised if problem.pointer not in with_error]


def _beginnings(pointer: str) -> Iterator[str]:
    """Return the pointers that a pointer begins with, down to the level of runs."""
    keys = pointer.split("/") if pointer else []
    return ("/".join(keys[:length]) for length in range(min(len(keys), _MAX_RUN_DEPTH) + 1))


def _kind(entry: _Entry, options: CheckOptions) -> tuple[str, Severity, str]:
    return entry.rule.name, entry.severity, _shown_pointer(entry.problem.pointer, options)


def _place(entries: Iterable[_Entry], text: str) -> Sequence[Landmark]:
    """Give each problem its place in the text; return the landmarks that were passed on the way."""
    unplaced = [entry for entry in entries if entry.problem.span is None]
    spans, landmarks = walk(text, {(entry.problem.pointer, entry.problem.on_key) for entry in unplaced})
    for entry in unplaced:
        entry.span = spans[entry.problem.pointer, entry.problem.on_key]
    return landmarks


def _findings(
    entries: Sequence[_Entry],
    text: str,
    landmarks: Sequence[Landmark],
    checked: CheckedDocument,
    options: CheckOptions,
) -> Iterator[Finding]:
    document, file, is_camel = checked.document, checked.info.file, checked.info.form == "sdk"
    _find_owners(entries, checked)
    excerpt_of = _excerpts(entries, text, landmarks, options) if document.has_positions else {}
    edit_of = _edits(entries, text, checked) if options.findings.edits else {}
    positions = position_map(document)
    can_be_edited = _can_be_edited(checked)
    to_position, to_byte_column = positions.map_offsets(text), positions.map_byte_columns(text)
    for index, entry in enumerate(entries):
        problem = entry.problem
        start, end = to_position(entry.span.start), to_position(entry.span.end)
        values = format_offsets(problem.values, to_position, start[0])
        message = _in_camel_case(problem.message) if is_camel else problem.message
        yield Finding(
            rule=entry.rule.name,
            group=entry.rule.group,
            severity=entry.severity,
            message=format_message(message, values, show_values=options.findings.show_values),
            file=file,
            record=checked.info.record,
            pointer=_shown_pointer(problem.pointer, options),
            run_id=_plain(entry.run, "id"),
            line=start[0] if document.has_positions else None,
            column=start[1] if document.has_positions else None,
            end_line=end[0] if document.has_positions else None,
            end_column=end[1] if document.has_positions else None,
            byte_column=to_byte_column(start) if document.has_positions else None,
            end_byte_column=to_byte_column(end) if document.has_positions else None,
            fingerprint=_digest(entry.key),
            source=entry.rule.source,
            request=checked.info.request,
            inside=_shown_pointer(entry.inside, options),
            run_status=_plain(entry.run, "status"),
            explains_document=problem.explains_document,
            about_server=entry.rule.about_server,
            is_fixable=can_be_edited and problem.fix is not None,
            excerpt=excerpt_of.get(index),
            edit=edit_of.get(index),
        )


def _find_owners(entries: Iterable[_Entry], checked: CheckedDocument) -> None:
    """Give each problem the run that it is in, its pointer from there on, and its key."""
    runs = {pointer: run for part in checked.classified.parts for pointer, run in part.runs}
    identifiers: dict[str, str] = {}
    for entry in entries:
        pointer = entry.inside = entry.problem.pointer
        run_id = ""
        owner = next((beginning for beginning in _beginnings(pointer) if beginning in runs), None)
        if owner is not None:
            entry.run, entry.inside = runs[owner], pointer[len(owner) :].removeprefix("/")
            run_id = identifiers[owner] = identifiers.get(owner) or _identifier(entry.run)
        entry.key = "\0".join((entry.rule.name, run_id, entry.inside, entry.problem.identity))


def _identifier(run: Any) -> str:
    """Return the id of a run, or a digest of one that is longer than any id."""
    identifier = str(run.get("id")) if isinstance(run, dict) else ""
    return identifier if len(identifier) <= _MAX_IDENTIFIER else _digest(identifier)


def _excerpts(
    entries: Sequence[_Entry], text: str, landmarks: Sequence[Landmark], options: CheckOptions
) -> dict[int, Excerpt]:
    """Return the excerpts of the problems that will be shown, by index; runs that a baseline accepts have none.

    A problem of a page may be known of another file only.
    """
    limit = FindingLimit(options.findings.max_excerpts)
    indexes = [
        index
        for index, entry in enumerate(entries)
        if (entry.rule.mandatory or entry.run is None or _digest(entry.key) not in options.findings.known)
        and limit.admit(*_kind(entry, options))
    ]
    places = [(entries[index].span, entries[index].problem.pointer) for index in indexes]
    excerpts = make_excerpts(text, places, show_values=options.findings.show_values, landmarks=landmarks)
    return dict(zip(indexes, excerpts, strict=True))


def _edits(entries: Sequence[_Entry], text: str, checked: CheckedDocument) -> dict[int, Edit]:
    """Return what fixes the problems, by index; nothing where a key is repeated, for then no value is certain."""
    if _repeats_key(checked):
        return {}
    digest = hash_document(checked.document.data)
    edits = {
        index: Edit(entry.span, json.dumps(entry.problem.fix.value), digest)
        for index, entry in enumerate(entries)
        if entry.problem.fix is not None
    }
    origin = checked.document.origin
    if origin is None or not edits:
        return edits
    if not isinstance(origin.positions, EscapedString):
        return {index: edit._replace(digest="") for index, edit in edits.items()}
    to_outer = origin.positions.map_edits(text)
    return {index: to_outer(edit) for index, edit in edits.items()}


def _repeats_key(checked: CheckedDocument) -> bool:
    return any(problem.rule == "duplicate-key" for problem in checked.parsed.problems)


def _can_be_edited(checked: CheckedDocument) -> bool:
    """Return whether `--fix` writes into such a document: a file or a string of a recording, not compressed."""
    file, origin = checked.info.file, checked.document.origin
    is_file = file not in (None, STANDARD_INPUT) and not file.lower().endswith(COMPRESSED_SUFFIXES)
    is_reached = origin is None or isinstance(origin.positions, EscapedString)
    return is_file and is_reached and not _repeats_key(checked)


def _shown_pointer(pointer: str, options: CheckOptions) -> str:
    """Return the pointer with its leading slash; by default, keys in it that look like credentials are masked."""
    if not pointer:
        return ""
    if options.findings.show_values or not ("~" in pointer or is_credential(pointer)):
        return f"/{pointer}"
    keys = zip(split(pointer), pointer.split("/"), strict=True)
    return "".join("/…" if is_credential(key) else f"/{written}" for key, written in keys)


def _in_camel_case(message: str) -> str:
    """Return the message with the names of fields in camelCase; enum values, which are in quotes, stay."""
    return _BARE_NAME.sub(lambda match: to_camel_case(match[0]) if is_declared(match[0]) else match[0], message)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _plain(run: Any, key: str) -> str | None:
    """Return an id or the status of a run, if it may be shown."""
    value = run.get(key) if isinstance(run, dict) else None
    return value if isinstance(value, str) and is_plain(value) else None


def _outlines(checked: CheckedDocument) -> Iterator[RunOutline]:
    """Return the runs of a document, in their order, without what is invalid or may not be shown."""
    for part in checked.parts:
        for index, run in part.runs:
            pointer, _ = part.part.runs[index]
            yield RunOutline(
                pointer=f"/{pointer}" if pointer else "",
                id=_plain(run, "id"),
                thread_id=_plain(run, "thread_id"),
                status=_plain(run, "status"),
                times={key: time for key in TIMES if (time := _time(run.get(key))) is not None},
            )


def _time(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < _MAX_TIME else None
