"""The cache of tools that have no finding changes no finding."""

from typing import Any

import pytest

from tests.support.pages import run, summarize


def _function(name: str, description: str = "") -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": description}}


def test_more_tools_than_the_cache_holds() -> None:
    tools = [[_function(f"step_{number}")] * (2 if number % 100 == 99 else 1) for number in range(1_100)]
    found = summarize([run(id=f"run_{number}", tools=each) for number, each in enumerate(tools)])
    assert [(rule, pointer) for rule, pointer, _ in found] == [
        ("duplicate-function-name", f"/{number}/tools/1/function/name") for number in range(99, 1_100, 100)
    ]


@pytest.mark.parametrize("description", ["", "too long for the cache " * 1_000], ids=["short", "long"])
def test_equal_tools_are_each_reported(description: str) -> None:
    tool = _function("step", description)
    runs = [run(id=f"run_{number}", tools=[tool]) for number in range(3)]
    assert summarize(runs) == []
    found = summarize([{**one, "tools": [tool, tool]} for one in runs])
    assert [(rule, pointer) for rule, pointer, _ in found] == [
        ("duplicate-function-name", f"/{number}/tools/1/function/name") for number in range(3)
    ]
