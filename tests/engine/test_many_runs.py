"""What is remembered from run to run changes nothing of what is said of each."""

import json
from typing import Any

from tests.support.paths import SAMPLES
from validator import validate

RUN: dict[str, Any] = json.loads((SAMPLES / "valid" / "run.json").read_bytes())
MORE_THAN_IS_REMEMBERED = 1_100


def test_more_configurations_than_the_cache_holds() -> None:
    tools = [{"type": "function", "function": {"name": f"step_{i}"}} for i in range(MORE_THAN_IS_REMEMBERED)]
    runs = [
        {**RUN, "id": f"run_{i}", "tools": [tool, tool] if i % 100 == 99 else [tool]} for i, tool in enumerate(tools)
    ]
    found = [(f.rule, f.pointer) for f in validate(runs, now=1793000000.0).findings]
    again = range(99, MORE_THAN_IS_REMEMBERED, 100)
    assert found == [("duplicate-function-name", f"/{i}/tools/1/function/name") for i in again]


def test_equal_configurations_are_each_reported() -> None:
    tool = {"type": "function", "function": {"name": "step"}}
    runs = [{**RUN, "id": f"run_{i}", "tools": [tool, tool]} for i in range(3)]
    found = [(f.rule, f.pointer) for f in validate(runs, now=1793000000.0).findings]
    assert found == [("duplicate-function-name", f"/{i}/tools/1/function/name") for i in range(3)]
