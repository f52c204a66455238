"""A rule is kept from a run only where a field that it reads is misshapen: nothing else hides a finding."""

import copy
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.support.pages import findings, page, run, summarize
from tests.support.paths import INVALID
from tests.support.rules import replace_checks
from validator import validate
from validator.rules.base import Rule
from validator.rules.registry import BY_NAME, RULES

CHECKING = {rule.name for rule in RULES if rule.check is not None}
OF_RUNS = [path for path in INVALID if path.stem in CHECKING and BY_NAME[path.stem].subject == "run"]
OF_PAGES = [path for path in INVALID if path.stem in CHECKING and BY_NAME[path.stem].subject == "page"]
ENVELOPE = ("object", "first_id", "last_id", "has_more")


def _misshapen(fields: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """The same with values in these fields that no schema allows."""
    return {name: _no_schema_allows(value) if name in names else value for name, value in fields.items()}


def _no_schema_allows(value: object) -> object:
    return 7.5 if isinstance(value, str) else "zebra" if value or value == [] else ["zebra"]


def _of(rule: Rule, document: Any) -> list[tuple[str, str]]:
    """Return the findings of a rule, without what they say about other findings."""
    found = (finding for finding in findings(document) if finding.rule == rule.name)
    return [(finding.pointer, finding.message.partition(", and the other findings")[0]) for finding in found]


def _misshapen_at(document: Any) -> set[str]:
    return {found.pointer for found in findings(document) if found.group == "schema"}


@pytest.mark.parametrize("sample", OF_RUNS, ids=lambda path: path.stem)
def test_run_rule_applies_if_its_fields_are_valid(sample: Path) -> None:
    rule, document = BY_NAME[sample.stem], json.loads(sample.read_bytes())
    unreliable = copy.deepcopy(document)
    unreliable["data"] = [_misshapen(one, {*one} - rule.fields - {"file_ids"}) for one in document["data"]]
    assert len(_misshapen_at(unreliable)) > 10 * len(document["data"])
    assert _of(rule, document) != []
    assert _of(rule, unreliable) == _of(rule, document)


@pytest.mark.parametrize("sample", OF_RUNS, ids=lambda path: path.stem)
def test_run_rules_do_not_read_invalid_fields(sample: Path) -> None:
    rule, document = BY_NAME[sample.stem], json.loads(sample.read_bytes())
    present = {name for one in document["data"] for name in one}
    for name in rule.fields & present - {"steps"}:  # what exports add is in no schema: the rule looks itself
        unreliable = copy.deepcopy(document)
        unreliable["data"] = [_misshapen(one, {name}) for one in document["data"]]
        assert _misshapen_at(unreliable) == {
            f"/data/{i}/{name}" for i, one in enumerate(document["data"]) if name in one
        }
        without = {**document, "data": [{**one, name: None} for one in document["data"]]}
        assert _of(rule, unreliable) == (_of(rule, without) if rule.precheck else [])


@pytest.mark.parametrize("sample", OF_PAGES, ids=lambda path: path.stem)
def test_page_rule_applies_if_its_fields_are_valid(sample: Path) -> None:
    rule, document = BY_NAME[sample.stem], json.loads(sample.read_bytes())
    unreliable = _misshapen(document, {*ENVELOPE} - rule.fields)
    unreliable["data"] = [_misshapen(one, {*one} - {*rule.run_reads}) for one in document["data"]]
    assert _misshapen_at(unreliable)
    assert _of(rule, document) != []
    assert _of(rule, unreliable) == _of(rule, document)


@pytest.mark.parametrize("sample", OF_PAGES, ids=lambda path: path.stem)
def test_page_rules_do_not_read_invalid_fields(sample: Path) -> None:
    rule, document = BY_NAME[sample.stem], json.loads(sample.read_bytes())
    for name in rule.fields - {"data"}:
        assert _of(rule, _misshapen(document, {name})) == []
    for name in rule.run_reads:
        unreliable = {**document, "data": [_misshapen(one, {name}) for one in document["data"]]}
        assert _of(rule, unreliable) == []


FAULTY_USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4}


