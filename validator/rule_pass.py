"""Second pass: do the fields that the schemas accepted make sense together?"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeAlias, TypeVar

from validator.document import Page, Run
from validator.problem import NamedProblem, Problem
from validator.rule import Rule
from validator.settings import Settings

BoundCheck: TypeAlias = Callable[[Any], Iterable[Problem]]
Dispatched: TypeAlias = tuple[tuple[Rule, BoundCheck], ...]

Key = TypeVar("Key")
Value = TypeVar("Value")

_MEMO_LIMIT = 1024
_LONGEST_REMEMBERED = 16_384
WITHOUT_REFERENCES = 2
"""The version of marshal's format in which equal values are equal bytes."""


SETTLED_FIELDS = (
    *("tools", "tool_choice", "response_format", "truncation_strategy", "temperature", "top_p"),
    *("parallel_tool_calls", "required_action", "file_ids"),
)
"""Fields that are mostly the same in all runs of an assistant: what the rules say of them alone is remembered."""


class Dispatch(NamedTuple):
    """The rules in effect, sorted by what they check.

    Which of the `run` checks apply to a sound run hangs on its status and on which of the `deciding` fields are null:
    `memo` keeps it. What the `settled` checks say hangs on the `configuration` alone: `said` keeps it.
    """

    page: Dispatched
    screens: Dispatched
    settled: Dispatched
    run: Dispatched
    deciding: tuple[str, ...]
    configuration: tuple[str, ...]
    memo: dict[tuple[Any, ...], Dispatched]
    said: dict[bytes, list[NamedProblem]]


def dispatch(rules: Iterable[Rule]) -> Dispatch:
    """Sort the rules of single documents by what they check; `bind` gives them the settings that they ask for."""
    checking = [(rule, rule.check) for rule in rules if rule.check and not rule.series]
    of_runs = [pair for pair in checking if pair[0].group != "page"]
    screens = tuple(pair for pair in of_runs if pair[0].screens)
    settled = tuple(pair for pair in of_runs if not pair[0].screens and _is_settled(pair[0]))
    others = tuple(pair for pair in of_runs if not pair[0].screens and not _is_settled(pair[0]))
    return Dispatch(
        page=tuple(pair for pair in checking if pair[0].group == "page"),
        screens=screens,
        settled=settled,
        run=others,
        deciding=_named((*rule.given, *rule.null) for rule, _ in others),
        configuration=_named(rule.fields for rule, _ in settled),
        memo={},
        said={},
    )


def _is_settled(rule: Rule) -> bool:
    return not rule.asks and rule.fields <= {*SETTLED_FIELDS}


def _named(fields: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for names in fields for name in names}))


def bind(rules: Dispatch, settings: Settings) -> Dispatch:
    """The same rules with the settings that they ask for; what was remembered of the others stays of use."""
    page, screens, run = (_bound(group, settings) for group in (rules.page, rules.screens, rules.run))
    return rules._replace(page=page, screens=screens, run=run, memo=rules.memo if run is rules.run else {})


def _bound(rules: Dispatched, settings: Settings) -> Dispatched:
    if not any(rule.asks for rule, _ in rules):
        return rules
    return tuple((rule, partial(check, **rule.asked(settings)) if rule.asks else check) for rule, check in rules)


def run_problems(run: Run, misshapen: Collection[str], rules: Dispatch) -> tuple[list[NamedProblem], Collection[str]]:
    """What the rules say of one run, and the fields that no further rule may read.

    `misshapen` names the fields that the schemas rejected; screens may add to them.
    """
    if misshapen:
        return _of_misshapen(run, misshapen, rules)
    if called(rules.screens, run):
        return _of_misshapen(run, (), rules)
    return _of_configuration(run, rules) + called(_applicable_to_sound(run, rules), run), ()


