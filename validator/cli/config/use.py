"""`--config` and `--isolated`: which configuration applies, if there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from validator.cli.config.discovery import TABLE, ConfigurationError, content, upwards

if TYPE_CHECKING:
    from validator.cli.config.toml import Configuration


def use_configuration(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Make the settings of the configuration the defaults of the command: callback of both options.

    Either may come first, so the second of them does it. What was said nearer to the command counts.
    """
    said = {name: context.params.get(name) for name in ("config", "isolated")} | {parameter.name: value}
    sources = {name: context.get_parameter_source(name) for name in said}
    if None in sources.values():
        return value
    if said["config"] and said["isolated"]:
        if sources["config"] == sources["isolated"]:
            raise click.UsageError("--config and --isolated contradict each other", context)
        said["config" if sources["isolated"] is ParameterSource.COMMANDLINE else "isolated"] = None
    context.obj = None, ()
    try:
        configuration = None if said["isolated"] else _configuration(said["config"])
        if configuration is not None:
            from validator.cli.config.apply import configure  # only where there is something to read

            configure(context, configuration)
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from None
    return value


def _configuration(file: str | None) -> Configuration | None:
    """The configuration that was named, or else the nearest."""
    for candidate, data in upwards() if file is None else [(file, content(file))]:
        from validator.cli.config.toml import read  # only where there is something to read

        if (found := read(candidate, data)) is not None:
            return found
    if file is not None:
        raise ConfigurationError(f"{file}: has no table [{'.'.join(TABLE)}]")
    return None
