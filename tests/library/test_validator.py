"""Options compiled once: a `Validator` says what `validate` says, at any time, from any number of threads."""

import copy
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from tests.support.pages import NOW, page, run, summarize
from tests.support.paths import INVALID, VALID
from tests.support.rules import replace_checks
from validator import Finding, UnknownRule, Validator, validate
from validator.engine.checker import Checker

DAY = 86_400
FAULTY = page(run(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4}))
OPTIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "contract": {"contract": "published"},
    "form": {"form": "sdk"},
    "expect": {"expect": "run"},
    "order and limit": {"order": "asc", "limit": 1},
    "rules": {"select": ["usage", "page"], "ignore": ["page-too-long"], "severity": {"usage": "info"}},
    "listing": {"listing": True},
    "history": {"history": True},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_validator_and_validate_agree(name: str) -> None:
    options = OPTIONS[name]
    validator = Validator(now=NOW, **options)
    for path in (*VALID, *INVALID)[:: 3 if options else 1]:
        expected = validate(path.read_bytes(), now=NOW, **options)
        assert validator.validate(path.read_bytes()) == expected
        assert validator.is_valid(path.read_bytes()) is expected.ok


def test_only_an_error_makes_a_source_invalid() -> None:
    validator = Validator(limit=1)
    assert not validator.is_valid(FAULTY)
    assert validator.is_valid(page())
    short = page(has_more=True)
    validator = Validator(limit=2)
    assert [(found.rule, found.severity) for found in validator.validate(short).findings] == [
        ("page-too-long", "warning")
    ]
    assert validator.is_valid(short)
    assert not Validator(limit=2, severity={"page-too-long": "error"}).is_valid(
        page(run(), run(id="run_2"), run(id="run_3"))
    )
    assert Validator(ignore=["token-total-mismatch"]).is_valid(FAULTY)


def test_is_valid_of_arrays_and_folders(tmp_path: Path) -> None:
    validator = Validator()
    assert validator.is_valid([run(), run(id="run_2")])
    assert not validator.is_valid([run(), FAULTY["data"][0]])
    (tmp_path / "a.json").write_text(json.dumps(page()))
    assert validator.is_valid(tmp_path)
    (tmp_path / "b.json").write_text(json.dumps(FAULTY))
    assert not validator.is_valid(tmp_path)


def test_validator_checks_options_at_once() -> None:
    with pytest.raises(ValueError, match="limit is 0, expected an integer from 1 to 100"):
        Validator(limit=0)
    with pytest.raises(UnknownRule, match='no rule or group is called "usge"'):
        Validator(select=["usge"])
    with pytest.raises(TypeError, match="unexpected keyword argument 'limt'"):
        Validator(limt=1)  # type: ignore[call-arg]
    levels = {"token-total-mismatch": "info"}
    validator = Validator(severity=levels)
    levels["token-total-mismatch"] = "off"
    assert [(found.rule, found.severity) for found in validator.validate(FAULTY).findings] == [
        ("token-total-mismatch", "info")
    ]


@pytest.mark.parametrize("method", ["validate", "is_valid"])
def test_is_valid_refuses_unsupported_source(tmp_path: Path, method: str) -> None:
    check = getattr(Validator(), method)
    with pytest.raises(TypeError, match="cannot check a value of type int"):
        check(3)
    with pytest.raises(OSError, match="no such file or directory"):
        check(tmp_path / "none.json")


@pytest.mark.parametrize("days", [-700, -2, -1, -0.4, 0, 0.4, 1, 2, 700])
def test_future_time_is_relative_to_now(days: float) -> None:
    now = int(time.time() + days * DAY)
    validator = Validator(now=now)
    for moment in (1_699_000_000, now - DAY, now, now + DAY - 1, now + DAY):
        assert _is_implausible(validator, moment) is False
    for moment in (now + DAY + 1, now + 2 * DAY, now + 400 * DAY):
        assert _is_implausible(validator, moment) is True


def _is_implausible(validator: Validator, moment: int) -> bool:
    times = {"created_at": moment, "started_at": moment, "completed_at": moment}
    found = [(one.rule, one.pointer) for one in validator.validate(run(**times)).findings]
    assert found in ([], [("implausible-timestamp", "/created_at")])
    return bool(found)


def test_validator_without_now_uses_the_present() -> None:
    validator = Validator()
    moment = int(time.time()) + DAY + 2
    assert _is_implausible(validator, moment)
    while time.time() <= moment - DAY:
        time.sleep(0.1)
    assert not _is_implausible(validator, moment)


def test_rules_are_compiled_once() -> None:
    levels = {"token-total-mismatch": "info"}
    asked: list[dict[str, Any]] = [{}, {"order": "asc", "limit": 1, "now": 0}, {"form": "sdk", "now": NOW}]
    checkers = [Checker(Validator(severity=levels, **options).options) for options in asked]
    assert len({checker.rules for checker in checkers}) == 1
    assert Checker(Validator().options).rules not in {checker.rules for checker in checkers}
    assert Checker(Validator(contract="published", severity=levels).options).rules is not checkers[0].rules


def test_rules_of_one_call_do_not_affect_others() -> None:
    mismatch = ("token-total-mismatch", "/data/0/usage/total_tokens")
    for _ in range(2):
        assert [one[:2] for one in summarize(FAULTY)] == [mismatch]
        assert summarize(FAULTY, ignore=["usage"]) == []
        assert summarize(page(), contract="observed") == []
        assert [one[:2] for one in summarize(FAULTY, severity={"usage": "off"}, limit=1)] == []
        assert [one[:2] for one in summarize(FAULTY, select=["usage"])] == [mismatch]


def test_threads_share_a_validator(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = [path.read_bytes() for path in (*VALID, *INVALID)[::4] if path.stat().st_size < 100_000]
    sources += [json.dumps(page(_with_tools(number))).encode() for number in range(30)]
    shared = {name: Validator(now=NOW, **options) for name, options in OPTIONS.items()}
    expected = {name: [validator.validate(source).findings for source in sources] for name, validator in shared.items()}
    replace_checks(monkeypatch)
    barrier = Barrier(10)

    def check(thread: int) -> list[tuple[str, int, tuple[Finding, ...], tuple[Finding, ...]]]:
        barrier.wait()
        name = list(OPTIONS)[thread % len(OPTIONS)]
        different = []
        for step in range(len(sources)):
            index = (step * 7 + thread) % len(sources)
            source = sources[index]
            report = shared[name].validate(source) if step % 2 else validate(source, now=NOW, **OPTIONS[name])
            if report.findings != expected[name][index]:
                different.append((name, index, report.findings, expected[name][index]))
        return different

    with ThreadPoolExecutor(10) as threads:
        assert [one for found in threads.map(check, range(10)) for one in found] == []


def _with_tools(number: int) -> dict[str, Any]:
    """A run with a function that no other has, and arguments that do not fit it."""
    parameters = {"type": "object", "properties": {f"p{number}": {"type": "integer"}}, "required": [f"p{number}"]}
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    waiting = copy.deepcopy(run(status="requires_action", completed_at=None, usage=None))
    return waiting | {
        "expires_at": waiting["created_at"] + 600,
        "tools": [{"type": "function", "function": {"name": "f", "parameters": parameters}}],
        "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call]}},
    }
