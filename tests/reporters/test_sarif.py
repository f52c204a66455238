"""The report for code scanning: whole, valid, and clean in the eyes of the tool that GitHub recommends."""

import copy
import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support.commands import run
from tests.support.findings import LOOK, MISMATCH, PLACELESS, checked, written
from tests.support.pages import PAGE
from tests.support.paths import SAMPLES
from tests.support.tools import need_tools, npm_packages
from validator.core.finding import Excerpt
from validator.core.severity import Severity
from validator.reporters import sarif
from validator.rules.registry import BY_NAME
from validator.version import __version__

SAMPLE = "invalid/token-total-mismatch.json"
WRONG = "run_Wr0ngWr0ngWr0ngWr0ng"
ROOT = "%SRCROOT%"
SECRET = "correct horse battery staple"


def log_of(*words: str | Path, **options: Any) -> dict[str, Any]:
    """The run in the log that the command prints."""
    return run_in(run("-f", "sarif", *words, **options).out)


def run_in(text: str) -> dict[str, Any]:
    log = json.loads(text)
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    found: dict[str, Any] = log["runs"][0]
    return found


def files(log: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["locations"][0]["physicalLocation"]["artifactLocation"] for one in log["results"]]


def test_sarif_finding_is_a_result() -> None:
    (found,) = json.loads(run("-f", "json", SAMPLE, cwd=SAMPLES).out)["findings"]
    page = BY_NAME["token-total-mismatch"]
    assert json.loads(run("-f", "sarif", SAMPLE, cwd=SAMPLES).out) == {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "validate-runs",
                        "semanticVersion": __version__,
                        "informationUri": "https://pypi.org/project/validate-runs/",
                        "rules": [
                            {
                                "id": "token-total-mismatch",
                                "name": "TokenTotalMismatch",
                                "shortDescription": {"text": page.summary},
                                "fullDescription": {"text": page.documentation.partition("\n\nBad:")[0]},
                                "help": {"text": page.documentation, "markdown": page.documentation},
                                "helpUri": page.source,
                                "defaultConfiguration": {"level": "error"},
                                "properties": {
                                    "tags": ["usage"],
                                    "precision": "very-high",
                                    "problem.severity": "error",
                                },
                            }
                        ],
                    }
                },
                "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": []}],
                "originalUriBaseIds": {
                    ROOT: {"description": {"text": "The folder in which validate-runs was started."}},
                    "%FILESYSTEM%": {
                        "uri": "file:///",
                        "description": {"text": "Files outside of that folder."},
                    },
                },
                "automationDetails": {"id": "validate-runs/observed/"},
                "columnKind": "unicodeCodePoints",
                "redactionTokens": ["…"],
                "results": [
                    {
                        "ruleId": "token-total-mismatch",
                        "ruleIndex": 0,
                        "level": "error",
                        "message": {
                            "text": "/data/0/usage/total_tokens is 940, but prompt_tokens 940 + completion_tokens 205 "
                            "is 1145."
                        },
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": SAMPLE, "uriBaseId": ROOT},
                                    "region": {
                                        "startLine": 35,
                                        "startColumn": 25,
                                        "endLine": 35,
                                        "endColumn": 28,
                                        "snippet": {"text": "940"},
                                    },
                                    "contextRegion": {
                                        "startLine": 35,
                                        "snippet": {"text": '        "total_tokens": 940'},
                                    },
                                },
                                "logicalLocations": [
                                    {"fullyQualifiedName": "/data/0/usage/total_tokens", "kind": "value"}
                                ],
                            }
                        ],
                        "partialFingerprints": {"validateRunsFinding/v1": found["fingerprint"]},
                        "properties": {"run_id": "run_wnNSI71Wbtj1Sf609JSgsmby"},
                    }
                ],
            }
        ],
    }


