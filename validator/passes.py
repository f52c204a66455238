"""Both passes over a document: shape first, then sense; what the first rejects, the second does not read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

from validator.contract import Contract, contract, wire_names
from validator.contract import Subject as SubjectName
from validator.document import Run
from validator.key_pass import key_problems
from validator.parse import Parsed
from validator.pointer import join, split
from validator.problem import MAX_PROBLEMS, NamedProblem, Problem
from validator.quick_pass import unremarkable, well_shaped
from validator.recognise import Part, Recognised, is_other_object
from validator.rule_pass import Dispatch, dispatch, page_problems, run_problems
from validator.rules import RULES
from validator.schema_pass import Accepts, schema_problems
from validator.settings import Form, Order, Settings
from validator.wire import as_it_stands, to_wire


class Checks(NamedTuple):
    """The settings and the rules that they leave in effect, made once for many documents."""

    settings: Settings
    rules: Dispatch
    unremarkable: Callable[[Form], Accepts]
    """The verdict that a run is well shaped, and that only the rules in `rest` can say anything of it."""
    rest: Dispatch
    variants: dict[tuple[Order | None, int | None], Checks]
    """These checks for other orders and limits, as recorded requests ask for them."""


def checks(settings: Settings) -> Checks:
    """Get ready to check documents with these settings."""
    rules = [rule for rule in RULES if rule.name in settings.severities]
    rest = [rule for rule in rules if rule.unless is None]
    quick = cache(partial(unremarkable, rules, settings))
    return Checks(settings, dispatch(rules, settings), quick, dispatch(rest, settings), {})


def variant(ready: Checks, order: Order | None, limit: int | None) -> Checks:
    """The same checks for pages that were asked for like this."""
    settings = ready.settings
    if (order, limit) == (settings.order, settings.limit):
        return ready
    if (order, limit) not in ready.variants:
        ready.variants[order, limit] = checks(settings._replace(order=order, limit=limit))
    return ready.variants[order, limit]


class Judged(NamedTuple):
    """What the passes made of a part of a document: its problems, and what it holds, under wire names.

    `runs` pairs each run that is an object with its index in the part; `spoiled` names the fields that nobody may read
    of those that have any, `misshapen` such fields of the page. `envelope` is None without a page that is an object.
    """

    part: Part
    problems: list[NamedProblem]
    runs: Sequence[tuple[int, Run]]
    spoiled: Mapping[int, Collection[str]]
    envelope: dict[str, Any] | None = None
    misshapen: Collection[str] = ()


def judge(recognised: Recognised, parsed: Parsed, checks: Checks) -> tuple[list[NamedProblem], list[Judged]]:
    """Everything that is wrong with a document that could be read, with its parts; pointers are into all of it."""
    if recognised.problem is not None:
        return [("not-a-run-list", recognised.problem)], []
    if recognised.form is None:
        return [], []
    subject = _Subject(
        checks,
        recognised.form,
        contract(checks.settings.contract, recognised.form),
        frozenset(problem.pointer for name, problem in parsed.problems if name == "non-finite-number"),
    )
    problems: list[NamedProblem] = []
    parts = []
    for part in recognised.parts:
        parts.append(_judged(part, subject, MAX_PROBLEMS - len(problems)))
        problems += parts[-1].problems
        if len(problems) > MAX_PROBLEMS:
            message = "has more than {} problems, the most that are looked for in one document: the rest is not checked"
            problems.append(("too-large", Problem("", message, (MAX_PROBLEMS,))))
            break
    return problems, parts


class _Subject(NamedTuple):
    """What is the same for all parts of a document; `unusable` are pointers to values that stand for no number."""

    checks: Checks
    form: Form
    contract: Contract
    unusable: frozenset[str]


def _judged(part: Part, subject: _Subject, room: int) -> Judged:
    """A page and its runs, or runs without a page, with their problems; the first runs, if those have no `room`."""
    problems: list[NamedProblem] = []
    wire_runs: list[tuple[int, Run]] = []
    spoiled_runs: dict[int, Collection[str]] = {}
    checks, is_wire = subject.checks, subject.form == "wire"
    unremarkable = _nobody if subject.unusable else checks.unremarkable(subject.form)
    for index, (pointer, run) in enumerate(part.runs):
        if len(problems) > room:  # the rules of pages need all runs
            return Judged(part, problems, wire_runs, spoiled_runs)
        misshapen: Collection[str] = ()
        rules = checks.rest
        if not unremarkable(run):
            rules = checks.rules
            found, misshapen = _shape_problems(run, pointer, "run", subject)
            if is_other_object(run):  # which has nothing right for a run: what it calls itself tells it all
                problems += [named for named in found if named[1].pointer == f"{pointer}/object"]
                continue
            problems += found
            if not isinstance(run, dict):
                continue
        wire_run = run if is_wire else to_wire(run, subject.contract.shape_of("run"))
        said, spoiled = run_problems(wire_run, misshapen, rules)
        if said:
            problems += under(pointer, said, None if is_wire else run)
        if spoiled:
            spoiled_runs[index] = spoiled
        wire_runs.append((index, wire_run))
    of_runs = Judged(part, problems, wire_runs, spoiled_runs)
    return of_runs if part.page is None else _with_envelope(of_runs, subject)


def _nobody(_: Any) -> bool:
    return False


def _with_envelope(judged: Judged, subject: _Subject) -> Judged:
    part, _, runs, spoiled, *_ = judged
    problems, misshapen = _shape_problems(part.page, part.pointer, "list_runs_response", subject)
    if not isinstance(part.page, dict):
        return judged._replace(problems=problems + judged.problems)
    envelope = (
        part.page if subject.form == "wire" else to_wire(part.page, subject.contract.shape_of("list_runs_response"))
    )
    said = page_problems(envelope, runs, misshapen, spoiled, subject.checks.rules)
    problems += under(part.pointer, said, None if subject.form == "wire" else part.page)
    return Judged(part, problems + judged.problems, runs, spoiled, envelope, misshapen)


def _shape_problems(
    value: Any, pointer: str, name: SubjectName, subject: _Subject
) -> tuple[list[NamedProblem], frozenset[str]]:
    """What schemas and key names say of a page without its runs, or of a run; and the wire names of its bad fields."""
    contract, form = subject.contract, subject.form
    settings = subject.checks.settings
    if not subject.unusable and well_shaped(name, settings.contract, form)(value):
        return [], frozenset()
    found = schema_problems(value, name, settings.contract, form)
    missing = {problem.pointer: problem.identity.split(",") for rule, problem in found if rule == "schema:required"}
    misspelt = key_problems(value, contract.shape_of(name), form, missing)
    unusable = {part.pointer for _, part in under(pointer, found) if part.pointer in subject.unusable}
    kept = [named for named in under(pointer, [*found, *misspelt]) if named[1].pointer not in unusable]
    return kept, _misshapen_fields(found, missing, form) | _unusable_fields(pointer, name, subject)


def _misshapen_fields(
    found: Iterable[NamedProblem], missing: Mapping[str, Collection[str]], form: Form
) -> frozenset[str]:
    fields = {split(problem.pointer)[0] for _, problem in found if problem.pointer} | {*missing.get("", ())}
    return frozenset(fields if form == "wire" else (wire_names().get(field, field) for field in fields))


def _unusable_fields(pointer: str, name: SubjectName, subject: _Subject) -> frozenset[str]:
    prefix = f"{pointer}/" if pointer else ""
    below = (other.removeprefix(prefix) for other in subject.unusable if other.startswith(prefix))
    fields = (split(rest)[0] for rest in below if name == "run" or not rest.startswith("data/"))
    return frozenset(fields if subject.form == "wire" else (wire_names().get(field, field) for field in fields))


def under(pointer: str, problems: Iterable[NamedProblem], spelt_as: Any = None) -> list[NamedProblem]:
    """The problems with pointers into the whole document; where `spelt_as` is given, in the key names that it has."""
    return [
        (name, problem._replace(pointer=_absolute(pointer, problem.pointer, spelt_as))) for name, problem in problems
    ]


def _absolute(base: str, pointer: str, spelt_as: Any) -> str:
    if spelt_as is not None:
        pointer = join(*as_it_stands(split(pointer), spelt_as))
    return "/".join(filter(None, (base, pointer)))
