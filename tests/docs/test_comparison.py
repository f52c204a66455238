"""The comparison with other validators says what can be measured again: all but the times."""

import re
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.tools import need_tools, npm_packages, package

package("check_jsonschema")
pytest.importorskip("jsonschema_rs")
sys.path.append(str(ROOT / "benchmarks"))

import comparison
from comparison import KINDS, FileResult, Validator, invalid_pages, valid_pages, validators

TOLD = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in re.findall(r"^\|.*\|$", comparison.PAGE.read_text("utf-8"), re.MULTILINE)
]


def row(name: str) -> list[str]:
    (cells,) = (cells for name_of_row, *cells in TOLD if name_of_row == name)
    return cells


@pytest.fixture
def own(tmp_path: Path) -> Validator:
    return validators("observed", tmp_path, None)[0]


def test_number_of_faults_found(own: Validator) -> None:
    for kind in KINDS:
        files = invalid_pages(kind)
        found = sum(answer.is_rejected for answer in own.check(files))
        assert row(f"faults {kind}, found")[0] == f"{found} of {len(files)}"


def test_number_of_false_alarms(tmp_path: Path) -> None:
    files = valid_pages()
    for name in ("observed", "published"):
        own, other, _ = validators(name, tmp_path, None)
        for column, one in enumerate((own, other)):
            alarms = sum(answer.is_rejected for answer in one.check(files))
            assert row(f"false alarms, `{name}`")[column] == f"{alarms} of {len(files)}"


@pytest.mark.tools
def test_output_of_each_validator_is_parsed(tmp_path: Path) -> None:
    need_tools("three validators are started several times")
    modules = npm_packages(f"ajv-cli@{comparison.AJV}")
    invalid = ROOT / "samples" / "invalid"
    files = [ROOT / "samples" / "valid" / "page.json", invalid / "schema-required.json", invalid / "schema-enum.json"]
    sound = FileResult(is_rejected=False, findings=0, line=False)
    one = FileResult(is_rejected=True, findings=1, line=False)
    for validator in validators("observed", tmp_path, modules):
        enum = one._replace(line=validator.name == "validate-runs")
        required = enum if enum.line else one._replace(findings=3 if "ajv" in validator.name else 2)
        assert validator.check(files) == [sound, required, enum], validator.name
        assert [validator.check([file])[0].is_rejected for file in files] == [False, True, True]
