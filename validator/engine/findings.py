"""Problems made into findings: in words, with line, column and excerpt, in the order of the text."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

from validator.contract.loader import is_declared, to_camel_case
from validator.core.credentials import is_credential
from validator.core.finding import Edit, Excerpt, Finding
from validator.core.options import CheckOptions
from validator.core.per_file_ignores import is_left_out, left_out
from validator.core.phrases import format_message, is_plain
from validator.core.pointer import split
from validator.core.problem import Problem, Span
from validator.core.results import DocumentInfo, DocumentResult
from validator.core.severity import Severity
from validator.engine.classify import unrecognised
from validator.engine.excerpt import excerpts
from validator.engine.found import Found
from validator.jsontext.edits import digest_of
from validator.jsontext.locate import Landmark, in_words, walk
from validator.jsontext.parse import text_of
from validator.rules.registry import BY_NAME
from validator.sources.positions import position_map

_LONGEST_IDENTIFIER = 200
_BARE_NAME = re.compile(r'(?<!")\b[a-z]+(?:_[a-z]+)+\b')


@dataclass(frozen=True, slots=True)
class _Entry:
    """A problem on its way to a finding."""

    rule: str
    severity: Severity
    problem: Problem
    span: Span


def placed(found: Found, settings: CheckOptions, room: int | None) -> DocumentResult:
    """The findings of a document: all counted, those to show placed and sorted, as many worded as there is room for."""
    counted = _told_once(list(_in_effect(found.problems, found.about.file, settings)), settings)
    counted += _unrecognised(found, counted, settings)
    shown = [problem for problem in counted if _severity(problem, settings).reaches(settings.show)]
    totals = Counter((problem.rule, _severity(problem, settings)) for problem in counted)
    if room == 0:
        return DocumentResult(document=found.about, findings=(), totals=totals, beyond_cap=len(shown))
    text = text_of(found.document.data) if found.parsed.text is None else found.parsed.text
    spans, landmarks = walk(text, {(problem.pointer, problem.on_key) for problem in shown if problem.span is None})
    entries = sorted(_entries(shown, spans, settings), key=lambda entry: (entry.span.start, entry.rule))
    kept = entries[:room]
    return DocumentResult(
        document=found.about,
        findings=tuple(_findings(kept, text, landmarks, found, settings)),
        totals=totals,
        beyond_cap=len(entries) - len(kept),
    )


def _in_effect(problems: Iterable[Problem], file: str | None, settings: CheckOptions) -> Iterator[Problem]:
    """The problems of the rules in effect there; of a rule that speaks once a document, the first.

    A problem without a rule is a defect of the schemas, and no option leaves it out.
    """
    said: set[str] = set()
    places = left_out(file, settings.per_file_ignores)
    for problem in problems:
        rule = problem.rule
        if rule not in BY_NAME:
            message = f"{problem.message}; there is no rule {rule} to report it, which is a defect of validate-runs"
            yield problem._replace(message=message, rule="internal-error")
        elif rule in settings.severities and rule not in said and not is_left_out(rule, problem.pointer, places):
            if BY_NAME[rule].once_per_document:
                said.add(rule)
            yield problem


def _told_once(problems: list[Problem], settings: CheckOptions) -> list[Problem]:
    """The problems without those that another explains; the milder never takes the place of the more severe.

    A problem that explains what else is found at its own place gives way to a more severe one there.
    """
    if not any(problem.explains for problem in problems):
        return problems
    ranks = [list(Severity).index(_severity(problem, settings)) for problem in problems]
    worst: dict[str, int] = {}
    best: dict[str, tuple[int, int]] = {}
    for index, problem in enumerate(problems):
        worst[problem.pointer] = min(ranks[index], worst.get(problem.pointer, ranks[index]))
        for place in problem.explains:
            best[place] = min((ranks[index], index), best.get(place, (ranks[index], index)))

    def is_kept(index: int, problem: Problem) -> bool:
        rank, explanation = ranks[index], best.get(problem.pointer)
        if explanation is None or BY_NAME[problem.rule].mandatory:
            return True
        if problem.pointer in problem.explains:
            return explanation == (rank, index) and rank == worst[problem.pointer]
        return rank < explanation[0]

    return [problem for index, problem in enumerate(problems) if is_kept(index, problem)]


def _unrecognised(found: Found, counted: Iterable[Problem], settings: CheckOptions) -> list[Problem]:
    """What is in the place of a page or a run, is neither, and has no error in effect: it never counts as valid."""
    with_error: set[str] = set()
    for problem in counted:
        if _severity(problem, settings) is Severity.ERROR:
            parts = problem.pointer.split("/")
            with_error.update("/".join(parts[:length]) for length in range(min(len(parts), 3) + 1))
    return [problem for problem in unrecognised(found.classified.parts) if problem.pointer not in with_error]


def _severity(problem: Problem, settings: CheckOptions) -> Severity:
    severity = settings.severities[problem.rule]
    return problem.at_most if problem.at_most and severity.reaches(problem.at_most) else severity


def _entries(
    shown: Sequence[Problem], spans: Mapping[tuple[str, bool], Span], settings: CheckOptions
) -> Iterator[_Entry]:
    for problem in shown:
        span = problem.span or spans[problem.pointer, problem.on_key]
        yield _Entry(problem.rule, _severity(problem, settings), problem, span)


def _findings(
    entries: Sequence[_Entry], text: str, landmarks: Sequence[Landmark], found: Found, settings: CheckOptions
) -> Iterator[Finding]:
    about, document = found.about, found.document
    runs = {pointer: run for part in found.classified.parts for pointer, run in part.runs}
    positions = position_map(document)
    place, bytes_to = positions.map_offsets(text), positions.map_byte_columns(text)
    identifier = cache(lambda owner: _identifier(runs[owner]))
    owned = [_owned(entry, runs, identifier) for entry in entries]
    shown = _excerpts(entries, owned, text, landmarks, settings) if document.has_positions else {}
    edits = _edits(entries, found) if settings.edits else {}
    seen: Counter[str] = Counter()
    for index, (entry, (run, inside, same)) in enumerate(zip(entries, owned, strict=True)):
        key = f"{about.file or ''}\0{same}"
        seen[key] += 1
        start, end = place(entry.span.start), place(entry.span.end)
        values = in_words(entry.problem.values, place, start[0])
        rule = BY_NAME[entry.rule]
        yield Finding(
            rule=entry.rule,
            group=rule.group,
            severity=entry.severity,
            message=format_message(_spelt(entry.problem.message, about), values, show_values=settings.show_values),
            file=about.file,
            record=about.record,
            pointer=_shown_pointer(entry.problem.pointer, settings),
            run_id=_plain(run, "id"),
            line=start[0] if document.has_positions else None,
            column=start[1] if document.has_positions else None,
            end_line=end[0] if document.has_positions else None,
            end_column=end[1] if document.has_positions else None,
            byte_column=bytes_to(start) if document.has_positions else None,
            end_byte_column=bytes_to(end) if document.has_positions else None,
            fingerprint=_digest(f"{key}\0{seen[key]}"),
            source=rule.source,
            inside=_shown_pointer(inside, settings),
            identity=_digest(same),
            run_status=_plain(run, "status"),
            excerpt=shown.get(index),
            edit=edits.get(index),
        )


def _shown_pointer(pointer: str, settings: CheckOptions) -> str:
    """The pointer with its leading slash; a key in it that looks like a credential is not shown unasked."""
    if not pointer:
        return ""
    if settings.show_values or not ("~" in pointer or is_credential(pointer)):
        return f"/{pointer}"
    written = pointer.split("/")
    return "".join(
        "/…" if is_credential(key) else f"/{part}" for key, part in zip(split(pointer), written, strict=True)
    )


def _owner(pointer: str, runs: dict[str, Any]) -> str | None:
    """The pointer of the run that a pointer leads into."""
    parts = pointer.split("/") if pointer else []
    candidates = ("/".join(parts[:length]) for length in range(min(len(parts), 3) + 1))
    return next((candidate for candidate in candidates if candidate in runs), None)


class _Owned(NamedTuple):
    """The run that a problem is in, the relative pointer from there on, and what stays the same about the problem.

    That is when its page is recorded anew or the runs are reordered; without a run the pointer is that from the top.
    """

    run: Any
    inside: str
    same: str


def _owned(entry: _Entry, runs: dict[str, Any], identifier: Callable[[str], str]) -> _Owned:
    pointer = entry.problem.pointer
    owner = _owner(pointer, runs)
    run, run_id = (None, "") if owner is None else (runs[owner], identifier(owner))
    inside = pointer if owner is None else pointer[len(owner) :].removeprefix("/")
    return _Owned(run, inside, "\0".join((entry.rule, run_id, inside, entry.problem.identity)))


def _identifier(run: Any) -> str:
    """The id of a run; of one that is longer than any id a digest, since each finding has it in its identity."""
    told = str(run.get("id")) if isinstance(run, dict) else ""
    return told if len(told) <= _LONGEST_IDENTIFIER else _digest(told)


def _excerpts(
    entries: Sequence[_Entry],
    owned: Sequence[_Owned],
    text: str,
    landmarks: Sequence[Landmark],
    settings: CheckOptions,
) -> dict[int, Excerpt]:
    """The excerpts of what will be shown, by number: what a baseline may accept has none, and needs no time for it."""
    wanted = [
        index
        for index, entry in enumerate(entries)
        if BY_NAME[entry.rule].mandatory or _digest(owned[index].same) not in settings.known
    ][: settings.max_excerpts]
    places = [(entries[index].span, entries[index].problem.pointer) for index in wanted]
    drawn = excerpts(text, places, show_values=settings.show_values, landmarks=landmarks)
    return dict(zip(wanted, drawn, strict=True))


def _edits(entries: Sequence[_Entry], found: Found) -> dict[int, Edit]:
    """What mends the findings, by number; nothing where a key stands twice, for then no value is beyond doubt."""
    if any(problem.rule == "duplicate-key" for problem in found.parsed.problems):
        return {}
    digest = digest_of(found.document.data) if found.document.origin is None else ""
    return {
        index: Edit(entry.span, json.dumps(entry.problem.fix.value), digest)
        for index, entry in enumerate(entries)
        if entry.problem.fix is not None
    }


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _plain(run: Any, key: str) -> str | None:
    """An id or status of a run, if it may be shown."""
    value = run.get(key) if isinstance(run, dict) else None
    return value if isinstance(value, str) and is_plain(value) else None


def _spelt(message: str, about: DocumentInfo) -> str:
    """The message with the names of fields as the document spells them; enum values stand in quotes and stay."""
    if about.form != "sdk":
        return message
    return _BARE_NAME.sub(lambda match: to_camel_case(match[0]) if is_declared(match[0]) else match[0], message)
