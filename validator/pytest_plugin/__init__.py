"""The pytest plugin: fixtures, defaults from markers and ini options, and failures that begin with what is wrong.

pytest loads this module for everyone who has the package installed, so the engine, and the parts that read files and
write reports, are imported only if they are used.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from functools import partial
from shutil import get_terminal_size
from textwrap import wrap
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

import pytest

from validator.assertions import (
    WIDTH,
    Options,
    ValidRuns,
    Watch,
    assert_valid_runs,
    check_names,
    read_options,
    valid_runs,
    watch_assertions,
)
from validator.pytest_plugin.stash import WATCH

if TYPE_CHECKING:
    from validator.assertions import Verdict
    from validator.live import LiveReport

_INI = pytest.StashKey[Mapping[str, Any]]()
"""The ini options that are set."""

_ASSERTIONS = (ValidRuns.__module__, "validator.live.assertion")
"""Modules whose functions tests call."""

_WORDS = ("select", "ignore", "severity")
"""Options of several words; the others have one value."""
_SWITCHES = ("listing", "history", "show_values")


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
    """Register the marker, and the parts of the plugin that the options ask for."""
    config.stash[WATCH] = Watch(Options, width=max(WIDTH, get_terminal_size().columns))
    config.stash[_INI] = _read_ini(config)
    options = ", ".join(Options.__annotations__)
    config.addinivalue_line("markers", f"validate_runs({options}): defaults for checks of list-runs responses")
    if config.getoption("validate_runs") or config.getini("validate_runs_files"):
        from validator.pytest_plugin.file_items import FileItems

        config.pluginmanager.register(FileItems.of(config), "validate_runs_file_items")
    if targets := config.getoption("validate_runs_report"):
        from validator.pytest_plugin.session_report import SessionReport

        session_report = SessionReport.to(targets, config)
        config.stash[WATCH].outlines = session_report.needs_outlines
        config.pluginmanager.register(session_report, "validate_runs_session_report")


@pytest.fixture(scope="session", name="assert_valid_runs")
def _assert_valid_runs() -> Callable[..., None]:
    """Check a list-runs response and fail with everything that is wrong: `assert_valid_runs(response, limit=20)`."""
    return assert_valid_runs


@pytest.fixture(scope="session", name="valid_runs")
def _valid_runs() -> ValidRuns:
    """An object that equals every valid list-runs response: `assert response == valid_runs`."""
    return valid_runs


@pytest.fixture(scope="session", name="assert_live_listing")
def _assert_live_listing() -> Callable[..., LiveReport]:
    """Check how a server lists the runs of a thread: `assert_live_listing(app, thread="thread_abc123")`."""
    from validator.live import assert_live_listing  # needs an HTTP client, which most sessions do not have

    return assert_live_listing


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Watch the assertions of the test."""
    before = item.config.stash[WATCH]
    watch = item.config.stash[WATCH] = Watch(partial(_defaults, item), outlines=before.outlines, width=before.width)
    with watch_assertions(watch):
        return (yield)


def _defaults(item: pytest.Item) -> Options:
    """Return the ini options, overridden by the markers from the module's to the test's own."""
    ini = item.config.stash[_INI]
    options = dict(ini)
    for mark in reversed(list(item.iter_markers("validate_runs"))):
        if mark.args:
            raise TypeError("the validate_runs marker takes keyword arguments only, as assert_valid_runs does")
        check_names("the validate_runs marker", mark.kwargs)
        options |= mark.kwargs
    return cast(Options, options)


def _read_ini(config: pytest.Config) -> Mapping[str, Any]:
    """Return the ini options that are set; raises `UsageError` for one that cannot be read, before any test."""
    options: dict[str, Any] = {}
    for name in Options.__annotations__:
        ini = f"validate_runs_{name}"
        try:
            if value := config.getini(ini):
                options[name] = _READ[name](value) if name in _READ else value
                read_options(cast(Options, options))  # with those before it
        except (pytest.UsageError, TypeError, ValueError) as error:  # the former two are of pytest
            raise pytest.UsageError(f"{ini}: {error}") from None
    return options


def _severity(words: list[str]) -> dict[str, str]:
    """Parse words of the form `RULE=LEVEL`, as `--severity` takes them."""
    levels = {rule: level for rule, _, level in (word.partition("=") for word in words)}
    if not all(levels.values()):
        raise ValueError(f"{' '.join(words)!r} is not of the form RULE=LEVEL")
    return levels


