"""Settings from a configuration file: checked as on the command line, and used as the defaults of options."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

import click
from click.core import ParameterSource

from validator.cli.config.discovery import find_configuration
from validator.cli.config.toml import PROJECT, TABLE, Configuration, ConfigurationError, is_project
from validator.cli.params import FileGlob, OutputFormat, Remap, RuleWords, Timestamp, long_options
from validator.core.globs import PATTERN, Glob, make_glob
from validator.core.per_file_ignores import PerFileIgnore, parse_ignore
from validator.core.phrases import MAX_LENGTH, find_similar

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
    "exclude",
    "no-gitignore",
    "force-exclude",
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
LIVE = "live"
"""The table of the settings that `validate-runs live` alone has."""
LIVE_OPTIONS = ("ignore", "baseline")
"""The options of both commands that this table sets for a live check instead."""
LIVE_KEYS = ("url", "threads", "empty-thread", "known", *LIVE_OPTIONS)
"""What a live check may find in a file, which may be a stranger's: never a key, a header, a proxy or a permission."""
MAX_THREADS = 2
URL = "^https?://"
KEYS = (*OPTIONS, PER_FILE_IGNORES, LIVE)

BELOW = r"^(?!/)(?!(?:.*/)?\.\.(?:/|$)).+$"
"""A path that does not lead out of its folder: a configuration may come from a stranger."""


class _Invalid(ValueError):
    """Why a setting cannot be used, and the keys below it that lead to the value."""

    def __init__(self, why: str, *keys: str) -> None:
        super().__init__(why)
        self.keys = keys