@pytest.mark.parametrize("invalid_fields", [None, 7, "run", [], {}, {"object": "thread.run"}, run(status="zebra")])
def test_invalid_run_does_not_hide_others(invalid_fields: object) -> None:
    document = page(run(usage=FAULTY_USAGE), invalid_fields, run(id="run_b", usage=FAULTY_USAGE))
    found = summarize(document, select=["schema", "usage"])
    mismatches = [pointer for rule, pointer, _ in found if rule == "token-total-mismatch"]
    assert mismatches == ["/data/0/usage/total_tokens", "/data/2/usage/total_tokens"]
    rest = {(rule, "/".join(pointer.split("/")[:3])) for rule, pointer, _ in found if rule != "token-total-mismatch"}
    assert len(rest) == 1
    assert {pointer for _, pointer in rest} == {"/data/1"}


def test_page_rules_skip_unreadable_runs() -> None:
    document = page(
        run(),
        run(id="run_b", thread_id=7),
        run(id="run_c", thread_id="thread_Other"),
        None,
        run(id="run_Qm3vT8yLk2WzNf5RbXcJ7HdA", thread_id=None),
        last_id="run_zebra",
    )
    assert [(rule, pointer) for rule, pointer, _ in summarize(document)] == [
        ("schema:type", "/data/1/thread_id"),
        ("mixed-thread-ids", "/data/2/thread_id"),
        ("schema:type", "/data/3"),
        ("duplicate-run-id", "/data/4/id"),
        ("schema:type", "/data/4/thread_id"),
        ("last-id-mismatch", "/last_id"),
    ]


@pytest.mark.parametrize(("index", "rule"), [(0, "last-id-mismatch"), (1, "first-id-mismatch")])
def test_first_and_last_id_are_checked_separately(index: int, rule: str) -> None:
    runs = [run(), run(id="run_b")]
    runs[index]["id"] = 7
    document = page(*runs, first_id="run_x", last_id="run_y")
    assert {found for found, *_ in summarize(document)} == {"schema:type", rule}


MILLISECONDS = 1729418400000


def test_milliseconds_are_reported_once_per_run() -> None:
    times = {"created_at": MILLISECONDS, "started_at": MILLISECONDS + 9, "completed_at": MILLISECONDS + 7}
    assert [(rule, pointer) for rule, pointer, _ in summarize(page(run(**times), run(id="run_b", **times)))] == [
        ("milliseconds", "/data/0/created_at"),
        ("milliseconds", "/data/1/created_at"),
    ]


