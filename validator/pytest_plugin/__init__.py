"""The pytest plugin: fixtures, defaults from markers and ini options, and failures that put the rule first.

pytest loads this module for everyone who has the package installed, so it imports nothing that checks: what reads
files and writes reports is imported where it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from functools import partial
from textwrap import wrap
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

import pytest

from validator.assertions import (
    Options,
    ValidRuns,
    Watch,
    assert_valid_runs,
    check_names,
    read_options,
    valid_runs,
    watched,
)

if TYPE_CHECKING:
    from validator.assertions import Verdict

WATCH = pytest.StashKey[Watch]()
"""The watch over the test that is running."""
_INI = pytest.StashKey[Mapping[str, Any]]()
"""What the ini options say."""

_WORDS = ("select", "ignore", "severity")
"""Options of several words; the others have one value."""
_SWITCHES = ("listing", "history")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the command line options, and an ini option for each option of the assertions."""
    group = parser.getgroup("validate-runs")
    group.addoption(
        "--validate-runs",
        action="append",
        default=[],
        metavar="GLOB",
        help="check recorded list-runs responses: every file that GLOB matches (from the root directory) is a test",
    )
    group.addoption(
        "--validate-runs-report",
        action="append",
        default=[],
        metavar="FORMAT:FILE",
        help="write what validate-runs finds in the session to FILE; FORMAT is an output format of the command",
    )
    parser.addini("validate_runs_files", "globs of files to check where no test is named", type="args", default=[])
    for name in Options.__annotations__:
        kind = "args" if name in _WORDS else "bool" if name in _SWITCHES else "string"
        about = f"default of `{name}` for checks of list-runs responses"
        parser.addini(f"validate_runs_{name}", about, type=kind, default=None)  # type: ignore[arg-type]  # a str


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and the parts that are asked for."""
    config.stash[WATCH] = Watch(Options)
    config.stash[_INI] = _from_ini(config)
    options = ", ".join(Options.__annotations__)
    config.addinivalue_line("markers", f"validate_runs({options}): defaults for checks of list-runs responses")
    if config.getoption("validate_runs") or config.getini("validate_runs_files"):
        from validator.pytest_plugin.file_items import FileItems

        config.pluginmanager.register(FileItems.of(config), "validate_runs_file_items")
    if targets := config.getoption("validate_runs_report"):
        from validator.pytest_plugin.session_report import SessionReport

        session_report = SessionReport.to(targets, config)
        config.stash[WATCH].outlines = session_report.tells_of_runs
        config.pluginmanager.register(session_report, "validate_runs_session_report")


@pytest.fixture(scope="session", name="assert_valid_runs")
def _assert_valid_runs() -> Callable[..., None]:
    """Check a list-runs response and fail with everything that is wrong: `assert_valid_runs(response, limit=20)`."""
    return assert_valid_runs


@pytest.fixture(scope="session", name="valid_runs")
def _valid_runs() -> ValidRuns:
    """What is equal to every valid list-runs response: `assert response == valid_runs`."""
    return valid_runs


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Watch the assertions of the test."""
    outlines = item.config.stash[WATCH].outlines
    watch = item.config.stash[WATCH] = Watch(partial(_defaults, item), outlines=outlines)
    with watched(watch):
        return (yield)


def _defaults(item: pytest.Item) -> Options:
    """What the ini options say, then the markers from the module's to the test's own."""
    ini = item.config.stash[_INI]
    marks = reversed(list(item.iter_markers("validate_runs")))
    return cast(Options, {**ini, **{name: value for mark in marks for name, value in _said(mark)}})


def _said(mark: pytest.Mark) -> Any:
    if mark.args:
        raise TypeError("the validate_runs marker takes keyword arguments only, as assert_valid_runs does")
    check_names("the validate_runs marker", mark.kwargs)
    return mark.kwargs.items()


def _from_ini(config: pytest.Config) -> Mapping[str, Any]:
    """The ini options that are set; one that cannot be read is an error of use, before any test."""
    said: dict[str, Any] = {}
    for name in Options.__annotations__:
        ini = f"validate_runs_{name}"
        try:
            if value := config.getini(ini):
                said[name] = _READ[name](value) if name in _READ else value
                read_options(cast(Options, {name: said[name]}))
        except (pytest.UsageError, TypeError, ValueError) as error:  # the former two are of pytest
            raise pytest.UsageError(f"{ini}: {error}") from None
    return said


