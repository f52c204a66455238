"""Where two rules see one fault, the more severe speaks, whatever severities are configured, whatever is ignored."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.commands import run as command
from tests.support.mutations import mutations, several
from tests.support.pages import NOW, PAGE, findings, page, run, summarize
from validator import Severity, Validator, validate
from validator.contract.loader import load_contract
from validator.rules.registry import RULES

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
USED = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
CREATED = 1729418400


def waiting(name: str, **changes: Any) -> dict[str, Any]:
    """A run that waits for a call of this function."""
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": "{}"}}
    return active(
        "requires_action",
        required_action={"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call]}},
        **changes,
    )


def active(status: str = "in_progress", **changes: Any) -> dict[str, Any]:
    return run(**{"status": status, "completed_at": None, "usage": None, "expires_at": CREATED + 900, **changes})


def without(key: str, **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in run(**changes).items() if name != key}


def listed(name: str, created: int, thread: str, **changes: Any) -> dict[str, Any]:
    one = run(id=f"run_{name}", created_at=created, started_at=created, completed_at=created, thread_id=thread)
    return page(one, **changes)


class Pair(NamedTuple):
    """Two rules that see one fault in a document; where both are as severe, the first speaks."""

    first: str
    second: str
    document: Any
    both: bool = False
    """Whether the second is a finding of its own wherever it is the more severe, and the first stays."""
    series: str = ""


CHOICE = {"tool_choice": {"type": "function", "function": {"name": "bad name"}}}
TOOL = {"type": "function", "function": {"name": "tide"}}
PAIRS = [
    Pair("invalid-function-name", "undeclared-tool-call", waiting("bad name", tools=[])),
    Pair("invalid-function-name", "undeclared-tool-choice", run(tools=[TOOL], **CHOICE)),
    Pair("empty-identifier", "duplicate-run-id", page(run(id=""), run(id=""))),
    Pair("empty-identifier", "mixed-thread-ids", page(run(), run(id="run_b", thread_id=""))),
    Pair("empty-identifier", "shared-identifier", run(id="", thread_id="")),
    Pair("empty-identifier", "unprefixed-id", run(assistant_id="")),
    Pair("empty-identifier", "changed-immutable-field", [run(), run(assistant_id="")], series="history"),
    Pair("zero-timestamp", "completed-without-time", run(completed_at=0)),
    Pair("zero-timestamp", "active-without-start", active(started_at=0)),
    Pair("zero-timestamp", "active-without-expiry", active(expires_at=0)),
    Pair("zero-timestamp", "implausible-timestamp", run(created_at=0)),
    Pair("zero-timestamp", "time-moved-back", [run(), run(started_at=0)], series="history"),
    Pair("zero-timestamp", "changed-immutable-field", [run(), run(created_at=0)], series="history"),
    Pair("milliseconds", "unexpected-completion-time", active(completed_at=CREATED * 1000)),
    Pair("milliseconds", "expiry-on-ended-run", run(expires_at=CREATED * 1000)),
    Pair("negative-tokens", "token-total-mismatch", run(usage={**USED, "total_tokens": -1})),
    Pair("negative-tokens", "token-total-mismatch", run(usage={**USED, "prompt_tokens": -1}), both=True),
    Pair(
        "negative-tokens",
        "cached-exceeds-prompt",
        run(usage={**USED, "prompt_tokens": -10, "total_tokens": -5, "prompt_token_details": {"cached_tokens": 3}}),
        both=True,
    ),
    Pair("schema:enum", "schema:type", run(status="failed", last_error={"code": 7, "message": "x"})),
    Pair("schema:required", "misspelt-key", without("status", statuss="completed"), both=True),
    Pair("schema:required", "mixed-naming", without("created_at", createdAt=CREATED), both=True),
    Pair("non-finite-number", "schema:type", run(max_prompt_tokens=float("nan"))),
    Pair("illegal-transition", "usage-shrank", [run(), active()], series="history", both=True),
    Pair(
        "changed-immutable-field",
        "illegal-transition",
        [run(), active(thread_id="thread_Other")],
        series="history",
        both=True,
    ),
    Pair(
        "mixed-thread-pages",
        "broken-chain",
        [
            listed("a", CREATED + 1, "thread_y", has_more=True),
            listed("b", CREATED, "thread_y", has_more=True),
            listed("c", CREATED + 9, "thread_z"),
        ],
        series="listing",
        both=True,
    ),
]


def _reported(pair: Pair, **options: Any) -> list[str]:
    """Which of the two are reported, and each how often."""
    source = json.dumps(pair.document) if "NaN" in json.dumps(pair.document) else pair.document
    series = {pair.series: True} if pair.series else {}
    words = {"contract": "published", "select": pair[:2], **series, **options}
    return sorted(found.rule for found in findings(source, **words))


def _name(value: object) -> str:
    return f"{value.first}-{value.second}" if isinstance(value, Pair) else str(value)


@pytest.mark.parametrize("first", Severity)
@pytest.mark.parametrize("second", Severity)
@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_milder_finding_never_replaces_a_more_severe_one(pair: Pair, second: Severity, first: Severity) -> None:
    reported = _reported(pair, severity={pair.first: first, pair.second: second})
    if first.reaches(second):
        assert pair.first in reported
    else:
        assert pair.second in reported
        assert pair.both == (reported.count(pair.first) == _reported(pair, ignore=[pair.second]).count(pair.first))
    if first.reaches(second) and (first is ERROR or pair.series != "history"):
        assert pair.second not in reported


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.first != "zero-timestamp"], ids=_name)
def test_ignored_rule_hides_nothing(pair: Pair) -> None:
    assert {*_reported(pair, ignore=[pair.first])} == {pair.second}
    assert {*_reported(pair, ignore=[pair.second])} == {pair.first}


@pytest.mark.parametrize(
    "pair", [pair for pair in PAIRS if pair.first != "milliseconds" and not pair.series], ids=_name
)
def test_rule_ignored_in_a_file_hides_nothing_there(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(pair.document))
    for ignored, reported in (pair[:2], pair[1::-1]):
        (tmp_path / "validate-runs.toml").write_text(f'[per-file-ignores]\n"a.json" = ["{ignored}"]\n')
        words = ("a.json", "--contract", "published", "--select", ",".join(pair[:2]), "--now", str(NOW))
        report = json.loads(command(*words, "-f", "json", "--show", "info", cwd=tmp_path).out)
        assert {found["rule"] for found in report["findings"]} == {reported}


def test_zero_is_a_time_without_zero_timestamp() -> None:
    zero = active(completed_at=0)
    assert [found[0] for found in summarize(zero)] == ["zero-timestamp"]
    assert [found[0] for found in summarize(zero, ignore=["zero-timestamp"], select=["status"])] == [
        "unexpected-completion-time"
    ]


def test_called_invalid_function_name_is_a_warning() -> None:
    place = "/required_action/submit_tool_outputs/tool_calls/0/function/name"
    expected = "is a string of 8 characters, expected 1 to 64 letters, digits, underscores and dashes"
    assert summarize(waiting("bad name", tools=[])) == [("invalid-function-name", place, expected)]
    assert summarize(waiting("multi_tool_use.parallel", tools=[TOOL])) == [
        ("undeclared-tool-call", place, 'is "multi_tool_use.parallel", which is not a function in tools')
    ]
    assert summarize(waiting("tide", tools=[TOOL])) == []
    declared = [{"type": "function", "function": {"name": "bad name"}}]
    assert summarize(waiting("bad name", tools=declared)) == [
        ("invalid-function-name", "/tools/0/function/name", expected)
    ]


def test_explained_problem_is_not_reported() -> None:
    tools = [{"type": "function", "function": {"name": "bad name"}}] * 2
    assert [found[:2] for found in summarize(run(tools=tools), select=["tools"])] == [
        ("invalid-function-name", "/tools/0/function/name"),
        ("duplicate-function-name", "/tools/1/function/name"),
        ("invalid-function-name", "/tools/1/function/name"),
    ]


def _pages() -> Iterator[Any]:
    """Pages with faults of shape and sense, drawn at random, always the same."""
    draw = random.Random(18)
    shapes = mutations(PAGE, load_contract("observed", "wire"))
    senses: list[Callable[[dict[str, Any]], None]] = [
        lambda one: one.update(completed_at=draw.choice([0, None, CREATED * 1000, CREATED - 5])),
        lambda one: one.update(started_at=draw.choice([0, None, CREATED * 1000, CREATED - 5])),
        lambda one: one.update(created_at=draw.choice([0, CREATED * 1000])),
        lambda one: one.update({draw.choice(["id", "thread_id", "assistant_id", "model"]): ""}),
        lambda one: one.update(status=draw.choice(["queued", "failed", "requires_action", "cancelled"])),
        lambda one: one.update(usage={**USED, draw.choice([*USED]): draw.choice([-1, 0, 99])}),
        lambda one: one.update(tool_choice={"type": "function", "function": {"name": draw.choice(["bad name", "x"])}}),
        lambda one: one.update(waiting(draw.choice(["bad name", "x"]), tools=draw.choice([[], [TOOL]]))),
    ]
    for _ in range(40):
        document = page(*(run(id=f"run_{letter}") for letter in "abc"))
        for fault in draw.sample(senses, draw.randint(1, 3)):
            fault(draw.choice(document["data"]))
        yield several(document, shapes, draw) if draw.random() < 0.2 else document


def test_findings_of_one_rule_remain_or_are_outranked() -> None:
    """Alone but for the rules that decide how times are read."""
    outranked = 0
    pages = [(document, validate(document, now=NOW).findings) for document in _pages()]
    for rule in (one.name for one in RULES if one.subject in ("run", "page", "document")):
        alone = Validator(select=[rule, "zero-timestamp", "milliseconds"], now=NOW)
        for document, among_all in pages:
            reported = {(finding.rule, finding.pointer) for finding in among_all}
            for finding in alone.validate(document).findings:
                if finding.rule != rule or (finding.rule, finding.pointer) in reported:
                    continue
                outranked += 1
                assert any(
                    other.severity.reaches(finding.severity) and other.run_id == finding.run_id for other in among_all
                ), finding
    assert outranked > 10


def test_generated_sample_is_shown_before_what_follows_from_it() -> None:
    sample = page(run(id="string", thread_id="string", assistant_id="string", model="string", created_at=1))
    first, *others = findings(sample)
    message = 'is the placeholder "string"; the document is a generated sample, not data'
    assert (str(first.severity), first.rule, first.pointer) == ("warning", "placeholder-value", "/data/0/id")
    assert first.message == f"{message}, and the other findings follow from that"
    assert {"shared-identifier", "implausible-timestamp"} <= {found.rule for found in others}
    alone = findings(page(run(instructions="string")))
    assert [(str(found.severity), found.message) for found in alone] == [("info", message)]
    configured = findings(sample, severity={"placeholder-value": "error"})
    assert str(configured[0].severity) == "error"
    assert "placeholder-value" not in {found.rule for found in findings(sample, ignore=["placeholder-value"])}
