"""The HTML report as it is written: what its script is given to draw, and what is there without the script."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run as command
from tests.support.findings import HOSTILE, LOOK, MISMATCH, PLACELESS, checked, written
from tests.support.pages import page, run
from tests.support.paths import SAMPLES
from validator.core.phrases import escape
from validator.core.results import RunOutline, StatementResult
from validator.core.severity import Severity
from validator.reporters import html
from validator.reporters.html.timelines import duration
from validator.rules.base import Rule
from validator.rules.registry import BY_NAME, RULES
from validator.sources.document import InputError
from validator.version import __version__

T = 1_729_418_400
UNREAD = InputError("a\u202e<b>.json", "no such file or directory")


def drawn(text: str) -> Any:
    """What the script is given, each finding as an object."""
    found = re.search('<script type="application/json" id="data">(.*)</script>', text)
    assert found
    data = json.loads(found[1])
    data["findings"] = [dict(zip(data["columns"], row, strict=True)) for row in data["findings"]]
    return data


class _Plain(HTMLParser):
    """The text of the elements that are there without the script, by the name of the element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[tuple[str, str]] = []
        self.inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)

    def handle_data(self, data: str) -> None:
        if self.inside and data.strip():
            self.texts.append((self.inside[-1], data.strip()))


def plain(text: str, tag: str) -> list[str]:
    return [data for name, data in _Plain(text).texts if name == tag]


def timed(identifier: str | None, status: str, **times: float) -> dict[str, Any]:
    """A run that has these times, counted from the hour, and no others."""
    nulls = dict.fromkeys(("started_at", "expires_at", "completed_at", "cancelled_at", "failed_at"))
    counted = {key: T + time for key, time in times.items()}
    return run(id=identifier, status=status, **{**nulls, **counted})


