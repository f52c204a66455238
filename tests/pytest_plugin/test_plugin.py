"""The plugin as its users meet it: tests in a folder, pytest's output back."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml  # noqa: F401  # its C extension does not survive a second import of its Python modules

from tests.support.paths import SAMPLES
from validator.reporters.registry import FORMATS

PAGE = json.loads((SAMPLES / "valid" / "page.json").read_text())
THREAD = PAGE["data"][0]["thread_id"]
FIRST, LAST = (PAGE["data"][index]["id"] for index in (0, -1))
WARNED = {**PAGE, "data": [{**PAGE["data"][0], "expires_at": 1729419000}, PAGE["data"][1]]}

HEADLINE = 'first_id is "run_b", but the first run in data is'
REST = f'"{FIRST}" [first-id-mismatch] and 1 more error'
FINDINGS = [
    'error first-id-mismatch: first_id is "run_b", but the first run in data is',
    f'  "{FIRST}"',
    "  --> <document> /first_id",
]


@pytest.fixture(autouse=True)
def at_80_columns(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that a user's tests can import, and a terminal as narrow as they come."""
    for variable in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")  # where it is installed, each session takes a second
    pytester.makepyfile(
        received=f"""
        SOUND = {PAGE!r}
        FAULTY = {{**SOUND, "first_id": "run_b", "last_id": "run_x"}}
        WARNED = {WARNED!r}
        """
    )


def recorded(pytester: pytest.Pytester, *names: str, text: str | None = None) -> None:
    """Recorded responses; those with `faulty` in their names are."""
    for name in names:
        page = {**PAGE, "first_id": "run_b"} if "faulty" in name else PAGE
        path = pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(page, indent=2) if text is None else text)


MISSING = '{"error": {"message": "No thread found", "type": "invalid_request_error", "param": null, "code": null}}'


def cassette(*paths: str) -> str:
    """Calls of these paths as vcrpy records them; those to `…/runs` return a page."""
    calls = [
        {
            "request": {"method": "GET", "uri": f"https://api.test{path}"},
            "response": {"status": {"code": 200}, "headers": {}, "body": {"string": text}},
        }
        for path in paths
        for text in [json.dumps(PAGE if path.endswith("/runs") else {})]
    ]
    return json.dumps({"interactions": calls})


def fits(result: pytest.RunResult) -> bool:
    """Whether the failures are readable at 80 columns."""
    failures = result.stdout.lines[result.stdout.lines.index(f"{' FAILURES ':=^80}") :]
    return max(map(len, failures)) <= 80


def outcome(result: pytest.RunResult) -> dict[str, int]:
    """How many tests passed, failed and so on."""
    return {name: number for name, number in result.parseoutcomes().items() if name != "warnings"}


def test_assert_valid_runs_shows_all_findings(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="""
        from received import FAULTY, SOUND

        def test_sound(assert_valid_runs):
            assert_valid_runs(SOUND)

        def test_faulty(assert_valid_runs):
            response = FAULTY
            assert_valid_runs(response)
        """
    )
    result = pytester.runpytest_inprocess()
    assert outcome(result) == {"passed": 1, "failed": 1}
    result.stdout.fnmatch_lines(
        [
            "    def test_faulty(assert_valid_runs):",
            "        response = FAULTY",
            ">       assert_valid_runs(response)",
            f"E       {HEADLINE}",
            f"E       {REST}",
            "E       ",
            'E       error first-id-mismatch: first_id is "run_b", but the first run in data',
            f'E         is "{FIRST}"',
            "E         --> <document> /first_id",
            "E       ",
            'E       error last-id-mismatch: last_id is "run_x", but the last run in data is',
            f'E         "{LAST}"',
            "E         --> <document> /last_id",
            "E       ",
            "E       For more about a rule: validate-runs --explain first-id-mismatch",
            "E       2 errors in 1 document (2 runs)",
            "",
            "test_it.py:8: ValidationFailed",
            'FAILED test_it.py::test_faulty - first_id is "run_b", but the first run in da...',
        ]
    )
    assert fits(result)


def test_not_a_run_list_cannot_be_ignored(pytester: pytest.Pytester) -> None:
    recorded(pytester, "fixtures/error.json", text='{"error": {"message": "x"}}')
    pytester.makeini("[pytest]\nvalidate_runs_files = fixtures/*.json\nvalidate_runs_select = usage\n")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.validate_runs(ignore=["document", "schema"])
        def test_page(assert_valid_runs):
            assert_valid_runs({"object": "list", "data": None})
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*is an API error, expected a page*", "*the document is an object of 2 keys*"])


