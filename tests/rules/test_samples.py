"""Every sample says exactly what it is there to say."""

import json
from pathlib import Path

import pytest

from tests.support.paths import INVALID, INVALID_SOURCES, MISSHAPEN, SAMPLES, SERIES, SOUND_SERIES, SOURCES, VALID
from validator import Report, Severity, validate
from validator.rules.registry import BY_NAME, RULES

FAULTY = [*INVALID, *INVALID_SOURCES, *SERIES]
NO_FILE_CAN_SHOW = {"too-large", "worker-ended", "internal-error"}
UNAVOIDABLE = {"outdated-tool-type"}
"""The info that every run of the v1 generation has."""


def _rule(sample: Path) -> str:
    return sample.name.partition(".")[0].replace("schema-", "schema:")


def _checked(sample: Path) -> Report:
    """A sample, checked as what its name says: alone, or as pages or snapshots that belong together."""
    rule = BY_NAME.get(_rule(sample))
    subject = rule.subject if rule else None
    return validate(sample, listing=subject == "listing", history=subject == "history")


def _reported_rules(sample: Path) -> list[str]:
    return [finding.rule for finding in _checked(sample).findings]


@pytest.mark.filterwarnings("ignore::validator.UncheckedRunsWarning")  # a call without an answer
@pytest.mark.parametrize("sample", [*VALID, *SOURCES, *SOUND_SERIES], ids=lambda path: str(path.relative_to(SAMPLES)))
def test_valid_sample_has_no_finding(sample: Path) -> None:
    assert set(_reported_rules(sample)) <= UNAVOIDABLE


@pytest.mark.parametrize("sample", FAULTY, ids=lambda path: path.stem)
def test_invalid_sample_has_only_the_finding_of_its_name(sample: Path) -> None:
    rule = BY_NAME[_rule(sample)]
    findings = _checked(sample).findings
    if rule.severity is Severity.INFO:
        assert {finding.rule for finding in findings} == {rule.name}
    graver = [
        finding for finding in findings if finding.severity is not Severity.INFO or rule.severity is Severity.INFO
    ]
    assert {finding.rule for finding in graver} == {rule.name}
    assert len({finding.pointer for finding in graver}) == len(graver)


@pytest.mark.parametrize("sample", FAULTY, ids=lambda path: path.stem)
def test_invalid_sample_has_finding_with_position(sample: Path) -> None:
    for finding in _checked(sample).findings:
        assert finding.file is not None
        file = Path(finding.file)
        assert sample in (file, file.parent)
        lines = file.read_text("utf-8", "replace").splitlines()
        assert finding.line is not None
        assert finding.column is not None
        assert 1 <= finding.line <= len(lines)
        assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1


def test_every_rule_has_an_invalid_sample() -> None:
    assert {_rule(sample) for sample in FAULTY} == {rule.name for rule in RULES} - NO_FILE_CAN_SHOW


def test_every_checking_rule_has_an_almost_invalid_sample() -> None:
    neighbours = {path.stem for path in (*VALID, *SOUND_SERIES) if path.parent.name == "almost"}
    assert {rule.name for rule in RULES if rule.check is not None} <= neighbours


@pytest.mark.parametrize("sample", MISSHAPEN, ids=lambda path: path.stem)
def test_misshapen_sample_has_located_error(sample: Path) -> None:
    report = validate(sample)
    assert not report.ok
    assert all(finding.line and finding.column and finding.message for finding in report.findings)


def test_seed_example_findings() -> None:
    report = validate(SAMPLES / "seed-example.json", now=1793000000)
    assert [(str(found.severity), found.rule, found.pointer) for found in report.findings] == SEED_FINDINGS


SEED_FINDINGS = [
    ("warning", "placeholder-value", "/data/0/id"),
    ("info", "unprefixed-id", "/data/0/id"),
    ("info", "implausible-timestamp", "/data/0/createdAt"),
    ("warning", "shared-identifier", "/data/0/threadId"),
    ("info", "unprefixed-id", "/data/0/threadId"),
    ("info", "unprefixed-id", "/data/0/assistantId"),
    ("error", "unexpected-required-action", "/data/0/requiredAction"),
    ("info", "unprefixed-id", "/data/0/requiredAction/submitToolOutputs/toolCalls/0/id"),
    ("warning", "arguments-not-json", "/data/0/requiredAction/submitToolOutputs/toolCalls/0/function/arguments"),
    ("warning", "unexpected-error", "/data/0/lastError"),
    ("warning", "expiry-on-ended-run", "/data/0/expiresAt"),
    ("error", "unexpected-failure-time", "/data/0/failedAt"),
    ("error", "unexpected-completion-time", "/data/0/completedAt"),
    ("warning", "unexpected-incomplete-details", "/data/0/incompleteDetails"),
    ("warning", "invalid-function-name", "/data/0/tools/0/function/name"),
    ("info", "over-token-limit", "/data/0/usage/completionTokens"),
    ("error", "token-total-mismatch", "/data/0/usage/totalTokens"),
    ("warning", "undeclared-tool-choice", "/data/0/toolChoice/type"),
    ("warning", "invalid-function-name", "/data/0/responseFormat/jsonSchema/name"),
    ("error", "first-id-mismatch", "/firstId"),
    ("error", "last-id-mismatch", "/lastId"),
]


UNREADABLE = {"duplicate-key", "not-json", "not-utf8", "too-deep"}
LAID_OUT = [path for path in (*VALID, *INVALID) if path.stem not in UNREADABLE]


@pytest.mark.parametrize("sample", LAID_OUT, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_samples_are_formatted(sample: Path) -> None:
    text = sample.read_text("utf-8")
    assert _indents(text) == _indents(json.dumps(json.loads(text), indent=2) + "\n")


def _indents(text: str) -> list[int]:
    """The blanks that each line begins with; how numbers and characters are spelt may be the point of a sample."""
    return [len(line) - len(line.lstrip(" ")) for line in text.split("\n")]
