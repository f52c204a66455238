"""What lets the fast engine skip a rule lets it skip nothing that the rule would say."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any, NoReturn

import jsonschema
import pytest
import referencing

from tests.support.paths import INVALID, VALID
from validator.contract.errors import explain_shape
from validator.engine.rule_set import applies
from validator.rules.base import Rule
from validator.rules.registry import RULES

NOW = 1793000000.0
SKIPPED = [rule for rule in RULES if rule.accept_schema is not None]
SHARING = [rule for rule in RULES if rule.accepts is not None]
NUMBERS = (
    -1,
    -0.5,
    0,
    0.0,
    1,
    2,
    2.5,
    20,
    512,
    1_698_796_799,
    1_698_796_800,
    1.73e9,
    1_793_086_400,
    1_793_086_401,
    10**11,
)
STRINGS = ("", "<id>", "string", "run_1", "thread_1", "asst_1", "gpt-4o", "é" * 65, "a b", "retrieval", "browser")


def _runs() -> Iterator[dict[str, Any]]:
    for path in (*VALID, *INVALID):
        try:
            document = json.loads(path.read_bytes(), parse_constant=_refused)
        except (ValueError, RecursionError):
            continue
        for run in document.get("data") or () if isinstance(document, dict) else ():
            if isinstance(run, dict) and "status" in run and "created_at" in run:
                yield run


def _refused(constant: str) -> NoReturn:
    raise ValueError(constant)


def _varied(value: Any, rng: random.Random) -> Any:
    """The value with some of its numbers and strings replaced by others of their kind."""
    if isinstance(value, dict):
        return {key: _varied(member, rng) for key, member in value.items()}
    if isinstance(value, list):
        return [_varied(member, rng) for member in value]
    if isinstance(value, bool) or value is None or rng.random() < 0.85:
        return value
    return rng.choice(NUMBERS if isinstance(value, int | float) else STRINGS)


@pytest.fixture(scope="module")
def runs() -> list[dict[str, Any]]:
    """Well shaped runs: those of the samples as they are, and three times varied."""
    rng = random.Random(20261122)
    originals = list(_runs())
    varied = [_varied(copy.deepcopy(run), rng) for run in originals for _ in range(3)]
    return [run for run in originals + varied if not explain_shape(run, "run", "observed", "wire")]


@pytest.mark.parametrize("rule", SKIPPED, ids=lambda rule: rule.name)
def test_accept_schema_skips_only_silent_rules(rule: Rule, runs: list[dict[str, Any]]) -> None:
    assert rule.check is not None
    options = {"now": NOW} if rule.options else {}
    schema: Any = rule.accept_schema(**options) if callable(rule.accept_schema) else rule.accept_schema
    satisfied = jsonschema.Draft202012Validator(schema, registry=referencing.Registry())
    skipped = [
        run for run in runs if satisfied.is_valid(run) and all(run.get(name) is not None for name in rule.requires)
    ]
    assert [run for run in skipped if _reports(rule, run, options)] == []
    assert len(skipped) > 50
    assert any(_reports(rule, run, options) for run in runs if not satisfied.is_valid(run))


@pytest.mark.parametrize("rule", SHARING, ids=lambda rule: rule.name)
def test_accepts_predicate_skips_only_silent_rules(rule: Rule, runs: list[dict[str, Any]]) -> None:
    assert rule.accepts is not None
    accepted = [run for run in runs if rule.accepts(run)]
    assert [run for run in accepted if applies(rule, run, ()) and _reports(rule, run, {})] == []
    assert len(accepted) > 50
    assert any(applies(rule, run, ()) and _reports(rule, run, {}) for run in runs if not rule.accepts(run))


def _reports(rule: Rule, run: dict[str, Any], options: dict[str, Any]) -> bool:
    if rule.check is None or any(run.get(name) is None for name in rule.requires):
        return False
    return bool(list(rule.check(run, **options)))
