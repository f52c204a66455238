"""The messages of every invalid sample, word for word; `--snapshot-update` renews them."""

import contextlib
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.support.paths import INVALID, INVALID_SOURCES, MISSHAPEN, ROOT, SAMPLES, SERIES
from validator import Finding, validate
from validator.rules.registry import BY_NAME

NOW = 1793000000.0


@pytest.mark.parametrize(
    "sample",
    [*INVALID, *INVALID_SOURCES, *MISSHAPEN, *SERIES],
    ids=lambda path: path.relative_to(SAMPLES).as_posix(),
)
def test_messages_of_invalid_samples(sample: Path, snapshot: SnapshotAssertion) -> None:
    """Check a sample as what its name says: alone, or as documents that belong together."""
    rule = BY_NAME.get(sample.name.partition(".")[0])
    subject = rule.subject if rule else None
    with contextlib.chdir(ROOT):  # messages name files as they were given
        report = validate(sample.relative_to(ROOT), now=NOW, listing=subject == "listing", history=subject == "history")
    assert "\n".join(map(_line, report.findings)) == snapshot


def _line(finding: Finding) -> str:
    start, end = (finding.line, finding.column), (finding.end_line, finding.end_column)
    place = f"{start[0]}:{start[1]}-{end[0]}:{end[1]} {finding.pointer or '/'}"
    return f"{finding.severity} {finding.rule} {place}: {finding.message} [{finding.fingerprint}]"
