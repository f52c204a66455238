"""The code and the tests that `benchmarks/mutation.toml` names exist."""

import sys
from typing import Any

import pytest

from tests.support.paths import ROOT

sys.path.append(str(ROOT / "benchmarks"))
import mutation

GROUPS: dict[str, dict[str, Any]] = mutation.PLAN["groups"]
beside_the_code = pytest.mark.skipif(not (ROOT / "validator").exists(), reason="the code is that of a wheel")


@beside_the_code
@pytest.mark.parametrize("name", GROUPS)
def test_mutation_groups_name_existing_code_and_tests(name: str) -> None:
    assert [pattern for pattern in GROUPS[name]["code"] if not [*ROOT.glob(pattern)]] == []
    assert [test for test in GROUPS[name]["tests"] if not _exists(test.removeprefix("--deselect="))] == []


def _exists(test: str) -> bool:
    file, _, function = test.partition("::")
    return f"def {function}(" in (ROOT / file).read_text("utf-8") or not function