def test_sarif_results_reference_rules_in_order() -> None:
    log = log_of("--show", "info", "invalid", "series", cwd=SAMPLES)
    rules = [rule["id"] for rule in log["tool"]["driver"]["rules"]]
    assert rules == [name for name in BY_NAME if name in set(rules)]
    assert {one["ruleId"] for one in log["results"]} == set(rules)
    assert [rules[one["ruleIndex"]] for one in log["results"]] == [one["ruleId"] for one in log["results"]]
    fingerprints = [one["partialFingerprints"]["validateRunsFinding/v1"] for one in log["results"]]
    assert len({*fingerprints}) == len(fingerprints)


def test_sarif_rule_without_examples() -> None:
    (rule,) = log_of("invalid/not-utf8.json", cwd=SAMPLES)["tool"]["driver"]["rules"]
    assert rule["fullDescription"]["text"].endswith("(`iconv -f utf-16 -t utf-8`).")


def test_sarif_levels() -> None:
    findings = [replace(MISMATCH, severity=severity) for severity in Severity]
    log = run_in(written("sarif", checked(*findings)))
    assert [one["level"] for one in log["results"]] == ["error", "warning", "note"]
    assert log["tool"]["driver"]["rules"][0]["defaultConfiguration"] == {"level": "error"}
    remapped = log_of("--severity", "token-total-mismatch=warning", SAMPLE, cwd=SAMPLES)
    assert [one["level"] for one in remapped["results"]] == ["warning"]


def test_sarif_rule_names() -> None:
    findings = [replace(MISMATCH, rule=rule) for rule in ("schema:type", "milliseconds")]
    log = run_in(written("sarif", checked(*findings)))
    names = {rule["id"]: rule["name"] for rule in log["tool"]["driver"]["rules"]}
    assert names == {"schema:type": "SchemaType", "milliseconds": "TimeMilliseconds"}


def test_sarif_omits_hidden_findings(tmp_path: Path) -> None:
    assert log_of("invalid/missing-usage.json", cwd=SAMPLES)["results"] == []
    assert len(log_of("invalid/missing-usage.json", "--show", "info", cwd=SAMPLES)["results"]) == 1


# Places


def test_sarif_uris_are_relative(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    names = [
        b"a\nb.json",
        b"b\xff.json",
        b"c,d:e.json",
        b"e\x1b[31m.json",
        b"p%41 q#?.json",
        b"x\\y.json",
        b"\xc3\xbc.json",
    ]
    for name in [*names, b"../above.json"]:
        (folder / name.decode("utf-8", "surrogateescape")).write_text(json.dumps({**PAGE, "first_id": WRONG}))
    log = log_of("--select", "page", ".", cwd=folder)
    assert files(log) == [
        {"uri": uri, "uriBaseId": ROOT}
        for uri in (
            "a%0Ab.json",
            "b%FF.json",
            "c%2Cd%3Ae.json",
            "e%1B%5B31m.json",
            "p%2541%20q%23%3F.json",
            "x%5Cy.json",
            "%C3%BC.json",
        )
    ]
    for inside in (folder / "c,d:e.json", "../in/./c,d:e.json"):
        log = log_of("--select", "page", inside, cwd=folder)
        assert files(log) == [{"uri": "c%2Cd%3Ae.json", "uriBaseId": ROOT}]
    for outside in ("../above.json", tmp_path / "above.json"):
        log = log_of("--select", "page", outside, cwd=folder)
        assert files(log) == [{"uri": f"{tmp_path}/above.json"[1:], "uriBaseId": "%FILESYSTEM%"}]


def test_sarif_uri_of_windows_path() -> None:
    log = run_in(written("sarif", checked(replace(MISMATCH, file="\ud83d.json"))))
    assert files(log) == [{"uri": "%ED%A0%BD.json", "uriBaseId": ROOT}]


def test_sarif_standard_input() -> None:
    log = log_of("-", stdin=(SAMPLES / SAMPLE).read_bytes())
    assert files(log) == [{"uri": "stdin", "description": {"text": "Standard input."}}]


def test_sarif_result_without_position_has_pointer() -> None:
    log = run_in(written("sarif", checked(PLACELESS), checked(replace(PLACELESS, file="t.py::test", pointer=""))))
    assert [one["locations"] for one in log["results"]] == [
        [{"logicalLocations": [{"fullyQualifiedName": "/first_id", "kind": "value"}]}],
        [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "t.py%3A%3Atest", "uriBaseId": ROOT},
                    "region": {"startLine": 1, "endLine": 1},
                }
            }
        ],
    ]
    assert [one["message"]["text"].partition(" is ")[0] for one in log["results"]] == ["/first_id", "The document"]


