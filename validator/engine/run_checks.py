"""Second pass: do the fields that the schemas accepted make sense together?"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeAlias, TypeVar

from validator.core.options import CheckOptions
from validator.core.problem import Problem
from validator.core.severity import Severity
from validator.rules.base import ERROR, Rule
from validator.rules.support.objects import ACTIVE, TERMINAL, Page, Run
from validator.rules.support.tools import FIELDS, calls_no_function

BoundCheck: TypeAlias = Callable[[Any], Iterable[Problem]]
Dispatched: TypeAlias = tuple[tuple[Rule, BoundCheck], ...]

Key = TypeVar("Key")
Value = TypeVar("Value")

_MEMO_LIMIT = 1024
_LONGEST_REMEMBERED = 16_384
WITHOUT_REFERENCES = 2
"""The version of marshal's format in which equal values are equal bytes."""

Silent: TypeAlias = Callable[[Run], bool]
Group: TypeAlias = tuple[Silent | None, Silent]
"""The cheap predicate that rules share, if any, and one that calls them: whether they report nothing."""


class Dispatch(NamedTuple):
    """The rules in effect, sorted by what they check.

    `rest` are the rules that may report something of a run that the accept schema accepts; `groups` has them by status.
    """

    page: Dispatched
    precheck: Dispatched
    run: Dispatched
    rest: Dispatched
    groups: Mapping[str, tuple[Group, ...]]


def dispatch(rules: Iterable[Rule], severities: Mapping[str, Severity]) -> Dispatch:
    """Sort the rules of single documents by what they check; `bind` gives them the settings that they ask for."""
    checking = [(rule, rule.check) for rule in rules if rule.check and not rule.series]
    of_runs = [pair for pair in checking if pair[0].group != "page"]
    rest = tuple(pair for pair in of_runs if not pair[0].has_accept_schema and not pair[0].options)
    return Dispatch(
        page=tuple(pair for pair in checking if pair[0].group == "page"),
        precheck=tuple(pair for pair in of_runs if _screens(pair[0], severities)),
        run=tuple(pair for pair in of_runs if not _screens(pair[0], severities)),
        rest=rest,
        groups=_by_status(rest),
    )


def _screens(rule: Rule, severities: Mapping[str, Severity]) -> bool:
    """Whether a rule keeps others away; an error that was made milder does not, for it may hide no error."""
    return rule.precheck and (rule.severity is not ERROR or severities[rule.name] is ERROR)


def bind(rules: Dispatch, settings: CheckOptions, accepted_from: float) -> Dispatch:
    """The same rules with the settings that they ask for; the accept schema holds for times from `accepted_from` on."""
    page, precheck, run = (_bound(pairs, settings) for pairs in rules[:3])
    is_later = settings.now >= accepted_from
    asking = tuple(
        pair for pair in (*precheck, *run) if pair[0].options and not (is_later and pair[0].has_accept_schema)
    )
    last: tuple[Group, ...] = ((None, partial(_report_nothing, asking)),) if asking else ()
    groups = {status: of_status + last for status, of_status in rules.groups.items()} if last else rules.groups
    return Dispatch(page, precheck, run, rules.rest + asking, groups)


def _bound(pairs: Dispatched, settings: CheckOptions) -> Dispatched:
    if not any(rule.options for rule, _ in pairs):
        return pairs
    return tuple(
        (rule, partial(check, **rule.bound_options(settings)) if rule.options else check) for rule, check in pairs
    )


def _by_status(pairs: Dispatched) -> dict[str, tuple[Group, ...]]:
    of_tools = tuple(pair for pair in pairs if pair[0].accepts is calls_no_function and pair[0].fields <= {*FIELDS})
    tools = ((calls_no_function, _cached(of_tools)),) if of_tools else ()
    return {status: tools + _groups(status, pairs, of_tools) for status in ACTIVE | TERMINAL}


def _groups(status: str, pairs: Dispatched, apart: Dispatched) -> tuple[Group, ...]:
    """The rules of a status by the predicate that they share."""
    groups: dict[Silent | None, list[tuple[Rule, BoundCheck]]] = {}
    for pair in pairs:
        if pair not in apart and (pair[0].on is None or status in pair[0].on):
            groups.setdefault(pair[0].accepts, []).append(pair)
    return tuple((accepts, partial(_report_nothing, tuple(pairs))) for accepts, pairs in groups.items())


def _report_nothing(pairs: Dispatched, run: Run) -> bool:
    return not any(applies(rule, run, ()) and check(run) for rule, check in pairs)


