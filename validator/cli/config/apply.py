"""Settings from a configuration file: checked as on the command line, and standing back behind it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

import click

from validator.cli.config.discovery import PROJECT, TABLE, ConfigurationError, is_project
from validator.cli.config.toml import Configuration
from validator.cli.params import OutputFormat, Remap, RuleWords, Timestamp
from validator.core.per_file_ignores import PerFileIgnore, per_file_ignore
from validator.core.phrases import MAX_LENGTH, closest, either

OPTIONS = (
    "contract",
    "form",
    "expect",
    "order",
    "limit",
    "now",
    "max-bytes",
    "select",
    "ignore",
    "severity",
    "fail-on",
    "show",
    "output-format",
    "show-values",
    "max-findings",
    "listing",
    "history",
    "statistics",
    "color",
    "quiet",
    "verbose",
    "baseline",
)
"""The options that a configuration file may set, by their long names; the others are for the command line alone."""
PER_FILE_IGNORES = "per-file-ignores"
KEYS = (*OPTIONS, PER_FILE_IGNORES)

BELOW = r"^(?!/)(?!(?:.*/)?\.\.(?:/|$)).+$"
"""A path that does not lead out of its folder: a configuration may come from a stranger."""


class _Wrong(ValueError):
    """A setting that cannot be used: why, and the keys that lead to it."""

    def __init__(self, why: str, *keys: str) -> None:
        super().__init__(why)
        self.keys = keys


def configure(context: click.Context, configuration: Configuration) -> None:
    """Make the settings the defaults of the command; raises `ConfigurationError`."""
    context.default_map, ignores = _read(configuration, context)
    context.obj = configuration, ignores


def options_of(command: click.Command) -> dict[str, click.Option]:
    """The options of the command by their long names."""
    options = (parameter for parameter in command.params if isinstance(parameter, click.Option))
    return {word.removeprefix("--"): option for option in options for word in option.opts if word.startswith("--")}


def _read(configuration: Configuration, context: click.Context) -> tuple[dict[str, Any], tuple[PerFileIgnore, ...]]:
    """What the file says of options, by their names in Python, and the rest of what it says."""
    options = options_of(context.command)
    defaults: dict[str, Any] = {}
    ignores: tuple[PerFileIgnore, ...] = ()
    for key, value in configuration.settings.items():
        try:
            if key == PER_FILE_IGNORES:
                ignores = tuple(_ignores(value, configuration.folder))
            elif key in OPTIONS:
                defaults[options[key].name or ""] = _said(value, options[key], configuration.folder)
            else:
                raise _Wrong(_unknown(key, options, configuration.file))
        except (_Wrong, click.BadParameter) as error:
            keys = (key, *getattr(error, "keys", ()))
            why = error.message.rstrip(".") if isinstance(error, click.BadParameter) else str(error)
            name = " ".join((_shortened(key), *(f'"{_shortened(one)}"' for one in keys[1:])))
            raise ConfigurationError(f"{configuration.place(*keys)}: {name}: {_shortened(why, 400)}") from None
    return defaults, ignores


def _unknown(key: str, options: Mapping[str, click.Option], file: str) -> str:
    if key in options:
        where = "or in the environment " if options[key].allow_from_autoenv else ""
        return f"can be said on the command line {where}only"
    if key in TABLE and not is_project(file):
        return f"only {PROJECT} has the table [{'.'.join(TABLE)}], here the keys stand at the top"
    meant = closest(key, KEYS)
    return f'is no setting, did you mean "{meant}"' if meant else f"is no setting, expected {either(KEYS)}"


def _said(value: Any, option: click.Option, folder: str) -> Any:
    """What the value would be on the command line, where it can stand there."""
    match option.type:
        case Remap():
            return [_remapped(rule, level, option.type) for rule, level in _typed(value, dict, "a table").items()]
        case RuleWords():
            return _words(value, option.type)
        case OutputFormat():
            return [_printed(_typed(value, str, "a string"), option.type)]
        case click.types.BoolParamType():
            return _typed(value, bool, "true or false")
        case click.IntRange():
            return option.type.convert(_typed(value, int, "an integer"), None, None)
        case Timestamp():
            return option.type.convert(_typed(value, (int, float, str), "a number or a string"), None, None)
        case click.Path():
            return _path_below(_typed(value, str, "a string"), folder)
        case _:
            return option.type.convert(_typed(value, str, "a string"), None, None)


def _printed(word: str, kind: OutputFormat) -> str:
    """A format of what is printed: a configuration writes no file."""
    if ":" in word:
        raise _Wrong("names a file to write, which only the command line can do")
    kind.convert(word, None, None)
    return word


def _remapped(rule: str, level: Any, kind: Remap) -> str:
    if not isinstance(level, str):
        raise _Wrong(f"is {_kind(level)}, expected a string", rule)
    word = f"{rule}={level}"
    try:
        kind.convert(word, None, None)
    except click.BadParameter as error:
        raise _Wrong(error.message.rstrip("."), rule) from None
    return word


def _words(value: Any, kind: RuleWords, *keys: str) -> list[str]:
    """Names, groups or globs of rules, one a string."""
    words: list[str] = []
    for word in _typed(value, list, "an array of strings", *keys):
        try:
            if kind.convert(_typed(word, str, "an array of strings", *keys), None, None) != (word,):
                raise _Wrong(f"{_shortened(repr(word))} is not one name, group or glob of rules", *keys)
        except click.BadParameter as error:
            raise _Wrong(error.message.rstrip("."), *keys) from None
        words.append(word)
    return words


def _ignores(value: Any, folder: str) -> Iterator[PerFileIgnore]:
    from validator.rules.registry import BY_NAME  # for those who name some
    from validator.rules.selection import named_by

    for pattern, words in _typed(value, dict, "a table").items():
        rules = (
            rule for rule in named_by(_words(words, RuleWords(leaves_out=True), pattern)) if not BY_NAME[rule].mandatory
        )
        try:
            yield per_file_ignore(folder, pattern, rules)
        except ValueError as error:
            raise _Wrong(str(error), pattern) from None


def _path_below(path: str, folder: str) -> str:
    """The path from here of a file below the folder of the configuration, also where links lead elsewhere."""
    if re.search(BELOW, path) and "\0" not in path:
        whole = os.path.join(folder, path)
        if os.path.realpath(whole).startswith(os.path.join(os.path.realpath(folder), "")):
            return os.path.relpath(whole)
    raise _Wrong("leads out of the folder of this file, expected a path below it")


def _typed(value: Any, kind: Any, expected: str, *keys: str) -> Any:
    """The value, which is of this kind; true and false are no numbers."""
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    raise _Wrong(f"is {_kind(value)}, expected {expected}", *keys)


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a date or a time")


_KINDS: Mapping[type, str] = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a float",
    list: "an array",
    dict: "a table",
}


def _shortened(text: str, longest: int = MAX_LENGTH) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