def is_sound(run: Run, rules: Dispatch) -> bool:
    """Whether the rules certainly say nothing at all of a well shaped run; raises what a rule raises."""
    if rules.screens or _of_configuration(run, rules):
        return False
    for _, check in _applicable_to_sound(run, rules):  # noqa: SIM110  # a generator would cost as much as a check
        if check(run):
            return False
    return True


def _of_misshapen(run: Run, misshapen: Collection[str], rules: Dispatch) -> tuple[list[NamedProblem], Collection[str]]:
    screened = called(rules.screens, {field: value for field, value in run.items() if field not in misshapen})
    spoiled = {*misshapen, *(name for _, problem in screened for name in problem.spoils)}
    return screened + called(_applicable(run, (*rules.settled, *rules.run), spoiled), run), spoiled


def _of_configuration(run: Run, rules: Dispatch) -> list[NamedProblem]:
    configuration = marshal.dumps([*map(run.get, rules.configuration)], WITHOUT_REFERENCES)
    if (said := rules.said.get(configuration)) is not None:
        return said
    said = called(_applicable(run, rules.settled, ()), run)
    if len(configuration) <= _LONGEST_REMEMBERED:
        remember(rules.said, configuration, said)
    return said


def _applicable_to_sound(run: Run, rules: Dispatch) -> Dispatched:
    """The checks that apply to a run without misshapen fields."""
    signature = (run["status"], *[value is None for value in map(run.get, rules.deciding)])
    applicable = rules.memo.get(signature)
    if applicable is None:
        applicable = _applicable(run, rules.run, ())
        remember(rules.memo, signature, applicable)
    return applicable


def remember(memo: dict[Key, Value], key: Key, value: Value) -> None:
    """Keep a value among those that are kept, which are never very many."""
    if len(memo) >= _MEMO_LIMIT:
        memo.clear()
    memo[key] = value


def _applicable(run: Run, rules: Dispatched, misshapen: Collection[str]) -> Dispatched:
    return tuple(pair for pair in rules if applies(pair[0], run, misshapen))


def applies(rule: Rule, value: Mapping[str, Any], misshapen: Collection[str]) -> bool:
    """Whether the fields are such that the rule has something to judge."""
    return (
        not any(name in misshapen for name in rule.fields)
        and all(value.get(name) is not None for name in rule.given)
        and all(value.get(name) is None for name in rule.null)
        and (rule.on is None or value["status"] in rule.on)
    )


def page_problems(
    envelope: Mapping[str, Any],
    runs: Iterable[tuple[int, Run]],
    misshapen: Collection[str],
    misshapen_runs: Mapping[int, Collection[str]],
    rules: Dispatch,
) -> list[NamedProblem]:
    """What the rules say of a page; a rule does not see the runs in which a field that it reads is misshapen."""
    runs = list(runs)
    problems: list[NamedProblem] = []
    for rule, check in rules.page:
        if applies(rule, envelope, misshapen):
            unknown = {index for index, fields in misshapen_runs.items() if not knows(rule, fields)}
            seen = [(index, run) for index, run in runs if index not in unknown] if unknown else runs
            problems += called(((rule, check),), Page(dict(envelope), seen))
    return problems


def knows(rule: Rule, misshapen: Collection[str]) -> bool:
    """Whether a rule of pages may read a run with these misshapen fields."""
    return not any(name in misshapen for name in rule.run_reads)


def called(rules: Dispatched, subject: object) -> list[NamedProblem]:
    """What the rules say, and which of them failed."""
    problems: list[NamedProblem] = []
    for rule, check in rules:
        try:
            if found := check(subject):
                problems += [(rule.name, problem) for problem in found]
        except (Exception, SystemExit) as error:  # a defect of the rule may neither hide the others nor end the check
            import logging  # a defect is rare, and the import is not cheap

            logging.getLogger(__name__).debug("rule %s failed", rule.name, exc_info=True)
            message = f"rule {rule.name} raised {type(error).__name__}, the other rules were still applied"
            problems.append(("internal-error", Problem("", message)))
    return problems