def _severity(words: list[str]) -> dict[str, str]:
    """`RULE=LEVEL` words, as `--severity` takes them."""
    levels = {rule: level for rule, _, level in (word.partition("=") for word in words)}
    if not all(levels.values()):
        raise ValueError(f"{' '.join(words)!r} is not of the form RULE=LEVEL")
    return levels


def _number(kind: type[float], word: str) -> float | str:
    """The number, or, where it is none, the word: it is refused by what knows which numbers are right."""
    try:
        return kind(word)
    except ValueError:
        return word


_READ: Mapping[str, Callable[[Any], Any]] = {
    "severity": _severity,
    "limit": partial(_number, int),
    "now": partial(_number, float),
}
"""How ini options become options, where they are more than words."""


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Explain a comparison with `valid_runs` by what is wrong with the response, not by all that stands in it."""
    failed = config.stash[WATCH].failed
    if failed is None or op not in ("==", "!=", "in", "not in") or not (_holds(left) or _holds(right)):
        return None
    return failed.text(_BESIDE_AN_EXPLANATION).splitlines()


def _holds(value: object, levels: int = 3) -> bool:
    """Whether `valid_runs` is the value, or stands in it within so many levels of containers."""
    if isinstance(value, ValidRuns):
        return True
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return levels > 0 and any(_holds(member, levels - 1) for member in members)


WIDTH = 80
"""Columns that failures keep within."""
_BESIDE_AN_EXPLANATION = WIDTH - len("E         ")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a failure of ours begin with the rule; where pytest shows nothing of it, add it."""
    error = call.excinfo and call.excinfo.value
    if isinstance(error, TypeError | ValueError | OSError) and not item.config.getoption("fulltrace"):
        _end_at_the_assertion(error.__traceback__)
    report = yield
    watch = item.config.stash[WATCH]
    failed, watch.failed = watch.failed, None
    if failed is not None and isinstance(error, AssertionError):
        _explain(failed, str(error), report)
    if watch.reports:
        _mask_credentials(report.longrepr)
    return report


def _end_at_the_assertion(step: TracebackType | None) -> None:
    """Show where an assertion was called with an unknown rule or the like, and not how it found out."""
    while step is not None and (deeper := step.tb_next) is not None:
        if deeper.tb_frame.f_globals.get("__name__") == ValidRuns.__module__:
            step.tb_next = None
        step = step.tb_next


def _explain(failed: Verdict, message: str, report: pytest.TestReport) -> None:
    crash = getattr(report.longrepr, "reprcrash", None)
    if failed.headline not in message:
        report.sections.append(("validate-runs", failed.text()))
    if crash is not None and (failed.headline in message or not message):
        crash.message = failed.headline
        _fold(failed.headline, report.longrepr)


def _mask_credentials(failure: Any) -> None:
    """Mask what looks like a credential in what pytest prints of the values of a test that checked a response."""
    from validator.core.credentials import mask  # most tests pass

    if not hasattr(failure, "reprtraceback"):  # it passed, or was skipped
        return
    alone = [(failure.reprtraceback, failure.reprcrash, None)]
    for traceback, crash, _ in getattr(failure, "chain", alone):
        if crash is not None:
            crash.message = mask(crash.message)
        for entry in traceback.reprentries:
            told = [line for line in entry.lines if entry.style == "native" or line.startswith("E")]
            code = entry.lines[: -len(told) or None]
            entry.lines = [*code, *mask("\n".join(told)).split("\n")] if told else code
            if getattr(entry, "reprlocals", None):
                entry.reprlocals.lines = mask("\n".join(entry.reprlocals.lines)).split("\n")
            if getattr(entry, "reprfuncargs", None):
                entry.reprfuncargs.args = [(name, mask(shown)) for name, shown in entry.reprfuncargs.args]


def _fold(headline: str, failure: Any) -> None:
    """Break the line that pytest would leave whole, without what Python and pytest put before it."""
    for entry in failure.reprtraceback.reprentries:
        entry.lines = [part for line in entry.lines for part in _folded(line, headline)]


def _folded(line: str, headline: str) -> list[str]:
    if headline not in line or not (line.startswith("E ") or line == headline):
        return [line]
    margin = line[: len(line) - len(line.removeprefix("E").lstrip(" "))]
    return wrap(
        headline, WIDTH, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
