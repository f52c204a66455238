"""The report for merge requests on GitLab, held against what its documentation demands."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.commands import Ran
from tests.support.commands import run as command
from tests.support.findings import LOOK, MISMATCH, PLACELESS, checked, written
from tests.support.pages import page, run
from tests.support.paths import ROOT, SAMPLES
from validator.core.severity import Severity
from validator.reporters.registry import load_reporter
from validator.sources.document import InputError

TEXT = {"type": "string", "minLength": 1}
LINE = {"type": "integer", "minimum": 1}
SCHEMA = Draft202012Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": TEXT,
                "check_name": TEXT,
                "fingerprint": TEXT,
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {**TEXT, "not": {"pattern": "^(\\./|/)"}},
                        "lines": {"type": "object", "required": ["begin"], "properties": {"begin": LINE, "end": LINE}},
                    },
                },
            },
        },
    }
)
"""What https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format demands."""

WRONG = run(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4})
OTHER = run(id="run_b", model=7)
HABIT = run(id="run_c", temperature=9)
"""A run with a warning."""


def issues(text: str) -> list[dict[str, Any]]:
    """The issues of a sound report, of which no two are the same to GitLab."""
    assert not text.startswith("\ufeff")
    found = json.loads(text)
    SCHEMA.validate(found)
    assert len({issue["fingerprint"] for issue in found}) == len(found)
    return list(found)


def reported(*words: str | Path, cwd: Path, stdin: bytes = b"") -> list[dict[str, Any]]:
    return issues(command("-f", "gitlab", *words, cwd=cwd, stdin=stdin).out)


def test_gitlab_issue_has_message_and_position() -> None:
    assert reported("invalid/token-total-mismatch.json", cwd=SAMPLES) == [
        {
            "description": "/data/0/usage/total_tokens is 940, but prompt_tokens 940 + completion_tokens 205 is 1145. "
            "(token-total-mismatch)",
            "check_name": "token-total-mismatch",
            "fingerprint": "742577809b3ad789df307f80d55d99b134fef604249529575640564d782fc2db",
            "severity": "major",
            "location": {"path": "invalid/token-total-mismatch.json", "lines": {"begin": 35, "end": 35}},
        }
    ]


def test_gitlab_without_findings_is_an_empty_array() -> None:
    assert command("-f", "gitlab", "valid/page.json", cwd=SAMPLES) == Ran(0, "[]\n", "")


def test_gitlab_issue_without_position_is_on_line_one() -> None:
    (issue,) = issues(written("gitlab", checked(PLACELESS, file=None)))
    assert (issue["severity"], issue["location"]) == ("minor", {"path": "<document>", "lines": {"begin": 1, "end": 1}})


def test_gitlab_severity_of_infos() -> None:
    (issue,) = issues(written("gitlab", checked(replace(MISMATCH, severity=Severity.INFO))))
    assert issue["severity"] == "info"


def test_gitlab_path_of_standard_input() -> None:
    found = reported("-", cwd=SAMPLES, stdin=json.dumps(page(WRONG)).encode())
    assert [issue["location"]["path"] for issue in found] == ["<stdin>"]


def test_gitlab_paths_are_relative_to_working_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.json").write_text(json.dumps(page(WRONG)))
    plain = reported("a/b.json", cwd=tmp_path)
    assert plain[0]["location"]["path"] == "a/b.json"
    assert reported("./a//b.json", cwd=tmp_path) == reported(tmp_path / "a/b.json", cwd=tmp_path) == plain


def test_gitlab_fingerprints_are_stable(tmp_path: Path) -> None:
    file = tmp_path / "page.json"

    def prints(document: object, **layout: Any) -> dict[str, str]:
        file.write_text(json.dumps(document, **layout))
        found = reported("--select", "usage,schema", "page.json", cwd=tmp_path)
        return {issue["check_name"]: issue["fingerprint"] for issue in found}

    before = prints(page(WRONG, OTHER))
    assert {*before} == {"token-total-mismatch", "schema:type"}
    assert prints(page(OTHER, run(id="run_c"), WRONG), indent=2) == before


def test_gitlab_fingerprints_are_unique(tmp_path: Path) -> None:
    record = json.dumps(page(WRONG))
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(f"{record}\n{record}\n")
    found = reported("a.jsonl", "b.jsonl", "./a.jsonl", cwd=tmp_path)
    assert [issue["location"]["path"] for issue in found] == ["a.jsonl"] * 2 + ["b.jsonl"] * 2
    assert len({issue["fingerprint"] for issue in found}) == 4


def test_gitlab_truncation_is_an_issue(tmp_path: Path) -> None:
    record = json.dumps(page(WRONG))
    (tmp_path / "a.jsonl").write_text(f"{record}\n" * 4)
    *_, last = reported("--max-findings", "1", "a.jsonl", cwd=tmp_path)
    assert (last["check_name"], last["severity"]) == ("findings-left-out", "info")
    assert last["description"] == "3 more findings in this file: --max-findings 0 shows all."


def test_gitlab_input_error_is_an_issue(tmp_path: Path) -> None:
    (issue,) = reported("nowhere.json", cwd=tmp_path)
    assert (issue["check_name"], issue["severity"]) == ("input-error", "blocker")
    assert (issue["description"], issue["location"]["path"]) == (
        "Could not be opened: no such file or directory.",
        "nowhere.json",
    )


def test_gitlab_omits_suppressed_and_hidden_findings(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text(json.dumps(page(WRONG, OTHER, HABIT)))
    every = reported("--show", "info", "page.json", cwd=tmp_path)
    errors = reported("--show", "error", "page.json", cwd=tmp_path)
    assert [issue for issue in every if issue["severity"] == "major"] == errors != every
    command("--baseline", "b.json", "--update-baseline", "page.json", cwd=tmp_path)
    (tmp_path / "page.json").write_text(json.dumps(page(WRONG, OTHER, HABIT, run(id="run_d", status="x"))))
    (new,) = reported("--baseline", "b.json", "page.json", cwd=tmp_path)
    assert new["check_name"] == "schema:enum"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("\u202e\x1b", "\\u202e\\u001b"),
        ("\udcff", "\\udcff"),
        ("::x", "::x"),
        ("##[x]", "##[x]"),
        ("\N{LATIN SMALL LETTER A WITH DIAERESIS}", "\N{LATIN SMALL LETTER A WITH DIAERESIS}"),
    ],
)
def test_gitlab_writes_hostile_names(name: str, path: str) -> None:
    text = written("gitlab", checked(replace(MISMATCH, file=name), file=name))
    assert text.isascii()
    assert issues(text)[0]["location"]["path"] == path
    (unopened,) = issues("".join(load_reporter("gitlab")([InputError(name, name)], LOOK)))
    assert (unopened["location"]["path"], unopened["description"]) == (path, f"Could not be opened: {path}.")


def test_gitlab_reports_of_samples_are_valid() -> None:
    found = reported("--show", "info", "--max-findings", "0", "samples", cwd=ROOT)
    assert len({issue["check_name"] for issue in found}) > 60
