"""The rules in effect, sorted by what they check; which of them apply to a run, a page or a series, and their calls."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, TypeAlias, TypeVar

from validator.core.options import CheckOptions
from validator.core.problem import Problem
from validator.core.severity import Severity
from validator.rules.base import ERROR, Rule, Subject
from validator.rules.loader import FOLDERS
from validator.rules.objects import ACTIVE, TERMINAL, Page, Run
from validator.rules.support.tools import FIELDS, calls_no_function

Key = TypeVar("Key")
Value = TypeVar("Value")

Silent: TypeAlias = Callable[[Run], bool]
Group: TypeAlias = tuple[Silent | None, Silent]
"""The cheap predicate that rules share, if any, and one that calls them: whether they report nothing."""

WITHOUT_REFERENCES = 2
"""The version of marshal's format in which equal values are equal bytes."""
_MAX_CACHED = 1024
_MAX_KEY_BYTES = 16_384


class RuleSet:
    """Rules with their severities, for any other options; `since` is the clock of the accept schemas, in Unix seconds.

    `load` returns the rules of a folder. Those of most subjects are loaded when they are first asked for.
    """

    def __init__(
        self, load: Callable[[str], Sequence[Rule]], severities: Mapping[str, Severity] | None, since: float
    ) -> None:
        self._load = load
        self._configured = severities
        self._since = since
        self._page = self.of_subject("page")
        of_runs = self.of_subject("run")
        self._prechecks = [rule for rule in of_runs if self._is_precheck(rule)]
        self._run = [rule for rule in of_runs if not self._is_precheck(rule)]
        self._rest = [rule for rule in of_runs if not rule.has_accept_schema]
        self._timed = [rule for rule in of_runs if rule.has_accept_schema and "now" in rule.options]
        self._groups = {status: _groups(status, self._rest) for status in ACTIVE | TERMINAL}

    @cached_property
    def by_name(self) -> Mapping[str, Rule]:
        """All rules by name, in effect or not."""
        return {rule.name: rule for folder in FOLDERS for rule in self._load(folder)}

    @cached_property
    def severities(self) -> Mapping[str, Severity]:
        """The severities of the rules in effect, by name."""
        if self._configured is not None:
            return self._configured
        return {name: rule.severity for name, rule in self.by_name.items()}

    def of_subject(self, subject: Subject) -> list[Rule]:
        """Return the rules in effect that check this."""
        return [rule for rule in self._load(subject) if rule.check and self._severity(rule)]

    def _severity(self, rule: Rule) -> Severity | None:
        return rule.severity if self._configured is None else self._configured.get(rule.name)

    def _is_precheck(self, rule: Rule) -> bool:
        """Return whether a rule keeps others away; an error that was made milder does not, for it may hide no error."""
        return rule.precheck and (rule.severity is not ERROR or self._severity(rule) is ERROR)

    def rest_problems(self, run: Run, options: CheckOptions) -> list[Problem]:
        """Return what the rules report of a run that the accept schema accepts: few of them remain to be called."""
        rest = self._rest
        try:
            for accepts, report_nothing in self._groups[run["status"]]:
                if (accepts is None or not accepts(run)) and not report_nothing(run):
                    break
            else:
                rest = []
        except (Exception, SystemExit):  # noqa: S110  # a defect of a rule, which the next call names
            pass
        if options.now < self._since:
            rest = rest + self._timed
        return call([rule for rule in rest if applies(rule, run)], run, options) if rest else []

    def run_problems(
        self, run: Run, invalid_fields: Collection[str], options: CheckOptions
    ) -> tuple[list[Problem], Run, Collection[str]]:
        """Return what the rules report of a run, the run as rules of pages read it, and the fields that none may read.

        `invalid_fields` names the fields that the schemas rejected; prechecks may add to them.
        """
        valid = {field: value for field, value in run.items() if field not in invalid_fields} if invalid_fields else run
        problems = call(self._prechecks, valid, options)
        unreliable_fields = {*invalid_fields, *(name for problem in problems for name in problem.invalidates)}
        for problem in problems:
            if problem.reads_as:
                run = {**run, **problem.reads_as}
        applicable = [rule for rule in self._run if applies(rule, run, unreliable_fields)]
        read = {name for problem in problems for name in problem.reads_as or ()}
        return problems + call(applicable, run, options), run, unreliable_fields - read

    def page_problems(
        self,
        page: Page,
        invalid_fields: Collection[str],
        unreliable_fields: Mapping[int, Collection[str]],
        options: CheckOptions,
    ) -> list[Problem]:
        """Return what the rules report of a page; `unreliable_fields` are those of its runs, by their index."""
        problems: list[Problem] = []
        for rule in self._page:
            if applies(rule, page.envelope, invalid_fields):
                problems += call([rule], readable_page(rule, page, unreliable_fields), options)
        return problems


