"""The values that options take, beyond those that click knows."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from validator.core.formats import FORMATS, Output
from validator.core.severity import Severity

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PREFIX = "VALIDATE_RUNS"
"""What the variables of the options begin with."""
SEVERITIES = [severity.value for severity in Severity]
LEVELS = [*SEVERITIES, "off"]


def variable(name: str) -> str:
    """The variable in the environment of an option, by its name in Python."""
    return f"{PREFIX}_{name.upper()}"


class RuleWords(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """Names, groups or globs of rules, separated by commas; to leave them out, none may be the name of a fixed one."""

    name = "RULE[,RULE]"

    def __init__(self, *, leaves_out: bool = False) -> None:
        self.leaves_out = leaves_out

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Split at the commas; every word names a rule."""
        words = tuple(word.strip() for word in value.split(",") if word.strip())
        for word in words:
            _known(word, self, param, ctx)
            if self.leaves_out:
                _changeable(word, self, param, ctx)
        return words

    def shell_complete(self, _: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """Names and groups of rules."""
        from validator.cli.completion import rules  # only where a shell asks

        return rules(incomplete)


class Remap(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """`RULE=LEVEL`."""

    name = "RULE=LEVEL"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split at the equals sign; both sides are known words."""
        word, equals, level = value.partition("=")
        if not equals:
            self.fail(f"{value!r} is not of the form RULE=LEVEL.", param, ctx)
        _known(word, self, param, ctx)
        _changeable(word, self, param, ctx)
        return word, click.Choice(LEVELS).convert(level, param, ctx)

    def shell_complete(self, _: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """Names and groups of rules, then levels."""
        from validator.cli.completion import remaps  # only where a shell asks

        return remaps(incomplete, LEVELS)


def _known(word: str, kind: click.ParamType[Any], param: click.Parameter | None, ctx: click.Context | None) -> None:
    from validator.rules.selection import UnknownRule, matching

    try:
        matching(word)
    except UnknownRule as error:
        kind.fail(f"{error}.", param, ctx)


def _changeable(
    word: str, kind: click.ParamType[Any], param: click.Parameter | None, ctx: click.Context | None
) -> None:
    from validator.rules.selection import refuse_fixed

    try:
        refuse_fixed([word])
    except ValueError as error:
        kind.fail(f"{error}.", param, ctx)


class WholeNumber(click.IntRange):
    """An integer within limits."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number that the digits stand for."""
        try:
            int(value)
        except ValueError:
            self.fail(f"{value!r} is not a whole number: digits alone.", param, ctx)
        return super().convert(value, param, ctx)


class Timestamp(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """Unix seconds or an ISO 8601 date-time."""

    name = "TIMESTAMP"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Unix seconds of the moment; without an offset it is UTC."""
        import datetime

        from validator.rules.support.objects import is_in_milliseconds

        with suppress(ValueError, OverflowError):  # the latter is of an integer of hundreds of digits
            if math.isfinite(seconds := float(value)):
                if is_in_milliseconds(seconds):
                    self.fail(f"{value!r} is no time in Unix seconds, but perhaps one in milliseconds.", param, ctx)
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
        """Split at the first colon; the name is that of a format."""
        word, colon, file = value.partition(":")
        if colon and not file:
            self.fail(f"{value!r} names no file behind the colon.", param, ctx)
        return Output(click.Choice(FORMATS).convert(word, param, ctx), file or None)

    def shell_complete(self, _: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """Names of formats, then files."""
        from validator.cli.completion import outputs  # only where a shell asks

        return outputs(incomplete, FORMATS)
