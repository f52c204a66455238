"""`--help`: the options in groups, and examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

GROUPS = {
    "What to check": ("contract", "form", "expect", "order", "limit", "now", "listing", "history"),
    "Files": ("exclude", "no_gitignore", "force_exclude", "stdin_filename", "max_bytes", "jobs"),
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

LIVE_GROUPS = {
    "What to ask": (
        *("thread", "empty_thread", "check_auth", "plan", "wait", "contract", "now"),
        *("timeout", "max_time", "max_requests", "rate", "max_bytes"),
    ),
    "Threads and runs of its own": ("create", "assistant", "model", "delete_created"),
    "Key and headers": ("key_env", "key_file", "auth", "azure", "api_version", "header", "beta"),
    "Connection": ("tls_ca", "client_cert", "insecure", "proxy", "allow_http"),
    "Recording": ("record", "scrub"),
    "Rules": ("select", "ignore", "severity", "fail_on", "require"),
    "Report": ("output_format", "show", "show_values", "max_findings", "color", "quiet", "verbose", "debug"),
    "Baseline": ("baseline", "update_baseline", "strict_baseline", "known"),
    "Configuration": ("config", "isolated"),
    "Other": ("help",),
}
"""The options of `validate-runs live`, in the same way."""

EXAMPLES = (
    ("validate-runs page.json", "one file"),
    ("validate-runs tests/responses --show info", "a folder, with informational findings"),
    ('curl -s "$URL/runs?limit=20" | validate-runs - --expect page --form wire --limit 20', "a response"),
    ("validate-runs tests/ --fix", "fix what can be fixed safely"),
    ("validate-runs live --help", "a server instead of files"),
    ("validate-runs runs.jsonl.gz --statistics", "an archive: counts by rule"),
)

LIVE_EXAMPLES = (
    ("validate-runs live http://127.0.0.1:8000/v1 --thread thread_abc123", "a server on this machine"),
    ("validate-runs live URL --thread ID --key-env OPENAI_API_KEY --record runs.har", "with a key and a recording"),
    ("validate-runs live https://NAME.openai.azure.com/openai --thread ID --azure --api-version VERSION", "Azure"),
    ("validate-runs live URL --create --model gpt-4o-mini --delete-created", "with threads and runs of its own"),
    ("validate-runs live URL --thread ID --plan", "the requests alone; nothing is sent"),
)


class GroupedCommand(click.Command):
    """A command whose help has its options under headings."""

    groups: Mapping[str, Sequence[str]] = GROUPS
    examples: Sequence[tuple[str, str]] = EXAMPLES

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, group by group."""
        records = {parameter.name: parameter.get_help_record(ctx) for parameter in self.get_params(ctx)}
        for heading, names in self.groups.items():
            with formatter.section(heading):
                formatter.write_dl([record for name in names if (record := records[name])])

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        with formatter.section("Examples"):
            formatter.write_dl(self.examples)


class LiveCommand(GroupedCommand):
    """The help of `validate-runs live`."""

    groups = LIVE_GROUPS
    examples = LIVE_EXAMPLES
