"""One report of everything that was found in a session of pytest, in any output format of the command."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from validator.assertions import Watch, watched
from validator.core.files import reason, write_atomic
from validator.core.finding import Excerpt, Finding
from validator.core.phrases import closest, either
from validator.core.results import DocumentInfo, DocumentResult, RunOutline
from validator.core.severity import Severity
from validator.pytest_plugin import WATCH
from validator.reporters.base import ReportOptions
from validator.reporters.registry import FORMATS, load_reporter

if TYPE_CHECKING:
    from validator.pytest_plugin.file_items import FileItems

_FOUND = "validate_runs"
"""The attribute of a test's report that brings what was found from a worker of pytest-xdist to the session."""


@dataclass(slots=True, eq=False)
class SessionReport:
    """The part of the plugin that writes reports.

    What has no file is filed under the test that checked it. Tests are in the order of their names, so that the
    report does not depend on which worker of pytest-xdist was faster.
    """

    targets: list[tuple[str, Path]]
    contracts: set[str] = field(default_factory=set)
    found: list[tuple[str, DocumentResult]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @classmethod
    def to(cls, targets: Iterable[str], config: pytest.Config) -> SessionReport:
        """Write to these targets, each `FORMAT:FILE`; none takes the place of a file that is checked."""
        report = cls([_target(target, config.invocation_params.dir) for target in targets])
        items: FileItems | None = config.pluginmanager.get_plugin("validate_runs_file_items")
        checked = {path.resolve() for path in items.files} if items else set()
        for _, path in report.targets:
            if path.resolve() in checked:
                raise pytest.UsageError(f"--validate-runs-report: a report would overwrite {path}, which is checked")
        return report

    @property
    def tells_of_runs(self) -> bool:
        """Whether one of the reports tells of every run, sound ones too."""
        return any(FORMATS[name].shows_all_runs for name, _ in self.targets)

    @pytest.hookimpl(wrapper=True)
    def pytest_assertrepr_compare(self, config: pytest.Config) -> Generator[None, object, object]:
        """Leave out what pytest compares once more in order to explain that a comparison has failed."""
        with watched(Watch(config.stash[WATCH].defaults)):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach what the test has found to its report."""
        report = yield
        watch = item.config.stash[WATCH]
        reports, watch.reports = watch.reports, []
        if reports:
            found = [
                {"contract": one.contract, "checked": [_plain(checked) for checked in one.results]} for one in reports
            ]
            setattr(report, _FOUND, json.dumps(found))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather what was found, here or in a worker."""
        for one in json.loads(getattr(report, _FOUND, "[]")):
            self.contracts.add(one["contract"])
            self.found += [(report.nodeid, _revived(checked, report.nodeid)) for checked in one["checked"]]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports, unless this is a worker of pytest-xdist; a report that is lost fails the session."""
        if hasattr(session.config, "workerinput"):
            return
        for name, path in self.targets:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                write_atomic(str(path), (text.encode() for text in self._text(name)))
                self.messages.append(f"generated validate-runs report: {path}")
            except OSError as error:
                self.messages.append(f"validate-runs: cannot write the report: {path}: {reason(error)}")
                session.exitstatus = pytest.ExitCode.INTERRUPTED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say where the reports are."""
        for message in self.messages:
            terminalreporter.write_sep("-", message)

    def _text(self, name: str) -> Iterator[str]:
        found = (checked for _, checked in sorted(self.found, key=lambda one: one[0]))
        return load_reporter(name)(found, ReportOptions(contract=", ".join(sorted(self.contracts)) or "observed"))


def _target(target: str, folder: Path) -> tuple[str, Path]:
    name, _, file = target.partition(":")
    if name not in FORMATS:
        meant = closest(name, FORMATS)
        rest = f'did you mean "{meant}"' if meant else f"expected {either(FORMATS)}"
        raise pytest.UsageError(f"--validate-runs-report: {target!r} begins with no output format, {rest}")
    if not file:
        raise pytest.UsageError(f"--validate-runs-report: {target!r} is not of the form FORMAT:FILE")
    return name, folder / file


def _plain(checked: DocumentResult) -> dict[str, Any]:
    totals = [[rule, severity, count] for (rule, severity), count in checked.totals.items()]
    return {**asdict(replace(checked, totals={})), "totals": totals}


def _revived(checked: Mapping[str, Any], test: str) -> DocumentResult:
    return DocumentResult(
        document=DocumentInfo(**_filed(checked["document"], test)),
        findings=tuple(_finding(_filed(finding, test)) for finding in checked["findings"]),
        totals={(rule, Severity(severity)): count for rule, severity, count in checked["totals"]},
        truncated=checked["truncated"],
        outlines=tuple(RunOutline(*outline) for outline in checked["outlines"]),
    )


def _finding(finding: Mapping[str, Any]) -> Finding:
    excerpt = finding["excerpt"] and Excerpt(**finding["excerpt"])
    return Finding(**{**finding, "severity": Severity(finding["severity"]), "excerpt": excerpt})


def _filed(value: Mapping[str, Any], test: str) -> dict[str, Any]:
    return {**value, "file": value["file"] or test}
