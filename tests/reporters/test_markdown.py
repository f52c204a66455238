"""The report for pull requests and step summaries, whole, and read back by parsers of Markdown."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.support.commands import run as command
from tests.support.findings import COUNTS, LOOK, MISMATCH, PLACELESS, checked, written
from tests.support.pages import page, run
from tests.support.paths import ROOT
from tests.support.tools import package
from validator.core.results import StatementResult
from validator.core.severity import Severity
from validator.reporters.registry import load_reporter
from validator.sources.document import InputError

PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
HEAD = "| severity | rule | where | what |\n|---|---|---|---|\n"
RULES = "\n### By rule\n\n"
RULES_HEAD = "| severity | rule | findings |\n|---|---|--:|\n"
MISMATCH_CELLS = (
    "[token-total-mismatch](https://example.org/usage) | "
    "`41:25`, run `run_abc123` | "
    "`/data/0/usage/total_tokens` is 36, but `prompt_tokens` 31 + `completion_tokens` 4 is 35 |\n"
)


def test_markdown_has_headline_tables_and_counts() -> None:
    record = replace(MISMATCH, file="a.jsonl", record=7, severity=Severity.INFO)
    documents = (checked(MISMATCH, infos=4), checked(PLACELESS, file=None), checked(record, file="a.jsonl", record=7))
    assert written("markdown", *documents, look=LOOK._replace(show=Severity.INFO)) == (
        "## validate-runs: 1 error, 1 warning, 5 infos in 3 documents (9 runs)\n"
        f"\n### `responses/page.json`\n\n{HEAD}| error | {MISMATCH_CELLS}"
        f"\n### `<document>`\n\n{HEAD}"
        "| warning | [first-id-mismatch](https://example.org/usage) |  | "
        '`/first_id` is `"run_b"`, but the first run in data is `"run_a"` |\n'
        f"\n### `a.jsonl`\n\n{HEAD}| info | {MISMATCH_CELLS.replace('`41:25`', 'record 7, `41:25`')}"
        f"{RULES}4 more findings not listed above, but counted here:\n\n{RULES_HEAD}"
        "| info | missing-usage | 4 |\n"
        "| error | token-total-mismatch | 1 |\n"
        "| warning | first-id-mismatch | 1 |\n"
        "| info | token-total-mismatch | 1 |\n"
    )


def test_markdown_counts_all_findings() -> None:
    assert written("markdown", checked(MISMATCH)._replace(totals=COUNTS)).partition(RULES)[2] == (
        "20 more findings not listed above, but counted here:\n\n"
        f"{RULES_HEAD}"
        "| warning | d | 12 |\n"
        "| error | c | 3 |\n"
        "| warning | a | 3 |\n"
        "| warning | b | 3 |\n"
    )


def test_markdown_without_findings() -> None:
    assert written("markdown", checked()) == "## validate-runs: ok: 3 runs in 1 document\n"
    assert written("markdown") == "## validate-runs: nothing was checked\n"
    suppressed = checked()._replace(suppressed=(MISMATCH,))
    assert written("markdown", suppressed) == "## validate-runs: ok: 3 runs in 1 document; 1 suppressed\n"


def test_markdown_lists_input_errors() -> None:
    missing = [InputError(f"{number}.json", "no such file") for number in range(23)]
    assert "".join(load_reporter("markdown")([checked(), missing[0]], LOOK)) == (
        "## validate-runs: ok: 3 runs in 1 document; 1 input could not be opened\n"
        "\nCould not be opened:\n\n- `0.json`: no such file\n"
    )
    text = "".join(load_reporter("markdown")(missing, LOOK))
    assert text.splitlines()[0] == "## validate-runs: nothing was checked; 23 inputs could not be opened"
    assert text.splitlines()[-2:] == ["- `19.json`: no such file", "- and 3 more"]


def test_markdown_lists_worst_findings_within_limit() -> None:
    warning = replace(MISMATCH, severity=Severity.WARNING)
    few, many = replace(MISMATCH, file="b"), [replace(warning, line=n, pointer=f"/{n}x") for n in range(1, 1001)]
    text = written("markdown", checked(*many), checked(few, few, file="b"))
    rows = re.findall(r"^\| (error|warning) \| \[.*`(\d+):25`", text, re.MULTILINE)
    assert rows[-2:] == [("error", "41"), ("error", "41")]
    assert rows[:-2] == [("warning", str(line)) for line in range(1, len(rows) - 1)]
    assert 49_000 < len("".join(re.findall(r"^\| (?:error|warning) \| \[.*\n", text, re.MULTILINE))) <= 50_000
    assert f"{1002 - len(rows)} more findings not listed above" in text
    assert len(text) < 65_536


def test_markdown_folds_findings_that_are_alike() -> None:
    alike = [replace(MISMATCH, record=n, pointer=f"/data/{n}/a|b", line=n) for n in range(1, 6)]
    other = replace(MISMATCH, pointer="/data/9/usage", record=9, line=9)
    text = written("markdown", checked(*alike, other))
    rows = [re.sub(r"\[.*?\)", "", line) for line in text.splitlines() if "example.org" in line]
    assert [row.split(" | ")[2] for row in rows[:4]] == [
        f"record {n}, `{n}:25`, run `run_abc123`" for n in (1, 2, 3, 9)
    ]
    assert rows[4:] == ["| error |  | | `/data/*/a\\|b` 2 more like this, the last in record 5 |"]
    assert "not listed above" not in text
    assert "| error | token-total-mismatch | 6 |" in text


def test_markdown_limits_many_files() -> None:
    findings = [replace(MISMATCH, file=f"{'n' * 300}{number}") for number in range(200)]
    text = written("markdown", *(checked(finding, file=finding.file) for finding in findings))
    assert text.splitlines()[2] == f"### `{'n' * 99}…{'n' * 99}0`"
    assert 49_000 < len(text.partition(RULES)[0]) < 50_100


def test_markdown_links_create_no_backlinks() -> None:
    def linked(source: str) -> str:
        (link,) = re.findall(r"\]\((.*?)\)", written("markdown", checked(replace(MISMATCH, source=source))))
        return str(link)

    assert linked("https://github.com/a/b/issues/8") == "https://redirect.github.com/a/b/issues/8"
    assert linked("https://github.com/a/b/pull/8") == "https://redirect.github.com/a/b/pull/8"
    assert linked("https://github.com/a/b/blob/main/issues/x") == "https://github.com/a/b/blob/main/issues/x"


HOSTILE = [
    "<script>alert(1)</script>",
    "<!-- -->",
    "@octocat",
    "a@example.org",
    "#1",
    "GH-1",
    "octo/repo#1",
    "0123456789abcdef0123456789abcdef01234567",
    "1234567",
    "www.example.org",
    "https://example.org",
    "[x](https://example.org)",
    "![x](https://example.org/x.png)",
    ":tada:",
    "$x$",
    "*a* _b_ **c** __d__ ~~e~~ ~f~",
    "a|b||c",
    "a\\|b",
    "a\\",
    "\\`",
    "`",
    "``",
    "`a` ``b`` @c",
    "- [ ] x",
    "### x",
    "&lt;&#64;x",
    '"a" "@b" c"@d" "',
    'x"y"@z',
    "  @a  ",
    "  ",
    "(@a),",
    "---|---",
    "\N{IDEOGRAPHIC SPACE}@a",
    "[^1]",
]
PLAIN = re.compile(r"[A-Za-z0-9 \N{IDEOGRAPHIC SPACE},;.:()'/+=-]*")
"""What may stand outside of code; no mention, no reference, no link can be made of it."""
NODES = {"heading", "paragraph", "table", "thead", "tbody", "tr", "th", "td", "inline", "text", "code_inline", "link"}


def nodes(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from nodes(token.children or [])


def cells(text: str) -> list[str]:
    """The text of each cell of the first table, its head left out; anything else than our own nodes is a failure."""
    parsed = MarkdownIt("gfm-like").parse(text)
    for node in nodes(parsed):
        assert re.sub("_(open|close)$", "", node.type) in NODES
        assert node.type != "text" or PLAIN.fullmatch(node.content)
        assert node.type != "link_open" or node.attrs == {"href": MISMATCH.source}
    inline = ["".join(node.content for node in token.children or []) for token in parsed if token.type == "inline"]
    return inline[6:10]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markdown_escapes_hostile_names(hostile: str) -> None:
    finding = replace(MISMATCH, file=hostile, pointer=f"/{hostile}", run_id=hostile, message=f"is {hostile}, but x")
    text = written("markdown", checked(finding, file=hostile))
    shown = hostile.replace("\\|", "\\\\u007c")
    severity, rule, where, what = cells(text)
    assert (severity, rule) == ("error", "token-total-mismatch")
    assert where == f"41:25, run {shown}"
    assert what.split() == f"/{shown} is {shown}, but x".split()
    unopened = "".join(load_reporter("markdown")([InputError(hostile, hostile)], LOOK))
    assert {token.type for token in nodes(MarkdownIt("gfm-like").parse(unopened))} == {
        "heading_open",
        "heading_close",
        "paragraph_open",
        "paragraph_close",
        "bullet_list_open",
        "bullet_list_close",
        "list_item_open",
        "list_item_close",
        "inline",
        "text",
        "code_inline",
    }


class Html(HTMLParser):
    """Text outside of code, text in code, and tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.plain, self.code = "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.is_code = tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self.is_code = False

    def handle_data(self, data: str) -> None:
        if self.is_code:
            self.code += data
        else:
            self.plain += data