def _cached(pairs: Dispatched) -> Silent:
    """The same verdict, remembered: the runs of an assistant mostly have the same tools."""
    silent: dict[bytes, bool] = {}

    def report_nothing(run: Run) -> bool:
        configuration = marshal.dumps([*map(run.get, FIELDS)], WITHOUT_REFERENCES)
        if configuration in silent:
            return True
        if not _report_nothing(pairs, run):
            return False
        if len(configuration) <= _LONGEST_REMEMBERED:
            remember(silent, configuration, True)
        return True

    return report_nothing


def is_silent(run: Run, rules: Dispatch) -> bool:
    """Whether no rule reports anything of a run that the accept schema accepts; raises what a rule raises."""
    for accepts, report_nothing in rules.groups[run["status"]]:
        if (accepts is None or not accepts(run)) and not report_nothing(run):
            return False
    return True


def run_problems(run: Run, invalid_fields: Collection[str], rules: Dispatch) -> tuple[list[Problem], Collection[str]]:
    """What the rules say of one run, and the fields that no further rule may read.

    `invalid_fields` names the fields that the schemas rejected; screens may add to them.
    """
    shaped = {field: value for field, value in run.items() if field not in invalid_fields} if invalid_fields else run
    screened = called(rules.precheck, shaped)
    unreliable_fields = {*invalid_fields, *(name for problem in screened for name in problem.invalidates)}
    run = {**run, **{problem.pointer: None for problem in screened if problem.means_null}}
    return screened + called(_applicable(rules.run, run, unreliable_fields), run), unreliable_fields


def rest_problems(run: Run, rules: Dispatch) -> list[Problem]:
    """What the rules report of a run that the accept schema accepts."""
    return called(_applicable(rules.rest, run, ()), run)


def _applicable(pairs: Dispatched, run: Run, invalid_fields: Collection[str]) -> Dispatched:
    """The rules that have something to judge."""
    if invalid_fields:
        return tuple(pair for pair in pairs if applies(pair[0], run, invalid_fields))
    status = run["status"]
    return tuple(pair for pair in pairs if (pair[0].on is None or status in pair[0].on) and applies(pair[0], run, ()))


def remember(memo: dict[Key, Value], key: Key, value: Value) -> None:
    """Keep a value among those that are kept, which are never very many."""
    if len(memo) >= _MEMO_LIMIT:
        memo.clear()
    memo[key] = value


def applies(rule: Rule, value: Mapping[str, Any], invalid_fields: Collection[str]) -> bool:
    """Whether the fields are such that the rule has something to judge."""
    if invalid_fields and not rule.fields.isdisjoint(invalid_fields):
        return False
    if rule.on is not None and value["status"] not in rule.on:
        return False
    for name in rule.given:
        if value.get(name) is None:
            return False
    for name in rule.null:  # noqa: SIM110  # generators cost more than most rules, and this is called for every rule
        if value.get(name) is not None:
            return False
    return True


def page_problems(
    envelope: Mapping[str, Any],
    runs: Iterable[tuple[int, Run]],
    invalid_fields: Collection[str],
    misshapen_runs: Mapping[int, Collection[str]],
    rules: Dispatch,
) -> list[Problem]:
    """What the rules say of a page; a rule does not see the runs in which a field that it reads is misshapen."""
    runs = list(runs)
    problems: list[Problem] = []
    for rule, check in rules.page:
        if applies(rule, envelope, invalid_fields):
            unknown = {index for index, fields in misshapen_runs.items() if not knows(rule, fields)}
            seen = [(index, run) for index, run in runs if index not in unknown] if unknown else runs
            problems += called(((rule, check),), Page(dict(envelope), seen))
    return problems


def knows(rule: Rule, invalid_fields: Collection[str]) -> bool:
    """Whether a rule of pages may read a run with these misshapen fields."""
    return not any(name in invalid_fields for name in rule.run_reads)


def called(rules: Dispatched, subject: object) -> list[Problem]:
    """What the rules say, and which of them failed."""
    problems: list[Problem] = []
    for rule, check in rules:
        try:
            if found := check(subject):
                problems += [problem._replace(rule=rule.name) for problem in found]
        except (Exception, SystemExit) as error:  # a defect of the rule may neither hide the others nor end the check
            import logging  # a defect is rare, and the import is not cheap

            logging.getLogger(__name__).debug("rule %s failed", rule.name, exc_info=True)
            message = f"rule {rule.name} raised {type(error).__name__}, the other rules were still applied"
            problems.append(Problem("", message, rule="internal-error"))
    return problems