def threads(folder: Path, **files: Any) -> list[dict[str, Any]]:
    """The timelines of these documents, each a file."""
    for name, document in files.items():
        (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")
    ran = command("-f", "html", *(f"{name}.json" for name in files), cwd=folder)
    found: list[dict[str, Any]] = drawn(ran.out)["threads"]
    return found


def describe_times(folder: Path, *runs: dict[str, Any]) -> list[tuple[str | None, str, list[str]]]:
    """Return each run of a page, its times in words, and what is wrong with them."""
    (thread,) = threads(folder, page=page(*runs))
    return [(row["id"], facts(row), [mark[3] for mark in row["marks"]]) for row in thread["runs"]]


def facts(row: dict[str, Any]) -> str:
    return ", ".join(piece[3] for piece in row["pieces"])


def test_html_finding_has_position_excerpt_and_run() -> None:
    ran = command("-f", "html", "invalid/token-total-mismatch.json", cwd=SAMPLES)
    assert (ran.code, ran.err) == (1, "")
    data = drawn(ran.out)
    assert data["counts"] == [["token-total-mismatch", "error", 1]]
    assert data["findings"] == [
        {
            "rule": "token-total-mismatch",
            "severity": "error",
            "file": "invalid/token-total-mismatch.json",
            "record": None,
            "request": None,
            "line": 35,
            "column": 25,
            "pointer": "/data/0/usage/total_tokens",
            "message": "total_tokens is 940, but prompt_tokens 940 + completion_tokens 205 is 1145",
            "run": "run_wnNSI71Wbtj1Sf609JSgsmby",
            "status": "completed",
            "excerpt": ['        "total_tokens": 940', 24, 27, False, False],
        }
    ]
    assert [run["findings"] for run in data["threads"][0]["runs"]] == [[], [0]]


def test_html_without_script_has_totals_and_findings() -> None:
    text = written("html", checked(MISMATCH, PLACELESS, truncated=3, infos=4))
    headline = "4 errors, 1 warning in 1 document (3 runs); 4 infos hidden"
    assert plain(text.partition("<h1>")[2].partition("</h1>")[0], "span") == ["Failed", headline]
    assert plain(text, "title") == [f"{headline} · validate-runs"]
    about = ["responses", f"validate-runs {__version__}", "contract observed", "fails on error"]
    assert plain(text, "li") == [
        *about,
        "shows warning and above",
        "3 more findings left out (--max-findings 0 shows all)",
        f"responses/page.json:41:25: error token-total-mismatch /data/0/usage/total_tokens: {MISMATCH.message}",
        '<document>: warning first-id-mismatch /first_id: is "run_b", but the first run in data is "run_a"',
    ]


def test_html_without_script_lists_a_hundred_findings() -> None:
    text = written("html", checked(*[MISMATCH] * 101))
    assert len(plain(text.partition('<section id="plain"')[2], "li")) == 100
    assert len(drawn(text)["findings"]) == 101


@pytest.mark.parametrize(
    ("documents", "fail_on", "verdict"),
    [
        ([checked(MISMATCH, PLACELESS)], "error", "Failed"),
        ([checked(MISMATCH, PLACELESS)], None, "Passed"),
        ([checked(PLACELESS)], "error", "Passed"),
        ([checked(PLACELESS)], "warning", "Failed"),
        ([checked(infos=1)], "error", "Passed"),
        ([checked(MISMATCH), UNREAD], "error", "Failed"),
        ([checked(), UNREAD], "error", "Incomplete"),
        ([], "error", "Incomplete"),
    ],
)
def test_html_verdict(documents: list[Any], fail_on: str | None, verdict: str) -> None:
    look = LOOK._replace(fail_on=Severity(fail_on) if fail_on else None)
    text = written("html", *documents, look=look)
    assert f'<span class="verdict {verdict}">{verdict}</span>' in text
    assert f"<li>fails on {fail_on or 'nothing'}</li>" in text


def test_html_of_valid_documents() -> None:
    text = written("html", checked(), checked(infos=1, file="b.json"), look=LOOK._replace(show=Severity.INFO))
    assert '<span class="headline">1 info in 1 of 2 documents (6 runs)</span>' in text
    text = written("html", checked(), checked(file="b.json"))
    assert '<span class="headline">No problems found in 6 runs in 2 documents</span>' in text
    assert plain(text, "th") == ["File", "Runs", "responses/page.json", "b.json"]
    assert plain(text, "h3") == []
    assert re.findall('<section id="([a-z]+)[^>]* hidden>', text) == ["statements", "plain", "rules"]


def test_html_lists_files_worst_first(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [
        checked(infos=2, file="hidden.json"),
        checked(replace(PLACELESS, file="b&1.json"), file="b&1.json"),
        checked(MISMATCH, PLACELESS),
        checked(PLACELESS, file="responses/page.json", record=2),
    ]

    def rows() -> list[str]:
        body = written("html", *documents).partition("<thead>")[2].partition("</tbody>")[0]
        return [" ".join(map("|".join, _Plain(row).texts)) for row in body.split("<tr>")[1:]]

    shown = [
        "th|File th|Errors th|Warnings th|Runs",
        "a|responses/page.json td|1 td|2 td|6",
        "a|b&1.json td|0 td|1 td|3",
    ]
    assert rows() == [*shown, "th|hidden.json td|0 td|0 td|3"]
    assert 'href="#file=b%261.json"' in written("html", *documents)
    monkeypatch.setattr(html, "MAX_FILES", 2)
    assert rows() == [*shown, "td|and 1 more file"]


def rule_pages(text: str) -> dict[str, str]:
    """The page of each rule in the report, by its id."""
    return dict(re.findall(r'<details class="rule-page" id="([^"]*)">(.*?)</details>', text, re.DOTALL))


def test_html_has_pages_of_the_rules_with_findings() -> None:
    typed = replace(PLACELESS, rule="schema:type", severity=Severity.ERROR)
    info = replace(MISMATCH, severity=Severity.INFO, file="b.json")
    documents = [
        checked(MISMATCH, PLACELESS),
        checked(typed, info, file="b.json"),
        checked(typed, file="b.json", record=2),
    ]
    pages = rule_pages(written("html", *documents, look=LOOK._replace(show=Severity.INFO)))
    assert list(pages) == ["rule-schema-type", "rule-token-total-mismatch", "rule-first-id-mismatch"]
    page = pages["rule-token-total-mismatch"]
    rule = BY_NAME["token-total-mismatch"]
    assert plain(page, "h3") == [rule.name]
    assert plain(page, "span") == ["1 error", "1 info", "in 2 files", rule.summary]
    assert plain(page, "h4") == ["Bad", "Good", "Fix", "Evidence"]
    assert page.count("<pre><code>") == 2
    assert f'<a href="{rule.source}" rel="noreferrer">{rule.source}</a>' in page
    assert '<a href="#rule=token-total-mismatch">Show the findings of this rule</a>' in page
    words = " ".join(data for _, data in _Plain(page).texts)
    for _, block in rule.sections():
        assert " ".join(block.replace("`", " ").split()) in " ".join(words.split())
    assert "Fix" not in plain(pages["rule-first-id-mismatch"], "h4") or BY_NAME["first-id-mismatch"].fix
    assert plain(pages["rule-schema-type"], "span")[:2] == ["2 errors", "in 1 file"]


def test_html_hides_pages_of_rules_that_are_not_shown() -> None:
    assert list(rule_pages(written("html", checked(PLACELESS, infos=3)))) == ["rule-first-id-mismatch"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_html_rule_page_is_markup(rule: Rule) -> None:
    text = written("html", checked(replace(MISMATCH, rule=rule.name)))
    (page,) = rule_pages(text).values()
    tags = re.findall(r"</?([a-z0-9]+)", page)
    assert set(tags) <= {"summary", "h3", "span", "div", "p", "code", "h4", "pre", "a"}
    assert all(page.count(f"<{tag}>") + page.count(f"<{tag} ") == page.count(f"</{tag}>") for tag in tags)
    assert "`" not in re.sub("<pre>.*?</pre>", "", page, flags=re.DOTALL)


def test_html_statements_that_need_attention_come_first() -> None:
    source = "https://example.org/a?b&c"
    statements = (
        StatementResult("order-kept", "`order` sorts by created_at", "kept", source, requests=tuple(range(1, 8))),
        StatementResult("limit-filled", "a page has `limit` runs", "not verified", source, "2 <runs>, 4 needed", (9,)),
        StatementResult("key-needed", "a key is needed", "not asked", source),
        StatementResult(
            "run-shape", "every run is as documented", "doubtful", source, "known", (3,), (PLACELESS,), True
        ),
        StatementResult("envelope-keys", "a page has object", "broken", source, "lacks object", (2, 3), (MISMATCH,)),
    )
    text = written("html", look=LOOK._replace(statements=statements, conclusion="1 kept – 9 requests"))
    section = text[text.index('<section id="statements-panel"') :].partition("</section>")[0]
    assert section.isascii()
    rows = [html_text(row) for row in re.findall("<tr class=.*?</tr>", section)]
    assert rows == [
        "broken|envelope-keys: a page has object / lacks object|2, 3",
        "doubtful|run-shape: every run is as documented / known|3",
        "not verified|limit-filled: a page has limit runs / 2 <runs>, 4 needed|9",
        "kept|order-kept: order sorts by created_at|1, 2, 3, 4, 5, 6, …",
        "not asked|key-needed: a key is needed|",
    ]
    assert re.findall('<tr class="(.*?)">', section) == ["error", "doubtful", "not-verified", "kept", "not-asked"]
    assert section.count('href="https://example.org/a?b&amp;c"') == 5
    assert "<summary>2 more statements</summary>" in section


def html_text(row: str) -> str:
    """The text of a row: cells are divided by `|`, a paragraph follows `/`."""
    divided = row.replace("</td><td>", "|").replace("<p>", " / ")
    return unescape(re.sub("<[^>]*>", "", divided))


def test_html_statement_leads_to_pages_of_its_rules() -> None:
    about = (MISMATCH, MISMATCH, PLACELESS)
    broken = StatementResult("a", "title", "broken", "https://example.org", "reason", (1,), about)
    text = written("html", checked(MISMATCH), look=LOOK._replace(statements=(broken,)))
    assert '<p>reason <a href="#rule-token-total-mismatch">token-total-mismatch</a></p>' in text


def test_html_statements_of_one_kind_have_one_table() -> None:
    kept = StatementResult("order-kept", "order", "kept", "https://example.org")
    for statement, summaries in ((kept, ["1 statement"]), (kept._replace(verdict="not verified"), [])):
        text = written("html", look=LOOK._replace(statements=(statement,)))
        section = text[: text.index('id="plain"')]
        assert (section.count("<table>"), plain(section, "summary")) == (1, summaries)
        assert ("<details open>" in section) == (statement == kept)


def test_html_lists_input_errors() -> None:
    text = written("html", UNREAD)
    assert plain(text, "li")[-1] == "a\\u202e<b>.json: no such file or directory"
    assert '<span class="headline">Nothing was checked</span>' in text


def test_html_content_security_policy_has_hashes() -> None:
    text = written("html", checked(MISMATCH))
    inline = [re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL) for tag in ("style", "script")]
    style, script = (base64.b64encode(hashlib.sha256(one[1].encode()).digest()).decode() for one in inline if one)
    policy = f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'"
    assert f"content=\"{policy}; base-uri 'none'; form-action 'none'\"" in text
    static = text.partition("<script")[0]
    assert not re.search(r"\s(?:src|style|on\w+)=", static)
    assert set(re.findall(r'href="([^"]{8})', static)) == {"https://", "#rule=to", "#file=re"}


def test_html_is_reproducible_and_ascii() -> None:
    first, second = (written("html", checked(MISMATCH, PLACELESS)) for _ in range(2))
    assert first == second
    assert first.isascii()


MARKUP = ["</script><script>alert(1)</script>", "<!--<script>", "&lt;b onload=x>", "\u05d0\U0001f600"]


@pytest.mark.parametrize("name", [*HOSTILE, *MARKUP])
def test_html_escapes_hostile_names(name: str) -> None:
    hostile = replace(
        MISMATCH, file=name, pointer=f"/{name}", run_id=name, run_status=name, message=f"is {escape(name)}"
    )
    text, sanitize = written("html", checked(hostile)), written("html", checked(MISMATCH))
    assert re.findall("<[a-z!/]+", text) == re.findall("<[a-z!/]+", sanitize)
    finding = drawn(text)["findings"][0]
    shown = escape(name)
    assert (finding["pointer"], finding["run"], finding["status"]) == (f"/{shown}", shown, shown)
    first, *_ = plain(text.partition('<section id="plain"')[2], "li")
    assert first.endswith(f"error token-total-mismatch /{shown}: is {shown}")


def test_timeline_phases_of_runs(tmp_path: Path) -> None:
    assert describe_times(
        tmp_path,
        timed("run_a", "completed", created_at=0, started_at=2, completed_at=130),
        timed("run_b", "cancelled", created_at=200, cancelled_at=204),
        timed("run_c", "expired", created_at=300, started_at=301, expires_at=900),
        timed("run_d", "incomplete", created_at=1000, started_at=1001),
        timed("run_e", "in_progress", created_at=2000, started_at=2001, expires_at=2600),
        timed("run_f", "failed", created_at=1500),
    ) == [
        ("run_a", "waited 2 s, ran 2 min 8 s", []),
        ("run_b", "cancelled 4 s after its creation", []),
        ("run_c", "waited 1 s, ran 9 min 59 s", []),
        ("run_d", "waited 1 s", []),
        ("run_f", "", []),
        ("run_e", "waited 1 s, expires 9 min 59 s after its start", []),
    ]


def test_timeline_of_queued_run(tmp_path: Path) -> None:
    assert describe_times(tmp_path, timed("run_a", "queued", created_at=0, expires_at=600)) == [
        ("run_a", "expires 10 min after its creation", [])
    ]


def test_timeline_marks_times_in_wrong_order(tmp_path: Path) -> None:
    assert describe_times(
        tmp_path,
        timed("run_a", "completed", created_at=0, started_at=-3600, completed_at=-3601),
        timed("run_b", "failed", created_at=10, failed_at=4),
        timed("run_c", "queued", created_at=100, expires_at=40),
        timed("run_d", "in_progress", created_at=200, started_at=201, expires_at=200),
    ) == [
        ("run_a", "", ["started 1 h before it was created", "completed 1 s before it started"]),
        ("run_b", "", ["failed 6 s before it was created"]),
        ("run_c", "", ["expires 1 min before it was created"]),
        ("run_d", "waited 1 s", ["expires 1 s before it started"]),
    ]


def test_timeline_pieces_and_marks_have_times(tmp_path: Path) -> None:
    (thread,) = threads(tmp_path, page=page(timed("run_a", "completed", created_at=10, started_at=5, completed_at=30)))
    (row,) = thread["runs"]
    assert row["times"] == {"created_at": T + 10, "started_at": T + 5, "completed_at": T + 30}
    assert row["pieces"] == [["run", T + 5, T + 30, "ran 25 s"]]
    assert row["marks"] == [["backward", T + 10, T + 5, "started 5 s before it was created"]]


def test_timeline_marks_overlapping_runs(tmp_path: Path) -> None:
    assert describe_times(
        tmp_path,
        timed("run_d", "queued", created_at=300, expires_at=900),
        timed("run_c", "in_progress", created_at=100, started_at=101, expires_at=700),
        timed("run_b", "completed", created_at=20, started_at=21, completed_at=100),
        timed("run_a", "completed", created_at=0, started_at=1, completed_at=30),
    ) == [
        ("run_a", "waited 1 s, ran 29 s", ["overlapped by run_b for 10 s"]),
        ("run_b", "waited 1 s, ran 1 min 19 s", ["overlaps run_a for 10 s"]),
        ("run_c", "waited 1 s, expires 9 min 59 s after its start", ["overlapped by run_d for 6 min 40 s"]),
        ("run_d", "expires 10 min after its creation", ["overlaps run_c for 6 min 40 s"]),
    ]


def test_timeline_overlap_without_end(tmp_path: Path) -> None:
    assert describe_times(
        tmp_path,
        timed("sk-secret", "cancelling", created_at=0, started_at=1),
        timed("run_b", "queued", created_at=20),
    ) == [
        (None, "waited 1 s", ["overlapped by run_b"]),
        ("run_b", "", ["overlaps another run"]),
    ]


def test_timeline_adjacent_runs_do_not_overlap(tmp_path: Path) -> None:
    assert describe_times(
        tmp_path,
        timed("run_a", "completed", created_at=0, started_at=1, completed_at=20),
        timed("run_b", "completed", created_at=20, started_at=21, completed_at=22),
    ) == [("run_a", "waited 1 s, ran 19 s", []), ("run_b", "waited 1 s, ran 1 s", [])]


def test_timeline_runs_created_in_same_second(tmp_path: Path) -> None:
    assert describe_times(
        tmp_path,
        timed("run_a", "completed", created_at=0, started_at=1, completed_at=20),
        timed("run_b", "completed", created_at=0, started_at=1, completed_at=22),
    ) == [("run_a", "waited 1 s, ran 19 s", []), ("run_b", "waited 1 s, ran 21 s", [])]


def test_timeline_long_run_overlaps_two_others(tmp_path: Path) -> None:
    assert describe_times(
        tmp_path,
        timed("run_a", "completed", created_at=0, started_at=1, completed_at=100),
        timed("run_b", "completed", created_at=10, started_at=11, completed_at=20),
        timed("run_c", "completed", created_at=90, started_at=91, completed_at=120),
    ) == [
        ("run_a", "waited 1 s, ran 1 min 39 s", ["overlapped by run_b for 10 s", "overlapped by run_c for 10 s"]),
        ("run_b", "waited 1 s, ran 9 s", ["overlaps run_a for 10 s"]),
        ("run_c", "waited 1 s, ran 29 s", ["overlaps run_a for 10 s"]),
    ]


def test_timeline_of_thread_in_several_files(tmp_path: Path) -> None:
    first = timed("run_a", "completed", created_at=0, started_at=1, completed_at=30)
    second = timed("run_b", "completed", created_at=20, started_at=21, completed_at=40)
    drawn = threads(tmp_path, b=page(second), a=page(first), c=page(first))
    assert [(one["where"], [(row["id"], row["seen"]) for row in one["runs"]]) for one in drawn] == [
        ("b.json and 2 other files", [("run_a", 2), ("run_b", 1)])
    ]
    assert [mark[3] for row in drawn[0]["runs"] for mark in row["marks"]] == [
        "overlapped by run_b for 10 s",
        "overlaps run_a for 10 s",
    ]


def test_timelines_of_contradicting_files(tmp_path: Path) -> None:
    drawn = threads(
        tmp_path,
        a=page(timed("run_a", "queued", created_at=0, expires_at=600)),
        b=page(timed("run_a", "completed", created_at=0, started_at=1, completed_at=30)),
    )
    assert [(one["where"], [row["status"] for row in one["runs"]]) for one in drawn] == [
        ("a.json", ["queued"]),
        ("b.json", ["completed"]),
    ]


def test_timeline_ignores_overlap_of_recorded_active_runs(tmp_path: Path) -> None:
    lines = [timed("run_a", "queued", created_at=0, expires_at=600), timed("run_b", "queued", created_at=9)]
    (tmp_path / "runs.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    (thread,) = drawn(command("-f", "html", "runs.jsonl", cwd=tmp_path).out)["threads"]
    assert [(row["id"], row["marks"]) for row in thread["runs"]] == [("run_a", []), ("run_b", [])]


def test_timeline_shows_last_snapshot_and_all_findings(tmp_path: Path) -> None:
    lines = [
        timed("run_a", "in_progress", created_at=9, started_at=1, expires_at=600),
        timed("run_a", "in_progress", created_at=9, started_at=1, expires_at=600),
        timed("run_a", "completed", created_at=9, started_at=10, completed_at=30),
    ]
    (tmp_path / "runs.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    data = drawn(command("-f", "html", "runs.jsonl", cwd=tmp_path).out)
    (row,) = data["threads"][0]["runs"]
    assert (row["status"], row["seen"], facts(row)) == ("completed", 3, "waited 1 s, ran 20 s")
    assert [mark[3] for mark in row["marks"]] == ["started 8 s before it was created"]
    assert [data["findings"][index]["record"] for index in row["findings"]] == [1, 1, 2, 2]


def test_timelines_without_thread_id(tmp_path: Path) -> None:
    unnamed = {**timed("sk-secret", "queued", created_at=0, expires_at=600), "thread_id": "not a name"}
    drawn = threads(tmp_path, a=page(unnamed, unnamed), b=page(unnamed))
    assert [(one["id"], one["where"], [row["id"] for row in one["runs"]]) for one in drawn] == [
        (None, "a.json", [None, None]),
        (None, "b.json", [None]),
    ]


def test_timelines_order(tmp_path: Path) -> None:
    sound = run(thread_id="thread_sound", id="run_sound")
    wrong = run(thread_id="thread_found", id="run_found", usage={**run()["usage"], "total_tokens": 1})
    backward = {
        **timed("run_back", "completed", created_at=9, started_at=1, completed_at=30),
        "thread_id": "thread_back",
    }
    drawn = threads(tmp_path, a=page(sound), b=page(wrong), c=page(backward))
    assert [one["id"] for one in drawn] == ["thread_back", "thread_found", "thread_sound"]


def test_timeline_reads_milliseconds_as_seconds(tmp_path: Path) -> None:
    times = {"created_at": T * 1000, "started_at": T + 1, "completed_at": (T + 30) * 10**9}
    (thread,) = threads(tmp_path, page=page({**timed("run_a", "completed"), **times}))
    (row,) = thread["runs"]
    assert row["times"] == {"created_at": T, "started_at": T + 1, "completed_at": T + 30}
    assert (facts(row), row["marks"]) == ("waited 1 s, ran 29 s", [])


def test_timeline_omits_zero_timestamp(tmp_path: Path) -> None:
    (thread,) = threads(tmp_path, page=page({**timed("run_a", "queued", created_at=0), "failed_at": 0}))
    assert thread["runs"][0]["times"] == {"created_at": T}


def test_html_limits_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "MAX_FINDINGS", 2)
    outlines = tuple(RunOutline(f"/data/{index}", f"run_{index}", "thread_a", "queued", {}) for index in range(3))
    found = [replace(MISMATCH, pointer=f"/data/{index}/usage") for index in range(3)]
    text = written("html", checked(PLACELESS), checked(*found)._replace(outlines=outlines))
    data = drawn(text)
    assert [finding["pointer"] for finding in data["findings"]] == ["/first_id", "/data/0/usage"]
    assert [row["findings"] for row in data["threads"][0]["runs"]] == [[1], [], []]
    assert plain(text.partition('<ul class="notes"')[2], "li")[0] == "2 more findings left out"
    assert data["counts"] == [["token-total-mismatch", "error", 3], ["first-id-mismatch", "warning", 1]]


def test_timeline_limits_clean_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "MAX_CLEAN_RUNS", 1)
    outlines = [RunOutline(f"/data/{index}", f"run_{index}", "thread_a", "queued", {}) for index in range(4)]
    finding = replace(MISMATCH, pointer="/data/3/usage/total_tokens")
    text = written("html", checked(finding)._replace(outlines=tuple(outlines)))
    assert [row["id"] for row in drawn(text)["threads"][0]["runs"]] == ["run_0", "run_3"]
    assert plain(text.partition('<ul class="notes"')[2], "li")[0] == "Timelines leave out 2 more runs"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.25, "0.25 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min 59 s"),
        (3600, "1 h"),
        (7320, "2 h 2 min"),
        (86_400, "1 d"),
        (100_000, "1 d 3 h"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float, words: str) -> None:
    assert duration(seconds) == words