@pytest.mark.tools
@pytest.mark.parametrize("hostile", HOSTILE)
def test_github_parser_agrees(hostile: str) -> None:
    render = package("cmarkgfm").github_flavored_markdown_to_html
    finding = replace(MISMATCH, file=hostile, pointer=f"/{hostile}", run_id=hostile, message=f"is {hostile}, but x")
    html = Html(render(written("markdown", checked(finding, file=hostile))))
    assert html.tags == {"h2", "h3", "table", "thead", "tbody", "tr", "th", "td", "a", "code"}
    assert PLAIN.fullmatch(html.plain.replace("\n", ""))
    shown = hostile.replace("\\|", "\\\\u007c")
    assert html.code.startswith(f"{shown}41:25{shown}/{shown}")


def test_markdown_shows_values_as_code(tmp_path: Path) -> None:
    (tmp_path / "@x.json").write_text(json.dumps(page(run(status="@octo |<b>#1 `"))))
    ran = command("-f", "markdown", "--show-values", "--select", "schema", "@x.json", cwd=tmp_path)
    text = ran.out
    assert (ran.code, text.splitlines()[2]) == (1, "### `@x.json`")
    assert ' | `/data/0/status` is ``"@octo \\|<b>#1 `"``, expected `"queued"`, `"in_progress"`,' in text


