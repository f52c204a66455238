"""One report of all findings in a session of pytest, in any output format of the command."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from validator.assertions import Watch, watch_assertions
from validator.core.files import explain_os_error, write_atomic
from validator.core.finding import Excerpt, Finding
from validator.core.phrases import find_similar, join_or
from validator.core.results import DocumentInfo, DocumentResult, RunOutline
from validator.core.severity import Severity
from validator.pytest_plugin.stash import WATCH
from validator.reporters.base import ReportOptions
from validator.reporters.registry import FORMATS, load_reporter

if TYPE_CHECKING:
    from validator.pytest_plugin.file_items import FileItems

_ATTRIBUTE = "validate_runs"
"""The attribute of a test's report that carries results from a worker of pytest-xdist to the session."""


@dataclass(slots=True, eq=False)
class SessionReport:
    """The part of the plugin that writes reports.

    Results without a file have the name of the test. They are sorted by test, so that the report does not depend on
    which worker of pytest-xdist was faster.
    """

    targets: list[tuple[str, Path]]
    contracts: set[str] = field(default_factory=set)
    results: list[tuple[str, DocumentResult]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @classmethod
    def to(cls, targets: Iterable[str], config: pytest.Config) -> SessionReport:
        """Parse the targets, each `FORMAT:FILE`; raises `UsageError` for one that would overwrite a checked file."""
        report = cls([_parse_target(target, config.invocation_params.dir) for target in targets])
        items: FileItems | None = config.pluginmanager.get_plugin("validate_runs_file_items")
        checked = {path.resolve() for path in items.files} if items else set()
        for _, path in report.targets:
            if path.resolve() in checked:
                raise pytest.UsageError(f"--validate-runs-report: a report would overwrite {path}, which is checked")
        return report

    @property
    def needs_outlines(self) -> bool:
        """Whether one of the reports shows every run, with or without findings."""
        return any(FORMATS[name].shows_all_runs for name, _ in self.targets)

    @pytest.hookimpl(wrapper=True)
    def pytest_assertrepr_compare(self, config: pytest.Config) -> Generator[None, object, object]:
        """Ignore the checks of comparisons that pytest repeats to explain a failure."""
        with watch_assertions(Watch(config.stash[WATCH].defaults)):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach the results of a test to its report."""
        report = yield
        watch = item.config.stash[WATCH]
        checks, watch.reports = watch.reports, []
        if checks:
            data = [{"contract": check.contract, "results": [*map(_to_json, check.results)]} for check in checks]
            setattr(report, _ATTRIBUTE, json.dumps(data))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the results of a test, from here or from a worker."""
        for check in json.loads(getattr(report, _ATTRIBUTE, "[]")):
            self.contracts.add(check["contract"])
            self.results += [(report.nodeid, _from_json(result, report.nodeid)) for result in check["results"]]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports, but not in a worker of pytest-xdist; the session fails if one cannot be written."""
        if hasattr(session.config, "workerinput"):
            return
        options = ReportOptions(contract=", ".join(sorted(self.contracts)) or "observed")
        for name, path in self.targets:
            results = (result for _, result in sorted(self.results, key=lambda pair: pair[0]))
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                write_atomic(str(path), (text.encode() for text in load_reporter(name)(results, options)))
                self.messages.append(f"generated validate-runs report: {path}")
            except OSError as error:
                self.messages.append(f"validate-runs: cannot write the report: {path}: {explain_os_error(error)}")
                session.exitstatus = pytest.ExitCode.INTERRUPTED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print where the reports are."""
        for message in self.messages:
            terminalreporter.write_sep("-", message)


def _parse_target(target: str, folder: Path) -> tuple[str, Path]:
    name, _, file = target.partition(":")
    if name not in FORMATS:
        suggestion = find_similar(name, FORMATS)
        hint = f'did you mean "{suggestion}"' if suggestion else f"expected {join_or(FORMATS)}"
        raise pytest.UsageError(f"--validate-runs-report: {target!r} begins with no output format, {hint}")
    if file in ("", "-"):
        raise pytest.UsageError(f"--validate-runs-report: {target!r} is not of the form FORMAT:FILE")
    return name, folder / file


def _to_json(result: DocumentResult) -> dict[str, Any]:
    totals = [[rule, severity, count] for (rule, severity), count in result.totals.items()]
    return {
        "document": result.document._asdict(),
        "findings": [asdict(finding) for finding in result.findings],
        "totals": totals,
        "truncated": result.truncated,
        "outlines": result.outlines,
    }


def _from_json(result: Mapping[str, Any], test: str) -> DocumentResult:
    def with_file(value: Mapping[str, Any]) -> dict[str, Any]:
        return {**value, "file": value["file"] or test}

    findings = []
    for finding in map(with_file, result["findings"]):
        excerpt = finding["excerpt"] and Excerpt(**finding["excerpt"])
        findings.append(Finding(**{**finding, "severity": Severity(finding["severity"]), "excerpt": excerpt}))
    return DocumentResult(
        document=DocumentInfo(**with_file(result["document"])),
        findings=tuple(findings),
        totals={(rule, Severity(severity)): count for rule, severity, count in result["totals"]},
        truncated=result["truncated"],
        outlines=tuple(RunOutline(*outline) for outline in result["outlines"]),
    )