def test_failures_are_as_wide_as_the_terminal(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makepyfile(
        test_it="""
        from received import FAULTY

        def test_call(assert_valid_runs):
            assert_valid_runs(FAULTY)

        def test_comparison(valid_runs):
            assert FAULTY == valid_runs
        """
    )
    monkeypatch.setenv("COLUMNS", "140")
    headline = f"{HEADLINE} {REST}"
    pytester.runpytest_inprocess().stdout.fnmatch_lines(
        [
            f"E       {headline}".replace("[", "[[]"),
            f'E       error first-id-mismatch: {HEADLINE} "{FIRST}"',
            f"E       {headline}".replace("[", "[[]"),
            f'E         error first-id-mismatch: {HEADLINE} "{FIRST}"',
        ]
    )


def test_a_comparison_fails_with_an_explanation(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="""
        from received import FAULTY, SOUND

        def test_sound(valid_runs):
            assert SOUND == valid_runs

        def test_faulty(valid_runs):
            assert FAULTY == valid_runs
        """
    )
    result = pytester.runpytest_inprocess()
    assert outcome(result) == {"passed": 1, "failed": 1}
    result.stdout.fnmatch_lines(
        [
            ">       assert FAULTY == valid_runs",
            f"E       {HEADLINE}",
            f"E       {REST}",
            "E         ",
            'E         error first-id-mismatch: first_id is "run_b", but the first run in',
            f'E           data is "{FIRST}"',
            "*E           --> <document> /first_id",
            "*use '-vv' to show",
            'FAILED test_it.py::test_faulty - first_id is "run_b", but the first run in da...',
        ]
    )
    assert fits(result)
    pytester.runpytest_inprocess("-vv").stdout.fnmatch_lines(["E         2 errors in 1 document (2 runs)"])


KEY = f"gsk_{'a1B2' * 13}"
COMPARISONS = [
    "LEAKY == valid_runs",
    "valid_runs == LEAKY",
    "LEAKY in [valid_runs]",
    "{'page': LEAKY} == {'page': valid_runs}",
    "[[LEAKY]] == [[valid_runs]]",
    "(1, LEAKY) == (1, valid_runs)",
]


@pytest.mark.parametrize("comparison", COMPARISONS)
@pytest.mark.parametrize("options", [(), ("-vv",), ("-vv", "--tb=short")])
def test_failed_comparison_shows_findings_only(
    comparison: str, options: tuple[str, ...], pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(
        f"""
        from received import FAULTY
        LEAKY = {{**FAULTY, "object": "{KEY}", "note": "words that are private"}}

        def test_answer(valid_runs):
            assert {comparison}
        """
    )
    result = pytester.runpytest_inprocess(*options, "-o", "console_output_style=classic")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*[[]schema:const[]] and*"])
    result.stdout.no_fnmatch_line("*gsk_*a1B2a1*")
    explanation = "\n".join(line for line in result.outlines if line.startswith("E "))
    assert "words that are private" not in explanation


@pytest.mark.parametrize("words", ["assert not (LEAKY != valid_runs)", "assert_valid_runs(LEAKY)"])
def test_credentials_are_masked_in_pytest_output(words: str, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""
        from received import FAULTY

        def test_answer(valid_runs, assert_valid_runs):
            key = "gsk_" + "a1B2" * 13
            pem = "-----BEGIN PRIVATE" + " KEY-----\\nabc" + "def"
            LEAKY = {{**FAULTY, "object": key}}
            check(LEAKY, valid_runs, assert_valid_runs, pem)

        def check(LEAKY, valid_runs, assert_valid_runs, pem):
            {words}
        """
    )
    result = pytester.runpytest_inprocess("--showlocals", "--tb=long", "-vv")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["LEAKY * = {*", "* 'object': '…'}", "key * = '…'", "pem * = '…"])
    for secret in ("a1B2a1", "abcdef"):
        result.stdout.no_fnmatch_line(f"*{secret}*")


@pytest.mark.parametrize("options", [(), ("--tb=native",), ("--tb=line",)])
def test_credentials_are_masked_in_causes_too(options: tuple[str, ...], pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from received import SOUND

        def test_answer(valid_runs):
            assert SOUND == valid_runs
            raise RuntimeError("gsk_" + "a1B2" * 13) from ValueError("of sk-" + "a1B2" * 13)
        """
    )
    result = pytester.runpytest_inprocess(*options)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*RuntimeError: …*"])
    result.stdout.no_fnmatch_line("*a1B2a1*")


def test_other_tests_are_reported_unchanged(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_other(valid_runs):
            assert "sk-abcdef" == [valid_runs]

        def test_compared_before(valid_runs):
            assert 7 in [8]
        """
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*'sk-abcdef' == [[]valid_runs]", "E * assert 7 in [[]8]"])


def test_negated_comparison_says_no_error(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="""
        from received import FAULTY, SOUND
        from validator import valid_runs

        def test_faulty():
            assert FAULTY != valid_runs

        def test_sound():
            assert valid_runs(fail_on="warning") != SOUND
        """
    )
    result = pytester.runpytest_inprocess()
    assert outcome(result) == {"passed": 1, "failed": 1}
    result.stdout.fnmatch_lines(
        [
            "E       no warning or worse in page of 2 runs, expected at least one",
            "E         ok: 2 runs in 1 document",
            "FAILED test_it.py::test_sound - no warning or worse in page of 2 runs, expect...",
        ]
    )


def test_assertion_message_is_kept(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="""
        from received import FAULTY

        def test_faulty(valid_runs):
            assert FAULTY == valid_runs, "the listing is broken"
        """
    )
    pytester.runpytest_inprocess().stdout.fnmatch_lines(
        [
            "E       AssertionError: the listing is broken",
            f"E       {HEADLINE}",
            'FAILED test_it.py::test_faulty - first_id is "run_b", but the first run in da...',
        ]
    )


def test_unexplained_failure_has_a_section(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="""
        from received import FAULTY

        def test_all(valid_runs):
            assert all([FAULTY == valid_runs])
        """
    )
    pytester.runpytest_inprocess().stdout.fnmatch_lines(
        [
            "*- validate-runs -*",
            f"{HEADLINE} {REST}",
            *FINDINGS,
            "FAILED test_it.py::test_all - assert False*",
        ]
    )


def test_failure_in_a_unittest_case_is_explained(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="""
        from unittest import TestCase
        from validator import assert_valid_runs, valid_runs
        from received import FAULTY

        class Responses(TestCase):
            def test_assert(self):
                assert_valid_runs(FAULTY)

            def test_equal(self):
                self.assertEqual(FAULTY, valid_runs)
        """
    )
    result = pytester.runpytest_inprocess()
    assert outcome(result) == {"failed": 2}
    result.stdout.fnmatch_lines(
        [
            f"E       {HEADLINE}",
            "*- validate-runs -*",
            f"{HEADLINE} {REST}",
            *FINDINGS,
            'FAILED test_it.py::Responses::test_assert - first_id is "run_b", but the *',
        ]
    )


def test_other_failures_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="""
        from received import FAULTY

        def test_other(valid_runs):
            assert FAULTY != valid_runs
            assert 1 == 2

        def test_caught(assert_valid_runs):
            try:
                assert_valid_runs(FAULTY)
            except AssertionError:
                raise RuntimeError("told otherwise") from None

        def test_types(valid_runs):
            assert valid_runs is None
        """
    )
    result = pytester.runpytest_inprocess()
    result.stdout.fnmatch_lines(
        [
            "FAILED test_it.py::test_other - assert 1 == 2",
            "FAILED test_it.py::test_caught - RuntimeError: told otherwise",
            "FAILED test_it.py::test_types - assert valid_runs is None",
        ]
    )
    result.stdout.no_fnmatch_line("*first-id-mismatch*")


@pytest.mark.parametrize("arguments", [["--assert=plain"], ["-p", "no:assertion"]], ids=["plain", "without"])
def test_plain_assertions_have_explanation_section(pytester: pytest.Pytester, arguments: list[str]) -> None:
    pytester.makepyfile(
        test_it="""
        from received import FAULTY

        def test_faulty(valid_runs):
            assert FAULTY == valid_runs
        """
    )
    result = pytester.runpytest_subprocess(*arguments)  # what rewrites assertions here would do it there
    result.stdout.fnmatch_lines(
        [
            "E       AssertionError",
            "*- validate-runs -*",
            f"{HEADLINE} {REST}",
            *FINDINGS,
            'FAILED test_it.py::test_faulty - first_id is "run_b", but the first run in da...',
        ]
    )


def test_wrong_options_end_traceback_at_the_call(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="""
        import pytest
        from received import SOUND

        def test_rule(valid_runs):
            assert SOUND == valid_runs(ignore=["first-id-mismach"])

        def test_response(assert_valid_runs):
            assert_valid_runs(None)

        @pytest.mark.validate_runs("page")
        def test_marker(assert_valid_runs):
            assert_valid_runs(SOUND)

        @pytest.mark.validate_runs(limt=20)
        def test_option(assert_valid_runs):
            assert_valid_runs(SOUND)

        def test_own():
            int("one")
        """
    )
    result = pytester.runpytest_inprocess()
    result.stdout.fnmatch_lines(
        [
            'E       validator.rules.selection.UnknownRule: *"first-id-mismach", did you mean "first-id-mismatch"',
            "test_it.py:5: UnknownRule",
            "E       TypeError: cannot check a value of type NoneType: give *",
            "test_it.py:8: TypeError",
            "E       TypeError: the validate_runs marker takes keyword arguments only, *",
            "test_it.py:12: TypeError",
            "E       TypeError: the validate_runs marker has no option 'limt', did you mean 'limit'",
            "test_it.py:16: TypeError",
            "test_it.py:19: ValueError",
        ]
    )
    result.stdout.no_fnmatch_line("*_check(response*")
    pytester.runpytest_inprocess("--full-trace").stdout.fnmatch_lines(["*_check(response*"])


def test_markers_and_ini_options_set_defaults(pytester: pytest.Pytester) -> None:
    pytester.makeini(
        """
        [pytest]
        validate_runs_fail_on = warning
        validate_runs_limit = 2
        validate_runs_now = 1729500000
        validate_runs_ignore = last-id-mismatch first-*
        validate_runs_severity = expiry-on-ended-run=error page-too-long=off
        """
    )
    pytester.makepyfile(
        test_it="""
        import pytest
        from received import FAULTY, WARNED
        from validator import assert_valid_runs, valid_runs

        def test_ini():
            assert_valid_runs(FAULTY)

        def test_severity():
            with pytest.raises(AssertionError, match="^expires_at is "):
                assert_valid_runs(WARNED, fail_on="error")

        @pytest.mark.validate_runs(ignore=["identity"], severity={"expiry-on-ended-run": "off"})
        class TestNearest:
            def test_class(self):
                assert WARNED == valid_runs
                assert FAULTY != valid_runs

            @pytest.mark.validate_runs(ignore=["page"])
            def test_function(self):
                assert FAULTY == valid_runs
                assert WARNED == valid_runs

            @pytest.mark.validate_runs(ignore=["page"])
            def test_call(self):
                assert FAULTY != valid_runs(ignore=())
        """
    )
    result = pytester.runpytest_inprocess("--strict-markers", "--strict-config")
    assert outcome(result) == {"passed": 5}


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        ("severity = page-too-long", "severity: 'page-too-long' is not of the form RULE=LEVEL"),
        (
            "severity = usage=fatal",
            "severity: severity of 'usage' is 'fatal', expected one of 'error', 'warning', 'info', 'off'",
        ),
        ("limit = abc", "limit: limit is 'abc', expected an integer from 1 to 100"),
        ("limit = 0", "limit: limit is 0, expected an integer from 1 to 100"),
        ("now = 2024-01-01", "now: now is '2024-01-01', expected Unix seconds"),
        ("fail_on = eror", "fail_on: fail_on is 'eror', expected one of 'error', 'warning', 'info'"),
        ("ignore = time usag", 'ignore: no rule or group is called "usag", did you mean "usage"'),
        (
            "ignore = usage\nvalidate_runs_select = usage",
            'ignore: no rule is left: those of select "usage" are removed by ignore "usage"',
        ),
        ("order = newest", "order: order is 'newest', expected one of None, 'asc', 'desc'"),
        ("listing = perhaps", "listing: invalid truth value 'perhaps'"),
    ],
)
def test_unreadable_ini_option_is_a_usage_error(pytester: pytest.Pytester, option: str, complaint: str) -> None:
    pytester.makeini(f"[pytest]\nvalidate_runs_{option}\n")
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_inprocess()
    assert (result.ret, result.stdout.lines) == (pytest.ExitCode.USAGE_ERROR, [])
    assert [line for line in result.stderr.lines if line] == [f"ERROR: validate_runs_{complaint}"]


def test_ini_option_of_wrong_type_is_a_usage_error(pytester: pytest.Pytester) -> None:
    (pytester.path / "pytest.toml").write_text("[pytest]\nvalidate_runs_limit = 20\n")
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_inprocess()
    if result.ret != pytest.ExitCode.OK:  # before pytest 9 the file means nothing
        result.stderr.fnmatch_lines(
            ["ERROR: validate_runs_limit: *'validate_runs_limit' expects a string, got int: 20"]
        )


def test_ini_options_are_listed(pytester: pytest.Pytester) -> None:
    pytester.runpytest_inprocess("--help").stdout.fnmatch_lines(
        ["  validate_runs_now *", "*default of `now` for checks of list-runs responses"]
    )


def test_markers_and_fixtures_are_listed(pytester: pytest.Pytester) -> None:
    pytester.runpytest_inprocess("--markers").stdout.fnmatch_lines(
        ["@pytest.mark.validate_runs(*ignore, *): defaults *"]
    )
    pytester.runpytest_inprocess("--fixtures").stdout.fnmatch_lines(
        ["assert_valid_runs *", "    Check a list-runs response *", "valid_runs *"]
    )


def test_files_are_not_collected_by_default(pytester: pytest.Pytester) -> None:
    recorded(pytester, "responses/faulty.json")
    assert pytester.runpytest_inprocess().ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_file_item_fails_without_traceback(pytester: pytest.Pytester) -> None:
    recorded(pytester, "responses/faulty.json", "responses/sound.json")
    result = pytester.runpytest_inprocess("--validate-runs", "responses/*.json")
    assert outcome(result) == {"passed": 1, "failed": 1}
    line = len((pytester.path / "responses/faulty.json").read_text().splitlines()) - 3
    failures = [
        f"{' responses/faulty.json ':_^80}",
        f'first_id is "run_b", but the first run in data is "{FIRST}"',
        "[first-id-mismatch]",
        "",
        'error first-id-mismatch: first_id is "run_b", but the first run in data',
        f'  is "{FIRST}"',
        f"  --> responses/faulty.json:{line}:15 /first_id",
        f'   {line} |   "first_id": "run_b",',
        "      |               ^^^^^^^",
        "",
        "For more about a rule: validate-runs --explain first-id-mismatch",
        "1 error in 1 document (2 runs)",
        f"{' short test summary info ':=^80}",
        'FAILED responses/faulty.json::valid_runs - first_id is "run_b", but the first...',
    ]
    assert result.stdout.lines[-1 - len(failures) : -1] == failures
    assert fits(result)


def test_files_are_selected_like_tests(pytester: pytest.Pytester) -> None:
    recorded(pytester, "responses/faulty.json", "responses/sound.json")
    pytester.makeini("[pytest]\nvalidate_runs_files = responses/*.json\n")
    names = ["responses/faulty.json::valid_runs", "responses/sound.json::valid_runs"]
    assert pytester.runpytest_inprocess("--collect-only", "-q").stdout.lines[:2] == names
    assert outcome(pytester.runpytest_inprocess("-k", "sound")) == {"passed": 1, "deselected": 1}
    assert outcome(pytester.runpytest_inprocess(names[1])) == {"passed": 1}
    assert outcome(pytester.runpytest_inprocess("responses/faulty.json")) == {"failed": 1}


def test_files_outside_test_folders_are_collected(pytester: pytest.Pytester) -> None:
    recorded(pytester, "responses/sound.json")
    pytester.mkdir("tests")
    (pytester.path / "tests" / "test_it.py").write_text("def test_it(): pass\n")
    pytester.makeini("[pytest]\ntestpaths = tests\nvalidate_runs_files = responses/*.json\n")
    assert outcome(pytester.runpytest_inprocess()) == {"passed": 2}
    assert outcome(pytester.runpytest_inprocess("tests")) == {"passed": 1}
    assert outcome(pytester.runpytest_inprocess("tests", "--validate-runs", "responses/*.json")) == {"passed": 2}


def test_globs_without_matches_are_errors(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--validate-runs", "responses/*.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: validate-runs: nothing to check: no file matches responses/[*].json in /*"])


def test_configured_glob_without_matches_is_an_error_in_a_named_folder(pytester: pytest.Pytester) -> None:
    (pytester.mkdir("tests") / "test_it.py").write_text("def test_it(): pass\n")
    recorded(pytester, "tests/responses/sound.json")
    pytester.makeini("[pytest]\nvalidate_runs_files = tests/respones/*.json\n")
    for words in (["."], ["tests"], ["tests/test_it.py", "tests"]):
        result = pytester.runpytest_inprocess(*words)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines(["ERROR: *: nothing to check: no file matches tests/respones/[*].json in /*"])
    for words in (["tests/test_it.py"], ["tests/test_it.py::test_it"], ["tests/responses", "tests/test_it.py"]):
        assert outcome(pytester.runpytest_inprocess(*words)) == {"passed": 1}
    pytester.makeini("[pytest]\nvalidate_runs_files = tests/responses/*.json\n")
    assert outcome(pytester.runpytest_inprocess("tests")) == {"passed": 2}


def test_folder_has_items_for_all_checked_files(pytester: pytest.Pytester) -> None:
    recorded(pytester, "responses/sound.json", "responses/deep/faulty.json", "responses/note.txt")
    recorded(pytester, "responses/other.yaml", text=cassette("/v1/models"))
    names = ["responses/deep/faulty.json::valid_runs", "responses/sound.json::valid_runs"]
    for folder in ("responses", "./responses/", str(pytester.path / "responses")):
        assert pytester.runpytest_inprocess("--validate-runs", folder, "--collect-only", "-q").stdout.lines[:2] == names
    pytester.makeini("[pytest]\nvalidate_runs_files = responses\n")
    assert outcome(pytester.runpytest_inprocess()) == {"passed": 1, "failed": 1}


def test_folder_without_files_is_an_error(pytester: pytest.Pytester) -> None:
    recorded(pytester, "responses/note.txt")
    result = pytester.runpytest_inprocess("--validate-runs", "responses")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: validate-runs: /*/responses: nothing to check: no [*].json, * in this folder"])
    pytester.makepyfile(test_it="def test_it(): pass")
    pytester.makeini("[pytest]\nvalidate_runs_files = responses\n")
    assert outcome(pytester.runpytest_inprocess("test_it.py")) == {"passed": 1}


def test_cassettes_without_runs_are_not_collected(pytester: pytest.Pytester) -> None:
    recorded(pytester, "cassettes/models.yaml", text=cassette("/v1/models", "/v1/files"))
    recorded(pytester, "cassettes/runs.yaml", text=cassette("/v1/models", f"/v1/threads/{THREAD}/runs"))
    recorded(pytester, "cassettes/no_cassette.yaml", text="a: b\n")
    pytester.makeini("[pytest]\nvalidate_runs_files = cassettes/*.yaml\n")
    names = ["cassettes/runs.yaml::record-2"]
    for words in ((), ("--validate-runs", "cassettes/*")):
        listed = pytester.runpytest_inprocess("--collect-only", "-q", *words)
        assert (listed.ret, listed.stdout.lines[: len(names) + 1]) == (pytest.ExitCode.OK, [*names, ""])
    assert outcome(pytester.runpytest_inprocess()) == {"passed": 1}
    assert outcome(pytester.runpytest_inprocess("-n", "2")) == {"passed": 1}
    assert pytester.runpytest_inprocess("cassettes/models.yaml").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_recording_of_error_responses_never_passes(pytester: pytest.Pytester) -> None:
    refused = cassette(f"/v1/threads/{THREAD}/runs").replace('"code": 200', '"code": 404')
    recorded(pytester, "cassettes/a.yaml", text=refused.replace(json.dumps(json.dumps(PAGE)), json.dumps(MISSING)))
    pytester.makeini("[pytest]\nvalidate_runs_files = cassettes/*.yaml\n")
    message = "the file holds no runs: 1 call for runs was answered with 404; expected an"
    for words in ((), ("cassettes",), ("--validate-runs", "cassettes", "--validate-runs", "cassettes/*")):
        result = pytester.runpytest_inprocess(*words)
        assert outcome(result) == {"passed": 1, "failed": 1}
        assert result.stdout.lines.count(message) == 1
        assert "error not-a-run-list: the file holds no runs: 1 call for runs was" in result.stdout.lines
    pytester.makeini("[pytest]\nvalidate_runs_files = cassettes\n")
    result = pytester.runpytest_inprocess()
    assert outcome(result) == {"errors": 1}
    assert "validate-runs: nothing to check: no call in cassettes returns runs" in result.stdout.lines
    recorded(pytester, "cassettes/b.yaml", text=cassette(f"/v1/threads/{THREAD}/runs"))
    assert outcome(pytester.runpytest_inprocess()) == {"passed": 2}


@pytest.mark.parametrize("pattern", ["responses/*", "responses"])
def test_what_may_hide_runs_is_a_warning(pytester: pytest.Pytester, pattern: str) -> None:
    calls = json.loads(cassette(*[f"/v1/threads/{THREAD}/runs"] * 2, "/v1/chats/runs"))
    del calls["interactions"][1]["response"]["body"]
    recorded(pytester, "responses/a.yaml", text=json.dumps(calls))
    recorded(pytester, "responses/b.yaml", text="object: list\ndata: [{id: run_1, object: thread.run}]\n")
    recorded(pytester, "responses/c.json", text='{"name": "x"}')
    recorded(pytester, "responses/d.yaml", text=cassette("/v1/models", f"/v1/threads/{THREAD}/runs"))
    result = pytester.runpytest_inprocess("-W", "default", "--validate-runs", pattern)
    assert result.parseoutcomes() == {"passed": 2, "skipped": 1, "warnings": 2}
    lost, elsewhere = "recorded without its body", "made to another path than /threads/ID/runs"
    assert [line.partition(" UncheckedRunsWarning: ")[2] for line in result.stdout.lines if "Unchecked" in line] == [
        f"responses/a.yaml: 1 call for runs was {lost}, 1 call for runs was {elsewhere}",
        "responses/b.yaml: skipped: it seems to hold runs, but is not a VCR cassette",
    ]
    assert outcome(pytester.runpytest_inprocess("-W", "error", "--validate-runs", pattern)) == {"errors": 2}


def test_json_of_something_else_is_skipped(pytester: pytest.Pytester) -> None:
    recorded(pytester, "responses/models.json", text='{"object": "list", "data": [{"object": "model"}]}')
    recorded(pytester, "responses/sound.json")
    assert outcome(pytester.runpytest_inprocess("--validate-runs", "responses/*")) == {"passed": 1, "skipped": 1}
    assert outcome(pytester.runpytest_inprocess("--validate-runs", "responses/models.json")) == {"failed": 1}


@pytest.mark.parametrize("pattern", ["cassettes/*.yaml", "cassettes"])
def test_globs_without_runs_are_errors(pytester: pytest.Pytester, pattern: str) -> None:
    recorded(pytester, "cassettes/models.yaml", "cassettes/files.yaml", text=cassette("/v1/models"))
    recorded(pytester, "responses/sound.json")
    message = f"validate-runs: nothing to check: no call in {pattern} returns runs"
    words = ("--validate-runs", "responses/*", "--validate-runs", pattern)
    result = pytester.runpytest_inprocess(*words)
    assert outcome(result) == {"errors": 1}
    assert result.stdout.lines.count(message) == 1
    if pattern == "cassettes":
        result = pytester.runpytest_inprocess(*words, "-n", "2")
        assert outcome(result) == {"errors": 1, "passed": 1}
        assert result.stdout.lines.count(message) == 1


def test_named_cassette_without_runs_fails(pytester: pytest.Pytester) -> None:
    recorded(pytester, "cassettes/models.yaml", text=cassette("/v1/models", "/v1/files"))
    for words in (["cassettes/models.yaml"], ["cassettes/models.yaml", "--validate-runs", "cassettes/*"]):
        pytester.runpytest_inprocess("--validate-runs", *words).stdout.fnmatch_lines(
            ["cassettes/models.yaml: nothing to check: none of its 2 calls returns runs", "*1 failed*"]
        )


def test_files_pytest_skips_are_errors(pytester: pytest.Pytester) -> None:
    recorded(pytester, ".hidden/sound.json")
    result = pytester.runpytest_inprocess("--validate-runs", ".hidden/*.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: validate-runs: */.hidden/sound.json is not collected, since pytest leaves *"])
    assert outcome(pytester.runpytest_inprocess("--validate-runs", ".hidden/*.json", ".hidden/sound.json")) == {
        "passed": 1
    }


@pytest.mark.parametrize("named", [(), (".",), (".", "tests")])
def test_configured_files_pytest_skips_are_errors(pytester: pytest.Pytester, named: Sequence[str]) -> None:
    recorded(pytester, ".hidden/sound.json", "responses/sound.json")
    pytester.mkdir("tests")
    pytester.makeini("[pytest]\nvalidate_runs_files = .hidden/*.json responses/*.json\n")
    result = pytester.runpytest_inprocess(*named)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: validate-runs: */.hidden/sound.json is not collected, since pytest leaves *"])
    assert outcome(pytester.runpytest_inprocess("responses")) == {"passed": 1}
    assert outcome(pytester.runpytest_inprocess("tests")) == {}


def test_ini_options_and_markers_apply_to_files(pytester: pytest.Pytester) -> None:
    recorded(pytester, "a/faulty.json", "b/faulty.json")
    pytester.makeini("[pytest]\nvalidate_runs_files = */*.json\nvalidate_runs_severity = first-id-mismatch=warning\n")
    pytester.makeconftest(
        """
        import pytest

        def pytest_collection_modifyitems(items):
            items[0].add_marker(pytest.mark.validate_runs(fail_on="warning"))
        """
    )
    assert outcome(pytester.runpytest_inprocess()) == {"failed": 1, "passed": 1}


def test_unreadable_file_item_fails_with_reason(pytester: pytest.Pytester) -> None:
    recorded(pytester, "responses/sound.json")
    pytester.makeconftest(
        """
        def pytest_collect_file(file_path):
            if file_path.suffix == ".json":
                file_path.unlink()
        """
    )
    result = pytester.runpytest_inprocess("--validate-runs", "responses/*.json")
    result.stdout.fnmatch_lines(
        [
            "responses/sound.json: no such file or directory",
            "FAILED responses/sound.json::valid_runs - Failed: responses/sound.json: no su...",
        ]
    )


def test_each_record_of_a_file_is_an_item(pytester: pytest.Pytester) -> None:
    line, faulty = json.dumps(PAGE), json.dumps({**PAGE, "first_id": "run_b"})
    recorded(pytester, "responses/archive.jsonl", text=f"{line}\n{faulty}\n")
    events = {"thread.run.completed": PAGE["data"][0], "thread.message.created": {"object": "thread.message"}}
    stream = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events.items())
    entry = {
        "request": {"method": "POST", "url": "http://x.example/v1/threads/runs"},
        "response": {"status": 200, "content": {"mimeType": "text/event-stream", "text": stream * 2 + "data: [DONE]"}},
    }
    recorded(pytester, "responses/recorded.har", text=json.dumps({"log": {"entries": [entry]}}))
    result = pytester.runpytest_inprocess("--validate-runs", "responses/*", "-v")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        [
            "responses/archive.jsonl::record-1 PASSED*",
            "responses/archive.jsonl::record-2 FAILED*",
            "responses/recorded.har::record-1 PASSED*",
            "responses/recorded.har::record-1.2 PASSED*",
            'FAILED responses/archive.jsonl::record-2 - first_id is "*',
        ]
    )


def test_recording_item_agrees_with_earlier_records(pytester: pytest.Pytester) -> None:
    run = PAGE["data"][0]
    active = {**run, "status": "in_progress", "completed_at": None, "usage": None, "expires_at": 1729419000}
    events = [("thread.run.completed", run), ("thread.run.in_progress", active), ("thread.run.completed", run)]
    stream = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
    recorded(pytester, "responses/a.sse", text=stream + "event: done\ndata: [DONE]\n\n")
    for words in ((), ("-k", "record-2"), ("-o", "validate_runs_history=true"), ("-o", "validate_runs_ignore=usage")):
        result = pytester.runpytest_inprocess("--validate-runs", "responses/*", *words)
        result.assert_outcomes(passed=0 if "-k" in words else 2, failed=1, deselected=2 if "-k" in words else 0)
        result.stdout.fnmatch_lines(["FAILED responses/a.sse::record-2 - status is*"])


def test_show_values_is_an_ini_option(pytester: pytest.Pytester) -> None:
    page = {**PAGE, "data": [{**PAGE["data"][0], "temperature": "warm"}]}
    pytester.makepyfile(f"def test_page(assert_valid_runs):\n    assert_valid_runs({page!r})\n")
    hidden = pytester.runpytest_inprocess()
    hidden.stdout.fnmatch_lines(["*is a string of 4 characters, expected a number*"])
    shown = pytester.runpytest_inprocess("-o", "validate_runs_show_values=true")
    shown.stdout.fnmatch_lines(['*is "warm", expected a number*'])


def test_pages_and_snapshots_are_asserted_together(pytester: pytest.Pytester) -> None:
    page = {**PAGE, "has_more": True}
    pytester.makepyfile(
        f"""
        import pytest
        from validator import assert_valid_runs

        def test_listing():
            assert_valid_runs([{page!r}, {PAGE!r}], listing=True)

        @pytest.mark.validate_runs(history=True)
        def test_history():
            assert_valid_runs([{page!r}, {PAGE!r}])
        """
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*[[]overlapping-pages[]]*"])


def test_an_interrupted_check_is_left_to_pytest(pytester: pytest.Pytester) -> None:
    recorded(pytester, "responses/sound.json")
    pytester.makeconftest(
        """
        import pytest

        @pytest.hookimpl(wrapper=True)
        def pytest_collection_modifyitems(items):
            yield
            items[0].runtest = lambda: 1 / 0
        """
    )
    result = pytester.runpytest_inprocess("--validate-runs", "responses/*.json")
    result.stdout.fnmatch_lines(["E * ZeroDivisionError: division by zero"])


def test_items_of_other_plugins_are_reported_unchanged(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest
        from received import FAULTY
        from validator import assert_valid_runs

        class Own(pytest.Item):
            def runtest(self):
                assert_valid_runs(FAULTY)

            def repr_failure(self, excinfo):
                return f"own: {excinfo.value}"

        def pytest_collection_modifyitems(session, items):
            items.append(Own.from_parent(session, name="own"))
        """
    )
    pytester.runpytest_inprocess().stdout.fnmatch_lines(
        [f"own: {HEADLINE} *", FINDINGS[0].replace("data is", "data"), "FAILED ::own*"]
    )


REPORTED = """
    import pytest
    from received import FAULTY, SOUND
    from validator import assert_valid_runs, valid_runs

    @pytest.fixture
    def page():
        assert_valid_runs(SOUND)
        return FAULTY

    @pytest.mark.validate_runs(contract="published")
    def test_b(page):
        assert page != valid_runs

    def test_a():
        assert_valid_runs('{"object": "list",}')
"""


def test_session_report_has_all_findings(pytester: pytest.Pytester) -> None:
    recorded(pytester, "responses/faulty.json")
    pytester.makepyfile(test_it=REPORTED)
    result = pytester.runpytest_inprocess(
        "--validate-runs", "*/*.json", "--validate-runs-report", "json:out/found.json"
    )
    result.stdout.fnmatch_lines([f"*- generated validate-runs report: {pytester.path}/out/found.json -*"])
    report = json.loads((pytester.path / "out" / "found.json").read_text())
    assert report["contract"] == "observed, published"
    assert [document["file"] for document in report["documents"]] == [
        "responses/faulty.json",
        "test_it.py::test_a",
        "test_it.py::test_b",
        "test_it.py::test_b",
    ]
    found = [(one["file"], one["rule"], one["line"]) for one in report["findings"] if one["severity"] == "error"]
    assert [finding[:2] for finding in found] == [
        ("responses/faulty.json", "first-id-mismatch"),
        ("test_it.py::test_a", "not-json"),
        ("test_it.py::test_b", "first-id-mismatch"),
        ("test_it.py::test_b", "last-id-mismatch"),
    ]
    assert [line is None for _, _, line in found] == [False, False, True, True]
    assert report["summary"]["error"] == 4


def test_repeated_comparison_is_reported_once(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="""
        import pytest
        from received import FAULTY, SOUND
        from validator import valid_runs

        def test_a():
            assert {"first": SOUND, "page": FAULTY} == {"first": valid_runs, "page": valid_runs}

        @pytest.mark.validate_runs(select=["usage"])
        def test_b():
            assert [1, SOUND, FAULTY] == [2, valid_runs, valid_runs]

        def test_c():
            assert SOUND == valid_runs
            assert [SOUND, FAULTY] == [valid_runs, valid_runs]
        """
    )
    result = pytester.runpytest_inprocess("--validate-runs-report", "json:found.json", "-vv")
    assert outcome(result) == {"failed": 3}
    result.stdout.fnmatch_lines([f"E * {HEADLINE}*", "FAILED test_it.py::test_a - *"])
    report = json.loads((pytester.path / "found.json").read_text())
    checked = ["test_it.py::test_a"] * 2 + ["test_it.py::test_c"] * 3
    assert [document["file"] for document in report["documents"]] == checked
    assert [(one["file"], one["rule"]) for one in report["findings"]] == [
        (test, rule)
        for test in ("test_it.py::test_a", "test_it.py::test_c")
        for rule in ("first-id-mismatch", "last-id-mismatch")
    ]


def test_reports_are_the_same_with_workers(pytester: pytest.Pytester) -> None:
    recorded(pytester, "responses/faulty.json", "responses/sound.json")
    pytester.makepyfile(test_it=REPORTED)

    def reports(folder: str) -> list[str]:
        return [f"--validate-runs-report={name}:{folder}/{name}" for name in FORMATS]

    alone, together = pytester.mkdir("alone"), pytester.mkdir("together")
    pytester.runpytest_inprocess("--validate-runs", "responses/*.json", *reports("alone"))
    result = pytester.runpytest_subprocess("--validate-runs", "responses/*.json", *reports("together"), "-n", "2")
    assert outcome(result) == {"failed": 2, "passed": 2}
    for name in FORMATS:
        assert (together / name).read_bytes() == (alone / name).read_bytes() != b"", name


def test_a_worker_writes_no_report(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=REPORTED)
    pytester.makeconftest("def pytest_configure(config): config.workerinput = {}")
    pytester.runpytest_inprocess("-p", "no:xdist", "--validate-runs-report", "json:found.json")
    assert not (pytester.path / "found.json").exists()


def test_a_report_of_nothing_is_a_report(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    pytester.runpytest_inprocess("--validate-runs-report", "text:found.txt")
    assert (pytester.path / "found.txt").read_text() == "nothing was checked\n"


def test_unwritable_report_fails_the_session(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    pytester.mkdir("found.txt")
    result = pytester.runpytest_inprocess("--validate-runs-report", "text:found.txt")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        ["*- validate-runs: cannot write the report: */found.txt: is a directory -*", "*1 passed*"]
    )
    assert [path.name for path in pytester.path.glob("tmp*")] == []


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ("jsn:found", "'jsn:found' begins with no output format, did you mean \"json\""),
        ("csv:found", "'csv:found' begins with no output format, expected text, concise, *"),
        ("json", "'json' is not of the form FORMAT:FILE"),
    ],
)
def test_unknown_report_format_is_a_usage_error(pytester: pytest.Pytester, target: str, complaint: str) -> None:
    result = pytester.runpytest_inprocess("--validate-runs-report", target)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --validate-runs-report: {complaint}"])


@pytest.mark.parametrize("glob", ["responses/*.json", "responses"])
def test_report_does_not_overwrite_checked_file(pytester: pytest.Pytester, glob: str) -> None:
    recorded(pytester, "responses/faulty.json")
    file, link = pytester.path / "responses/faulty.json", pytester.path / "link.json"
    link.symlink_to(file)
    before = file.read_bytes()
    for target in ("json:responses/../responses/faulty.json", "json:link.json"):
        result = pytester.runpytest_inprocess("--validate-runs", glob, "--validate-runs-report", target)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        complaint = f"a report would overwrite {pytester.path}/{target.removeprefix('json:')}, which is checked"
        result.stderr.fnmatch_lines([f"ERROR: --validate-runs-report: {complaint}"])
    assert file.read_bytes() == before


def test_file_named_like_an_option_is_an_item(pytester: pytest.Pytester) -> None:
    recorded(pytester, "faulty.json", "sound.json")
    (pytester.path / "sound.json").rename(pytester.path / "-fjson:ci.json")
    (pytester.path / "faulty.json").rename(pytester.path / "--collect-only.json")
    before = {*pytester.path.iterdir()}
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--validate-runs", "*.json")
    assert outcome(result) == {"passed": 1, "failed": 1}
    assert {*pytester.path.iterdir()} == before


@pytest.mark.parametrize("arguments", [["-p", "no:cacheprovider"], ["-W", "error"], ["--tb=short"], ["--tb=native"]])
def test_pytest_summary_says_what_is_wrong(pytester: pytest.Pytester, arguments: list[str]) -> None:
    recorded(pytester, "responses/faulty.json")
    pytester.makepyfile(
        test_it="""
        from received import FAULTY

        def test_plain(assert_valid_runs):
            assert_valid_runs(FAULTY)

        def test_equal(valid_runs):
            assert FAULTY == valid_runs
        """
    )
    run = pytester.runpytest_subprocess if arguments == ["-W", "error"] else pytester.runpytest_inprocess
    run(*arguments, "--validate-runs", "responses/*.json").stdout.fnmatch_lines(
        [
            'FAILED responses/faulty.json::valid_runs - first_id is "run_b", *',
            'FAILED test_it.py::test_plain - first_id is "run_b", *',
            'FAILED test_it.py::test_equal - first_id is "run_b", *',
        ]
    )


def test_plugin_does_not_import_the_engine(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n"
        "def test_it():\n"
        "    assert 'validator.pytest_plugin' in sys.modules\n"
        "    heavy = {'jsonschema', 'jsonschema_rs', 'referencing', 'click', 'jiter'}\n"
        "    own = {'validator.engine.checker', 'validator.rules.registry', 'validator.api', 'validator.reporters'}\n"
        "    assert not (heavy | own) & sys.modules.keys()\n"
    )
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:hypothesispytest"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