def _groups(status: str, rules: Iterable[Rule]) -> list[Group]:
    """Return the rules that apply in a status, by the predicate that they share."""
    rules_by_predicate: dict[Silent | None, list[Rule]] = {}
    cached: list[Rule] = []
    for rule in rules:
        if rule.accepts is calls_no_function and rule.fields <= {*FIELDS}:
            cached.append(rule)
        elif rule.statuses is None or status in rule.statuses:
            rules_by_predicate.setdefault(rule.accepts, []).append(rule)
    groups: list[Group] = [(calls_no_function, _cache_by_tools(cached))] if cached else []
    return groups + [(accepts, partial(_report_nothing, rules)) for accepts, rules in rules_by_predicate.items()]


def _report_nothing(rules: Iterable[Rule], run: Run) -> bool:
    return not any(applies(rule, run) and rule.check(run) for rule in rules)  # type: ignore[misc]


def _cache_by_tools(rules: Iterable[Rule]) -> Silent:
    """Return the same predicate with a cache: the runs of an assistant mostly have the same tools."""
    silent: dict[bytes, bool] = {}

    def report_nothing(run: Run) -> bool:
        tools = marshal.dumps([*map(run.get, FIELDS)], WITHOUT_REFERENCES)
        if tools in silent:
            return True
        if not _report_nothing(rules, run):
            return False
        if len(tools) <= _MAX_KEY_BYTES:
            store(silent, tools, True)
        return True

    return report_nothing


def store(cache: dict[Key, Value], key: Key, value: Value) -> None:
    """Put a value into a cache; a full cache is emptied first."""
    if len(cache) >= _MAX_CACHED:
        cache.clear()
    cache[key] = value


def applies(rule: Rule, fields: Mapping[str, Any], invalid_fields: Collection[str] = ()) -> bool:
    """Return whether the fields of a run or a page are such that the rule has something to check."""
    if invalid_fields and not rule.fields.isdisjoint(invalid_fields):
        return False
    if rule.statuses is not None and fields["status"] not in rule.statuses:
        return False
    for name in rule.requires:
        if fields.get(name) is None:
            return False
    for name in rule.requires_null:  # noqa: SIM110  # generators cost more than most rules
        if fields.get(name) is not None:
            return False
    return True


def readable_page(rule: Rule, page: Page, unreliable_fields: Mapping[int, Collection[str]]) -> Page:
    """Return the page without the runs in which a field that the rule reads is unreliable."""
    hidden = {index for index, fields in unreliable_fields.items() if not set(rule.run_reads).isdisjoint(fields)}
    return page._replace(runs=[(index, run) for index, run in page.runs if index not in hidden]) if hidden else page


def call(rules: Iterable[Rule], subject: object, options: CheckOptions) -> list[Problem]:
    """Return what the rules report of a run, a page or a step of a series, and which of them failed."""
    problems: list[Problem] = []
    for rule in rules:
        try:
            reported = rule.check(subject, **rule.bound_options(options))  # type: ignore[misc]  # all have one
            problems += [problem._replace(rule=rule.name) for problem in reported]
        except (Exception, SystemExit) as error:  # a defect of the rule may neither hide the others nor end the check
            import logging  # a defect is rare, and the import is not cheap

            logging.getLogger(__name__).debug("rule %s failed", rule.name, exc_info=True)
            message = f"could not be checked by rule {rule.name}, which raised {type(error).__name__}; others were"
            problems.append(Problem("", message, identity=rule.name, rule="internal-error"))
    return problems
