"""`--show-config`: the settings in effect and where each comes from, as a `validate-runs.toml` with the same effect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click
from click.core import ParameterSource

from validator.cli.config.apply import LIVE, OPTIONS, PER_FILE_IGNORES
from validator.cli.config.toml import Configuration
from validator.cli.params import FileGlob, OutputFormat, Remap, RuleWords, environment_variable, long_options
from validator.core.phrases import escape
from validator.core.sanitize import sanitize
from validator.reporters.registry import Output


def format_configuration(context: click.Context) -> str:
    """Return the text to print."""
    configuration, _ = context.obj
    file = f"read from {configuration.file}" if configuration else "no file"
    text = "\n".join((f"# configuration: {escape(file)}", *_lines(context, configuration)))
    return "".join(sanitize([text]))


def _lines(context: click.Context, configuration: Configuration | None) -> Iterator[str]:
    options = long_options(context.command)
    tables: list[str] = []
    for key in OPTIONS:
        option = options[key]
        value = context.params[option.name or ""]
        origin = escape(_origin(key, option, context, configuration))
        if isinstance(option.type, Remap):
            tables += _table(key, dict(value), origin)
        elif value is None:
            yield f"# {key} is not set"
        elif isinstance(option.type, OutputFormat):
            yield f"{_outputs(key, value)}  # {origin}"
        else:
            if isinstance(option.type, RuleWords):
                value = [word for words in value for word in words]
            elif isinstance(option.type, FileGlob):
                value = [glob.pattern for glob in value]
            yield f"{key} = {_toml(value)}  # {origin}"
    for key in (PER_FILE_IGNORES, LIVE):
        if configuration and (members := configuration.settings.get(key)):
            tables += _table(key, members, escape(configuration.place(key)))
    yield from tables


def _outputs(key: str, outputs: Iterable[Output]) -> str:
    """Return the format as a configuration can set it, one without a file; any other as a comment."""
    match [*outputs]:
        case [Output(name, None)]:
            return f"{key} = {_toml(name)}"
        case several:
            words = (name if file is None else f"{name}:{file}" for name, file in several)
            return f"# {key} is {escape(' '.join(words))}"


def _table(key: str, members: Mapping[str, Any], origin: str) -> list[str]:
    return ["", f"[{key}]  # {origin}", *(f"{_toml(name)} = {_toml(value)}" for name, value in members.items())]


def _origin(key: str, option: click.Option, context: click.Context, configuration: Configuration | None) -> str:
    name = option.name or ""
    source = context.get_parameter_source(name)
    if source is ParameterSource.DEFAULT_MAP and configuration:
        return configuration.place(key)
    if source is ParameterSource.ENVIRONMENT:
        return environment_variable(name)
    return f"--{key}" if source is ParameterSource.COMMANDLINE else "default"


def _toml(value: Any) -> str:
    r"""Return a value in TOML, whose strings are those of JSON but for characters beyond the BMP: \UXXXXXXXX."""
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
    return re.sub(r"[^ -~]", lambda match: f"\\U{ord(match[0]):08X}", text)
