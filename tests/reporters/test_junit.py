"""The report for build servers that read JUnit's XML, whole, and held against the schema of Jenkins."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support import tools
from tests.support.commands import Ran
from tests.support.commands import run as command
from tests.support.findings import HOSTILE, LOOK, MISMATCH, PLACELESS, checked, written
from tests.support.pages import page, run
from tests.support.paths import ROOT, SAMPLES
from validator.core.results import DocumentResult, RunOutline, StatementResult
from validator.core.severity import Severity
from validator.reporters.registry import load_reporter
from validator.sources.document import InputError

WRONG = run(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4})
HABIT = run(id="run_b", temperature=9)
"""A run with a warning."""
OF_PAGE = replace(PLACELESS, inside=PLACELESS.pointer)

Cases = dict[tuple[str, str], str]
"""What became of each case, by suite and name: passed, or the element and its type."""


def cases(text: str) -> Cases:
    """The cases of a report in which no two have one name and whose totals are right."""
    found: Cases = {}
    for suite in ElementTree.fromstring(text):
        ends = [(case.get("name") or "", _end(case)) for case in suite]
        of_suite = {(suite.get("name") or "", name): end for name, end in ends}
        assert len(of_suite) == len(ends) == int(suite.get("tests") or "")
        for total, tag in (("failures", "failure"), ("errors", "error")):
            assert suite.get(total) == str(sum(end.startswith(f"{tag} ") for _, end in ends))
        found |= of_suite
    return found


def _end(case: ElementTree.Element) -> str:
    ends = [f"{child.tag} {child.get('type')}" for child in case if child.tag != "system-out"]
    assert len(ends) < 2
    return ends[0] if ends else "passed"


def reported(*words: str | Path, cwd: Path, stdin: bytes = b"") -> Cases:
    return cases(command("-f", "junit", *words, cwd=cwd, stdin=stdin).out)


def test_junit_has_a_case_for_each_run_and_page() -> None:
    assert command("-f", "junit", "token-total-mismatch.json", cwd=SAMPLES / "invalid") == Ran(
        1,
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="validate-runs">\n'
        '  <testsuite name="token-total-mismatch.json" tests="3" failures="1" errors="0">\n'
        '    <testcase classname="token-total-mismatch" name="page"/>\n'
        '    <testcase classname="token-total-mismatch" name="run_wnNSI71Wbtj1Sf609JSgsmby">\n'
        '      <failure type="token-total-mismatch" message="/data/0/usage/total_tokens is 940, but prompt_tokens 940 '
        '+ completion_tokens 205 is 1145.">'
        "error token-total-mismatch: total_tokens is 940, but prompt_tokens 940 + completion_tokens 205 is 1145\n"
        "  --&gt; token-total-mismatch.json:35:25 /data/0/usage/total_tokens\n"
        '   35 |         "total_tokens": 940\n'
        "      |                         ^^^\n"
        "      = run run_wnNSI71Wbtj1Sf609JSgsmby (completed)\n"
        "</failure>\n"
        "    </testcase>\n"
        '    <testcase classname="token-total-mismatch" name="run_FT6UHzmI0bz7G96dtgAn2mA8"/>\n'
        "  </testsuite>\n"
        "</testsuites>\n",
        "",
    )


def test_junit_findings_of_a_run_are_one_failure() -> None:
    warning = replace(MISMATCH, severity=Severity.WARNING, rule="a", inside="/usage/total_tokens")
    error = replace(MISMATCH, inside="/usage/total_tokens")
    text = written("junit", checked(warning, error, error), look=LOOK._replace(fail_on=Severity.WARNING))
    assert cases(text) == {
        ("responses/page.json", "page"): "passed",
        ("responses/page.json", "run_abc123"): "failure token-total-mismatch",
    }
    (failure,) = ElementTree.fromstring(text).iter("failure")
    assert failure.get("message") == (
        "/data/0/usage/total_tokens is 36, but prompt_tokens 31 + completion_tokens 4 is 35. And 2 more findings."
    )
    assert re.findall(r"^\S.*", failure.text or "", re.MULTILINE) == [
        "warning a: total_tokens is 36, but prompt_tokens 31 + completion_tokens 4 is 35",
        "error token-total-mismatch: total_tokens is 36, but prompt_tokens 31 + completion_tokens 4 is 35",
        "error token-total-mismatch: total_tokens is 36, but prompt_tokens 31 + completion_tokens 4 is 35",
    ]


@pytest.mark.parametrize(
    ("threshold", "ends", "code"),
    [
        ("never", ["passed", "passed", "passed"], 0),
        ("error", ["passed", "failure token-total-mismatch", "passed"], 1),
        ("warning", ["passed", "failure token-total-mismatch", "failure sampling-range"], 1),
    ],
)
def test_junit_cases_fail_like_the_command(tmp_path: Path, threshold: str, ends: list[str], code: int) -> None:
    (tmp_path / "page.json").write_text(json.dumps(page(WRONG, HABIT)))
    ran = command("-f", "junit", "--fail-on", threshold, "page.json", cwd=tmp_path)
    assert ([*cases(ran.out).values()], ran.code) == (ends, code)
    assert ran.out.count("page.json:1:") == 2
    assert ("<system-out>" in ran.out) is (threshold != "warning")


def test_junit_document_that_is_a_run_is_one_case(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps(WRONG))
    assert reported("run.json", cwd=tmp_path) == {("run.json", WRONG["id"]): "failure token-total-mismatch"}


def test_junit_names_are_unique(tmp_path: Path) -> None:
    lines = [page(WRONG, WRONG), HABIT, [run(id=None)]]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert reported("--select", "usage,schema", "a.jsonl", cwd=tmp_path) == {
        ("a.jsonl", "record 1: page"): "passed",
        ("a.jsonl", f"record 1: {WRONG['id']}"): "failure token-total-mismatch",
        ("a.jsonl", f"record 1: {WRONG['id']} (2)"): "failure token-total-mismatch",
        ("a.jsonl", "record 2: run_b"): "passed",
        ("a.jsonl", "record 3: array of runs"): "passed",
        ("a.jsonl", "record 3: run at /0"): "failure schema:type",
    }


def test_junit_input_error_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text("{}")
    assert reported("a.json", "nowhere.json", "b.json", cwd=tmp_path) == {
        ("a.json", "document"): "error not-json",
        ("b.json", "document"): "error not-a-run-list",
        ("nowhere.json", "document"): "error input-error",
    }
    assert (
        'message="Could not be opened: no such file or directory."'
        in command("-f", "junit", "nowhere.json", cwd=tmp_path).out
    )


def test_junit_internal_error_is_an_error() -> None:
    broken = replace(OF_PAGE, rule="internal-error")
    text = written("junit", checked(broken, file=None), look=LOOK._replace(fail_on=None))
    assert cases(text) == {("<document>", "page"): "error internal-error"}


def test_junit_hidden_findings_fail_the_document(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(page(WRONG))}\n" * 2)
    name = WRONG["id"]
    assert reported("--max-findings", "1", "a.jsonl", cwd=tmp_path) == {
        ("a.jsonl", "record 1: page"): "passed",
        ("a.jsonl", f"record 1: {name}"): "failure token-total-mismatch",
        ("a.jsonl", "record 2: page"): "failure findings-left-out",
        ("a.jsonl", f"record 2: {name}"): "passed",
    }
    (tmp_path / "b.json").write_text(json.dumps(page(HABIT, first_id="run_x")))
    ran = command("-f", "junit", "--show", "error", "--fail-on", "warning", "b.json", cwd=tmp_path)
    assert cases(ran.out) == {("b.json", "page"): "failure first-id-mismatch", ("b.json", "run_b"): "passed"}
    assert "\n1 more finding not shown here (--max-findings, --show)\n</failure>" in ran.out


def test_junit_suppressed_findings_do_not_fail(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text(json.dumps(page(WRONG)))
    command("--baseline", "b.json", "--update-baseline", "page.json", cwd=tmp_path)
    assert {*reported("--baseline", "b.json", "page.json", cwd=tmp_path).values()} == {"passed"}


def test_junit_names_of_standard_input_and_values(tmp_path: Path) -> None:
    found = reported("-", cwd=tmp_path, stdin=json.dumps(page(WRONG)).encode())
    assert {suite for suite, _ in found} == {"<stdin>"}
    assert cases(written("junit", checked(OF_PAGE, file=None))) == {("<document>", "page"): "passed"}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a/b.jsonl.gz", "a/b"),
        ("a.d/b", "a.d/b"),
        ("a/.json", "a/.json"),
        ("-", "<stdin>"),
        ("b.tar.d/c.x", "b.tar.d/c"),
    ],
)
def test_junit_class_name_has_no_suffixes(file: str, name: str) -> None:
    (case,) = ElementTree.fromstring(written("junit", checked(file=file))).iter("testcase")
    assert case.get("classname") == name


def test_junit_without_outlines() -> None:
    nameless = replace(MISMATCH, run_id=None, inside="/usage/total_tokens", pointer="/data/1/usage/total_tokens")
    outline = RunOutline("/data/1", None, None, None, {})
    expected = {
        ("responses/page.json", "page"): "passed",
        ("responses/page.json", "run at /data/1"): "failure token-total-mismatch",
    }
    assert cases(written("junit", checked(nameless))) == expected
    assert cases(written("junit", checked(nameless)._replace(outlines=(outline,)))) == expected


ILLEGAL = [*HOSTILE, "]]>&<x a='b\">", "\x00\x0b\ufffe\uffff\ufeff\U0001ffff", "a\tb\r\nc"]


def hostile(text: str) -> Iterator[DocumentResult | InputError]:
    finding = replace(MISMATCH, file=text, pointer=f"/{text}", message=f"is {text}".replace("\n", " "))
    yield checked(finding, file=text)
    yield InputError(text, text)


@pytest.mark.parametrize("text", ILLEGAL)
def test_junit_escapes_hostile_names(text: str) -> None:
    written = "".join(load_reporter("junit")(hostile(text), LOOK))
    root = ElementTree.fromstring(written)
    assert [element.tag for element in root.iter()] == [
        *("testsuites", "testsuite", "testcase", "testcase", "failure", "testsuite", "testcase", "error")
    ]
    assert "\ufffe" not in written
    assert "\uffff" not in written


ALIKE = [replace(MISMATCH, file="live.har", record=record, excerpt=None) for record in range(1, 8)]
NOTE = replace(PLACELESS, severity=Severity.INFO)
STATEMENTS = (
    StatementResult("seconds", "times are in seconds", "kept", "https://example.org", findings=(NOTE,)),
    StatementResult(
        "run-shape", "every run is as documented", "broken", "https://example.org", "is 36", (1,), (*ALIKE,)
    ),
    StatementResult("first-last", "the ends", "doubtful", "https://example.org", "is <b>", (1,), (PLACELESS, NOTE)),
    StatementResult("key-needed", "a key", "not asked", "https://example.org"),
    StatementResult("limit-filled", "a page is full", "not verified", "https://example.org", "2 runs, 4 needed"),
    StatementResult("walk-ends", "it ends", "not verified", "https://example.org", "2 runs", is_required=True),
    StatementResult("empty-thread", "it is empty", "not asked", "https://example.org", is_required=True),
    StatementResult("order-kept", "it is in order", "kept", "https://example.org", is_required=True),
)


def test_junit_has_a_case_for_each_statement() -> None:
    text = written("junit", checked(*ALIKE), look=LOOK._replace(statements=STATEMENTS))
    (suite,) = ElementTree.fromstring(text)
    totals = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert totals == {"tests": "8", "failures": "3", "errors": "0", "skipped": "2"}
    children = {
        case.get("name"): [(child.tag, child.get("message")) for child in case] for case in suite.findall("testcase")
    }
    assert children == {
        "seconds: times are in seconds": [],
        "run-shape: every run is as documented": [("failure", "is 36")],
        "first-last: the ends": [("system-out", None)],
        "key-needed: a key": [("skipped", "not asked")],
        "limit-filled: a page is full": [("skipped", "2 runs, 4 needed")],
        "walk-ends: it ends": [("failure", "required, but not verified: 2 runs")],
        "empty-thread: it is empty": [("failure", "required, but not asked")],
        "order-kept: it is in order": [],
    }
    assert {case.get("classname") for case in suite.findall("testcase")} == {"validate-runs live"}
    failure, output = (suite.findtext(f"testcase/{tag}") or "" for tag in ("failure", "system-out"))
    assert [line for line in failure.splitlines() if line and line[0] != " "] == [
        *["error token-total-mismatch: total_tokens is 36, but prompt_tokens 31 + completion_tokens 4 is 35"] * 3,
        "... and 4 more token-total-mismatch in live.har, the last in record 7",
    ]
    assert "first-id-mismatch" in output
    assert "info" not in output


@pytest.fixture(scope="module")
def conforms() -> Callable[[str], None]:
    """Holds a report against the schema of Jenkins, which pytest brings with it."""
    xmlschema = tools.package("xmlschema")
    file = tools.source_file("pytest==8.4.2", "testing/example_scripts/junit-10.xsd")
    schema = xmlschema.XMLSchema(str(file))
    return lambda text: schema.validate(ElementTree.fromstring(text))


@pytest.mark.tools
def test_junit_of_samples_fits_jenkins_schema(conforms: Callable[[str], None]) -> None:
    for options in ([], ["--show", "info", "--fail-on", "info", "--max-findings", "1"], ["--fail-on", "never"]):
        conforms(command("-f", "junit", *options, "samples", "nowhere.json", cwd=ROOT).out)
    for text in ILLEGAL:
        conforms("".join(load_reporter("junit")(hostile(text), LOOK)))
    conforms(written("junit"))
    conforms(written("junit", look=LOOK._replace(statements=STATEMENTS)))


@pytest.mark.tools
def test_jenkins_schema_rejects_invalid_reports(conforms: Callable[[str], None]) -> None:
    sound = written("junit", checked(MISMATCH))
    for faulty in (sound.replace(' errors="0"', ""), sound.replace("<testcase ", '<testcase line="1" ', 1)):
        with pytest.raises(tools.package("xmlschema").XMLSchemaException):
            conforms(faulty)


@pytest.mark.usefixtures("small_tasks")
def test_junit_is_independent_of_jobs(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(page(WRONG, HABIT))}\n{json.dumps(page())}\n" * 10)
    one = command("-f", "junit", "a.jsonl", "--jobs", "1", cwd=tmp_path)
    assert command("-f", "junit", "a.jsonl", "--jobs", "2", cwd=tmp_path) == one
    assert len(cases(one.out)) == 10 * 5


def test_junit_of_a_pytest_session(pytester: pytest.Pytester) -> None:
    pytester.makefile(".json", recorded=json.dumps(page(WRONG, HABIT)))
    pytester.makepyfile(
        test_it=f"""
        from validator import assert_valid_runs

        def test_values():
            assert_valid_runs({run(id="run_c")!r})
            assert_valid_runs({run(id="run_c")!r})
        """
    )
    pytester.runpytest_inprocess(
        "--validate-runs", "*.json", "--validate-runs-report", "junit:report.xml", "test_it.py"
    )
    assert cases((pytester.path / "report.xml").read_text("utf-8")) == {
        ("recorded.json", "page"): "passed",
        ("recorded.json", WRONG["id"]): "failure token-total-mismatch",
        ("recorded.json", "run_b"): "passed",
        ("test_it.py::test_values", "run_c"): "passed",
        ("test_it.py::test_values", "run_c (2)"): "passed",
    }
