"""`assert_live_listing` in a session of pytest: defaults, the failure and its short summary, reports of the session."""

import json
from xml.etree import ElementTree

import pytest

from tests.support.paths import ROOT

TESTS = """
    import pytest
    from tests.live.test_listing import SOUND, THREAD, application, stop_early

    def test_sound(assert_live_listing):
        assert assert_live_listing(application(SOUND), thread=THREAD, require=["walk-complete"]).ok

    def test_early_end(assert_live_listing):
        assert_live_listing(application(stop_early), thread=THREAD)

    @pytest.mark.validate_runs(ignore=["premature-end"], form="wire")
    def test_ignored(assert_live_listing):
        assert_live_listing(application(stop_early), thread=THREAD)

    @pytest.mark.validate_runs(severity={"premature-end": "warning"})
    def test_required(assert_live_listing, tmp_path):
        record = tmp_path / "runs.har"
        assert_live_listing(application(stop_early), thread=THREAD, require=["key-needed", "seconds"], record=record)

    def test_unknown_severity(assert_live_listing):
        assert_live_listing(application(SOUND), thread=THREAD, fail_on="never")

    def test_no_such_thread(assert_live_listing):
        assert_live_listing(application(SOUND), thread="thread_doesnotexist")
"""


@pytest.fixture
def session(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.RunResult:
    """The tests above, run in a terminal of 80 columns, with a report of their findings."""
    for variable in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")  # where it is installed, each session takes a second
    pytester.makepyfile(test_it=TESTS)
    pytester.syspathinsert(ROOT)
    reports = (f"--validate-runs-report={name}" for name in ("json:found.json", "junit:found.xml"))
    return pytester.runpytest_inprocess(*reports)


def test_failures_name_statements(session: pytest.RunResult) -> None:
    assert session.parseoutcomes() == {"passed": 2, "failed": 4}
    session.stdout.fnmatch_lines(
        [
            ">       assert_live_listing(application(stop_early), thread=THREAD)",
            "E       has-more-true broken: has_more is false, but",
            'E       "run_000000000000000000000003" and 3 more of record 1 stand behind the',
            "E       ",
            "E       not verified limit-filled            has_more ends the walk too early:",
            "E       broken       has-more-true           has_more is true while runs follow",
            "E       error premature-end: has_more is false, but",
            "E         --> live.har:*:* /has_more",
            "E       ... and 2 more premature-end in live.har, the last in record 9",
            "E       5 errors in 5 of * documents (* runs)",
            "E       * kept, 1 broken, 0 doubtful, * not verified – * requests, * s",
            "test_it.py:8: ValidationFailed",
            "E       key-needed required, but not asked: needs --check-auth",
            "FAILED test_it.py::test_early_end - has-more-true broken: has_more is false, ...",
            "FAILED test_it.py::test_required - key-needed required, but not asked: *",
            "FAILED test_it.py::test_unknown_severity - ValueError: fail_on is 'never', ex...",
            "FAILED test_it.py::test_no_such_thread - the server does not implement list-r...",
        ]
    )
    assert str(ROOT) not in session.stdout.str()  # tracebacks end at the test


def test_session_reports_have_the_findings(session: pytest.RunResult, pytester: pytest.Pytester) -> None:
    report = json.loads((pytester.path / "found.json").read_text("utf-8"))
    found = {(finding["file"].rpartition("/")[2], finding["rule"]) for finding in report["findings"]}
    assert found == {("test_it.py::test_early_end", "premature-end"), ("runs.har", "premature-end")}
    suites = ElementTree.parse(pytester.path / "found.xml").getroot()
    failures = {suite.get("name", "").rpartition("/")[2]: suite.get("failures") for suite in suites}
    assert {*failures} == {*(f"test_it.py::test_{name}" for name in ("sound", "early_end", "ignored")), "runs.har"}
    assert {name for name, number in failures.items() if number != "0"} == {"test_it.py::test_early_end"}