def _number(kind: type[float], word: str) -> float | str:
    """Return the number, or the word if it is not one: the check of the options rejects it."""
    try:
        return kind(word)
    except ValueError:
        return word


_READ: Mapping[str, Callable[[Any], Any]] = {
    "severity": _severity,
    "limit": partial(_number, int),
    "now": partial(_number, float),
}
"""The parsers of ini options that are not words."""


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Explain a comparison with `valid_runs` by the findings in the response, not by all of its content."""
    failed = config.stash[WATCH].failed
    if failed is None or op not in ("==", "!=", "in", "not in") or not (_contains(left) or _contains(right)):
        return None
    return failed.text(config.stash[WATCH].width - len("E         ")).splitlines()


def _contains(value: object, levels: int = 3) -> bool:
    """Return whether a value is `valid_runs`, or contains it within so many levels of lists, tuples and dicts."""
    if isinstance(value, ValidRuns):
        return True
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return levels > 0 and any(_contains(member, levels - 1) for member in members)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Begin a failed check with what is wrong; add its text as a section if pytest does not show it."""
    error = call.excinfo and call.excinfo.value
    if isinstance(error, TypeError | ValueError | OSError) and not item.config.getoption("fulltrace"):
        _cut_traceback(error.__traceback__)
    report = yield
    error = call.excinfo and call.excinfo.value  # that of a unittest.TestCase is there only now
    watch = item.config.stash[WATCH]
    failed, watch.failed = watch.failed, None
    if failed is not None and isinstance(error, AssertionError):
        _explain(failed, str(error), report, watch.width)
    if type(error).__module__.startswith("validator.live.") and (crash := _crash(report)):
        crash.message = str(error)
    if watch.reports:
        _mask_credentials(report.longrepr)
    return report


def _cut_traceback(step: TracebackType | None) -> None:
    """End a traceback where an assertion was called with a wrong option; the rest is our code."""
    while step is not None and (deeper := step.tb_next) is not None:
        if deeper.tb_frame.f_globals.get("__name__") in _ASSERTIONS:
            step.tb_next = None
        step = step.tb_next


def _explain(failed: Verdict, message: str, report: pytest.TestReport, width: int) -> None:
    crash = _crash(report)
    if failed.headline not in message:
        report.sections.append(("validate-runs", failed.text(width)))
    if crash is not None and (failed.headline in message or not message):
        crash.message = failed.headline
        _fold(failed.headline, report.longrepr, width)


def _crash(report: pytest.TestReport) -> Any:
    """Return the line of the short summary, as far as there is one."""
    return getattr(report.longrepr, "reprcrash", None)


def _mask_credentials(failure: Any) -> None:
    """Mask credentials in the values that pytest prints of a test that checked a response."""
    from validator.core.credentials import mask  # most tests pass

    if not hasattr(failure, "reprtraceback"):  # it passed, or was skipped
        return
    alone = [(failure.reprtraceback, failure.reprcrash, None)]
    for traceback, crash, _ in getattr(failure, "chain", alone):
        if crash is not None:
            crash.message = mask(crash.message)
        for entry in traceback.reprentries:
            shown = [line for line in entry.lines if entry.style == "native" or line.startswith("E")]
            code = entry.lines[: -len(shown) or None]
            entry.lines = [*code, *mask("\n".join(shown)).split("\n")] if shown else code
            if getattr(entry, "reprlocals", None):
                entry.reprlocals.lines = mask("\n".join(entry.reprlocals.lines)).split("\n")
            if getattr(entry, "reprfuncargs", None):
                entry.reprfuncargs.args = [(name, mask(value)) for name, value in entry.reprfuncargs.args]


def _fold(headline: str, failure: Any, width: int) -> None:
    """Wrap the headline, which pytest would print in one line, without the prefix of Python or pytest."""
    for entry in failure.reprtraceback.reprentries:
        lines: list[str] = []
        for line in entry.lines:
            if headline not in line or not (line.startswith("E ") or line == headline):
                lines.append(line)
                continue
            margin = line[: len(line) - len(line.removeprefix("E").lstrip(" "))]
            lines += wrap(
                headline,
                width,
                initial_indent=margin,
                subsequent_indent=margin,
                break_long_words=False,
                break_on_hyphens=False,
            )
        entry.lines = lines