def test_zero_timestamp_counts_as_null() -> None:
    changed = run(expires_at=0, failed_at=0, cancelled_at=0)
    assert [(rule, pointer) for rule, pointer, _ in summarize(page(changed))] == [
        ("zero-timestamp", "/data/0/expires_at"),
        ("zero-timestamp", "/data/0/cancelled_at"),
        ("zero-timestamp", "/data/0/failed_at"),
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"started_at": 0, "failed_at": 0}, [("zero-timestamp", "started_at"), ("zero-timestamp", "failed_at")]),
        ({"created_at": MILLISECONDS}, [("milliseconds", "created_at")]),
        ({"id": "", "model": ""}, [("empty-identifier", "id"), ("empty-identifier", "model")]),
    ],
)
def test_missing_field_does_not_hide_invalidated_one(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    changed = run(**changes)
    del changed["cancelled_at"], changed["thread_id"]
    assert [(rule, pointer) for rule, pointer, _ in summarize(page(changed))] == [
        ("schema:required", "/data/0"),
        *((rule, f"/data/0/{field}") for rule, field in expected),
    ]


def test_valid_times_are_checked_beside_invalidated_ones() -> None:
    changed = run(failed_at=0, started_at=1729418390, expires_at=1729419000)
    assert [(rule, pointer) for rule, pointer, _ in summarize(page(changed))] == [
        ("started-before-created", "/data/0/started_at"),
        ("expiry-on-ended-run", "/data/0/expires_at"),
        ("zero-timestamp", "/data/0/failed_at"),
    ]


def test_page_rules_do_not_read_invalidated_times() -> None:
    runs = [run(), run(id="run_b", created_at=0), run(id="run_c", created_at=1729418399)]
    assert [rule for rule, *_ in summarize(page(*runs))] == ["zero-timestamp"]
    runs[1]["created_at"] = 1
    assert [rule for rule, *_ in summarize(page(*runs), ignore=["implausible-timestamp"])] == ["unordered-runs"]


def test_ignored_precheck_hides_nothing() -> None:
    changed = run(failed_at=0)
    assert [rule for rule, *_ in summarize(page(changed), ignore=["zero-timestamp"], select=["status"])] == [
        "unexpected-failure-time"
    ]


def test_non_finite_number_is_one_finding() -> None:
    text = json.dumps(page(run(usage=FAULTY_USAGE, temperature=9))).replace(
        '"total_tokens": 4', '"total_tokens": 1e400'
    )
    assert [(rule, pointer) for rule, pointer, _ in summarize(text)] == [
        ("sampling-range", "/data/0/temperature"),
        ("non-finite-number", "/data/0/usage/total_tokens"),
    ]
    in_the_envelope = json.dumps(page(run(usage=FAULTY_USAGE))).replace('"has_more": false', '"has_more": NaN')
    assert [(rule, pointer) for rule, pointer, _ in summarize(in_the_envelope)] == [
        ("token-total-mismatch", "/data/0/usage/total_tokens"),
        ("non-finite-number", "/has_more"),
    ]


def test_cache_of_tools_is_bounded() -> None:
    runs = [run(temperature=index / 1000) for index in range(2005)]
    outside = [("sampling-range", f"/{index}/temperature") for index in range(2001, 2005)]
    assert [found[:2] for found in summarize(runs)] == outside
    tools = [[{"type": "function", "function": {"name": f"f_{index}"}}] for index in range(1200)]
    assert summarize([run(tools=each) for each in tools]) == []
    many = [run(**{f"extra_{index}": 1}) for index in range(1500)]
    many[1] |= {"usage": FAULTY_USAGE}
    many[-1] |= {"usage": FAULTY_USAGE}
    assert [found[:2] for found in summarize(many, ignore=["misspelt-key"])] == [
        ("token-total-mismatch", "/1/usage/total_tokens"),
        ("token-total-mismatch", "/1499/usage/total_tokens"),
    ]


@pytest.fixture
def _broken_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a rule of runs, a rule of pages and a precheck raise."""
    replace_checks(
        monkeypatch,
        token_total_mismatch=_raising(KeyError("secret")),
        first_id_mismatch=_raising(RecursionError("secret")),
        milliseconds=_raising(OverflowError("secret")),
    )


def _raising(error: Exception) -> Any:
    def check(_: object) -> None:
        raise error

    return check


@pytest.mark.skipif(find_spec("jsonschema_rs") is None, reason="jsonschema-rs is not installed: every rule is called")
@pytest.mark.usefixtures("_broken_rules")
def test_rule_that_raises_is_reported_on_valid_page() -> None:
    message = "could not be checked by rule token-total-mismatch, which raised KeyError; others were"
    assert summarize([run(), run(usage=FAULTY_USAGE)]) == [("internal-error", "/1", message)]


@pytest.mark.usefixtures("_broken_rules")
def test_rule_that_raises_does_not_stop_others(caplog: pytest.LogCaptureFixture) -> None:
    changed = run(usage=FAULTY_USAGE, expires_at=MILLISECONDS, started_at=None)
    with caplog.at_level("DEBUG", "validator.engine.rule_set"):
        found = validate(page(changed, first_id="run_x", last_id="run_y"))
    assert [(one.rule, one.pointer, one.message) for one in found.findings if one.rule == "internal-error"] == [
        (
            "internal-error",
            "",
            "could not be checked by rule first-id-mismatch, which raised RecursionError; others were",
        ),
        (
            "internal-error",
            "/data/0",
            "could not be checked by rule milliseconds, which raised OverflowError; others were",
        ),
        (
            "internal-error",
            "/data/0",
            "could not be checked by rule token-total-mismatch, which raised KeyError; others were",
        ),
    ]
    assert {one.rule for one in found.findings} > {"expiry-on-ended-run", "last-id-mismatch"}
    records = [(one.name, one.getMessage(), one.exc_info and one.exc_info[0]) for one in caplog.records]
    assert [*dict.fromkeys(records)] == [
        ("validator.engine.rule_set", "rule milliseconds failed", OverflowError),
        ("validator.engine.rule_set", "rule token-total-mismatch failed", KeyError),
        ("validator.engine.rule_set", "rule first-id-mismatch failed", RecursionError),
    ]
    assert not found.ok
    assert len({one.fingerprint for one in found.findings}) == len(found.findings)
