"""A page for each rule, made from its fields, and the table of all rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

from documentation.fields import fields
from documentation.markdown import badge, code, fenced, front_matter, page, prose, table
from documentation.session import ROOT, session
from validator.core.resource import RUN
from validator.rules.base import Rule, SeriesSubject
from validator.rules.registry import RULES
from validator.rules.selection import GROUPS

_ABOUT = {
    "document": "The text itself: whether it can be read, and what it is.",
    "schema": "The shape of every field, as the schemas of the contract define it.",
    "page": "The envelope of a page, compared with its runs.",
    "identity": "Ids and names.",
    "settings": "What a run was created with: sampling, truncation, metadata.",
    "status": "Fields that a status requires or excludes.",
    "time": "Timestamps, each by itself and in their order.",
    "usage": "Tokens: their sums, their limits, and when they are reported.",
    "tools": "Tools, their calls, and the schemas of their arguments.",
    "request": "An answer, compared with the request that it answers.",
    "listing": "Pages that follow one another.",
    "history": "Snapshots of the same run, and events of a stream.",
}


def slug(rule: Rule) -> str:
    """Return the name of a rule as a file name."""
    return rule.name.replace(":", "-")


def pages() -> Iterator[tuple[str, str]]:
    """Yield the page that lists the rules and the page of each rule."""
    yield "rules/index.md", _index()
    for rule in RULES:
        yield f"rules/{slug(rule)}.md", _page(rule)


def contents() -> list[dict[str, list[dict[str, str]]]]:
    """Return the rules in the navigation, group by group."""
    return [
        {group: [{rule.name: f"rules/{slug(rule)}.md"} for rule in RULES if rule.group == group]} for group in GROUPS
    ]


def read_by(rule: Rule) -> dict[str, tuple[str, ...]]:
    """Return the fields that a rule reads, by the schema that has them."""
    return {
        schema: tuple(name for name in fields("observed", "wire", schema) if name in names)
        for schema, names in ((RUN.list_schema, rule.page_fields), (RUN.item_schema, rule.run_fields))
    }


def rule_table(rules: Iterable[Rule], folder: str) -> str:
    """Return a table of rules with links; `folder` leads from the page to the rules."""
    return table(
        ("rule", "severity", "what is wrong"),
        (
            (f"[`{rule.name}`]({folder}{slug(rule)}.md)", badge("severity", rule.severity), prose(rule.summary))
            for rule in rules
        ),
    )


def _index() -> str:
    return page(
        "# Rules",
        f"{len(RULES)} rules in {len(GROUPS)} groups. A name never changes its meaning, so it can be used in settings, "
        "baselines and comments for good; a group is allowed wherever a rule is. The severities are explained under "
        "[contracts and evidence](../contracts.md).",
        *(
            f"## {group}\n\n{_ABOUT[group]}\n\n{rule_table([rule for rule in RULES if rule.group == group], '')}"
            for group in GROUPS
        ),
        "The same on the terminal: `validate-runs --list-rules`, and `validate-runs --explain RULE` for one of them.",
    )


def _tab(name: str, text: str) -> str:
    return f'=== "{name}"\n\n' + "\n".join(f"    {line}" if line else "" for line in text.splitlines())


def _page(rule: Rule) -> str:
    return page(
        front_matter(rule.name, rule.summary, "toc"),
        f"# {rule.name}",
        f"{badge('group', rule.group)} {badge('severity', rule.severity)}\n{{ .badges }}",
        f"**{prose(rule.summary)}**",
        *_sections(rule),
        f"## Fix\n\n`--fix`: {prose(rule.fix)}" if rule.fix else "",
        f"## Evidence\n\n{prose(rule.citation)}",
        _output(rule),
        _fields(rule),
        f"## How to disable this rule\n\n{_ignoring(rule)}",
    )


def _sections(rule: Rule) -> Iterator[str]:
    """Yield the prose of a rule, and its examples as blocks under headings."""
    for heading, block in rule.sections():
        yield f"## {heading}\n\n{fenced(block, 'json')}" if heading else prose(block)


def _output(rule: Rule) -> str:
    """Return what the command prints for the sample of the rule, if there is one."""
    for folder in ("invalid", "series"):
        for path in sorted((ROOT / "samples" / folder).glob("*")):
            if path.name.partition(".")[0] == slug(rule):
                return f"## What you see\n\n{session(str(path.relative_to(ROOT)), *_options(rule, path))}"
    return ""


def _options(rule: Rule, path: Path) -> Iterator[str]:
    is_recording = path.is_file() and path.suffix != ".jsonl"  # which is followed without an option
    if rule.subject in get_args(SeriesSubject) and not is_recording:
        yield f"--{rule.subject}"
    if rule.severity == "info":
        yield "--show"
        yield "info"


def _fields(rule: Rule) -> str:
    links = [
        f"- [`{name}`](../fields/{folder}/{name}.md) of {what}"
        for (_, names), (folder, what) in zip(
            read_by(rule).items(), (("page", "the page"), ("run", "a run")), strict=True
        )
        for name in names
    ]
    if not links:
        return ""
    conditions = f"\n\nOnly runs that are {_either(rule.statuses)} are checked." if rule.statuses else ""
    return (
        "## Fields it reads\n\n"
        + "\n".join(links)
        + conditions
        + "\n\nWhere one of them has the wrong shape, that is the finding, and this rule does not check the run."
    )


def _either(words: Iterable[str]) -> str:
    *others, last = sorted(map(code, words))
    return f"{', '.join(others)} or {last}" if others else last


def _ignoring(rule: Rule) -> str:
    if rule.mandatory:
        return (
            "This rule can be neither ignored nor accepted in a baseline: if a document cannot be read or has no "
            "runs, nothing else about it is known."
        )
    return page(
        _tab("command", fenced(f"validate-runs responses/ --ignore {rule.name}", "sh")),
        _tab("validate-runs.toml", fenced(_CONFIGURATION.format(rule.name), "toml")),
        _tab("pytest", fenced(f'@pytest.mark.validate_runs(ignore=["{rule.name}"])', "python")),
        f"It can also get another severity (`--severity {rule.name}=info`), or be accepted where it is found today "
        "and nowhere else: see [baseline](../baseline.md).",
    )


_CONFIGURATION = """\
ignore = ["{0}"]                          # everywhere, or

[per-file-ignores]
"tests/old/**" = ["{0}"]                  # in these files, or
"page.json#/data/0" = ["{0}"]             # at one place in them"""
