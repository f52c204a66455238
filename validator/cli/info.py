"""`--explain`, `--list-rules` and `--print-schema`: what is printed without checking anything."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence

import click

from validator.cli.console import CLEAN, terminal_width
from validator.cli.options import CliOptions
from validator.contract.export import Layout, export
from validator.contract.loader import Contract, Shape, field_names, find_keywords, load_contract, to_wire_name
from validator.core.phrases import find_similar
from validator.core.resource import RUN
from validator.reporters.registry import Output
from validator.rules.registry import BY_NAME, RULES
from validator.rules.selection import GROUPS, UnknownRule, match_names, match_rules

_LIST_FORMATS = ("text", "concise", "json", "jsonl")
"""The formats of `--list-rules`; the first two are the same here."""
_MIN_WIDTH = 24
"""Columns that a text takes, however narrow the terminal says it is."""


def print_rules(words: str, *, is_json: bool) -> int:
    """Print the pages of the rules that names, groups, globs, ids of statements or fields, with commas between, match.

    As JSON, an array has them, and what `--list-rules` says of each rule.
    """
    pages: dict[str, str] = {}
    try:
        for word in map(str.strip, words.split(",")):
            pages |= (
                _statement_pages(word) or _field_pages(word) or {rule.name: rule.page for rule in match_rules(word)}
            )
    except UnknownRule as error:
        field = find_similar(word.strip(), [*field_names(RUN.list_schema), *field_names(RUN.item_schema)])
        hint = f"; a field is called {field}" if field else ""
        raise click.BadParameter(f"{error}{hint}.", param_hint="'--explain'") from error
    if is_json:
        rows = [_row(name) | {"page": page} for name, page in pages.items()]
        click.echo(json.dumps(rows, indent=2))
        return CLEAN
    text, width = "\n\n".join(pages.values()), terminal_width()
    if width is not None:
        paragraphs = text.split("\n\n")
        lines = ((_wrap_example if part.startswith(" ") else _wrap)(part, width) for part in paragraphs)
        text = "\n\n".join(map("\n".join, lines))
    click.echo(text)
    return CLEAN


def _statement_pages(word: str) -> dict[str, str]:
    """Return what a statement about a live server says, and the pages of its rules, unless a rule has its name."""
    if word in BY_NAME:
        return {}
    from validator.live.statements import BY_ID, OF_RUNS  # most words are rules

    if word not in BY_ID:
        return {}
    statement = BY_ID[word]
    rules = ", ".join(statement.rules) + (", and all that no other statement names" if word == OF_RUNS else "")
    head = f"{word}: {statement.what}\n\nA statement of validate-runs live; its rules: {rules}."
    return {word: head} | {name: BY_NAME[name].page for name in statement.rules}


def _field_pages(word: str) -> dict[str, str]:
    """Return the schema checks and the rules of a field, unless a rule or group has its name.

    The word is a key or a pointer such as `/data/0/usage`. A key that no page or run has, such as `total_tokens`, means
    the fields that have it inside them.
    """
    keys = [to_wire_name(key) for key in re.split(r"[][./$\s]+", word) if key and not re.fullmatch(r"\*|-?[0-9]+", key)]
    if word in (*BY_NAME, *GROUPS) or not keys:
        return {}
    places = {RUN.list_schema: "/", RUN.item_schema: "/data/*/"}
    if keys[0] == "data" and len(keys) > 1:
        del places[RUN.list_schema], keys[0]
    contract = load_contract("observed", "wire")
    shapes = [(schema, *item) for schema in places for item in contract.shapes[schema].properties.items()]
    named = [(schema, name) for schema, name, shape in shapes if name == keys[0] and _declares(shape, keys[1:])]
    found = named or [(schema, name) for schema, name, shape in shapes if _declares(shape, keys)]
    return {
        (pointer := places[schema] + name): f"{pointer}, a field\n\n{_field_page(contract, schema, name)}"
        for schema, name in found
    }


def _declares(shape: Shape, keys: list[str]) -> bool:
    """Return whether the keys lead from one to the next somewhere inside a field; True without keys."""
    inside = [*shape.properties.items(), *(("", other) for other in (shape.items, shape.others) if other)]
    return not keys or any(
        (key == keys[0] and _declares(inner, keys[1:])) or _declares(inner, keys) for key, inner in inside
    )


def _field_page(contract: Contract, schema_name: str, name: str) -> str:
    """Return what a field is, the checks that its schema has, and the rules that read it."""
    about = contract.schema(schema_name)["properties"][name]["description"]
    keywords = (f"schema:{keyword}" for keyword in sorted(find_keywords(contract, schema_name, name)))
    checks = ", ".join(keyword for keyword in keywords if keyword in BY_NAME)
    rules = [
        f"  {rule.name} ({rule.severity}): {rule.summary}"
        for rule in RULES
        if name in (rule.run_fields if schema_name == RUN.item_schema else rule.page_fields)
    ]
    head = f"{about}\n\nSchema checks (--print-schema prints the schema): {checks}."
    return f"{head}\n\nRules:\n\n" + "\n".join(rules) if rules else head


def _wrap_example(text: str, width: int) -> list[str]:
    """Return the lines of an example in JSON; those that are too long go on below, further to the right."""
    lines = text.replace(": ", ":\xa0").split("\n")  # a key stays with its value
    indents = (line[: len(line) - len(line.lstrip())] for line in lines)
    parts = [part for line, indent in zip(lines, indents, strict=True) for part in _wrap(line, width, f"{indent}  ")]
    return [part.replace("\xa0", " ") for part in parts]


def _wrap(text: str, width: int, indent: str = "") -> list[str]:
    wrapper = textwrap.TextWrapper(
        max(width, _MIN_WIDTH), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return wrapper.wrap(text)


def _row(name: str) -> dict[str, object]:
    """Return what lists say of a rule; of a statement, its id; of a field, its pointer."""
    if name not in BY_NAME:
        return {"field" if name.startswith("/") else "statement": name}
    rule = BY_NAME[name]
    return {
        "rule": rule.name,
        "group": rule.group,
        "severity": rule.severity,
        "summary": rule.summary,
        "fixable": rule.is_fixable,
        "source": rule.source,
    }


def list_rules(words: Sequence[str], outputs: Sequence[Output], *, is_strict: bool) -> int:
    """Print the rules that names, groups or globs match, or all, a line each or as JSON.

    If strict, refuse a format that means nothing here.
    """
    if is_strict and (len(outputs) > 1 or outputs[0].file is not None):
        raise click.UsageError("--list-rules prints one list: redirect it to write a file, -f json > FILE")
    if is_strict and outputs[0].format not in _LIST_FORMATS:
        raise click.UsageError(f"--list-rules has no {outputs[0].format} form, but {', '.join(_LIST_FORMATS)}")
    try:
        names = match_names(words) or {*BY_NAME}
    except UnknownRule as error:
        raise click.BadParameter(f"{error}.", param_hint="'--list-rules'") from error
    rules = [rule for rule in RULES if rule.name in names]
    if outputs[0].format in ("json", "jsonl"):
        rows = [_row(rule.name) for rule in rules]
        click.echo(json.dumps(rows, indent=2) if outputs[0].format == "json" else "\n".join(map(json.dumps, rows)))
        return CLEAN
    longest, width = max(len(rule.name) for rule in rules), terminal_width()
    for rule in rules:
        head = f"{rule.name:{longest}}  {rule.group:8}  {rule.severity:7}  "
        summary = f"{rule.summary} (--fix)" if rule.is_fixable else rule.summary
        lines = [summary] if width is None else _wrap(summary, width - len(head))
        click.echo(head + f"\n{' ' * len(head)}".join(lines))
    return CLEAN


def print_schema(options: CliOptions) -> int:
    """Print the schema of a page, or of a run where one is expected; in the wire form where none is named."""
    if options.bundle and options.dereference:
        raise click.UsageError("--bundle and --dereference contradict each other")
    layout: Layout = "bundle" if options.bundle else "dereference" if options.dereference else "definitions"
    if not options.print_schema:
        raise click.UsageError(f"--{layout} needs --print-schema")
    name = RUN.item_schema if options.expect == "run" else RUN.list_schema
    schema = export(name, options.contract, "sdk" if options.form == "sdk" else "wire", layout)
    click.echo(json.dumps(schema, indent=2))
    return CLEAN
