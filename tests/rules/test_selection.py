"""Which rules are in effect: by name, group and glob."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run
from tests.support.paths import SAMPLES
from validator import Severity, UnknownRule, validate
from validator.rules.registry import BY_NAME, RULES
from validator.rules.selection import GROUPS, effective_severities, match_rules

FIXED = {
    "not-json",
    "not-utf8",
    "too-deep",
    "too-large",
    "broken-compression",
    "broken-recording",
    "not-a-run-list",
    "worker-ended",
    "internal-error",
}
"""Content that cannot be read, and rules that broke: nobody can ignore that."""


def _in_effect(select: list[str] | None = None, ignore: list[str] | None = None) -> set[str]:
    return {*effective_severities(select or (), ignore or ())} - FIXED


def test_all_rules_are_in_effect_by_default() -> None:
    assert effective_severities() == {rule.name: rule.severity for rule in RULES}


@pytest.mark.parametrize(
    ("select", "rules"),
    [
        (["first-id-mismatch"], {"first-id-mismatch"}),
        (["first-id-mismatch", "last-id-mismatch"], {"first-id-mismatch", "last-id-mismatch"}),
        (["*-id-mismatch"], {"first-id-mismatch", "last-id-mismatch"}),
        (["schema:m*"], {"schema:minimum", "schema:maximum", "schema:minLength", "schema:maxItems"}),
        (["usage"], {rule.name for rule in RULES if rule.group == "usage"}),
    ],
)
def test_select_limits_rules(select: list[str], rules: set[str]) -> None:
    assert _in_effect(select=select) == rules


def test_ignore_wins_over_select() -> None:
    everything = {rule.name for rule in RULES} - FIXED
    assert _in_effect(ignore=["usage"]) == everything - {rule.name for rule in RULES if rule.group == "usage"}
    assert _in_effect(select=["*-id-mismatch"], ignore=["last-*"]) == {"first-id-mismatch"}


def test_last_severity_wins() -> None:
    remapped = effective_severities(severity={"*": "info", "usage": "error", "missing-usage": "off"})
    assert "missing-usage" not in remapped
    assert remapped["token-total-mismatch"] is Severity.ERROR
    assert remapped["first-id-mismatch"] is Severity.INFO


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"select": ["usage"], "ignore": ["usage"]}, 'those of select "usage" are removed by ignore "usage"'),
        (
            {"select": ["usage", "time"], "ignore": ["tools", "token*", "*"], "severity": {"time": "off"}},
            'those of select "usage" and "time" are removed by ignore "token*" and "*" and severity "time=off"',
        ),
        (
            {"select": ["document"], "ignore": ["document"]},
            'those of select "document" are removed by ignore "document"',
        ),
        ({"ignore": ["*"]}, 'all are removed by ignore "*"'),
        ({"severity": {"usage": "info", "*": "off"}}, 'all are removed by severity "*=off"'),
    ],
)
def test_options_that_leave_no_rule_are_refused(tmp_path: Path, options: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  # the whole text is compared
        validate({}, **options)
    assert str(refused.value) == f"no rule is left: {why}"
    configured = {name: value for name, value in options.items() if name != "severity"}
    severity = "".join(f'"{word}" = "{level}"\n' for word, level in options.get("severity", {}).items())
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in configured.items()]
    (tmp_path / "validate-runs.toml").write_text("".join([*lines, "[severity]\n", severity]))
    ran = run(SAMPLES / "invalid" / "token-total-mismatch.json", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"validate-runs: no rule is left: {why} (configuration: validate-runs.toml)\n")


def test_mandatory_rule_may_be_the_only_one() -> None:
    assert {*effective_severities(select=["not-json"], ignore=["usage"])} == FIXED


@pytest.mark.parametrize(
    "options", [{"select": ["usage"]}, {"ignore": ["document"]}, {"severity": {"document": "off"}}]
)
def test_mandatory_rules_stay_selected(options: dict[str, object]) -> None:
    effective = effective_severities(**options)  # type: ignore[arg-type]  # each as it is named
    assert {name: effective[name] for name in FIXED} == dict.fromkeys(FIXED, Severity.ERROR)


def test_mandatory_rules_keep_their_severity() -> None:
    assert {effective_severities(severity={"document": "info"})[name] for name in FIXED} == {Severity.ERROR}
    assert effective_severities(severity={"document": "info"})["duplicate-key"] is Severity.INFO


@pytest.mark.parametrize("name", sorted(FIXED))
def test_naming_a_mandatory_rule_is_refused(name: str) -> None:
    for options in ({"ignore": iter([name])}, {"severity": {name: "off"}}):
        with pytest.raises(ValueError, match=f"^{name} can be neither ignored nor remapped$"):
            effective_severities(**options)


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [
        ("token-total-mismach", ', did you mean "token-total-mismatch"'),
        ("Usage", ', did you mean "usage"'),
        ("schema:typ", ', did you mean "schema:type"'),
        ("first-id", ', did you mean "first-id-mismatch"'),
        ("token-total", ', did you mean "token-total-mismatch"'),
        ("TOKEN-TOTAL-MISMATCH", ', did you mean "token-total-mismatch"'),
        ("SCHEMA:MAXITEMS", ', did you mean "schema:maxItems"'),
        ("missing", ", --list-rules names them all"),
        ("", ", --list-rules names them all"),
        ("zzz", ", --list-rules names them all"),
        ("zzz*", ", --list-rules names them all"),
    ],
)
def test_unknown_word_is_refused_with_suggestion(word: str, suggestion: str) -> None:
    with pytest.raises(UnknownRule) as refused:
        match_rules(word)
    assert str(refused.value) == f'no rule or group is called "{word}"{suggestion}'


def test_unknown_severity_is_refused() -> None:
    with pytest.raises(ValueError, match="'fatal' is not a valid Severity"):
        effective_severities(severity={"usage": "fatal"})


def test_groups_and_their_order() -> None:
    assert GROUPS == (
        "document",
        "schema",
        "page",
        "identity",
        "settings",
        "status",
        "time",
        "usage",
        "tools",
        "request",
        "listing",
        "history",
    )
    assert all(match_rules(rule.name) == (rule,) for rule in BY_NAME.values())


def test_repeated_word_is_looked_up_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []

    def noted(name: str, word: str) -> bool:
        looked_up.append(word)
        return fnmatchcase(name, word)

    monkeypatch.setattr("validator.rules.selection.fnmatchcase", noted)
    (tmp_path / "validate-runs.toml").write_text(f"select = {json.dumps(['t*-mism[a]tch'] * 100)}")
    ran = run("-f", "json", SAMPLES / "invalid" / "token-total-mismatch.json", cwd=tmp_path)
    assert {one["rule"] for one in json.loads(ran.out)["findings"]} == {"token-total-mismatch"}
    assert len(looked_up) <= len(RULES)
