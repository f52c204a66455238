"""`--print-schema`: the schema of the contract and form, for other validators."""

from __future__ import annotations

import json
from typing import Any

import click

from validator.cli.exit_codes import CLEAN
from validator.contract.export import Layout, export
from validator.core.options import Form
from validator.core.resource import RUN


def print_schema(options: dict[str, Any]) -> int:
    """Print the schema of a page, or of a run where one is expected; in the wire form where none is named."""
    name = RUN.item_schema if options["expect"] == "run" else RUN.list_schema
    form: Form = "sdk" if options["form"] == "sdk" else "wire"
    schema = export(name, options["contract"], form, _layout(options))
    click.echo(json.dumps(schema, indent=2))
    return CLEAN


def _layout(options: dict[str, Any]) -> Layout:
    if options["bundle"] and options["dereference"]:
        raise click.UsageError("--bundle and --dereference contradict each other")
    layout: Layout = "bundle" if options["bundle"] else "dereference" if options["dereference"] else "definitions"
    if not options["print_schema"]:
        raise click.UsageError(f"--{layout} needs --print-schema")
    return layout
