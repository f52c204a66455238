"""`--help`: the options in groups, and examples."""

from __future__ import annotations

import click

GROUPS = {
    "What to check": ("contract", "form", "expect", "order", "limit", "now", "listing", "history"),
    "Files": ("exclude", "no_gitignore", "force_exclude", "max_bytes", "jobs"),
    "Rules": ("select", "ignore", "severity", "fail_on", "explain", "list_rules"),
    "Report": (
        *("output_format", "statistics", "show", "show_values", "max_findings", "color", "quiet", "verbose"),
        "debug",
    ),
    "Baseline and fixes": ("baseline", "update_baseline", "fix", "diff"),
    "Configuration": ("config", "isolated", "show_config"),
    "Schemas": ("print_schema", "bundle", "dereference"),
    "Other": ("version", "help"),
}
"""The options under each heading, by their names in Python."""

EXAMPLES = (
    ("validate-runs page.json", "one file"),
    ("validate-runs tests/responses --show info", "a folder, with informational findings"),
    ('curl -s "$URL/runs?limit=20" | validate-runs - --limit 20', "a response"),
    ("validate-runs tests/ --fix", "fix what can be fixed safely"),
    ("validate-runs live --help", "a server instead of files"),
    ("validate-runs runs.jsonl.gz --statistics", "an archive: counts by rule"),
)


class GroupedCommand(click.Command):
    """A command whose help has its options under headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, group by group."""
        records = {parameter.name: parameter.get_help_record(ctx) for parameter in self.get_params(ctx)}
        for heading, names in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([record for name in names if (record := records[name])])

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        with formatter.section("Examples"):
            formatter.write_dl(EXAMPLES)
