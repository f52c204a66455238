"""The reports as their readers see them, whole: people, `grep`, and programs."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.support.commands import run
from tests.support.findings import HOSTILE, LOOK, MISMATCH, PLACELESS, checked, written
from tests.support.paths import SAMPLES
from validator.core.finding import Excerpt
from validator.core.results import DocumentResult
from validator.core.severity import Severity
from validator.reporters.registry import FORMATS, load_reporter
from validator.rules.registry import BY_NAME

REPORTS = [*((name, False) for name in FORMATS), ("text", True), ("json", True)]
"""Each format, and whether it has statistics."""

WRONG_TOTAL = "total_tokens is 36, but prompt_tokens 31 + completion_tokens 4 is 35"

WIDE_AND_NARROW = "\N{CJK UNIFIED IDEOGRAPH-4E2D}e\u0301"
"""Three characters that take three columns: two, one and none."""


def test_text_finding_with_line_and_run() -> None:
    assert written("text", checked(MISMATCH, infos=4)) == (
        f"error token-total-mismatch: {WRONG_TOTAL}\n"
        "  --> responses/page.json:41:25 /data/0/usage/total_tokens\n"
        '   41 |         "total_tokens": 36\n'
        "      |                         ^^\n"
        "      = run run_abc123 (completed)\n"
        "\n"
        "For more about a rule: validate-runs --explain token-total-mismatch\n"
        "1 error in 1 document (3 runs); 4 infos hidden\n"
    )


def test_text_wraps_sentences() -> None:
    assert written("text", checked(MISMATCH), look=LOOK._replace(width=60, wrap=True, quiet=True)) == (
        "error token-total-mismatch: total_tokens is 36, but\n"
        "  prompt_tokens 31 + completion_tokens 4 is 35\n"
        "  --> responses/page.json:41:25 /data/0/usage/total_tokens\n"
        '   41 |         "total_tokens": 36\n'
        "      |                         ^^\n"
        "      = run run_abc123 (completed)\n"
        "\n"
    )


def test_statistics_fit_a_terminal() -> None:
    look = LOOK._replace(wrap=True, width=60)
    line = "1  warning  first-id-mismatch  in 1 file    "
    assert written("text", checked(PLACELESS), look=look, statistics=True) == (
        f"{line}(--fix)\n1 warning in 1 document (3 runs)\n"
    )
    wide = look._replace(width=120)
    assert f"{line}{FIRST_ID} (--fix)\n" in written("text", checked(PLACELESS), look=wide, statistics=True)


def test_text_wraps_places_and_totals() -> None:
    look = LOOK._replace(width=55, wrap=True, hints=True)
    assert written("text", checked(MISMATCH, infos=4), look=look) == (
        "error token-total-mismatch: total_tokens is 36, but\n"
        "  prompt_tokens 31 + completion_tokens 4 is 35\n"
        "  --> responses/page.json:41:25\n"
        '   41 |         "total_tokens": 36\n'
        "      |                         ^^\n"
        "      = /data/0/usage/total_tokens · run run_abc123 (completed)\n"
        "\n"
        "For more about a rule: validate-runs --explain token-total-mismatch\n"
        "1 error in 1 document (3 runs); 4 infos hidden (--show\n"
        "  info)\n"
    )


def test_text_shows_the_worst_of_a_document_first() -> None:
    cause = replace(PLACELESS, rule="placeholder-value", explains_document=True)
    document = checked(cause, replace(PLACELESS, rule="b"), replace(MISMATCH, rule="c"), PLACELESS, MISMATCH)
    assert [line.split(":")[0] for line in written("text", document).splitlines() if line[:2] in ("er", "wa")] == [
        "warning placeholder-value",
        "error c",
        "error token-total-mismatch",
        "warning b",
        "warning first-id-mismatch",
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pointer": "/data/0/tools/1"}, "tools[1] is 36"),
        ({"pointer": "/0"}, "item 0 is 36"),
        ({"pointer": "/metadata/a key"}, '"a key" is 36'),
        ({"pointer": f"/metadata/{'k' * 100}"}, f'"{"k" * 39}…{"k" * 40}" is 36'),
        ({"pointer": ""}, "the run is 36"),
        ({"pointer": "", "request": "GET /v1/threads/thread_A/runs 200"}, "the response is 36"),
        (
            {"pointer": "", "request": "GET /", "message": "answers with 500", "about_server": True},
            "the server answers with 500",
        ),
        ({"pointer": "", "run_id": None}, "the file is 36"),
        ({"pointer": "", "run_id": None, "file": "-"}, "standard input is 36"),
        ({"pointer": "", "run_id": None, "file": None}, "the document is 36"),
        ({"pointer": "", "run_id": None, "record": 7}, "the record is 36"),
        ({"rule": "not-json", "message": 'is a comma, but "}" was expected'}, 'a comma, but "}" was expected'),
        ({"rule": "not-json", "message": "ends here"}, "the text ends here"),
        ({"rule": "not-json", "message": "is empty"}, "the text is empty"),
        ({"rule": "not-json", "pointer": "", "run_id": None, "line": 1, "column": 1}, "the file is 36"),
    ],
)
def test_sentences_have_subjects(changes: dict[str, Any], sentence: str) -> None:
    finding = replace(replace(MISMATCH, message="is 36"), **changes)
    assert finding.sentence == sentence
    text = written("text", checked(finding))
    assert text.startswith(f"error {finding.rule}: {sentence}\n")


def test_text_finding_without_position() -> None:
    assert written("text", checked(PLACELESS, file=None)) == (
        'warning first-id-mismatch: first_id is "run_b", but the first run in data is "run_a"\n'
        "  --> <document> /first_id\n"
        "\n"
        "For more about a rule: validate-runs --explain first-id-mismatch\n"
        "1 warning in 1 document (3 runs)\n"
    )


def test_text_position_without_excerpt() -> None:
    empty = replace(
        MISMATCH,
        rule="not-json",
        message="is empty, but a JSON document was expected",
        file="-",
        pointer="",
        run_id=None,
        line=1,
        column=1,
        excerpt=Excerpt("", 0, 0, cut_left=False, cut_right=False),
    )
    assert written("text", checked(empty, file="-", kind=None, runs=0)) == (
        "error not-json: standard input is empty, but a JSON document was expected\n"
        "  --> <stdin>:1:1\n"
        "\n"
        "For more about a rule: validate-runs --explain not-json\n"
        "1 error in 1 document\n"
    )


def test_text_names_record() -> None:
    finding = replace(MISMATCH, file="runs.jsonl", record=7, line=123456, run_status=None)
    assert written("text", checked(finding, file="runs.jsonl", record=7), look=LOOK._replace(quiet=True)) == (
        f"error token-total-mismatch: {WRONG_TOTAL}\n"
        "  --> runs.jsonl:123456:25 /data/0/usage/total_tokens\n"
        '123456 |         "total_tokens": 36\n'
        "       |                         ^^\n"
        "       = record 7 · run run_abc123\n"
        "\n"
    )
    line = replace(finding, line=7, run_id=None)
    assert "record 7" not in written("text", checked(line, file="runs.jsonl", record=7))


@pytest.mark.parametrize(
    ("excerpt", "width", "source", "carets"),
    [
        (
            Excerpt("x" * 100 + "1234" + "y" * 100, 100, 104, cut_left=False, cut_right=False),
            80,
            f"...{'x' * 31}1234{'y' * 31}...",
            f"{' ' * 34}^^^^",
        ),
        (
            Excerpt("1234" + "y" * 100, 0, 4, cut_left=True, cut_right=False),
            80,
            f"...1234{'y' * 62}...",
            "   ^^^^",
        ),
        (
            Excerpt("x" * 100 + "1234", 100, 104, cut_left=False, cut_right=True),
            80,
            f"...{'x' * 62}1234...",
            f"{' ' * 65}^^^^",
        ),
        (
            Excerpt("x" * 68 + "1234", 68, 72, cut_left=False, cut_right=False),
            80,
            f"{'x' * 68}1234",
            f"{' ' * 68}^^^^",
        ),
        (
            Excerpt("x" * 10 + "1" * 90, 10, 100, cut_left=False, cut_right=False),
            80,
            f"...{'1' * 66}...",
            f"   {'^' * 66}",
        ),
        (
            Excerpt("x" * 20 + "1", 21, 21, cut_left=False, cut_right=False),
            1,
            f"{'x' * 20}1",
            f"{' ' * 21}^",
        ),
        (
            Excerpt(WIDE_AND_NARROW * 30 + "1" + "y" * 9, 90, 91, cut_left=False, cut_right=False),
            60,
            f"...\u0301{WIDE_AND_NARROW * 12}1{'y' * 9}",
            f"{' ' * 39}^",
        ),
    ],
)
def test_text_excerpt_is_cut_to_width(excerpt: Excerpt, width: int, source: str, carets: str) -> None:
    finding = replace(MISMATCH, message="long " * 20, excerpt=excerpt)
    _, _, line, under, *_ = written("text", checked(finding), look=LOOK._replace(width=width)).splitlines()
    assert line == f"   41 | {source}"
    assert under == f"      | {carets}"


def test_text_counts_truncated_findings() -> None:
    look = LOOK._replace(show=Severity.INFO)
    assert written("concise", checked(truncated=1), checked(MISMATCH, truncated=2), checked(file="b"), look=look) == (
        "responses/page.json:41:25: error token-total-mismatch /data/0/usage/total_tokens: "
        "is 36, but prompt_tokens 31 + completion_tokens 4 is 35\n"
        "... and 3 more findings in responses/page.json (--max-findings 0 shows all)\n"
        "4 errors in 2 of 3 documents (9 runs)\n"
    )
    assert written("text", checked(truncated=1, file="a"), checked(truncated=1, file=None), look=look) == (
        "... and 1 more finding in a (--max-findings 0 shows all)\n"
        "... and 1 more finding in <document> (--max-findings 0 shows all)\n"
        "2 errors in 2 documents (6 runs)\n"
    )


@pytest.mark.parametrize("module", ["text", "concise"])
def test_text_without_findings(module: str) -> None:
    assert written(module, checked()) == "ok: 3 runs in 1 document\n"
    assert written(module, checked(infos=1), checked(runs=1)) == "ok: 4 runs in 2 documents; 1 info hidden\n"
    assert written(module, checked(), look=LOOK._replace(quiet=True)) == ""
    assert written(module, checked(), statistics=True) == "ok: 3 runs in 1 document\n"
    assert written(module, checked(), look=LOOK._replace(quiet=True), statistics=True) == ""


def test_text_counts_hidden_findings() -> None:
    look = LOOK._replace(show=Severity.ERROR)
    warned = checked(infos=2)._replace(totals={("a", Severity.WARNING): 3, ("b", Severity.INFO): 2})
    assert written("text", warned, look=look) == "ok: 3 runs in 1 document; 3 warnings, 2 infos hidden\n"


def test_text_verbose_describes_documents() -> None:
    documents = [
        checked(),
        checked(file="run.json", kind="run", form="sdk", generation="v1", runs=1),
        checked(file="runs.json", kind="runs", generation="mixed", runs=2),
        checked(file="archive.jsonl", record=2, generation=None),
        checked(file="odd.json", kind=None, form=None, generation=None, runs=0),
    ]
    assert written("text", *documents, look=LOOK._replace(verbose=True)) == (
        "responses/page.json: page of 3 runs, wire form, v2\n"
        "run.json: a single run, sdk form, v1\n"
        "runs.json: array of 2 runs, wire form, mixed\n"
        "archive.jsonl record 2: page of 3 runs, wire form\n"
        "odd.json: not recognised\n"
        "ok: 9 runs in 5 documents\n"
    )
    assert written("concise", *documents, look=LOOK._replace(verbose=True, quiet=True)) == ""


def test_text_colors() -> None:
    assert written("text", checked(MISMATCH), look=LOOK._replace(width=100, color=True)) == (
        f"\x1b[1;31merror\x1b[0m \x1b[1mtoken-total-mismatch:\x1b[0m \x1b[1m{WRONG_TOTAL}\x1b[0m\n"
        "  \x1b[2m-->\x1b[0m responses/page.json:41:25 /data/0/usage/total_tokens\n"
        '\x1b[2m   41 |\x1b[0m         "total_tokens": 36\n'
        "\x1b[2m      |\x1b[0m                         \x1b[1;31m^^\x1b[0m\n"
        "\x1b[2m      =\x1b[0m run run_abc123 (completed)\n"
        "\n"
        "For more about a rule: validate-runs --explain token-total-mismatch\n"
        "\x1b[1;31m1 error in 1 document (3 runs)\x1b[0m\n"
    )
    color = LOOK._replace(color=True)
    assert written("concise", checked(), look=color) == "\x1b[1;32mok: 3 runs in 1 document\x1b[0m\n"
    assert written("concise", checked(PLACELESS), look=color).endswith("\n1 warning in 1 document (3 runs)\n")
    assert written("concise", checked(PLACELESS), look=LOOK._replace(color=True, quiet=True)) == (
        "<document>: \x1b[1;33mwarning\x1b[0m \x1b[1mfirst-id-mismatch\x1b[0m /first_id: "
        'is "run_b", but the first run in data is "run_a"\n'
    )
    assert written("text", checked(PLACELESS), look=LOOK._replace(color=True, quiet=True), statistics=True) == (
        f"1  \x1b[1;33mwarning\x1b[0m  \x1b[1mfirst-id-mismatch\x1b[0m  in 1 file    {FIRST_ID} (--fix)\n"
    )


def test_long_pointer_is_shortened_in_text_only() -> None:
    endless = replace(MISMATCH, pointer=f"/data/0/metadata/{'k' * 300}")
    assert written("concise", checked(endless), look=LOOK._replace(quiet=True)) == (
        f"responses/page.json:41:25: error token-total-mismatch /data/0/metadata/{'k' * 82}…{'k' * 100}: "
        "is 36, but prompt_tokens 31 + completion_tokens 4 is 35\n"
    )
    assert json.loads(written("json", checked(endless)))["findings"][0]["pointer"] == endless.pointer


def test_json_report() -> None:
    assert (
        written("json", checked(MISMATCH, infos=4))
        == """{
  "version": 1,
  "contract": "observed",
  "documents": [
    {
      "file": "responses/page.json",
      "record": null,
      "kind": "page",
      "form": "wire",
      "generation": "v2",
      "runs": 3,
      "request": null,
      "fixable": 0
    }
  ],
  "findings": [
    {
      "rule": "token-total-mismatch",
      "group": "usage",
      "severity": "error",
      "message": "is 36, but prompt_tokens 31 + completion_tokens 4 is 35",
      "file": "responses/page.json",
      "record": null,
      "request": null,
      "pointer": "/data/0/usage/total_tokens",
      "run_id": "run_abc123",
      "line": 41,
      "column": 25,
      "end_line": 41,
      "end_column": 27,
      "fingerprint": "0123456789abcdef",
      "source": "https://example.org/usage",
      "fixable": false
    }
  ],
  "summary": {
    "documents": 1,
    "runs": 3,
    "error": 1,
    "warning": 0,
    "info": 4,
    "suppressed": 0,
    "fixable": 0
  }
}
"""
    )


def test_json_report_of_records_and_truncation() -> None:
    finding = replace(MISMATCH, record=2)
    report = json.loads(written("json", checked(record=1), checked(finding, record=2), checked(truncated=9)))
    assert [document["record"] for document in report["documents"]] == [2, None]
    assert report["omitted"] == 9
    assert report["summary"] == {
        "documents": 3,
        "runs": 9,
        "error": 10,
        "warning": 0,
        "info": 0,
        "suppressed": 0,
        "fixable": 0,
    }


def test_json_names_inputs_that_could_not_be_opened() -> None:
    page = SAMPLES / "valid" / "page.json"
    missing = {"file": "nosuch.json", "message": "no such file or directory"}
    for options in ([], ["--statistics"]):
        ran = run("nosuch.json", page, "-f", "json", *options)
        assert (ran.code, json.loads(ran.out)["input_errors"]) == (2, [missing])
        assert "input_errors" not in json.loads(run(page, "-f", "json", *options).out)
    document, error, summary = map(json.loads, run("nosuch.json", page, "-f", "jsonl").out.splitlines())
    assert (document["type"], error, summary["type"]) == ("document", {"type": "input_error", **missing}, "summary")


def test_fixable_findings_are_counted_where_text_counts_them() -> None:
    sample = SAMPLES / "invalid" / "token-total-mismatch.json"
    report, lines = json.loads(run("-f", "json", sample).out), run("-f", "jsonl", sample).out.splitlines()
    document, finding, summary = map(json.loads, lines)
    for one in (report["documents"][0], report["summary"], document, summary):
        assert one["fixable"] == 1
    assert report["findings"][0]["fixable"] is finding["fixable"] is True
    assert "1 fixable with --fix" in run(sample).out


def test_jsonl_report() -> None:
    assert written("jsonl", checked(MISMATCH, truncated=9), checked(record=2)) == (
        '{"type": "document", "file": "responses/page.json", "record": null, "kind": "page", "form": "wire", '
        '"generation": "v2", "runs": 3, "request": null, "fixable": 0}\n'
        '{"type": "finding", "rule": "token-total-mismatch", "group": "usage", "severity": "error", '
        '"message": "is 36, but prompt_tokens 31 + completion_tokens 4 is 35", "file": "responses/page.json", '
        '"record": null, "request": null, "pointer": "/data/0/usage/total_tokens", "run_id": "run_abc123", '
        '"line": 41, "column": 25, '
        '"end_line": 41, "end_column": 27, "fingerprint": "0123456789abcdef", "source": "https://example.org/usage", '
        '"fixable": false}\n'
        '{"type": "summary", "version": 1, "contract": "observed", "documents": 2, "runs": 6, "error": 10, '
        '"warning": 0, "info": 0, "suppressed": 0, "fixable": 0, "omitted": 9}\n'
    )
    assert written("jsonl") == (
        '{"type": "summary", "version": 1, "contract": "observed", "documents": 0, "runs": 0, "error": 0, '
        '"warning": 0, "info": 0, "suppressed": 0, "fixable": 0}\n'
    )


STATISTICS = {
    ("first-id-mismatch", Severity.WARNING): 3,
    ("page-too-long", Severity.WARNING): 3,
    ("token-total-mismatch", Severity.ERROR): 3,
    ("missing-usage", Severity.WARNING): 12,
    ("unprefixed-id", Severity.INFO): 99,
}
FIRST_ID = "The page's `first_id` is not the id of its first run."
TOTAL = "The total of a run's tokens is not the sum of its parts."


def test_statistics_count_by_rule() -> None:
    assert written("text", checked()._replace(totals=STATISTICS), statistics=True) == (
        f"12  warning  missing-usage         in 1 file    {BY_NAME['missing-usage'].summary}\n"
        f" 3  error    token-total-mismatch  in 1 file    {TOTAL} (--fix)\n"
        f" 3  warning  first-id-mismatch     in 1 file    {FIRST_ID} (--fix)\n"
        f" 3  warning  page-too-long         in 1 file    {BY_NAME['page-too-long'].summary}\n"
        "3 errors, 18 warnings in 1 document (3 runs); 99 infos hidden\n"
    )


def test_statistics_count_by_file() -> None:
    totals = {("first-id-mismatch", Severity.WARNING): 1}
    documents = [checked(file=f"{number}.json")._replace(totals=totals) for number in (*range(12), 11)]
    clean = checked(file="clean.json")._replace(totals={})
    assert written("text", *documents, clean, statistics=True) == (
        f"13  warning  first-id-mismatch  in 12 files  {FIRST_ID} (--fix)\n"
        "\n"
        " 2  11.json\n" + "".join(f" 1  {number}.json\n" for number in range(9)) + "... and 2 more files\n"
        "\n"
        "13 warnings in 13 of 14 documents (42 runs)\n"
    )


def test_statistics_as_json() -> None:
    totals = {("token-total-mismatch", Severity.ERROR): 3, ("unprefixed-id", Severity.INFO): 9}
    report = json.loads(written("json", checked()._replace(totals=totals), statistics=True))
    rule = {"rule": "token-total-mismatch", "severity": "error", "count": 3, "files": 1}
    assert report == {
        "version": 1,
        "contract": "observed",
        "statistics": [{**rule, "summary": TOTAL, "fixable": True}],
        "files": [{"file": "responses/page.json", "count": 3}],
        "summary": {"documents": 1, "runs": 3, "error": 3, "warning": 0, "info": 9, "suppressed": 0, "fixable": 0},
    }


OURS = re.compile("::error title=token-total-mismatch,file=[^:]+::/|::notice title=validate-runs::1 more finding ")


@pytest.mark.parametrize(("report", "statistics"), REPORTS)
@pytest.mark.parametrize("name", HOSTILE)
def test_reports_escape_terminal_and_build_server_commands(report: str, statistics: bool, name: str) -> None:
    excerpt = Excerpt("##[error]x", 0, 10, cut_left=False, cut_right=False)
    finding = replace(MISMATCH, file=name, pointer=f"/{name}", message="is ##[error]x", excerpt=excerpt)
    look = LOOK._replace(verbose=True)
    text = written(report, checked(finding, truncated=1, file=name), look=look, statistics=statistics)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\ud800-\udfff\U000e0041]", text)
    assert not re.search(r"##\w*\[", text)
    commands = [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert [OURS.match(line) is not None for line in commands] == ([True, True] if report == "github" else [])


@pytest.mark.parametrize("name", HOSTILE)
def test_json_reports_keep_names(name: str) -> None:
    finding = replace(MISMATCH, file=name, pointer=f"/{name}")
    report = json.loads(written("json", checked(finding, file=name)))
    assert (report["documents"][0]["file"], report["findings"][0]["pointer"]) == (name, f"/{name}")
    lines = [json.loads(line) for line in written("jsonl", checked(finding, file=name)).splitlines()]
    assert (lines[0]["file"], lines[1]["pointer"]) == (name, f"/{name}")


def test_escaped_command_keeps_carets_aligned() -> None:
    excerpt = Excerpt('"##[error]": 7', 13, 14, cut_left=False, cut_right=False)
    text = written("text", checked(replace(MISMATCH, excerpt=excerpt)), look=LOOK._replace(quiet=True))
    assert text.splitlines()[2:4] == [
        '   41 | "#\\[error]": 7',
        "      |              ^",
    ]


@pytest.mark.parametrize("module", ["text", "concise", "jsonl"])
def test_reporters_stream(module: str) -> None:
    def documents() -> Iterator[DocumentResult]:
        yield checked(MISMATCH)
        pytest.fail("looked at too early")

    lines = load_reporter(module)(documents(), LOOK)
    assert "token-total-mismatch" in "".join(next(lines) for _ in range({"text": 6, "concise": 1, "jsonl": 2}[module]))


def test_reporters_are_imported_lazily() -> None:
    program = "import sys, validator.reporters.registry; print([m for m in sys.modules if 'reporters.' in m])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "['validator.reporters.registry']\n"


def test_text_folds_findings_that_are_alike() -> None:
    alike = [replace(MISMATCH, pointer=f"/data/{index}/usage/total_tokens") for index in range(100)]
    others = [replace(MISMATCH, pointer="/data/7/usage"), replace(MISMATCH, severity=Severity.WARNING)]
    records = [replace(MISMATCH, file="b.jsonl", record=record, pointer="") for record in range(1, 6)]
    documents = [
        checked(*alike, *others, truncated=7),
        *(checked(finding, file="b.jsonl", record=finding.record) for finding in records),
        checked(*[replace(PLACELESS, pointer="", line=line) for line in (2, 4, 6, 8)], file=None),
    ]
    text = written("text", *documents)
    folded = [line for line in text.splitlines() if "more" in line]
    assert folded == [
        "... and 97 more token-total-mismatch in responses/page.json, the last at /data/99/usage/total_tokens",
        "... and 7 more findings in responses/page.json (--max-findings 0 shows all)",
        "... and 2 more token-total-mismatch in b.jsonl, the last in record 5",
        "... and 1 more first-id-mismatch in <document>, the last in line 8",
        "For more about a rule: validate-runs --explain token-total-mismatch",
    ]
    assert text.count("run run_abc123") == 3 + 1 + 1 + 3
    assert text.endswith("113 errors, 5 warnings in 7 documents (21 runs)\n")
    everything = written("text", *documents, look=LOOK._replace(verbose=True))
    assert everything.count("run run_abc123") == 107
    assert "... and 97" not in everything
    assert written("concise", *documents).count(": error token-total-mismatch") == 106
