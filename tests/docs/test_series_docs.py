"""The page about documents that belong together names every rule, and shows what really happens."""

import copy
import json
import re
from typing import Any

import httpx
import openai
import pytest

from tests.support.commands import run
from tests.support.paths import ROOT, SAMPLES
from validator.rules.registry import RULES

PAGE = (ROOT / "docs" / "series.md").read_text("utf-8")
SHOWN = re.findall(r"```\n\$ validate-runs ([^\n]+)\n(.*?)```", PAGE, re.DOTALL)
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
NOTHING: dict[str, Any] = {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}
LISTED = json.loads((SAMPLES / "valid" / "page.json").read_bytes())


@pytest.mark.parametrize(("words", "output"), SHOWN)
def test_series_page_shows_real_output(words: str, output: str) -> None:
    assert run(*words.split(), cwd=ROOT).out == output


def test_series_page_names_every_rule() -> None:
    assert {*re.findall(r"^\| `([a-z-]+)`", PAGE, re.MULTILINE)} == {
        *(rule.name for rule in RULES if rule.subject in ("listing", "history", "stream")),
        "steps-usage-mismatch",
    }


def _client(*answers: Any) -> openai.OpenAI:
    """A client of a server that gives these answers in turn, and then empty pages: older clients ask for one."""
    rest = iter(answers)
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=next(rest, NOTHING)))
    http: Any = httpx.Client(transport=transport)  # openai may ask for another package's of the same name
    return openai.OpenAI(api_key="none", base_url="http://server.test", http_client=http)


def _page(numbers: range, *, has_more: bool) -> Any:
    runs = [_aged(copy.deepcopy(LISTED["data"][0]), number) for number in numbers]
    return {**LISTED, "data": runs, "first_id": runs[0]["id"], "last_id": runs[-1]["id"], "has_more": has_more}


def _aged(run: dict[str, Any], number: int) -> dict[str, Any]:
    times = {name: run[name] - 60 * number for name in ("created_at", "started_at", "completed_at")}
    return {**run, **times, "id": f"run_{number:024}"}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_series_page_tests_pass_and_fail() -> None:
    pytest.importorskip("jiter")  # openai's client needs it
    tests: dict[str, Any] = {}
    for snippet in SNIPPETS:
        exec(compile(snippet, "series.md", "exec"), tests)
    first, second = _page(range(20), has_more=True), _page(range(20, 22), has_more=False)
    run = LISTED["data"][0]
    tests["test_every_page"](_client(first, second))
    tests["test_a_run_is_polled_to_its_end"](_client(run, run, run))
    with pytest.raises(AssertionError, match="overlapping-pages"):
        tests["test_every_page"](_client(first, {**first, "has_more": False}))
    with pytest.raises(AssertionError, match="time-moved-back"):
        tests["test_a_run_is_polled_to_its_end"](
            _client(*({**run, "completed_at": 1729418420 - number} for number in range(3)))
        )
