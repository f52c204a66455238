"""Both passes over a document: shape first, then sense; what the first rejects, the second does not read."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple

from validator.contract.compiler import check_shape, compile_schema
from validator.contract.loader import Contract, load_contract, to_wire_name
from validator.contract.unknown_keys import check_keys, find_undeclared_keys
from validator.core.options import CheckOptions, ContractName, Form, Order
from validator.core.pointer import join, split
from validator.core.problem import MAX_PROBLEMS, Problem
from validator.core.resource import RUN
from validator.core.severity import Severity
from validator.engine.accept import Acceptance
from validator.engine.classify import Classified, Part, is_other_object
from validator.engine.normalize import as_it_stands, to_wire
from validator.engine.run_checks import Dispatch, bind, dispatch, is_silent, page_problems, rest_problems, run_problems
from validator.jsontext.parse import Parsed
from validator.rules.registry import RULES
from validator.rules.support.objects import Run


class Checks(NamedTuple):
    """The settings and the rules that they leave in effect, made once for many documents."""

    settings: CheckOptions
    rules: Dispatch
    acceptance: Callable[[Form], Acceptance]
    """The quick verdict on runs in a form."""


_HALF_A_DAY = 43_200


def checks(settings: CheckOptions) -> Checks:
    """Get ready to check documents with these settings; what takes long is done once for all with the same rules."""
    begun = time.time() // _HALF_A_DAY * _HALF_A_DAY
    compiled = compiled_for(tuple(settings.severities.items()), settings.contract, begun)
    return Checks(settings, bind(compiled.rules, settings, begun), compiled.acceptance)


def variant(ready: Checks, order: Order | None, limit: int | None) -> Checks:
    """The same checks for pages that were asked for like this."""
    settings = ready.settings
    if (order, limit) == (settings.order, settings.limit):
        return ready
    return checks(settings._replace(order=order, limit=limit))


class Compiled(NamedTuple):
    """What checks with the same rules have in common, whatever else their settings say."""

    rules: Dispatch
    acceptance: Callable[[Form], Acceptance]


@lru_cache(maxsize=64)
def compiled_for(severities: tuple[tuple[str, Severity], ...], contract_name: ContractName, now: float) -> Compiled:
    """Compile for these rules and any time from `now` on.

    `now` is the beginning of half a day of the real clock, not that of the settings: times of live runs then never
    exceed what the verdict accepts, and every moment of the settings is served by the same verdict.
    """
    levels = dict(severities)
    rules = [rule for rule in RULES if rule.name in levels]
    return Compiled(dispatch(rules, levels), cache(partial(Acceptance, rules, contract_name, now)))


def acceptor(checks: Checks) -> Callable[[Any], int]:
    """A function that counts the runs in a page or run in wire form that certainly has no problem.

    It returns 0 where a closer look is needed. It takes the same verdicts and rules as the closer look.
    """
    settings, rules = checks.settings, checks.rules
    shape = load_contract(settings.contract, "wire").shapes[RUN.list_schema]
    accepts_page = compile_schema(RUN.list_schema, settings.contract, "wire")
    accepts_run = checks.acceptance("wire").accepts
    takes_runs, takes_pages = (settings.form != "sdk" and settings.expect in ("auto", kind) for kind in ("run", "page"))

    def accepted_runs(value: Any) -> int:
        try:
            if value["object"] == RUN.object:
                return int(takes_runs and accepts_run(value) and is_silent(value, rules))
            if not takes_pages or not accepts_page(value) or find_undeclared_keys(value, shape):
                return 0
            runs = value["data"]
            for run in runs:
                if not accepts_run(run) or not is_silent(run, rules):
                    return 0
            return 0 if page_problems(value, enumerate(runs), (), {}, rules) else len(runs)
        except (Exception, SystemExit):  # not an object, or a defect of a rule
            return 0

    return accepted_runs


class Judged(NamedTuple):
    """What the passes made of a part of a document: its problems, and what it holds, under wire names.

    `runs` pairs each run that is an object with its index in the part; `unreliable_fields` names the fields that
    nobody may read of those that have any, `invalid_fields` such fields of the page. `envelope` is None without a
    page that is an object.
    """

    part: Part
    problems: list[Problem]
    runs: Sequence[tuple[int, Run]]
    unreliable_fields: Mapping[int, Collection[str]]
    envelope: dict[str, Any] | None = None
    invalid_fields: Collection[str] = ()


def judge(classified: Classified, parsed: Parsed, checks: Checks) -> tuple[list[Problem], list[Judged]]:
    """Everything that is wrong with a document that could be read, with its parts; pointers are into all of it."""
    if classified.problem is not None:
        return [classified.problem], []
    if classified.form is None:
        return [], []
    subject = _Subject(
        checks,
        classified.form,
        load_contract(checks.settings.contract, classified.form),
        checks.acceptance(classified.form),
        frozenset(problem.pointer for problem in parsed.problems if problem.rule == "non-finite-number"),
    )
    problems: list[Problem] = []
    parts = []
    for part in classified.parts:
        parts.append(_judged(part, subject, MAX_PROBLEMS - len(problems)))
        problems += parts[-1].problems
        if len(problems) > MAX_PROBLEMS:
            message = "has more than {} problems, the most that are looked for in one document: the rest is not checked"
            problems.append(Problem("", message, (MAX_PROBLEMS,), rule="too-large"))
            break
    return problems, parts


class _Subject(NamedTuple):
    """What is the same for all parts of a document; `unusable` are pointers to values that stand for no number."""

    checks: Checks
    form: Form
    contract: Contract
    acceptance: Acceptance
    unusable: frozenset[str]


def _judged(part: Part, subject: _Subject, room: int) -> Judged:
    """A page and its runs, or runs without a page, with their problems; the first runs, if those have no `room`."""
    problems: list[Problem] = []
    wire_runs: list[tuple[int, Run]] = []
    spoiled_runs: dict[int, Collection[str]] = {}
    rules, is_wire = subject.checks.rules, subject.form == "wire"
    for index, (pointer, run) in enumerate(part.runs):
        if len(problems) > room:  # the rules of pages need all runs
            return Judged(part, problems, wire_runs, spoiled_runs)
        invalid_fields: Collection[str] = ()
        accepted = not subject.unusable and subject.acceptance.accepts(run)
        if not accepted:
            found, invalid_fields = _shape_problems(run, pointer, RUN.item_schema, subject)
            if is_other_object(run):  # which has nothing right for a run: what it calls itself tells it all
                problems += [problem for problem in found if problem.pointer == f"{pointer}/object"]
                continue
            problems += found
            if not isinstance(run, dict):
                continue
        wire_run = run if is_wire else to_wire(run, subject.contract.shapes[RUN.item_schema])
        said: list[Problem] = []
        if not accepted:
            said, unreliable_fields = run_problems(wire_run, invalid_fields, rules)
            if unreliable_fields:
                spoiled_runs[index] = unreliable_fields
        elif not _is_silent(wire_run, rules):
            said = rest_problems(wire_run, rules)
        if said:
            problems += under(pointer, said, None if is_wire else run)
        wire_runs.append((index, wire_run))
    of_runs = Judged(part, problems, wire_runs, spoiled_runs)
    return _with_envelope(of_runs, subject) if part.is_page else of_runs


def _is_silent(run: Run, rules: Dispatch) -> bool:
    try:
        return is_silent(run, rules)
    except (Exception, SystemExit):  # a defect of a rule, which will be named
        return False


def _with_envelope(judged: Judged, subject: _Subject) -> Judged:
    part, _, runs, unreliable_fields, *_ = judged
    problems, invalid_fields = _shape_problems(part.page, part.pointer, RUN.list_schema, subject)
    if not isinstance(part.page, dict):
        return judged._replace(problems=problems + judged.problems)
    envelope = part.page if subject.form == "wire" else to_wire(part.page, subject.contract.shapes[RUN.list_schema])
    said = page_problems(envelope, runs, invalid_fields, unreliable_fields, subject.checks.rules)
    problems += under(part.pointer, said, None if subject.form == "wire" else part.page)
    return Judged(part, problems + judged.problems, runs, unreliable_fields, envelope, invalid_fields)


def _shape_problems(value: Any, pointer: str, name: str, subject: _Subject) -> tuple[list[Problem], frozenset[str]]:
    """What schemas and key names say of a page without its runs, or of a run; and the wire names of its bad fields."""
    contract, form = subject.contract, subject.form
    settings = subject.checks.settings
    found = check_shape(value, name, settings.contract, form)
    missing = {problem.pointer: problem.identity.split(",") for problem in found if problem.rule == "schema:required"}
    undeclared = find_undeclared_keys(value, contract.shapes[name])
    misspelt = check_keys(undeclared, form, missing)
    if undeclared and name == RUN.item_schema:
        subject.acceptance.learn(undeclared)
    named = check_keys(undeclared, form, {}) if missing else []
    reported = set(misspelt)
    accounted = [problem for problem in named if problem not in reported]
    problems = [*_accounting(found, accounted), *misspelt, *accounted]
    return under(pointer, problems), _misshapen_fields(found, missing, form) | _unusable_fields(pointer, name, subject)


def _accounting(found: Iterable[Problem], keys: Iterable[Problem]) -> Iterator[Problem]:
    """The problems of the schema; what is missing explains the misspelt keys that stand in its stead."""
    beside: dict[str, list[str]] = {}
    for key in keys:
        beside.setdefault(join(*split(key.pointer)[:-1]), []).append(key.pointer)
    for problem in found:
        explained = beside.get(problem.pointer, ()) if problem.rule == "schema:required" else ()
        yield problem._replace(explains=(*problem.explains, *explained)) if explained else problem


def _misshapen_fields(found: Iterable[Problem], missing: Mapping[str, Collection[str]], form: Form) -> frozenset[str]:
    fields = {split(problem.pointer)[0] for problem in found if problem.pointer} | {*missing.get("", ())}
    return frozenset(fields if form == "wire" else (to_wire_name(field) for field in fields))


def _unusable_fields(pointer: str, name: str, subject: _Subject) -> frozenset[str]:
    prefix = f"{pointer}/" if pointer else ""
    below = (other.removeprefix(prefix) for other in subject.unusable if other.startswith(prefix))
    fields = (split(rest)[0] for rest in below if name == RUN.item_schema or not rest.startswith("data/"))
    return frozenset(fields if subject.form == "wire" else (to_wire_name(field) for field in fields))


def under(pointer: str, problems: Iterable[Problem], spelt_as: Any = None) -> list[Problem]:
    """The problems with pointers into the whole document; where `spelt_as` is given, in the key names that it has."""
    return [
        problem._replace(
            pointer=_absolute(pointer, problem.pointer, spelt_as),
            explains=tuple(_absolute(pointer, place, spelt_as) for place in problem.explains),
        )
        for problem in problems
    ]


def _absolute(base: str, pointer: str, spelt_as: Any) -> str:
    if spelt_as is not None:
        pointer = join(*as_it_stands(split(pointer), spelt_as))
    return "/".join(filter(None, (base, pointer)))