def test_markdown_has_a_table_of_statements() -> None:
    source = "https://github.com/a/b/issues/1"
    statements = (
        StatementResult("order-kept", "`order` sorts", "kept", source, requests=tuple(range(1, 9))),
        StatementResult("seconds", "times are in seconds", "broken", source, 'is "a|b" <b>', (3,), (MISMATCH,)),
    )
    text = written("markdown", look=LOOK._replace(statements=statements, conclusion="1 kept – 2 requests, 0.1 s"))
    link = "https://redirect.github.com/a/b/issues/1"
    assert text[text.index("### Statements") :].splitlines() == [
        "### Statements",
        "",
        "1 kept – 2 requests, 0.1 s",
        "",
        "| verdict | statement | requests | why |",
        "|---|---|---|---|",
        f"| kept | [order-kept]({link}): `order` sorts | 1, 2, 3, 4, 5, 6, … |  |",
        rf'| broken | [seconds]({link}): times are in seconds | 3 | is `"a\|b"` `<b>` |',
    ]


def test_docs_show_markdown_output() -> None:
    shown = re.search(r"```console\n\$ validate-runs (-f markdown .*)\n```\n\n```markdown\n(.*?)```", PAGE, re.DOTALL)
    assert shown is not None
    assert command(*shown[1].split(), cwd=ROOT).out == shown[2]
