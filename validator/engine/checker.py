"""Check a document: accept each run at once where possible, and explain what is wrong with it otherwise."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple

from validator.contract.compiler import check_shape, compile_schema
from validator.contract.loader import Contract, load_contract, to_wire_name
from validator.contract.unknown_keys import check_keys, find_undeclared_keys
from validator.core.exchange import UNKNOWN_REQUEST
from validator.core.limit import FindingLimit
from validator.core.options import CheckOptions, ContractName, Form
from validator.core.pointer import join, split
from validator.core.problem import MAX_PROBLEMS, Problem
from validator.core.resource import RUN
from validator.core.results import DocumentInfo, DocumentResult
from validator.core.severity import Severity
from validator.engine.accept import Acceptor
from validator.engine.checked import CheckedDocument, CheckedPart
from validator.engine.classify import (
    Classified,
    Part,
    classify,
    describe_error_response,
    describe_successful_error,
)
from validator.engine.normalize import to_original, to_wire
from validator.engine.rule_set import RuleSet
from validator.engine.shapes import is_other_object
from validator.jsontext.parse import Parsed, parse
from validator.rules import loader
from validator.rules.base import Rule
from validator.rules.objects import Page, Run
from validator.sources.document import Document

_HALF_A_DAY = 43_200


class Checker:
    """Checks documents under options.

    What takes long is compiled once for all checkers with the same severities. Safe in threads.
    """

    def __init__(self, options: CheckOptions) -> None:
        """Compile the rules; the accept schemas hold from the start of half a day of the real clock on.

        Times of live runs then never exceed what the schemas accept, and a clock that runs on needs no other schemas.
        """
        self.options = options
        since = time.time() // _HALF_A_DAY * _HALF_A_DAY
        severities = None if options.severities is None else tuple(options.severities.items())
        self.rules, self._acceptor = _compile(loader.load_rules, severities, options.contract, since)

    def with_options(self, options: CheckOptions) -> Checker:
        """Return a checker with these options: this one, if they are its own."""
        return self if options == self.options else Checker(options)

    def count_accepted(self, value: Any) -> int:
        """Return how many runs there are in a page or run in wire form; 0 unless it certainly has no problem."""
        options, rules, accepts = self.options, self.rules, self._acceptor("wire").accepts
        if options.form == "sdk":
            return 0
        try:
            if value["object"] == RUN.object:
                is_clean = options.expect != "page" and accepts([value]) and not rules.rest_problems(value, options)
                return int(is_clean)
            shape = load_contract(options.contract, "wire").shapes[RUN.list_schema]
            accepts_page = compile_schema(RUN.list_schema, options.contract, "wire")
            if options.expect == "run" or not accepts_page(value) or find_undeclared_keys(value, shape):
                return 0
            runs = value["data"]
            if not accepts(runs):
                return 0
            for run in runs:
                if rules.rest_problems(run, options):
                    return 0
            return 0 if rules.page_problems(Page(value, [*enumerate(runs)]), (), {}, options) else len(runs)
        except (TypeError, KeyError, RecursionError):  # not an object, or not one with such keys
            return 0

    def check(self, document: Document) -> CheckedDocument:
        """Return everything that is wrong with a document, as problems."""
        options = self.options
        parsed = document.parsed
        if parsed is None:
            parsed = Parsed(None, (document.problem,), False, "") if document.problem else parse(document.data)
        classified = Classified(None)
        request, response = document.exchange
        is_error = document.has_error_status
        if parsed.readable and not is_error:
            is_value = not document.has_positions
            classified = classify(
                parsed.value,
                form=options.form,
                expect=options.expect,
                allow_empty_array=is_value,
                is_event=document.is_event,
            )
        info = DocumentInfo(
            file=document.file,
            record=document.record,
            kind=classified.kind,
            form=classified.form,
            generation=classified.generation,
            runs=classified.runs,
            request=document.request_label,
        )
        problems: list[Problem] = [] if is_error and document.problem is None else [*parsed.problems]
        parts: list[CheckedPart] = []
        if response is not None and is_error and not document.is_recorded_error:
            body, is_json = parsed.value, parsed.readable
            problems.append(describe_error_response(response.status, body, is_json=is_json, expect=options.expect))
        if classified.problem is not None:
            error_with_success = None
            if response is not None and classified.form is None:
                error_with_success = describe_successful_error(response.status, parsed.value, options.expect)
            problems.append(error_with_success or classified.problem)
        if classified.form is not None:
            unusable = frozenset(problem.pointer for problem in problems if problem.rule == "non-finite-number")
            acceptor = self._acceptor(classified.form)
            explainer = _Explainer(options, self.rules, classified.form, acceptor, unusable)
            left = MAX_PROBLEMS
            for part in classified.parts:
                part_problems, checked = explainer.check_part(part, left)
                problems += part_problems
                parts.append(checked)
                left -= len(part_problems)
                if left < 0:
                    message = "has more than {} problems, the limit for one document: the rest was not checked"
                    problems.append(Problem("", message, (MAX_PROBLEMS,), rule="too-large"))
                    break
        result = CheckedDocument(document, info, parsed, classified, problems, parts)
        if response is not None:
            from validator.engine.exchanges import check_answer  # most documents answer no known request

            form = None if classified.form != "sdk" else parsed.value
            answer_problems = check_answer(request or UNKNOWN_REQUEST, response, result, self.rules, options)
            problems += prefix_pointers("", answer_problems, form)
        return result

    def result(self, checked: CheckedDocument, limit: FindingLimit | None = None) -> DocumentResult:
        """Return the problems of a document as findings; those that the limit admits have a place and words."""
        if not checked.problems and not self.options.findings.outlines:
            return DocumentResult(document=checked.info, findings=(), totals={})
        from validator.engine.findings import make_result  # places, words, fingerprints: only where something is wrong

        return make_result(checked, self.options, self.rules, limit or FindingLimit(None))


@lru_cache(maxsize=64)
def _compile(
    load: Callable[[str], Sequence[Rule]],
    severities: tuple[tuple[str, Severity], ...] | None,
    name: ContractName,
    since: float,
) -> tuple[RuleSet, Callable[[Form], Acceptor]]:
    """Return the rules in effect, and a function that returns what accepts runs in a form."""
    rule_set = RuleSet(load, None if severities is None else dict(severities), since)
    return rule_set, cache(partial(Acceptor, rule_set.of_subject("run"), name, since))


class _Explainer(NamedTuple):
    """Explains what is wrong with the parts of a document; `unusable` are pointers to values that are no numbers."""

    options: CheckOptions
    rules: RuleSet
    form: Form
    acceptor: Acceptor
    unusable: frozenset[str]

    @property
    def contract(self) -> Contract:
        return load_contract(self.options.contract, self.form)

    def check_part(self, part: Part, limit: int) -> tuple[list[Problem], CheckedPart]:
        """Return the problems of a part; where its runs have more than `limit`, of the first of them alone."""
        problems: list[Problem] = []
        runs: list[tuple[int, Run]] = []
        unreliable_fields: dict[int, Collection[str]] = {}
        is_wire, run_shape = self.form == "wire", self.contract.shapes[RUN.item_schema]
        rest_problems, options = self.rules.rest_problems, self.options
        are_accepted = not self.unusable and self.acceptor.accepts([run for _, run in part.runs])
        for index, (pointer, run) in enumerate(part.runs):
            if len(problems) > limit:  # the rules of pages need all runs
                return problems, CheckedPart(part, runs, unreliable_fields)
            if are_accepted or (not self.unusable and self.acceptor.accepts([run])):
                wire_run = run if is_wire else to_wire(run, run_shape)
                reported = rest_problems(wire_run, options)
            else:
                reported, invalid_fields = self._shape_problems(run, pointer, RUN.item_schema)
                if is_other_object(run):  # which has nothing right for a run: only what it calls itself is reported
                    problems += [problem for problem in reported if problem.pointer == f"{pointer}/object"]
                    continue
                problems += reported
                if not isinstance(run, dict):
                    continue
                wire_run = run if is_wire else to_wire(run, run_shape)
                reported, wire_run, unreliable = self.rules.run_problems(wire_run, invalid_fields, options)
                if unreliable:
                    unreliable_fields[index] = unreliable
            runs.append((index, wire_run))
            if reported:
                problems += prefix_pointers(pointer, reported, None if is_wire else run)
        checked = CheckedPart(part, runs, unreliable_fields)
        return self._check_page(checked, problems) if part.is_page else (problems, checked)

    def _check_page(self, checked: CheckedPart, run_problems: list[Problem]) -> tuple[list[Problem], CheckedPart]:
        """Return the problems of the page, then those of its runs."""
        value, pointer = checked.part.page, checked.part.pointer
        problems, invalid_fields = self._shape_problems(value, pointer, RUN.list_schema)
        if isinstance(value, dict):
            is_wire = self.form == "wire"
            envelope = value if is_wire else to_wire(value, self.contract.shapes[RUN.list_schema])
            checked = checked._replace(envelope=envelope, invalid_fields=invalid_fields)
            problems = [problem for problem in problems if not _is_about_run_id(problem, envelope, checked.runs)]
            page = Page(envelope, checked.runs)
            page_problems = self.rules.page_problems(page, invalid_fields, checked.unreliable_fields, self.options)
            problems += prefix_pointers(pointer, page_problems, None if is_wire else value)
        return problems + run_problems, checked

    def _shape_problems(self, value: Any, pointer: str, name: str) -> tuple[list[Problem], frozenset[str]]:
        """Return the problems of shape and keys of a page without its runs, or of a run, and its invalid fields."""
        shape_problems = check_shape(value, name, self.options.contract, self.form)
        missing = {
            problem.pointer: problem.identity.split(",")
            for problem in shape_problems
            if problem.rule == "schema:required"
        }
        undeclared = find_undeclared_keys(value, self.contract.shapes[name])
        misspelt = check_keys(undeclared, self.form, missing)
        if undeclared and name == RUN.item_schema:
            self.acceptor.learn(undeclared)
        all_misspelt = check_keys(undeclared, self.form, {}) if missing else []
        listed = set(misspelt)
        explained = [problem for problem in all_misspelt if problem not in listed]
        problems = [*_explain_keys(shape_problems, explained), *misspelt, *explained]
        invalid = {split(problem.pointer)[0] for problem in shape_problems if problem.pointer} | {*missing.get("", ())}
        prefix = f"{pointer}/" if pointer else ""
        below = (other.removeprefix(prefix) for other in self.unusable if other.startswith(prefix))
        invalid |= {split(rest)[0] for rest in below if name == RUN.item_schema or not rest.startswith("data/")}
        if self.form == "sdk":
            invalid = {to_wire_name(field) for field in invalid}
        return prefix_pointers(pointer, problems), frozenset(invalid)


def _is_about_run_id(problem: Problem, envelope: Mapping[str, Any], runs: Sequence[tuple[int, Run]]) -> bool:
    """Return whether first_id or last_id has a wrong type as it repeats the id of its run, which is reported there."""
    if problem.rule != "schema:type" or not runs:
        return False
    key = to_wire_name(split(problem.pointer)[-1])
    if key not in ("first_id", "last_id"):
        return False
    run_id = runs[0 if key == "first_id" else -1][1].get("id")
    return not isinstance(run_id, str) and run_id == envelope[key]


def _explain_keys(shape_problems: Iterable[Problem], keys: Iterable[Problem]) -> Iterator[Problem]:
    """Return the problems of the schema; a missing key explains the misspelt key in its place."""
    pointers: dict[str, list[str]] = {}
    for key in keys:
        pointers.setdefault(join(*split(key.pointer)[:-1]), []).append(key.pointer)
    for problem in shape_problems:
        explained = pointers.get(problem.pointer, ()) if problem.rule == "schema:required" else ()
        yield problem._replace(explains=(*problem.explains, *explained)) if explained else problem


def prefix_pointers(base: str, problems: Iterable[Problem], original: Any = None) -> list[Problem]:
    """Return the problems of a value with pointers from the top of the document, to which `base` leads.

    With the `original` of a value that was renamed, pointers have the key names that it has.
    """

    def absolute(pointer: str) -> str:
        if original is not None:
            pointer = join(*to_original(split(pointer), original))
        return "/".join(filter(None, (base, pointer)))

    return [
        problem._replace(pointer=absolute(problem.pointer), explains=tuple(map(absolute, problem.explains)))
        for problem in problems
    ]