def use_configuration(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Make the settings of the configuration the defaults of the command: callback of `--config` and `--isolated`.

    Either option may be parsed first, so the second call does it. An option on the command line beats one from the
    environment.
    """
    values = {name: context.params.get(name) for name in ("config", "isolated")} | {parameter.name: value}
    sources = {name: context.get_parameter_source(name) for name in values}
    if None in sources.values():
        return value
    if values["config"] and values["isolated"]:
        if sources["config"] == sources["isolated"]:
            raise click.UsageError("--config and --isolated contradict each other", context)
        values["config" if sources["isolated"] is ParameterSource.COMMANDLINE else "isolated"] = None
    context.obj = None, ()
    try:
        if not values["isolated"] and (configuration := find_configuration(values["config"])):
            defaults, ignores, live = _convert_settings(configuration, context.find_root().command)
            context.default_map = defaults | live if context.command.name == LIVE else defaults
            context.obj = configuration, ignores
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from None
    return value


def _convert_settings(
    configuration: Configuration, command: click.Command
) -> tuple[dict[str, Any], tuple[PerFileIgnore, ...], dict[str, Any]]:
    """Return the defaults of the options by their names in Python, rules to ignore in some files, and live defaults."""
    options = long_options(command)
    defaults: dict[str, Any] = {}
    live: dict[str, Any] = {}
    ignores: tuple[PerFileIgnore, ...] = ()
    for key, value in configuration.settings.items():
        try:
            if key == PER_FILE_IGNORES:
                ignores = tuple(_ignores(value, configuration.folder))
            elif key == LIVE:
                live = dict(_live_settings(value, options, configuration.folder))
            elif key in OPTIONS:
                defaults[options[key].name or ""] = _convert(value, options[key], configuration.folder)
            else:
                raise _Invalid(_why_unknown(key, options.get(key), configuration.file))
        except (_Invalid, click.BadParameter) as error:
            keys = (key, *getattr(error, "keys", ()))
            name = " ".join((_shorten(key), *(f'"{_shorten(inner)}"' for inner in keys[1:])))
            raise ConfigurationError(f"{configuration.place(*keys)}: {name}: {_shorten(_reason(error), 400)}") from None
    return defaults, ignores, live


def _live_settings(
    value: Any, options: Mapping[str, click.Option], folder: str
) -> Iterator[tuple[str, str | list[str]]]:
    """Yield the defaults of a live check by their names in Python."""
    for key, setting in _typed(value, dict, "a table").items():
        try:
            if key == "url":
                yield key, _matched(setting, URL, "an address that begins with https:// or http://")
            elif key == "threads":
                threads = [_matched(word, ".", "an id") for word in _typed(setting, list, "an array of ids")]
                if not 0 < len(threads) <= MAX_THREADS:
                    raise _Invalid(f"has {len(threads)} ids, expected one or two")
                yield "thread", threads
            elif key == "empty-thread":
                yield "empty_thread", _matched(setting, ".", "an id")
            elif key == "known":
                yield key, ",".join(_matched(word, ".", "an id") for word in _typed(setting, list, "an array of ids"))
            elif key in LIVE_OPTIONS:
                yield key, _convert(setting, options[key], folder)
            else:
                raise _Invalid(f"unknown setting, expected one of {', '.join(LIVE_KEYS)}; others are options")
        except (_Invalid, click.BadParameter) as error:
            raise _Invalid(_reason(error), key) from None


def _matched(value: Any, pattern: str, expected: str) -> str:
    if re.search(pattern, _typed(value, str, expected)):
        return str(value)
    raise _Invalid(f"is {_shorten(repr(value))}, expected {expected}")


def _reason(error: _Invalid | click.BadParameter) -> str:
    return error.message.rstrip(".") if isinstance(error, click.BadParameter) else str(error)


def _why_unknown(key: str, option: click.Option | None, file: str) -> str:
    if option is not None:
        where = " or in the environment" if option.allow_from_autoenv else ""
        return f"can be set on the command line{where} only"
    if key in TABLE and not is_project(file):
        return f"only {PROJECT} has the table [{'.'.join(TABLE)}], here the keys are at the top"
    similar = find_similar(key, KEYS)
    return f'unknown setting; did you mean "{similar}"?' if similar else "unknown setting; --show-config lists all"


def _convert(value: Any, option: click.Option, folder: str) -> Any:
    """Return the value as it would be on the command line."""
    match option.type:
        case Remap():
            return [
                _converted(f"{rule}={_typed(level, str, 'a string', rule)}", option.type, rule)
                for rule, level in _typed(value, dict, "a table").items()
            ]
        case RuleWords():
            return _words(value, option.type)
        case FileGlob():
            return [_glob(pattern, folder) for pattern in _typed(value, list, "an array of strings")]
        case OutputFormat():
            if ":" in _typed(value, str, "a string"):
                raise _Invalid("names a file to write, which only the command line can do")
            return [_converted(value, option.type)]
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


def _converted(word: str, kind: click.ParamType[Any], *keys: str) -> str:
    """Return the word if it can be converted; click converts it once more."""
    try:
        kind.convert(word, None, None)
    except click.BadParameter as error:
        raise _Invalid(error.message.rstrip("."), *keys) from None
    return word


def _words(value: Any, kind: RuleWords, *keys: str) -> list[str]:
    """Return names, groups or globs of rules; each string holds one."""
    expected = "an array of strings"
    words: list[str] = _typed(value, list, expected, *keys)
    for word in words:
        _converted(_typed(word, str, expected, *keys), kind, *keys)
        if word != word.strip() or not word or "," in word:
            raise _Invalid(f"{_shorten(repr(word))} is not one name, group or glob of rules", *keys)
    return words


def _glob(pattern: Any, folder: str) -> Glob:
    if re.search(PATTERN, _typed(pattern, str, "an array of strings")):
        return make_glob(folder, pattern)
    raise _Invalid(f"{_shorten(repr(pattern))} is not a glob below the folder of this file")


def _ignores(value: Any, folder: str) -> Iterator[PerFileIgnore]:
    from validator.rules.registry import BY_NAME  # only for those who ignore some
    from validator.rules.selection import match_names

    for pattern, words in _typed(value, dict, "a table").items():
        names = match_names(_words(words, RuleWords(is_ignored=True), pattern))
        try:
            yield parse_ignore(folder, pattern, (name for name in names if not BY_NAME[name].mandatory))
        except ValueError as error:
            raise _Invalid(str(error), pattern) from None


def _path_below(path: str, folder: str) -> str:
    """Return the path, relative to the working directory, of a file below the folder, wherever links lead."""
    if re.search(BELOW, path) and "\0" not in path:
        joined = os.path.join(folder, path)
        if os.path.realpath(joined).startswith(os.path.join(os.path.realpath(folder), "")):
            return os.path.relpath(joined)
    raise _Invalid("leads out of the folder of this file, expected a path below it")


def _typed(value: Any, kind: Any, expected: str, *keys: str) -> Any:
    """Return the value if it is of this kind; true and false are not numbers."""
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    raise _Invalid(f"is {_KINDS.get(type(value), 'a date or a time')}, expected {expected}", *keys)


_KINDS: dict[type, str] = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a float",
    list: "an array",
    dict: "a table",
}


def _shorten(text: str, limit: int = MAX_LENGTH) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"