def test_sarif_record_has_line_of_file(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(PAGE)}\n{json.dumps({**PAGE, 'first_id': WRONG})}\n")
    (found,) = log_of("--select", "page", "a.jsonl", cwd=tmp_path)["results"]
    assert found["properties"] == {"record": 2}
    place = found["locations"][0]["physicalLocation"]
    assert (place["region"]["startLine"], place["region"]["snippet"]) == (2, {"text": f'"{WRONG}"'})
    assert "contextRegion" not in place  # the line is longer than the excerpt


def test_sarif_place_in_a_binary_file_has_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    (found,) = log_of("a.json", cwd=tmp_path)["results"]
    place = found["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "a.json", "uriBaseId": ROOT},
        "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1},
    }


@pytest.mark.parametrize(("left", "right"), [(True, False), (False, True)])
def test_sarif_omits_truncated_lines(left: bool, right: bool) -> None:
    excerpt = Excerpt("36", 0, 2, cut_left=left, cut_right=right)
    log = run_in(written("sarif", checked(replace(MISMATCH, excerpt=excerpt), replace(MISMATCH, end_line=42))))
    assert ["contextRegion" in one["locations"][0]["physicalLocation"] for one in log["results"]] == [False, False]


def test_sarif_snippets_show_text_only_on_request(tmp_path: Path) -> None:
    run_ = {**PAGE["data"][0], "instructions": SECRET, "object": SECRET}
    (tmp_path / "a.json").write_text(json.dumps({**PAGE, "data": [run_]}, indent=1))
    assert SECRET not in run("-f", "sarif", "--show", "info", "a.json", cwd=tmp_path).out
    assert SECRET in run("-f", "sarif", "--show", "info", "--show-values", "a.json", cwd=tmp_path).out


def test_sarif_message_brackets_are_escaped() -> None:
    hostile = replace(MISMATCH, pointer="/[click](https://example.org)", message="is [1](2)")
    (found,) = run_in(written("sarif", checked(hostile)))["results"]
    assert found["message"]["text"] == r"/\[click\](https://example.org) is \[1\](2)."


# What there is beside findings


