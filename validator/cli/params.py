"""The types of option values that click does not know, and what a shell completes them to."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from validator.core import globs
from validator.core.severity import OFF, Severity
from validator.reporters.registry import FORMATS, Output

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PREFIX = "VALIDATE_RUNS"
"""The prefix of the environment variables of options."""
SEVERITIES = [severity.value for severity in Severity]
LEVELS = [*SEVERITIES, OFF]


def environment_variable(name: str) -> str:
    """Return the environment variable of an option, given its name in Python."""
    return f"{PREFIX}_{name.upper()}"


def long_options(command: click.Command) -> dict[str, click.Option]:
    """Return the options of the command by their long names, without the dashes."""
    options = (parameter for parameter in command.params if isinstance(parameter, click.Option))
    return {word.removeprefix("--"): option for option in options for word in option.opts if word.startswith("--")}


def find_misspelt_variables(command: click.Command) -> Iterator[str]:
    """Yield a message for each environment variable that is nearly, but not, that of an option which it may set."""
    from validator.core.phrases import find_similar

    options = [option for option in command.params if isinstance(option, click.Option)]
    known = sorted((option.name or "").upper() for option in options if option.allow_from_autoenv)
    for name in sorted(name for name in os.environ if name.startswith(f"{PREFIX}_")):
        word = name.removeprefix(f"{PREFIX}_")
        if word not in known and (similar := find_similar(word, known)):
            yield f"{name} names no option; did you mean {environment_variable(similar)}?"


class RuleWords(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """Names, groups or globs of rules, separated by commas; to ignore rules, none of them may be mandatory."""

    name = "RULE[,RULE]"

    def __init__(self, *, is_ignored: bool = False) -> None:
        self.is_ignored = is_ignored

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Split at the commas; every word names a rule."""
        words = tuple(word.strip() for word in value.split(",") if word.strip())
        for word in words:
            _require_rule(word, self, param, ctx, may_be_mandatory=not self.is_ignored)
        return words

    def shell_complete(
        self, context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Complete names and groups of rules, after the last comma."""
        return complete_rules(context, parameter, incomplete)


class Remap(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """`RULE=LEVEL`."""

    name = "RULE=LEVEL"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split at the equals sign; the left side names a rule, the right side a level."""
        word, equals, level = value.partition("=")
        if not equals:
            self.fail(f"{value!r} is not of the form RULE=LEVEL.", param, ctx)
        _require_rule(word, self, param, ctx, may_be_mandatory=False)
        return word, click.Choice(LEVELS).convert(level, param, ctx)

    def shell_complete(
        self, context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Complete names and groups of rules, then levels."""
        word, equals, level = incomplete.partition("=")
        if equals:
            return _items(f"{word}={name}" for name in LEVELS if name.startswith(level))
        items = complete_rules(context, parameter, word)
        for item in items:
            item.value += "="
        return items


def _require_rule(
    word: str,
    kind: click.ParamType[Any],
    param: click.Parameter | None,
    ctx: click.Context | None,
    *,
    may_be_mandatory: bool,
) -> None:
    """Raise `click.BadParameter` unless the word matches rules that may be changed."""
    from validator.rules.selection import match_rules, refuse_mandatory

    try:
        match_rules(word)
        if not may_be_mandatory:
            refuse_mandatory([word])
    except ValueError as error:
        kind.fail(f"{error}.", param, ctx)


class WholeNumber(click.IntRange):
    """An integer within limits."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is not a whole number.", param, ctx)
        if self.max is not None and not (self.min or 0) <= number <= self.max:
            self.fail(f"{number} is not between {self.min or 0} and {self.max}.", param, ctx)
        if number < (self.min or 0):
            self.fail(f"{number} is less than {self.min or 0}.", param, ctx)
        return number

    def _describe_range(self) -> str:
        """Return the limits as the help shows them."""
        return f"{self.min or 0} or more" if self.max is None else f"{self.min or 0} to {self.max}"


class Number(click.FloatRange):
    """A number from a minimum on."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        if number < (self.min or 0):
            self.fail(f"{number:g} is less than {self.min:g}.", param, ctx)
        return number

    def _describe_range(self) -> str:
        """Return the limit as the help shows it."""
        return f"{self.min or 0:g} or more"


class Size(WholeNumber):
    """A number of bytes, such as 1000, 64MB or 64MiB."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the bytes: kB, MB and GB are powers of 1000; KiB, MiB and GiB, and K, M and G alone, of 1024."""
        match = re.fullmatch("([0-9]+) ?([kmg])(i?b)?", str(value), re.IGNORECASE)
        if match:
            base = 1000 if (match[3] or "").lower() == "b" else 1024
            value = int(match[1]) * base ** ("kmg".index(match[2].lower()) + 1)
        return super().convert(value, param, ctx)


class Jobs(WholeNumber):
    """A number of processes, or auto: as many as there are cores."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number, or None for auto."""
        return None if value == "auto" else super().convert(value, param, ctx)


class Timestamp(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """Unix seconds or an ISO 8601 date-time."""

    name = "TIMESTAMP"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return Unix seconds; a date-time without an offset is in UTC."""
        import datetime

        from validator.rules.objects import is_in_milliseconds

        with suppress(ValueError, OverflowError):  # the latter for an integer of hundreds of digits
            if math.isfinite(seconds := float(value)):
                if is_in_milliseconds(seconds):
                    self.fail(f"{value!r} looks like milliseconds; give Unix seconds.", param, ctx)
                return seconds
        try:
            moment = datetime.datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is neither Unix seconds nor an ISO 8601 date-time.", param, ctx)
        return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()


class OutputFormat(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """`NAME[:FILE]`."""

    name = "NAME[:FILE]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        """Split at the first colon; the left side is the name of a format."""
        word, colon, file = value.partition(":")
        if colon and not file:
            self.fail(f"{value!r} names no file behind the colon.", param, ctx)
        return Output(click.Choice(FORMATS).convert(word, param, ctx), None if file in ("", "-") else file)

    def shell_complete(self, _: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """Complete names of formats, then files."""
        colon, file = incomplete.partition(":")[1:]
        return _items([file], type="file") if colon else _items(name for name in FORMATS if name.startswith(incomplete))


class FileGlob(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """A glob as in `.gitignore`, for what is below the working directory."""

    name = "GLOB"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> globs.Glob:
        """Return the glob; one from a configuration file is converted already."""
        if isinstance(value, globs.Glob):
            return value
        if not re.search(globs.PATTERN, value):
            self.fail(f"{value!r} is not a glob below the working directory.", param, ctx)
        return globs.make_glob(os.getcwd(), value)


def complete_rules(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Complete names and groups of rules, after the last comma."""
    from validator.rules.registry import RULES
    from validator.rules.selection import GROUPS

    before, comma, last = incomplete.rpartition(",")
    names = {group: f"all rules of the group {group}" for group in GROUPS} | {rule.name: rule.summary for rule in RULES}
    return [
        item
        for name, summary in names.items()
        if name.startswith(last)
        for item in _items([f"{before}{comma}{name}"], help=summary)
    ]


def _items(values: Iterable[str], **details: str) -> list[CompletionItem[str]]:
    from click.shell_completion import CompletionItem  # only where a shell asks

    return [CompletionItem(value, **details) for value in values]