def test_sarif_suppressions_and_baseline_state(tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    page.write_text(json.dumps({**PAGE, "first_id": WRONG}))
    words = ("--select", "page", "--baseline", "accepted.json", "page.json")
    run(*words, "--update-baseline", cwd=tmp_path)
    page.write_text(json.dumps({**PAGE, "first_id": WRONG, "last_id": WRONG}))
    log = log_of(*words, cwd=tmp_path)
    reported = {one["ruleId"]: (one["baselineState"], one.get("suppressions")) for one in log["results"]}
    accepted = {"kind": "external", "status": "accepted", "justification": "The baseline accepts it."}
    assert reported == {"first-id-mismatch": ("unchanged", [accepted]), "last-id-mismatch": ("new", None)}
    assert log["invocations"][0]["executionSuccessful"] is True


def test_sarif_omits_hidden_suppressed_findings() -> None:
    hidden = replace(MISMATCH, severity=Severity.INFO)
    document = checked()._replace(suppressed=(hidden, replace(MISMATCH, fingerprint="f")))
    log = run_in(written("sarif", document, look=LOOK._replace(baseline=True)))
    assert [one["partialFingerprints"]["validateRunsFinding/v1"] for one in log["results"]] == ["f"]


def test_sarif_input_error_is_a_notification(tmp_path: Path) -> None:
    (invocation,) = log_of("no[w](here).json", SAMPLES / SAMPLE, cwd=tmp_path)["invocations"]
    assert invocation == {
        "executionSuccessful": False,
        "toolExecutionNotifications": [
            {
                "descriptor": {"id": "input-error"},
                "level": "error",
                "message": {"text": r"no\[w\](here).json: no such file or directory."},
                "locations": [
                    {"physicalLocation": {"artifactLocation": {"uri": "no%5Bw%5D%28here%29.json", "uriBaseId": ROOT}}}
                ],
            }
        ],
    }


def test_sarif_internal_error_is_unsuccessful() -> None:
    failed = replace(MISMATCH, rule="internal-error", group="document")
    assert run_in(written("sarif", checked(failed)))["invocations"][0]["executionSuccessful"] is False


def test_sarif_truncation_is_a_notification() -> None:
    log = run_in(written("sarif", checked(MISMATCH, truncated=2), checked(truncated=1)))
    assert log["invocations"][0] == {
        "executionSuccessful": True,
        "toolExecutionNotifications": [
            {
                "descriptor": {"id": "findings-left-out"},
                "level": "warning",
                "message": {
                    "text": "3 more findings not listed here: --max-findings 0 shows all of a file, and this log "
                    "25000 at most."
                },
            }
        ],
    }


@pytest.mark.parametrize(("most", "expected"), [(1, "4"), (2, "45"), (3, "145"), (5, "12345"), (4, "1245")])
def test_sarif_keeps_new_and_worst_results_within_limit(
    monkeypatch: pytest.MonkeyPatch, most: int, expected: str
) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", most)
    warning = replace(MISMATCH, severity=Severity.WARNING)
    one, two, three, four, five = (str(number) for number in range(1, 6))
    shown = checked(replace(warning, fingerprint=one), replace(warning, fingerprint=two))
    first = shown._replace(suppressed=(replace(MISMATCH, fingerprint=three),))
    second = checked(replace(MISMATCH, fingerprint=four), replace(MISMATCH, fingerprint=five))
    log = run_in(written("sarif", first, second))
    kept = [result["partialFingerprints"]["validateRunsFinding/v1"] for result in log["results"]]
    assert "".join(kept) == expected
    reported = [one["message"]["text"] for one in log["invocations"][0]["toolExecutionNotifications"]]
    assert [text.partition(" not listed here")[0] for text in reported] == {
        1: ["4 more findings"],
        2: ["3 more findings"],
        3: ["2 more findings"],
        4: ["1 more finding"],
        5: [],
    }[most]


def test_sarif_is_reproducible(tmp_path: Path) -> None:
    texts = set()
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.json").write_bytes((SAMPLES / SAMPLE).read_bytes())
        texts.add(run("-f", "sarif", "page.json", cwd=tmp_path / name).out)
    assert len(texts) == 1


# Other people's validators


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Logs of every kind."""
    folder = tmp_path_factory.mktemp("logs")
    for name in (b"b\xff \n[31m.json", b"%2e%2e.json"):
        (folder / name.decode("utf-8", "surrogateescape")).write_text(json.dumps({**PAGE, "first_id": WRONG}))
    accepted = checked(MISMATCH)._replace(suppressed=(replace(MISMATCH, fingerprint="f" * 16, line=9, end_line=9),))
    texts = {
        "all": run("-f", "sarif", "--show", "info", *sorted(map(str, SAMPLES.iterdir()))).out,
        "names": run("-f", "sarif", ".", "nowhere", "../above", cwd=folder).out,
        "sound": run("-f", "sarif", SAMPLES / "valid").out,
        "input": run("-f", "sarif", "-", stdin=b"{").out,
        "baseline": written("sarif", accepted, look=LOOK._replace(baseline=True)),
        "cut": written("sarif", checked(replace(PLACELESS, file="t.py::test"), PLACELESS, truncated=1)),
    }
    return {name: json.loads(text) for name, text in texts.items()}


def _without_rules(run_: dict[str, Any]) -> None:
    del run_["tool"]["driver"]["rules"]


def _without_home(run_: dict[str, Any]) -> None:
    del run_["tool"]["driver"]["informationUri"]


def _without_description(run_: dict[str, Any]) -> None:
    del run_["tool"]["driver"]["rules"][0]["shortDescription"]


def _without_a_line(run_: dict[str, Any]) -> None:
    run_["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0


def _without_words(run_: dict[str, Any]) -> None:
    run_["results"][0]["message"] = {}


CONTROLS: dict[str, tuple[Callable[[dict[str, Any]], None], set[str]]] = {
    "control-rules": (_without_rules, {"GH1018"}),
    "control-home": (_without_home, {"SARIF2005"}),
    "control-description": (_without_description, {"GH2012"}),
    "control-line": (_without_a_line, {"SARIF1007"}),
    "control-words": (_without_words, {"GH1015"}),
}
"""Logs that are broken on purpose, and the rules that they break: without them, silence would mean nothing."""


@pytest.mark.tools
def test_sarif_fits_published_schema(logs: dict[str, Any]) -> None:
    package = npm_packages("@microsoft/jest-sarif@1.0.0-beta.0") / "@microsoft" / "jest-sarif"
    (schema,) = package.rglob("sarif-2.1.0*.json")
    validator = jsonschema.Draft4Validator(json.loads(schema.read_text("utf-8-sig")))
    for name, log in logs.items():
        assert [error.message for error in validator.iter_errors(log)] == [], name
    broken = copy.deepcopy(logs["names"])
    _without_a_line(broken["runs"][0])
    assert not validator.is_valid(broken)


@pytest.mark.tools
def test_sarif_multitool_accepts_logs(logs: dict[str, Any], tmp_path: Path) -> None:
    need_tools("the multitool takes several seconds")
    folder = npm_packages("@microsoft/sarif-multitool-linux@5.7.0") / "@microsoft" / "sarif-multitool-linux"
    tool = folder / "Sarif.Multitool"
    tool.chmod(0o755)
    for name, (breaks, _) in CONTROLS.items():
        logs = {**logs, name: copy.deepcopy(logs["names"])}
        breaks(logs[name]["runs"][0])
    for name, log in logs.items():
        (tmp_path / f"{name}.sarif").write_text(json.dumps(log))
    output = tmp_path / "validation" / "output.json"
    output.parent.mkdir()
    inputs = [tmp_path / f"{name}.sarif" for name in logs]
    words: list[str | Path] = [tool, "validate", *inputs, "--output", output, "--log", "ForceOverwrite"]
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}  # or it goes online
    asked = [*words, "--rule-kind", "Sarif;Ghas"]
    subprocess.run(asked, env=os.environ | nowhere, capture_output=True, check=True, timeout=300)  # 0 means nothing
    broken_rules = _rules_by_input(json.loads(output.read_text("utf-8-sig")))
    for name in logs:
        _, expected = CONTROLS.get(name, (None, set()))
        assert broken_rules[name] >= expected, name
        assert name in CONTROLS or broken_rules[name] == set(), name


def _rules_by_input(log: dict[str, Any]) -> defaultdict[str, set[str]]:
    """The rules of the tool that each input breaks, notes aside."""
    broken_rules = defaultdict(set)
    (run_,) = log["runs"]
    for one in run_["results"]:
        if one.get("level", "warning") in ("warning", "error"):
            uri = one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            broken_rules[Path(uri).stem].add(one["ruleId"])
    return broken_rules
